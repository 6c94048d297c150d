"""When records are made, which time they have, and that each is handed out once, in order."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bms import pack as p
from history import record as r
from history import replay as rp
from history.keeper import Keeper
from history.ring import Ring
from host_tests.history_rig import Store, numbered, small

TRUE_S = 90_000_000  # in s since 2024: when a device starts


class Device:
    """A device that makes records, restarts, and knows the time of day or not."""

    def __init__(self, interval_s=60, rest_s=900):
        self.store = Store()
        self.pack = p.PackState()
        self.good = True
        self.heater_on = False
        self.heater_state = 0
        self.boot = 0
        self.true_s = TRUE_S
        self.every = (interval_s, rest_s)
        self.show(soc=50, mv=52_000, ma=1000)
        self.start()

    def show(self, soc=None, mv=None, ma=None, temp_dc=None):
        for slot, value in ((p.SOC_PCT, soc), (p.PACK_MV, mv), (p.CURRENT_MA, ma)):
            if value is not None:
                self.pack.put(slot, value)
        if temp_dc is not None:
            self.pack.put(p.TEMP_MIN_DC, temp_dc)
            self.pack.put(p.TEMP_MAX_DC, temp_dc)

    def start(self):
        self.boot += 1
        self.began_s = self.true_s
        self.timed = False
        self.ring = Ring(self.store, 16, 1)
        self.keeper = Keeper(self.ring, *self.every, self.boot)

    @property
    def uptime_s(self):
        return self.true_s - self.began_s

    @property
    def day_s(self):
        return self.true_s if self.timed else None

    def run(self, seconds):
        """Looks once a second; returns the seconds since the start at which a record was made."""
        made = []
        for _ in range(seconds):
            before = self.ring.next
            assert self.keeper.look(
                self.pack,
                self.good,
                self.heater_on,
                self.heater_state,
                self.uptime_s,
                self.day_s,
            )
            if self.ring.next > before:
                made.append(self.uptime_s)
                self.ring.commit()
            self.true_s += 1
        return made


def all_of(replay, patient=False):
    """Returns [(time of day or None, the record's own, charge)] of all that is handed out."""
    found = []
    while True:
        what = replay.step(patient)
        if what == rp.NOTHING:
            return found
        if what == rp.READY:
            record = replay.record
            found.append((replay.time_s, record.time_s, record.values[r.SOC_PCT]))
            replay.acknowledged()


# -- when -----------------------------------------------------------------------------------------


def test_while_nothing_moves_a_record_is_made_at_the_long_interval():
    assert Device().run(2000) == [0, 900, 1800]


@pytest.mark.parametrize(
    "moves, enough",
    [
        ({"soc": 51}, True),
        ({"mv": 52_259}, False),
        ({"mv": 52_260}, True),
        ({"ma": 1499}, False),
        ({"ma": 1500}, True),
        ({"ma": 500}, True),
        ({"temp_dc": -9}, False),
        ({"temp_dc": 10}, True),
    ],
)
def test_what_moves_far_enough_makes_one_at_the_short_interval(moves, enough):
    device = Device()
    device.show(temp_dc=0)
    device.run(30)
    device.show(**moves)
    assert device.run(100) == ([60] if enough else [])


def test_that_the_mat_is_on_can_wait_for_the_short_interval():
    device = Device()
    device.run(30)
    device.heater_on = True
    assert device.run(100) == [60]


def test_a_large_current_may_move_more():
    device = Device()
    device.show(ma=-40_000)
    device.run(70)
    device.show(ma=-43_999)
    assert device.run(70) == []
    device.show(ma=-44_000)
    assert device.run(10) == [140]


def test_however_short_the_interval_a_switch_that_flaps_is_told_each_ten_seconds():
    device = Device(10, 60)
    device.run(1)
    made = []
    for second in range(100):
        device.pack.put(p.CHARGE_ON, second % 2)
        made += device.run(1)
    assert 8 <= len(made) <= 10 and min(b - a for a, b in zip(made, made[1:], strict=False)) >= 10


def test_what_switches_is_told_at_once_but_not_too_often():
    device = Device()
    device.run(100)
    device.heater_state = 2
    assert device.run(1) == [100]
    device.heater_state = 1
    assert device.run(20) == [110]
    device.pack.raise_alarm(3)
    assert device.run(1) == [121]
    device.run(10)
    device.pack.put(p.CHARGE_ON, 0)
    assert device.run(1) == [132]
    device.run(10)
    device.pack.put(p.CHARGE_ON, 1)
    assert device.run(1) == [143]
    device.run(10)
    device.good = False
    assert device.run(1) == [154]
    assert device.run(899) == []


# -- which time -----------------------------------------------------------------------------------


def test_records_before_the_time_is_known_are_corrected():
    device = Device()
    device.run(2000)
    device.timed = True
    device.run(2000)
    told = all_of(rp.Replay(device.ring))
    assert [time for time, _, _ in told] == [TRUE_S + s for s in (0, 900, 1800, 2700, 3600)]


def test_records_wait_for_the_time_of_this_start_as_long_as_it_may_come():
    device = Device()
    device.run(1000)
    replay = rp.Replay(device.ring)
    assert all_of(replay, patient=True) == []
    told = all_of(replay)
    assert told == [(None, 0, 50), (None, 900, 50)] and replay.boot == 1
    device.run(1000)
    assert all_of(replay, patient=True) == []
    device.timed = True
    device.run(1000)
    assert [time for time, _, _ in all_of(replay, True)] == [TRUE_S + 1800, TRUE_S + 2700]


def test_a_start_that_never_knew_the_time_is_told_as_such():
    device = Device()
    device.run(1000)
    device.start()
    device.run(1000)
    device.timed = True
    device.run(900)
    replay = rp.Replay(device.ring)
    told = all_of(replay, patient=True)
    assert told[:2] == [(None, 0, 50), (None, 900, 50)]
    assert [time for time, _, _ in told[2:]] == [TRUE_S + 1000 + s for s in (0, 900, 1800)]


@pytest.mark.parametrize("seconds", [70, 700])
def test_the_start_is_known_though_its_mark_was_told_by_an_earlier_one(seconds):
    device = Device(10, 10)
    device.run(10)
    device.start()
    device.run(seconds)
    replay = rp.Replay(device.ring)
    while replay.number < device.ring.next - 2:
        replay.step(False)
        replay.acknowledged()
    device.ring.commit()
    device.start()
    replay = rp.Replay(device.ring)
    assert len(all_of(replay)) == 2 and replay.boot == 2


def test_where_the_mark_went_with_the_oldest_records_the_start_is_unknown():
    device = Device(10, 10)
    device.run(20)
    device.run(6000)
    assert device.ring.first > 0
    device.ring.delivered = device.ring.next - 2
    device.ring.commit()
    device.start()
    replay = rp.Replay(device.ring)
    assert len(all_of(replay)) == 2 and replay.boot is None


def test_what_is_not_in_the_flash_yet_is_not_told():
    device = Device(10, 10)
    device.run(20)
    replay = rp.Replay(device.ring)
    assert len(all_of(replay)) == 2
    record = r.Record()
    record.take(device.pack, True, False, 0)
    assert device.ring.put(record)
    assert all_of(replay) == []
    device.ring.commit()
    assert len(all_of(replay)) == 1


def test_what_was_told_while_waiting_for_nothing_is_not_told_twice():
    device = Device()
    device.run(1000)
    replay = rp.Replay(device.ring)
    assert replay.step(False) == rp.WORKING  # the mark
    while replay.step(False) != rp.READY:
        pass
    assert replay.step(False) == rp.READY and replay.number == 1
    assert device.ring.delivered == 1
    replay.acknowledged()
    assert device.ring.delivered == 2


def test_time_never_goes_back_a_little_and_a_wrong_clock_is_mended():
    device = Device(60, 60)
    device.timed = True
    device.run(600)
    device.true_s -= 300
    device.began_s -= 300
    device.run(600)
    told = [time for time, _, _ in all_of(rp.Replay(device.ring))]
    assert told == sorted(told) and told[-1] == TRUE_S + 840
    device.start()
    device.timed = True
    device.true_s -= 100
    device.run(1)  # after a restart neither
    assert all_of(rp.Replay(device.ring))[-1][0] == TRUE_S + 840
    device.true_s -= 86_400
    device.began_s -= 86_400
    device.run(120)
    assert all_of(rp.Replay(device.ring))[-1][0] < TRUE_S


def test_a_time_beyond_what_a_record_holds_is_none():
    device = Device()
    device.timed = True
    device.true_s = r.MOST_S + 1
    device.began_s = device.true_s - 5
    device.run(1)
    ((time, own, _),) = all_of(rp.Replay(device.ring))
    assert (time, own) == (None, 5)


def test_a_ring_without_room_says_so():
    device = Device(10, 10)
    full = Ring(device.store, 16, 1)
    keeper = Keeper(full, 10, 10, 9)
    answers = [keeper.look(device.pack, True, False, 0, 10 * n, None) for n in range(20)]
    assert answers == [True] * 15 + [False] * 5  # a mark is among them
    full.commit()
    assert keeper.look(device.pack, True, False, 0, 300, None)


@settings(max_examples=60)
@given(st.integers(0, 1 << 30), st.booleans())
def test_each_record_once_in_order_with_its_true_time(seed, patient):
    """Starts, cuts, the time known or not, deliveries in between: compared with what was."""
    chance = random.Random(seed)
    device = Device(10, 40)
    made = []  # (true time, charge)
    told = []
    for _ in range(chance.randrange(1, 6)):
        replay = rp.Replay(device.ring)
        known_from = chance.choice((0, 30, 100, 1000))
        for _ in range(chance.randrange(1, 200)):
            device.timed = device.uptime_s >= known_from
            device.show(soc=chance.randrange(100))
            for uptime_s in device.run(1):
                made.append((device.began_s + uptime_s, device.pack.values[p.SOC_PCT]))
            if chance.random() < 0.2 and replay.step(patient) == rp.READY:
                told.append((replay.time_s, replay.record.values[r.SOC_PCT]))
                replay.acknowledged()
        device.ring.commit()  # and with it what was delivered
        device.true_s += chance.randrange(1, 5000)
        device.start()
    told += [(time, soc) for time, _, soc in all_of(rp.Replay(device.ring))]
    assert [soc for _, soc in told] == [soc for _, soc in made]
    assert all(time in (None, true_s) for (time, _), (true_s, _) in zip(told, made, strict=True))


def test_an_answer_that_comes_when_its_record_is_gone_moves_nothing_back():
    ring = small(Store())
    replay = rp.Replay(ring)
    for begin in range(0, 180, 45):
        if begin:
            assert replay.step(False) == rp.READY  # it is being told
        for n in range(begin, begin + 45):
            assert ring.put(numbered(n))
            ring.commit()
        assert ring.first > replay.number
        replay.acknowledged()
        assert replay.number == ring.delivered == ring.first == ring.lost
    assert [number for _, number, _ in all_of(replay)] == list(range(ring.first, 180))

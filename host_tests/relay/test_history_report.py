"""Records to the broker: each at least once, the oldest first, never faster than they may be."""

import json
import random

import pytest

from bms import pack as p
from history.keeper import Keeper
from history.page import MOST
from history.record import EPOCH_S
from history.ring import Ring
from host_tests.history_rig import Store
from host_tests.mqtt_rig import BASE, Bench, make_device, thing

DAY_S = 90_000_000
TOPIC = f"{BASE}/history"


class Clock:
    """A clock that is told what it knows."""

    stamp = b"null"
    known_s = None
    known = False
    host = "pool.ntp.org"

    def since_2024_s(self):
        return self.known_s


class House:
    """A relay with a ring, into which a test puts records."""

    def __init__(self, monkeypatch, **settings):
        self.device = make_device()
        self.store = Store()
        self.ring = Ring(self.store, 6, 1)
        self.keeper = Keeper(self.ring, 10, 10, 4)
        self.device.recorder = thing(ring=self.ring)
        self.device.clock = Clock()
        self.made = 0
        settings = {"history_kb": 64, "ha_discovery": False, **settings}
        self.bench = Bench(monkeypatch, device=self.device, **settings)
        self.bench.hear_pack()
        self.broker = self.bench.broker

    def make(self, count, day_s=DAY_S):
        for _ in range(count):
            self.device.bms.pack.put(p.SOC_PCT, self.made % 100)
            time_s = None if day_s is None else day_s + 10 * self.made
            pack = self.device.bms.pack
            assert self.keeper.look(pack, True, True, 2, 10 * self.made, time_s)
            self.ring.commit()
            self.made += 1

    def told(self):
        return [json.loads(x) for topic, x, _ in self.broker.published if topic == TOPIC]

    def run(self, ms):
        self.bench.run(ms, step=20)


@pytest.fixture
def house(monkeypatch):
    return House(monkeypatch)


def test_what_a_record_tells(house):
    house.make(1)
    house.run(3000)
    (told,) = house.told()
    assert told == {
        "ts": EPOCH_S + DAY_S,
        "record": 0,
        "replayed": True,
        "resets": None,
        "uptime_s": None,
        "soc_pct": 0,
        "pack_mv": 6600,
        "current_ma": None,
        "power_mw": None,
        "temp_min_dc": 20,
        "temp_max_dc": 20,
        "cell_min_mv": 3300,
        "cell_max_mv": 3301,
        "charge_on": None,
        "discharge_on": None,
        "alarm": False,
        "heater_on": True,
        "heater_state": "heating",
    }
    house.make(1)
    house.run(3000)
    assert house.told()[1]["replayed"] is False  # made while we were connected
    assert not any(retained for topic, _, retained in house.broker.published if topic == TOPIC)
    assert house.ring.delivered == 2


def test_other_messages_keep_their_own_time(house):
    house.device.clock.stamp = b"1795000000"
    house.make(3)
    house.run(20_000)
    assert {told["ts"] for told in house.bench.told("state")} == {1_795_000_000}
    assert house.told()[0]["ts"] == EPOCH_S + DAY_S


def test_the_oldest_first_and_at_a_bounded_rate(house):
    house.make(150)
    house.run(1000)
    house.broker.published.clear()
    house.run(4000)
    told = [one["record"] for one in house.told()]
    assert told == list(range(told[0], told[0] + len(told)))
    assert 60 <= len(told) <= 80
    house.run(8000)
    assert house.ring.delivered == 150
    assert [one["soc_pct"] for one in house.told()][-1] == 49


def test_live_messages_go_on_in_between(monkeypatch):
    house = House(monkeypatch, mqtt_interval_s=1)
    house.make(150)
    house.run(2000)
    before = len(house.bench.told("state"))
    house.run(4000)
    assert len(house.bench.told("state")) - before == 4
    assert len(house.told()) > 60


def test_what_the_broker_does_not_acknowledge_is_sent_again_in_the_next_session(house):
    house.make(3)
    house.broker.acknowledges = False
    house.run(3000)
    assert house.told() == [] and house.ring.delivered == 0
    assert house.bench.relay.connected
    house.run(15_000)
    assert house.bench.relay.failures == 1  # no answer for 15 s
    house.broker.acknowledges = True
    house.run(30_000)
    assert [one["record"] for one in house.told()] == [0, 1, 2]


def test_a_broker_without_answers_keeps_the_session_and_is_asked_once_an_hour(house):
    house.make(3)
    house.broker.acknowledges = False
    house.bench.run(120_000)
    assert house.bench.relay.failures == 3
    house.bench.run(3_400_000)
    assert house.bench.relay.failures == 3 and house.bench.relay.connected
    house.bench.run(200_000)
    assert house.bench.relay.failures == 4
    house.broker.acknowledges = True
    house.bench.run(3_700_000)
    assert [one["record"] for one in house.told()] == [0, 1, 2]
    house.make(1)
    house.broker.acknowledges = False
    house.bench.run(60_000)
    assert house.bench.relay.failures > 4  # it has answered since: three new chances


def test_a_broker_that_falls_silent_is_told_again_later(house):
    house.make(2)
    house.run(3000)
    house.make(1)
    house.broker.answers = False
    house.run(2000)
    assert [kind for kind, _ in house.broker.packets if kind & 6 == 2][-1] == 0x32
    house.broker.answers = True
    house.broker.connection.ended = True
    house.run(10_000)
    assert [one["record"] for one in house.told()] == [0, 1, 2]


def test_an_answer_to_something_else_is_none(house):
    house.make(1)
    house.broker.acknowledges = False
    house.run(3000)
    house.broker.say(b"\x40\x02\x12\x34")
    house.run(1000)
    assert house.bench.relay.connected and house.ring.delivered == 0
    house.broker.say(b"\x40\x02\x00\x01")
    house.run(1000)
    assert house.ring.delivered == 1


def test_the_loop_looks_often_only_while_there_is_something_to_send(house):
    house.make(40)
    house.run(1500)
    assert house.bench.relay.busy()
    house.run(5000)
    assert house.ring.delivered == 40 and not house.bench.relay.busy()
    house.make(40)
    house.run(1500)
    house.broker.listens = False
    house.broker.connection.ended = True
    house.run(2000)
    assert not house.bench.relay.busy()


def test_records_wait_some_minutes_for_the_time_of_day(house):
    house.make(2, day_s=None)
    house.run(200_000)
    assert house.told() == []
    house.make(1)
    house.run(3000)
    assert [one["ts"] for one in house.told()] == [EPOCH_S + DAY_S + s for s in (0, 10, 20)]


def test_without_the_time_they_say_when_after_which_start_they_were_made(house):
    house.make(2, day_s=None)
    house.run(310_000)
    told = [(one["ts"], one["resets"], one["uptime_s"]) for one in house.told()]
    assert told == [(None, 4, 0), (None, 4, 10)]


def test_a_device_without_a_clock_does_not_wait(monkeypatch):
    house = House(monkeypatch)
    house.device.clock = None
    house.make(2, day_s=None)
    house.run(3000)
    assert [one["uptime_s"] for one in house.told()] == [0, 10]


def test_what_went_while_it_was_being_sent_is_no_obstacle(house):
    house.make(5)
    house.broker.acknowledges = False
    house.run(3000)
    house.make(260)  # the ring goes round
    assert house.ring.first > 5
    house.broker.acknowledges = True
    house.run(40_000)
    told = [one["record"] for one in house.told()]
    assert told == list(range(told[0], 265)) and told[0] >= house.ring.first - MOST
    assert house.ring.delivered == 265


def test_outages_at_random_lose_nothing(monkeypatch):
    chance = random.Random(3)
    house = House(monkeypatch)
    for _ in range(12):
        house.broker.listens = chance.random() < 0.7
        house.broker.acknowledges = chance.random() < 0.8
        if chance.random() < 0.5 and house.broker.connections:
            house.broker.connection.ended = True
        house.make(chance.randrange(1, 8))
        house.run(chance.randrange(500, 9000))
    house.broker.listens = house.broker.acknowledges = True
    house.run(150_000)
    told = [one["record"] for one in house.told()]
    assert set(told) == set(range(house.made)) and told == sorted(told)
    assert len(told) - house.made < 12  # those that came twice

"""PackState: validity, ages, texts, alarms and derived figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bms import alarms
from bms import pack as p
from bms.pack import AGE_LIMIT_MS, PackState, power_mw
from tools import vocabulary
from tools.vocabulary import raised

PERIOD = 1 << 30
DAY_MS = 86_400_000


def test_names_cover_the_slots_in_order():
    assert len(vocabulary.SLOTS) == p.SLOTS
    for slot, name in enumerate(vocabulary.SLOTS):
        assert getattr(p, name.upper()) == slot
    for which, name in enumerate(vocabulary.TEXTS):
        assert getattr(p, name.upper()) == which
    assert vocabulary.SLOTS.index("pack_mv") == p.BOOLS
    assert len(vocabulary.ALARMS) == len(set(vocabulary.ALARMS)) <= 8 * len(PackState().alarms)
    for bit, name in enumerate(vocabulary.ALARMS):
        assert getattr(alarms, name.upper()) == bit


def test_everything_is_unknown_at_first():
    pack = PackState()
    assert vocabulary.values(pack) == {}
    assert not any(pack.has(slot) for slot in range(p.SLOTS))
    assert pack.get(p.PACK_MV) is None and pack.get(p.PACK_MV, -1) == -1
    for group in (p.STATUS, p.SETTINGS, p.DEVICE):
        assert not pack.seen(group)
        assert pack.age_ms(group, 12) == AGE_LIMIT_MS
        assert not pack.fresh(group, 12, 60_000)


def test_zero_is_a_figure():
    pack = PackState()
    pack.put(p.CURRENT_MA, 0)
    pack.put(p.CHARGE_ON, 0)
    assert pack.get(p.CURRENT_MA, 5) == 0
    assert vocabulary.values(pack) == {"charge_on": False, "current_ma": 0}
    pack.drop(p.CURRENT_MA)
    assert pack.get(p.CURRENT_MA, 5) == 5 and not pack.has(p.CURRENT_MA)


@pytest.mark.parametrize("slot", range(p.SLOTS))
def test_every_slot_keeps_its_own_figure(slot):
    pack = PackState()
    pack.put(slot, -(2**30) + 1)
    assert [pack.has(other) for other in range(p.SLOTS)].count(True) == 1
    assert pack.get(slot) == -(2**30) + 1


def test_clear_leaves_nothing():
    pack = PackState()
    for slot in range(p.SLOTS):
        pack.put(slot, 1)
    pack.cells = pack.temps = 1
    pack.put_temp(0, 200)
    pack.raise_alarm(alarms.LOW_SOC)
    for which in range(len(vocabulary.TEXTS)):
        pack.put_text(which, b"text", 0, 4)
    for group in (p.STATUS, p.SETTINGS, p.DEVICE):
        pack.touch(group, 100)
    pack.clear()
    assert vocabulary.values(pack) == {}
    assert pack.temp_valid == bytes(p.MAX_TEMPS) and not any(pack.alarms)
    for group in (p.STATUS, p.SETTINGS, p.DEVICE):
        assert not pack.seen(group) and not pack.fresh(group, 150, 60_000)


# -- ages -----------------------------------------------------------------------------------------


@given(st.integers(0, PERIOD - 1), st.integers(0, DAY_MS))
def test_age_at_any_time_of_the_tick_counter(start, age):
    pack = PackState()
    pack.touch(p.SETTINGS, start)
    now = (start + age) % PERIOD
    assert pack.age_ms(p.SETTINGS, now) == age
    assert pack.fresh(p.SETTINGS, now, age)
    assert not age or not pack.fresh(p.SETTINGS, now, age - 1)
    assert not pack.seen(p.STATUS)


@pytest.mark.parametrize("ahead_ms", [1, 60_000, 400_000_000])
def test_nothing_from_the_future_is_fresh(ahead_ms):
    pack = PackState()
    pack.touch(p.STATUS, ahead_ms)
    assert pack.age_ms(p.STATUS, 0) == AGE_LIMIT_MS
    assert not pack.fresh(p.STATUS, 0, 60_000)
    assert pack.fresh(p.STATUS, ahead_ms, 0)


def test_age_stops_growing_at_a_day():
    pack = PackState()
    pack.touch(p.STATUS, 0)
    assert pack.age_ms(p.STATUS, DAY_MS - 1) == DAY_MS - 1
    assert pack.age_ms(p.STATUS, 3 * DAY_MS) == AGE_LIMIT_MS == DAY_MS


@pytest.mark.parametrize("start", [0, PERIOD - 1000, PERIOD // 2])
def test_a_pack_lost_for_weeks_never_looks_fresh_again(start):
    pack = PackState()
    pack.touch(p.STATUS, start)
    last = 0
    for hours in range(0, 24 * 40, 6):  # over three rounds of the counter
        now = (start + hours * 3_600_000) % PERIOD
        pack.settle(now)
        age = pack.age_ms(p.STATUS, now)
        assert age == min(hours * 3_600_000, DAY_MS) and age >= last
        last = age


def test_without_settle_it_would():
    pack = PackState()
    pack.touch(p.STATUS, 0)
    assert pack.age_ms(p.STATUS, 0 + PERIOD) == 0  # what settle is for


def test_settle_leaves_groups_never_seen_alone():
    pack = PackState()
    pack.settle(5)
    assert not pack.seen(p.STATUS) and pack.age_ms(p.STATUS, 5) == AGE_LIMIT_MS


def test_sequence_number_wraps():
    pack = PackState()
    for i in range(1, 0x10000):
        pack.touch(p.STATUS, 0)
        assert pack.seq == i
    pack.touch(p.STATUS, 0)
    assert pack.seq == 0


# -- derived figures ------------------------------------------------------------------------------

MV = st.integers(0, 999_999)
MA = st.integers(-999_999, 999_999)


@given(MV, MA)
def test_power_is_exact_to_the_milliwatt(mv, ma):
    exact = mv * abs(ma) // 1000
    assert power_mw(mv, ma) == (exact if ma >= 0 else -exact)


class Bounded(int):
    """An integer whose arithmetic fails where a 32-bit MicroPython would need the heap."""

    @staticmethod
    def _bounded(value):
        assert -(1 << 30) <= value < 1 << 30, value
        return Bounded(value)

    def __mul__(self, other):
        return self._bounded(int(self) * int(other))

    def __add__(self, other):
        return self._bounded(int(self) + int(other))

    def __floordiv__(self, other):
        return self._bounded(int(self) // int(other))

    def __mod__(self, other):
        return self._bounded(int(self) % int(other))

    def __neg__(self):
        return self._bounded(-int(self))

    __rmul__ = __mul__
    __radd__ = __add__


@given(st.one_of(MV, st.just(999_999)), st.one_of(MA, st.sampled_from([999_999, -999_999])))
def test_power_needs_no_integer_over_2_to_the_30(mv, ma):
    power_mw(Bounded(mv), Bounded(ma))


def test_the_plain_product_would():
    with pytest.raises(AssertionError):
        Bounded(51_200) * Bounded(21_000)


@given(st.lists(st.integers(0, 0xFFFF), max_size=p.MAX_CELLS))
def test_summary_of_cells(millivolts):
    pack = PackState()
    for slot in range(p.CELL_MIN_MV, p.CELL_MAX_INDEX + 1):
        pack.put(slot, 1)  # of an earlier frame
    for i, mv in enumerate(millivolts):
        pack.cell_mv[i] = mv
    pack.cells = len(millivolts)
    pack.summarise()
    got = vocabulary.values(pack)
    if not millivolts:
        assert got == {}
        return
    low, high = min(millivolts), max(millivolts)
    assert got["cell_mv"] == millivolts
    assert (got["cell_min_mv"], got["cell_max_mv"], got["cell_delta_mv"]) == (
        low,
        high,
        high - low,
    )
    assert got["cell_min_index"] == millivolts.index(low) + 1
    assert got["cell_max_index"] == millivolts.index(high) + 1
    assert abs(got["cell_avg_mv"] * len(millivolts) - sum(millivolts)) * 2 <= len(millivolts)


@given(st.lists(st.one_of(st.none(), st.integers(-2730, 2000)), max_size=p.MAX_TEMPS))
def test_summary_of_temperatures(readings):
    pack = PackState()
    pack.put(p.TEMP_MIN_DC, 1)
    pack.put(p.TEMP_MAX_DC, 1)
    pack.temps = len(readings)
    for i, dc in enumerate(readings):
        pack.put_temp(i, 7)
        if dc is None:
            pack.drop_temp(i)
        else:
            pack.put_temp(i, dc)
    pack.summarise()
    got = vocabulary.values(pack)
    valid = [dc for dc in readings if dc is not None]
    assert got.get("temps_dc", []) == readings
    assert got.get("temp_min_dc") == min(valid, default=None)
    assert got.get("temp_max_dc") == max(valid, default=None)


def test_power_is_unknown_without_voltage_or_current():
    for missing in (p.PACK_MV, p.CURRENT_MA):
        pack = PackState()
        pack.put(p.PACK_MV, 50_000)
        pack.put(p.CURRENT_MA, -2000)
        pack.summarise()
        assert pack.get(p.POWER_MW) == -100_000
        pack.drop(missing)
        pack.summarise()
        assert not pack.has(p.POWER_MW)


# -- texts and alarms -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wire, text",
    [
        (b"abc\0\0\0\0\0", "abc"),
        (b"\0\0\0\0\0\0\0\0", None),
        (b"ab\0\0cd\0\0", "abcd"),
        (b"a\x1fb\x7f\x80\xff~ ", "a?b???~ "),
        (b"12345678", "12345678"),
    ],
)
def test_text(wire, text):
    pack = PackState()
    pack.put_text(p.DEVICE_ID, b"##" + wire + b"##", 2, len(wire))
    assert pack.text(p.DEVICE_ID) == text


@given(st.binary(max_size=80))
def test_any_text_fits_and_is_ascii(wire):
    for which in range(len(vocabulary.TEXTS)):
        pack = PackState()
        pack.put_text(which, wire, 0, len(wire))
        text = pack.text(which)
        assert text is None or (text.isascii() and text.isprintable())
        assert not any(
            pack.text(other) for other in range(len(vocabulary.TEXTS)) if other != which
        )


def test_a_shorter_text_replaces_a_longer_one():
    pack = PackState()
    pack.put_text(p.SW_VERSION, b"11.262H", 0, 7)
    pack.put_text(p.SW_VERSION, b"10\0\0\0\0\0", 0, 7)
    assert pack.text(p.SW_VERSION) == "10"


@pytest.mark.parametrize("bit", range(len(vocabulary.ALARMS)))
def test_each_alarm(bit):
    pack = PackState()
    pack.put(p.ALARMS_RAW, 1)
    pack.raise_alarm(bit)
    told = [raised(pack.alarms, other) or raised(pack.notices, other) for other in range(64)]
    assert told.index(True) == bit and told.count(True) == 1
    assert vocabulary.values(pack)["alarms"] == [vocabulary.ALARMS[bit]]
    pack.clear_alarms()
    assert vocabulary.values(pack)["alarms"] == []


def test_a_notice_is_no_alarm():
    pack = PackState()
    pack.raise_alarm(alarms.CHANGE_PASSWORD)
    assert not any(pack.alarms) and raised(pack.notices, alarms.CHANGE_PASSWORD)
    assert not raised(pack.alarms, alarms.CHANGE_PASSWORD)
    pack.raise_alarm(alarms.MOS_OVERTEMP)
    assert raised(pack.alarms, alarms.MOS_OVERTEMP) and not raised(
        pack.notices, alarms.MOS_OVERTEMP
    )
    pack.clear_alarms()
    assert not any(pack.alarms) and not any(pack.notices)

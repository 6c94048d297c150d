"""A record keeps what it was given, says when it is damaged, and never clips."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bms.pack import (
    CELL_MAX_MV,
    CELL_MIN_MV,
    CHARGE_ON,
    CURRENT_MA,
    DISCHARGE_ON,
    PACK_MV,
    SOC_PCT,
    TEMP_MAX_DC,
    TEMP_MIN_DC,
    PackState,
)
from history import record as r
from history.unpacking import unpack

SLOTS = (SOC_PCT, PACK_MV, CURRENT_MA, TEMP_MIN_DC, TEMP_MAX_DC, CELL_MIN_MV, CELL_MAX_MV)
SLOTS += (CHARGE_ON, DISCHARGE_ON)


def pack_of(figures):
    pack = PackState()
    for slot, value in figures.items():
        if value is not None:
            pack.put(slot, value)
    return pack


def through(record):
    """Returns the record as it comes back from its bytes."""
    buf = bytearray(b"\xa5" * (r.BYTES + 2))
    record.pack(buf, 1)
    assert buf[0] == buf[-1] == 0xA5
    back = r.Record()
    assert unpack(back, buf, 1)
    return back


def figures_of(record):
    return [record.values[i] if record.valid[i] else None for i in range(r.FIGURES)]


def maybe(low, high):
    return st.none() | st.integers(low, high)


def pair(low, high):
    return st.just((None, None)) | st.tuples(st.integers(low, high), st.integers(low, high)).map(
        lambda two: (min(two), max(two))
    )


@given(
    maybe(0, 100),
    maybe(0, 655_350),
    maybe(-(1 << 23), (1 << 23) - 1),
    pair(-2048, 2047),
    pair(0, 8191),
    maybe(0, 1),
    maybe(0, 1),
    st.tuples(st.booleans(), st.integers(0, 15), st.booleans(), st.integers(0, r.MOST_S)),
)
def test_what_goes_in_comes_out(soc, mv, ma, temps, cells, charge, discharge, rest):
    heater_on, heater_state, of_day, time_s = rest
    record = r.Record()
    record.of_day = of_day
    record.time_s = time_s
    given_ = [soc, mv, ma, *temps, *cells, charge, discharge]
    record.take(pack_of(dict(zip(SLOTS, given_, strict=True))), True, heater_on, heater_state)
    back = through(record)
    found = figures_of(back)
    if mv is not None:
        assert abs(found[r.PACK_MV] - mv) <= 5
        found[r.PACK_MV] = mv
    assert found == given_
    assert (back.heater_on, back.heater_state) == (heater_on, heater_state)
    assert (back.of_day, back.time_s, back.kind) == (of_day, time_s, r.FIGURED)
    assert back.has_figures() == any(figure is not None for figure in given_)
    known = mv is not None and ma is not None
    assert (back.power_mw() is not None) == known


@pytest.mark.parametrize(
    "figures, unknown",
    [
        ({SOC_PCT: 128}, [r.SOC_PCT]),
        ({SOC_PCT: -1}, [r.SOC_PCT]),
        ({PACK_MV: 655_351}, [r.PACK_MV]),
        ({CURRENT_MA: 1 << 23}, [r.CURRENT_MA]),
        ({CURRENT_MA: -(1 << 23) - 1}, [r.CURRENT_MA]),
        ({TEMP_MIN_DC: -2049, TEMP_MAX_DC: 0}, [r.TEMP_MIN_DC, r.TEMP_MAX_DC]),
        ({CELL_MIN_MV: 0, CELL_MAX_MV: 8192}, [r.CELL_MIN_MV, r.CELL_MAX_MV]),
    ],
)
def test_what_does_not_fit_is_unknown(figures, unknown):
    record = r.Record()
    record.take(pack_of(figures), True, False, 0)
    assert [i for i in unknown if not through(record).valid[i]] == unknown


def test_of_a_pack_that_is_not_believed_nothing_is_known():
    record = r.Record()
    pack = pack_of({SOC_PCT: 50})
    pack.raise_alarm(1)
    record.take(pack, True, True, 2)
    assert through(record).alarm and through(record).has_figures()
    record.take(pack, False, True, 2)
    back = through(record)
    assert not back.has_figures() and not back.alarm
    assert back.heater_on and back.heater_state == 2


@given(st.integers(0, r.MOST_S), st.integers(0, r.MOST_S), st.sampled_from([1, 2, 3]))
def test_a_mark_keeps_its_numbers(first, second, kind):
    record = r.Record()
    record.mark(kind, first, second)
    back = through(record)
    assert (back.kind, back.first, back.second) == (kind, first, second)


@given(st.integers(0, 8 * r.BYTES - 1), st.integers(1, 255))
def test_a_damaged_record_is_none(bit, pattern):
    record = r.Record()
    record.take(pack_of({SOC_PCT: 50, PACK_MV: 52_000}), True, False, 1)
    buf = bytearray(r.BYTES)
    record.pack(buf, 0)
    burst = pattern << bit  # any error within eight bits
    damaged = int.from_bytes(buf, "little") ^ burst & (1 << 8 * r.BYTES) - 1
    back = r.Record()
    back.time_s = 77
    good = unpack(back, damaged.to_bytes(r.BYTES, "little"), 0)
    assert good == (damaged == int.from_bytes(buf, "little"))
    assert good or back.time_s == 77


@pytest.mark.parametrize("byte", [0, 0xFF])
def test_empty_flash_is_no_record(byte):
    assert not unpack(r.Record(), bytes([byte]) * r.BYTES, 0)

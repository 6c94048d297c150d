"""The JK GPS-port dialect against frames put together by hand (tools/mp/frames.py)."""

import pytest

from host_tests.jk_gps_rig import everything, feed, listen, values
from tools import vocabulary
from tools.mp import frames

# What the wire's WHOLE means, worked out by hand where it is not value × multiplier.
WHOLE_VALUES = {
    "cell_mv": list(range(3300, 3316)),
    "mos_temp_dc": 210,
    "temps_dc": [190, 180],
    "current_ma": 12_340,
    "charge_on": True,
    "discharge_on": True,
    "balancing": False,
    "status_bit3": False,
    "alarms": [],
    "capacity_mah": 276_000,
    "device_id": "Input Us",
    "mfg_yymm": "2306",
    "sw_version": "11.XW_S11.262H_",
    "manufacturer_id": "Input UserdaSomebodysVan",
    # derived from the cells and sensors
    "cell_min_mv": 3300,
    "cell_max_mv": 3315,
    "cell_delta_mv": 15,
    "cell_avg_mv": 3308,
    "cell_min_index": 1,
    "cell_max_index": 16,
    "temp_min_dc": 180,
    "temp_max_dc": 190,
    "power_mw": 653_032,  # 52.92 V × 12.34 A = 653.0328 W
}


def plain(code, wire):
    """Returns {name: value} of a plain register."""
    row = next(row for row in frames.REGISTERS if row[0] == code)
    value = wire * row[4]
    is_bool = row[3] in SWITCHES
    return {row[3]: bool(value) if is_bool else value}


SWITCHES = {
    "balance_switch",
    "charge_switch",
    "discharge_switch",
    "special_charger",
    "current_cal_active",
}


def test_a_whole_reply_gives_every_figure_and_no_other():
    expected = dict(WHOLE_VALUES)
    for row in frames.REGISTERS:
        expected |= plain(row[0], frames.WHOLE[row[0]])
    assert values(listen(frames.whole())) == expected


@pytest.mark.parametrize("row", frames.REGISTERS, ids=lambda row: f"{row[0]:02X}")
def test_each_register_by_itself(row):
    code, size, signed, name, factor = row
    if name in SWITCHES:
        samples = (0, 1)
    else:
        # Bytes that differ from each other show a wrong order or offset.
        samples = (0, 1, {1: 97, 2: 0x1234, 4: 0x0001_0203}[size])
    for wire in samples + ((-1, -20, -0x1234) if signed else ()):
        got = values(listen(frames.single(code, wire)))
        assert got[name] == wire * factor, hex(code)
        assert isinstance(got[name], bool) == (name in SWITCHES)


@pytest.mark.parametrize(
    "code, wire, name",
    [
        (0x85, 101, "soc_pct"),
        (0x9D, 2, "balance_switch"),
        (0xAB, 255, "charge_switch"),
        (0x89, 0xFFFFFFFF, "cycle_capacity_mah"),  # over 2**30 mAh: no battery
        (0xB6, 0x7FFFFFFF, "runtime_s"),
    ],
)
def test_what_a_figure_cannot_be_is_unknown(code, wire, name):
    assert name not in values(listen(frames.whole({code: wire})))
    # ... also when a good figure was there before
    target = listen(frames.whole(), frames.single(code, wire))
    assert name not in values(target)


@pytest.mark.parametrize(
    "version, wire, current_ma",
    [
        (1, 0x80D0, 2080),
        (1, 0x0370, -8800),
        (1, 0x8000, 0),
        (1, 0x0000, 0),
        (1, 0xFFFF, 327_670),
        (1, 0x7FFF, -327_670),
        (0, 10_000, 0),
        (0, 9500, 5000),
        (0, 11_000, -10_000),
        (0, 65_535, -555_350),
        (None, 9500, 5000),
        (None, 11_000, -10_000),
        (2, 9500, None),
        (255, 0x80D0, None),
    ],
)
def test_current(version, wire, current_ma):
    got = values(listen(frames.whole({0x84: wire, 0xC0: version})))
    assert got.get("current_ma") == current_ma
    assert ("power_mw" in got) == (current_ma is not None)
    assert got["protocol_version"] == (version or 0)


def test_a_single_current_is_read_by_the_version_known_from_a_whole_reply():
    one = frames.single(0x84, 0x80D0)
    assert "current_ma" not in values(listen(one))  # nobody has told yet how it is coded
    assert values(listen(frames.whole({0xC0: 1}), one))["current_ma"] == 2080
    old = frames.whole({0xC0: None, 0x84: 10_000})
    assert values(listen(old, frames.single(0x84, 9500)))["current_ma"] == 5000
    target = listen(frames.whole({0xC0: 1}))
    target.reset()  # another unit may be there now
    feed(target, one)
    assert "current_ma" not in values(target)


def test_an_unknown_item_hides_what_follows_but_never_makes_a_wrong_current():
    whole = frames.whole()
    body = whole[11:-9]
    assert body[-2:] == b"\xc0\x01"
    cut = frames.frame(body[:-2] + b"\x88\x00" + body[-2:])  # 0x88 does not exist
    got = values(listen(cut))
    assert got["pack_mv"] == 52_920 and got["sw_version"] == "11.XW_S11.262H_"
    # Version 1's 12.34 A would be -240 A in version 0, which the missing item C0 stands for.
    assert "current_ma" not in got and "protocol_version" not in got and "power_mw" not in got
    target = listen(whole, cut)
    assert values(target)["current_ma"] == 12_340
    assert target.unknown_items == 1


@pytest.mark.parametrize("code", [0x00, 0x78, 0x7A, 0x7F, 0x88, 0x8D, 0xC1, 0xFF])
def test_an_item_that_does_not_exist(code):
    target = listen(frames.frame(bytes([0x85, 50, code]) + b"\x83\x14\xac"))
    assert values(target) == {"soc_pct": 50}
    assert target.unknown_items == 1
    target = listen(frames.frame(bytes([code]) + b"\x00\x85\x32"))
    assert values(target) == {} and target.framer.frames == 0 and target.framer.others == 1


# -- alarms and status bits -----------------------------------------------------------------------

ALARM_BITS = (
    "low_soc mos_overtemp pack_overvoltage pack_undervoltage battery_overtemp charge_overcurrent "
    "discharge_overcurrent cell_delta box_overtemp battery_undertemp cell_overvoltage "
    "cell_undervoltage afe_protection_a afe_protection_b"
).split()  # jk.md, table gps_alarms


@pytest.mark.parametrize("bit", range(16))
def test_alarms_bit_by_bit(bit):
    got = values(listen(frames.whole({0x8B: 1 << bit})))
    assert got["alarms"] == ALARM_BITS[bit : bit + 1]
    assert got["alarms_raw"] == 1 << bit


def test_all_alarms_and_then_none():
    target = listen(frames.whole({0x8B: 0xFFFF}))
    assert values(target)["alarms"] == ALARM_BITS
    feed(target, frames.whole())
    assert values(target)["alarms"] == []


def test_absent_alarms_are_unknown_not_none():
    assert "alarms" not in values(listen(frames.whole({0x8B: None})))


@pytest.mark.parametrize("bit, name", list(enumerate(["charge_on", "discharge_on", "balancing"])))
def test_status_bits(bit, name):
    for word in (1 << bit, 0xFFFF):
        assert values(listen(frames.whole({0x8C: word})))[name] is True
    for word in (0, 0xFFFF ^ 1 << bit):
        assert values(listen(frames.whole({0x8C: word})))[name] is False


def test_switches_are_not_the_state_of_the_mosfets():
    got = values(listen(frames.whole({0x8C: 0, 0xAB: 1, 0xAC: 1, 0x9D: 1})))
    assert (got["charge_on"], got["discharge_on"], got["balancing"]) == (False, False, False)
    assert (got["charge_switch"], got["discharge_switch"], got["balance_switch"]) == (True,) * 3


# -- cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", range(33))
def test_0_to_32_cells(count):
    millivolts = [3000 + 7 * i for i in range(count)]
    got = values(listen(frames.whole({0x79: millivolts, 0x8A: count})))
    assert got.get("cell_mv", []) == millivolts
    assert ("cell_min_mv" in got) == bool(count)


@pytest.mark.parametrize(
    "data",
    [
        frames.cells([3300] * 33),
        frames.cells([3300] * 3, first=0),
        frames.cells([3300], first=33),
        b"\x06" + b"\x02\x0c\xe4" + b"\x01\x0c\xe4",  # out of order
        b"\x06" + b"\x01\x0c\xe4" * 2,  # one twice
        b"\x04\x01\x0c\xe4\x02",  # not in groups of three
        b"\x09\x01\x0c\xe4",  # runs into the items that follow
        b"\xff",
    ],
)
def test_cells_that_cannot_be(data):
    target = listen(frames.whole())
    before = everything(target)
    assert feed(target, frames.whole({0x79: data})) == 0
    assert target.framer.bad_frame >= 1
    assert everything(target) == before


def test_cells_are_kept_by_physical_position():
    data = b"\x06" + b"\x01\x0c\xe4" + b"\x03\x0c\xe5"
    assert values(listen(frames.whole({0x79: data})))["cell_mv"] == [3300, 0, 3301]


def test_capacity_is_the_actual_one_or_else_the_nominal_one():
    assert values(listen(frames.whole({0xB9: 0})))["capacity_mah"] == 280_000
    assert values(listen(frames.whole({0xB9: None})))["capacity_mah"] == 280_000
    assert "capacity_mah" not in values(listen(frames.whole({0xB9: 0, 0xAA: 0})))


def test_alarm_numbers_are_the_bits_of_the_word():
    for bit, name in enumerate(ALARM_BITS):
        assert vocabulary.ALARMS[bit] == name

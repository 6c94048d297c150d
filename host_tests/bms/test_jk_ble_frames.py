"""JK over BLE: figures, settings, foreign bytes inside of frames, floats without floats."""

import random
import struct

import pytest

from bms import check
from bms.jk.ieee754 import INVALID, f32le, f64le
from bms.jk.jk_ble import JkBle
from host_tests.bms.jk_ble_rig import jk04_status, knowing, patched, settings_frame
from host_tests.dialects import feed, reachable, start, values, why_withheld
from tools.mp.samples import JK_ACK, jk02_status, jk300, jk_device

# -- figures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("generation, temps", [(11, 2), (13, 2), (14, 4), (19, 4)])
def test_sensors_by_generation(generation, temps):
    dialect = knowing(generation)
    absent = (-2000).to_bytes(2, "little", signed=True)
    feed(
        dialect, patched({164: absent, 144: absent, 256: (-55).to_bytes(2, "little", signed=True)})
    )
    assert values(dialect)["temps_dc"] == [195, None, -55, 0][:temps]
    assert "mos_temp_dc" not in values(dialect)


def test_heater_current_counts_only_while_the_heater_is_on():
    dialect = knowing(11)
    feed(dialect, patched({236: b"\x2c\x17"}))
    assert values(dialect)["heating"] is False and values(dialect)["heating_ma"] == 0
    feed(dialect, patched({236: b"\x2c\x17", 215: b"\x01"}))
    assert values(dialect)["heating"] is True and values(dialect)["heating_ma"] == 0x172C
    narrow = knowing(10)
    feed(narrow, jk02_status())
    assert "heating_ma" not in values(narrow)


def test_a_charger_is_only_ever_seen_present():
    dialect = knowing(15)
    feed(dialect, patched({245: b"\x01"}))
    assert values(dialect)["charger_present"] is True
    feed(dialect, patched({}))
    assert "charger_present" not in values(dialect)  # 0 also while a charger charges


def test_alarms_of_both_layouts():
    dialect = knowing(11)
    feed(dialect, patched({166: b"\x00\x02\x08\x10"}))
    shown = values(dialect)
    assert set(shown["alarms"]) == {"charge_undertemp", "change_password", "gps_remote_lock"}
    assert shown["alarms_raw"] == 0x10080200
    feed(dialect, patched({166: b"\xff\xff\xff\xff"}))
    assert values(dialect)["alarms_raw"] == 0xFFFFFFFF
    assert len(values(dialect)["alarms"]) == 29
    narrow = knowing(10)
    feed(narrow, patched({136: b"\x00\x02"}, wide=False))
    assert values(narrow)["alarms"] == ["charge_undertemp"]


def test_power_has_the_sign_of_the_current():
    dialect = knowing(10)
    feed(dialect, jk02_status(3300, 50, -2000))
    assert values(dialect)["power_mw"] < 0
    feed(dialect, jk02_status(3300, 50, 2000))
    assert values(dialect)["power_mw"] == values(dialect)["pack_mv"] * 2


def test_a_mask_with_a_gap_keeps_positions():
    dialect = knowing(10)
    frame = patched(
        {54: b"\xfd", 8: b"\0\0", 118: (8 * 3300 + 28 - 3301).to_bytes(4, "little")}, False
    )
    assert feed(dialect, frame) == 1
    assert values(dialect)["cell_mv"][:3] == [3300, 0, 3302]


def test_a_mask_beyond_the_layout_is_no_mask():
    dialect = knowing(10)
    feed(dialect, jk02_status())
    assert feed(dialect, patched({54: b"\xff\0\0\x80"}, wide=False)) == 1  # the sum still fits
    assert values(dialect)["cell_mv"] == [3300 + i for i in range(8)]


def test_an_empty_cell_list_is_survived():
    nothing = {6: bytes(16), 70: bytes(4), 150: bytes(4), 158: bytes(4)}
    dialect = knowing(19)
    assert feed(dialect, patched(nothing)) == 1 and not dialect.frames.proven
    assert values(dialect)["cell_mv"] == [] and "cell_min_mv" not in values(dialect)
    assert check.judge(dialect.pack) == check.CELL_COUNT


# -- settings -------------------------------------------------------------------------------------


def test_heater_temperatures_only_where_the_unit_offers_them():
    heater = {284: b"\xfb", 285: b"\x07"}
    frame = bytearray(settings_frame())
    for offset, data in heater.items():
        frame[offset : offset + 1] = data
    frame[282] = 1
    frame[299] = sum(frame[:299]) & 0xFF
    device = bytearray(jk_device(b"JK_PB2A16S20P", b"15A", b"15.41"))
    for offered in (False, True):
        device[150 + (0x37 >> 3)] = (0x80 if offered else 0) | 0x01  # 0x37 and 0x38 are neighbours
        device[150 + (0x38 >> 3)] = 0x01 if offered else 0
        device[299] = sum(device[:299]) & 0xFF
        dialect = start(JkBle)
        assert feed(dialect, bytes(device), bytes(frame)) == 2
        shown = values(dialect)
        assert shown["heating_switch"] is True
        assert shown.get("heating_start_dc") == (-50 if offered else None)
        assert shown.get("heating_stop_dc") == (70 if offered else None)


@pytest.mark.parametrize("wrong", [{"o10": 10_001}, {"o98": 2001}, {"o118": 2}, {"o114": 33}])
def test_insane_settings_are_rejected_whole(wrong):
    dialect = knowing(10)
    assert feed(dialect, settings_frame(**wrong)) == 0
    assert dialect.framer.bad_frame == 1 and values(dialect) == {}


def test_negative_thresholds():
    dialect = knowing(10)
    feed(dialect, settings_frame(o98=-200, o102=-100))
    shown = values(dialect)
    assert (shown["charge_utp_dc"], shown["charge_utpr_dc"]) == (-200, -100)


# -- foreign bytes --------------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [b"AT\r\n", JK_ACK, b"AT\r\nAT\r\n", JK_ACK + b"AT\r\n"])
def test_foreign_bytes_at_every_place_inside_a_frame(noise):
    frame = jk02_status()
    for at in range(4, len(frame) - len(noise) + 1):
        dialect = knowing(10)
        assert feed(dialect, frame[:at], noise, frame[at:], jk02_status(3400)) == 2, at
        assert values(dialect)["cell_mv"][0] == 3400


def test_a_lost_notification_is_noticed_even_if_the_sum_fits():
    frame = jk02_status()
    for lost in range(20, 300, 20):
        broken = frame[:lost] + frame[lost + 20 :]
        last = bytearray(jk02_status(3400))
        # The next frame's first 20 bytes end the window: its counter makes the sum right.
        last[5] = 0
        last[5] = (last[19] - sum(broken) - sum(last[:19])) & 0xFF
        window = broken + bytes(last[:20])
        assert sum(window[:299]) & 0xFF == window[299]
        last[299] = sum(last[:299]) & 0xFF
        dialect = knowing(10)
        feed(dialect, window, bytes(last[20:]))
        assert dialect.framer.frames == 1 and values(dialect)["cell_mv"][0] == 3400


def test_whole_notifications_between_the_pieces_of_a_frame():
    frame = jk02_status()
    dialect = knowing(10)
    for at in range(0, 300, 20):
        feed(dialect, frame[at : at + 20])
        if at % 60 == 0:
            feed(dialect, b"AT\r\n")
    assert dialect.framer.frames == 1 and values(dialect)["cell_count"] == 8


# -- floats without floats ------------------------------------------------------------------------


def test_ieee754_against_struct():
    rng = random.Random(754)
    for _ in range(20_000):
        value = rng.choice((rng.uniform(-6, 6), rng.uniform(0, 0.01), rng.uniform(-2000, 2000)))
        raw = struct.pack("<f", value)
        exact = struct.unpack("<f", raw)[0]
        for scale in (1000, 64_000):
            assert abs(f32le(raw, 0, scale) - exact * scale) <= 0.5
        assert abs(f64le(struct.pack("<d", value), 0, 1000) - value * 1000) <= 0.7


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e10", "-5000"])
def test_floats_that_are_no_figures(value):
    for form, read in (("<f", f32le), ("<d", f64le)):
        assert read(struct.pack(form, float(value)), 0, 1000) == INVALID
    volts = (3.3, float(value), 3.3)
    assert feed(knowing(3), jk04_status(volts, pack=9.9)) == 0


def test_tiny_floats_are_zero():
    for value in (0.0, -0.0, 1e-40, 1e-12):
        assert f32le(struct.pack("<f", value), 0, 1000) == 0
        assert f64le(struct.pack("<d", value), 0, 1000) == 0


def test_jk04_publishes_no_more_than_it_knows():
    dialect = knowing(3)
    assert feed(dialect, jk04_status((3.3015,) * 16, action=2)) == 1
    shown = values(dialect)
    assert shown["pack_mv"] == 52_824 and shown["balancing"] is True
    assert shown["balance_current_ma"] == -762 and shown["runtime_s"] == 752
    assert not {"current_ma", "soc_pct", "temps_dc", "charge_on", "power_mw"} & set(shown)


def test_jk04_is_proven_by_its_own_pack_voltage():
    dialect = knowing(3)
    lost = jk04_status(pack=3.0)  # as after a change of the number of cells
    assert feed(dialect, lost) == 0 and why_withheld(dialect) == "contradiction"
    assert feed(dialect, jk04_status(), lost) == 2


# -- what stands from frame to frame --------------------------------------------------------------


def test_no_passcode_is_kept():
    dialect = start(JkBle)
    secret = {at: b"pass%04d" % at for at in (62, 97, 118, 134, 230)}  # jk.md §3.8, and spare
    told = {6: b"JK-PB2A16S20P", 22: b"15A", 30: b"15.41"}
    feed(dialect, jk300(3, told | secret), jk300(1, secret), jk300(3, told | secret))
    feed(dialect, jk02_status(wide=True))
    assert dialect.framer.frames == 3
    assert any(b"JK-PB2A16S20P" in place for place in reachable(dialect, set()))
    assert not any(b"pass0" in place for place in reachable(dialect, set()))


@pytest.mark.parametrize("at", [79, 80, 81, 143, 144, 199, 200, 250, 298])
def test_what_stands_is_still_summed(at):
    dialect = knowing(15)
    good = patched({})
    wrong = bytearray(good)
    wrong[at] ^= 0x10
    other = patched({at: bytes([wrong[at]])})  # the same byte, with the sum to it
    assert feed(dialect, good, good) == 2
    assert feed(dialect, bytes(wrong), bytes(wrong)) == 0
    assert feed(dialect, good) == 1
    before = dialect.framer.bad_checksum
    feed(dialect, other)
    assert dialect.framer.bad_checksum == before


def test_alarms_are_raised_again_after_a_pack_was_cleared():
    dialect = knowing(11)
    raised = patched({166: b"\x00\x02\x00\x00"})
    feed(dialect, raised)
    dialect.pack.clear()
    feed(dialect, raised)
    assert values(dialect)["alarms"] == ["charge_undertemp"]

"""Figures that owners ask for, with captured frames that show them; jk.md §3.6, ant.md §2.4."""

import struct

import pytest

from bms import pack as p
from bms.jk.jk_ble import JkBle
from host_tests.dialects import feed, load, start
from tools import decode
from tools.mp.samples import jk02_status, jk300, jk_device

SETTINGS = {10: b"\xf0\x0a\0\0", 18: b"\x42\x0e\0\0", 114: b"\x08\0\0\0"}


def frames(shared, folder, name):
    """Returns the values of each frame of a capture, as the tool prints them."""
    path = shared / "captures" / folder / f"{name}.json"
    result = decode.decode(decode.capture.load(path), load(path)["protocol"])
    return [values for _, values in result.frames]


def unit(*fed):
    """Returns the pack of a unit of software 15 that was fed some frames."""
    dialect = start(JkBle)
    feed(dialect, jk_device(b"JK-PB2A16S20P", b"15A", b"15.41"), *fed)
    return dialect.pack


def status(**bytes_at):
    """Returns a status of the wide layout with some bytes of its own, by `at_OFFSET`."""
    frame = bytearray(jk02_status(wide=True))
    for name, value in bytes_at.items():
        at = int(name.removeprefix("at_"))
        frame[at : at + len(value)] = value
    frame[299] = sum(frame[:299]) & 0xFF
    return bytes(frame)


def test_the_wires_and_which_of_them_is_bad(shared):
    (values,) = frames(shared, "jk", "jk02_32s_status_jk_b2a20s20p_11_288h_heatfaker")
    assert values["bad_wire"] == 1 and values["bad_wires"] == [1, 2]
    assert "wire_resistance" in values["alarms"] and len(values["cell_res_mohm"]) == 2


@pytest.mark.parametrize(
    "folder, name, cells",
    [
        ("jk", "jk02_32s_status_jk_b2a20s20p_11_288h_heatfaker", {"wire_resistance": 1}),
        ("ant", "old_status_16s_legacy_ovp_balancing", {"cell_overvoltage": 12}),
        ("ant", "new_status_20s_24cbub_standby_ext14", {"cell_overvoltage": 6}),
        ("ant", "new_status_14s_uart_ovp_1", None),  # all its cells are alike
        ("ant", "new_status_16s_16zm_idle_cold", None),
    ],
)
def test_the_cell_that_an_alarm_is_about(shared, folder, name, cells):
    (values,) = frames(shared, folder, name)
    assert values.get("alarm_cells") == cells


@pytest.mark.parametrize("mask, cell", [(0, None), (1, 1), (0x8000, 16), (1 << 31 | 1 << 20, 21)])
def test_the_first_bad_wire(mask, cell):
    assert unit(status(at_146=struct.pack("<I", mask))).get(p.BAD_WIRE) == cell


def test_emergency_mode_and_what_is_left_of_it():
    assert unit(status()).get(p.EMERGENCY_S) == 0
    assert unit(status(at_218=b"\x08\x07")).get(p.EMERGENCY_S) == 1800


@pytest.mark.parametrize("phase", [0, 1, 2, 3, 255])
def test_the_phase_of_charging(phase):
    pack = unit(status(at_280=bytes([phase])))
    assert pack.get(p.CHARGE_PHASE) == (phase if phase < 3 else None)


def test_older_software_has_no_phase_of_charging():
    dialect = start(JkBle)
    feed(dialect, jk_device(b"JK_PB2A16S15P", b"14.XA", b"14.20"), status())
    assert not dialect.pack.has(p.CHARGE_PHASE) and dialect.pack.has(p.EMERGENCY_S)


def test_the_switches_that_endanger():
    pack = unit(jk300(1, SETTINGS | {282: b"\x06"}))
    assert pack.get(p.TEMP_SENSORS_DISABLED) == 1 and pack.get(p.GPS_HEARTBEAT) == 1
    pack = unit(jk300(1, SETTINGS | {282: b"\x01"}))
    assert pack.get(p.TEMP_SENSORS_DISABLED) == 0 and pack.get(p.GPS_HEARTBEAT) == 0


def test_the_voltages_that_a_jk_requests():
    pack = unit(jk300(1, SETTINGS | {38: struct.pack("<II", 3450, 3350)}))
    assert (pack.get(p.RCV_MV), pack.get(p.RFV_MV)) == (3450, 3350)
    assert not unit(jk300(1, SETTINGS)).has(p.RCV_MV)


def test_totals_times_and_mos_of_an_ant_in_words(shared):
    (values,) = frames(shared, "ant", "new_status_16s_16zm_idle_cold")
    total = values["charged_mah"] + values["discharged_mah"]
    assert abs(total // 2 - values["cycle_capacity_mah"]) <= 1  # as ant.md has checked
    assert values["charge_time_s"] < values["runtime_s"] > values["discharge_time_s"]
    assert values["charge_mos"] == values["discharge_mos"] == "on"
    assert values["balanced_cells"] == []
    (values,) = frames(shared, "ant", "old_status_14s_m2019_1")
    assert values["charge_mos"] == "on" and values["balanced_cells"] == []

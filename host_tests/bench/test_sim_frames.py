"""Frames of the simulated BMSs: by hand, by the protocol pages, and against real ones."""

import json
import struct
import types

import pytest

from tools.bench.bms import ant_frame, jk_ble_frame, jk_display_frame, jk_modbus_frame
from tools.bench.bms.ant_new_sim import AntNewSim
from tools.bench.bms.ant_old_sim import AntOldSim
from tools.bench.bms.jk_modbus_sim import JkModbusSim
from tools.bench.bms.picture import Picture
from tools.plant import Plant


@pytest.fixture
def plant():
    plant = Plant(temp_c=-3.6)
    plant.charger_on = True
    plant.step(20)
    return plant


@pytest.fixture
def picture(plant):
    return Picture(plant)


def capture(shared, name):
    found = json.loads((shared / "captures" / f"{name}.json").read_text())
    return bytes.fromhex("".join(found["chunks"])), found["expected"]


def ask(sim, text, t_us=1_000_000):
    """Returns the whole reply to a request in hexadecimal, b"" for none."""
    sim.receive(bytes.fromhex(text), t_us)
    return sim.take(t_us + 4_000_000)


# -- the picture ----------------------------------------------------------------------------------


def test_a_picture_keeps_what_the_plant_was(plant):
    picture = Picture(plant)
    then = list(plant.cell_mv)
    plant.set_soc(10)
    plant.bms.charge_switch = False
    assert picture.cell_mv == then and picture.soc_pct == 60 and picture.bms.charge_switch


def test_temperatures_in_three_resolutions(picture):
    assert picture.temps_dc == [-40, -40]
    assert picture.temps_fine_dc == [-36, -36]
    assert picture.temps_cut_dc == [-30, -30]
    assert "battery_undertemp" in picture.alarms


def test_an_absent_sensor_is_absent_in_all_of_them(plant):
    plant.sensor_absent = (1,)
    picture = Picture(plant)
    for temps in (picture.temps_dc, picture.temps_fine_dc, picture.temps_cut_dc):
        assert temps[0] is not None and temps[1] is None


# -- the display port -----------------------------------------------------------------------------


def test_display_frames_by_hand(picture):
    assert jk_display_frame.register(b"\xa5\x5a", 1, 0) == bytes.fromhex("a55a03800100")
    assert jk_display_frame.words(b"\x5a\xa5", 0x100E, [4]) == bytes.fromhex("5aa50582100e0004")
    colours = jk_display_frame.colours(picture, b"\xa5\x5a", 24)
    cells = picture.cell_mv
    assert colours[cells.index(max(cells))][-2:] == b"\x00\x1f"
    assert colours[cells.index(min(cells))][-2:] == b"\xf8\x00"
    assert colours[16] == bytes.fromhex("a55a058221030000")


def test_display_rounds_are_as_long_as_the_page_says(picture):
    assert sum(map(len, jk_display_frame.a55a_cycle(picture))) == 294
    frames = jk_display_frame.pb_cycle(picture)
    assert sum(map(len, frames)) == 1406
    assert len(frames) == 128 and all(frame[2] + 3 == len(frame) for frame in frames)


def test_a_real_display_status_byte_by_byte(shared):
    raw, expected = capture(shared, "jk/jk_display_status_a55a_13s_1")
    bms = types.SimpleNamespace(balance_switch=expected["balance_switch"])
    picture = types.SimpleNamespace(
        bms=bms,
        alarms=(),
        mos_cut_dc=expected["mos_temp_dc"],
        temps_cut_dc=[expected["temp1_dc"]],
        **{
            name: expected[name]
            for name in ("cell_mv", "pack_mv", "current_ma", "soc_pct", "charge_on")
        },
        discharge_on=expected["discharge_on"],
    )
    assert jk_display_frame.status(picture) == raw


@pytest.mark.parametrize("which, lagging", [(1000, [26, 34]), (1210, [46])])
def test_real_blocks_of_the_pb_series(shared, which, lagging):
    """But for a statistic of an earlier scan and a step of an animation, `lagging`."""
    raw, _ = capture(shared, f"jk/jk_display_status_5aa5_vp{which}_1")
    cells = [0xCC9, 0xCC9, 0xCC8, 0xCC6, 0xCC9, 0xCC9, 0xCC8, 0xCCB]
    cells += [0xCCA, 0xCCB, 0xCC9, 0xCC9, 0xCC6, 0xCC8, 0xCC9, 0xCC6]
    picture = types.SimpleNamespace(
        cell_mv=cells,
        pack_mv=52_360,
        current_ma=-6300,
        soc_pct=75,
        capacity_mah=280_000,
        remaining_mah=208_700,
        temps_cut_dc=[200 if which == 1000 else 190],
    )
    build = jk_display_frame.totals if which == 1000 else jk_display_frame.cells_block
    ours = build(picture)
    assert len(ours) == len(raw) and ours[:6] == raw[:6]
    assert [i for i in range(6, len(raw), 2) if ours[i : i + 2] != raw[i : i + 2]] == lagging


# -- Modbus ---------------------------------------------------------------------------------------


def test_acknowledgements_of_the_page():
    for register, text in (
        (0x1620, "03101620000105a9"),
        (0x161E, "0310161e00016465"),
        (0x161C, "0310161c0001c5a5"),
    ):
        assert jk_modbus_frame.acknowledgement(3, register) == bytes.fromhex(text)


def test_a_trigger_brings_frame_filler_and_acknowledgement(plant):
    reply = ask(JkModbusSim(plant, address=3), "03101620000102 0000cf91")
    assert len(reply) == 310 and reply[:6] == bytes.fromhex("55aaeb900201")
    assert sum(reply[:299]) & 0xFF == reply[299]
    assert reply[300:] == bytes.fromhex("00 03101620000105a9 00")
    assert struct.unpack_from("<16H", reply, 6) == tuple(plant.cell_mv)


def test_real_modbus_replies_have_the_same_outline(plant, shared):
    for kind, trigger in (("status", 0x20), ("settings", 0x1E), ("device", 0x1C)):
        raw, _ = capture(shared, f"jk/jk_modbus_{kind}_pb2a16s20p_15_41")
        request = jk_modbus_frame.closed(bytes((3, 16, 0x16, trigger, 0, 1, 2, 0, 0)))
        ours = ask(JkModbusSim(plant, address=3), request.hex())
        assert len(ours) == len(raw) and ours[:5] == raw[:5] and ours[300:] == raw[300:]


def test_registers_are_big_endian_at_base_plus_offset(plant):
    sim = JkModbusSim(plant)
    reply = ask(sim, "0103129000 02c15e")
    assert reply[:3] == b"\x01\x03\x04"
    assert int.from_bytes(reply[3:7], "big") == sum(plant.cell_mv)
    plant.bms.charge_utp_dc = -50
    reply = ask(sim, jk_modbus_frame.closed(bytes.fromhex("0103105c0004")).hex(), 9_000_000)
    assert struct.unpack(">ii", reply[3:11]) == (-50, 50)
    reply = ask(sim, jk_modbus_frame.closed(bytes.fromhex("010312000001")).hex(), 19_000_000)
    assert struct.unpack(">H", reply[3:5]) == (plant.cell_mv[0],)


def test_registers_of_a_real_frame(shared):
    raw, expected = capture(shared, "jk/jk_modbus_status_pb2a16s20p_15_41")
    data = jk_modbus_frame.registers(raw[:300], jk_ble_frame.STATUS)
    assert struct.unpack_from(">I", data, 0x90)[0] == expected["pack_mv"]
    assert struct.unpack_from(">i", data, 0x98)[0] == expected["current_ma"]
    assert data[0xA7] == expected["soc_pct"]


def test_writes_and_errors_on_the_bus(plant):
    sim = JkModbusSim(plant)
    write = jk_modbus_frame.closed(bytes.fromhex("01101074000204 00000000"))
    assert ask(sim, write.hex()) == jk_modbus_frame.acknowledgement(1, 0x1074, 2)
    assert plant.bms.discharge_switch is False
    bad = jk_modbus_frame.closed(bytes.fromhex("01101604000204 00000001"))
    assert ask(sim, bad.hex(), 9_000_000) == jk_modbus_frame.closed(b"\x01\x90\x02")
    many = jk_modbus_frame.closed(bytes.fromhex("010312000080"))
    assert ask(sim, many.hex(), 19_000_000) == jk_modbus_frame.closed(b"\x01\x83\x03")


def test_a_unit_answers_its_own_address_only(plant):
    sim = JkModbusSim(plant, address=2)
    assert ask(sim, "011016200001020000d6f1") == b"" and sim.requests == 1


# -- ANT ------------------------------------------------------------------------------------------


def test_new_frames_by_hand():
    assert ant_frame.new_frame(0x61, 7, b"\x01\x00") == bytes.fromhex("7ea1610700020100b62baa55")
    segment = ant_frame.result(ant_frame.NO_PERMISSION, bytes.fromhex("4e120900"))
    assert segment == bytes.fromhex("ff0100044e120900")


def test_every_request_of_the_page_is_understood(shared, plant):
    new = AntNewSim(plant)
    old = AntOldSim(plant)
    seen = 0
    for request in json.loads((shared / "captures" / "ant_requests.json").read_text()):
        data = bytes.fromhex(request["hex"])
        sim = new if request["protocol"] == "ant_new" else old
        if request["protocol"] not in ("ant_new", "ant_old"):
            continue
        seen += 1
        while data:
            size = sim.cut(data)
            assert size > 0, request["name"]
            data = data[size:]
    assert seen > 20


@pytest.mark.parametrize("sensors, size", [(2, 152), (4, 156)])
def test_a_status_is_as_long_as_the_page_says(plant, sensors, size):
    reply = ask(AntNewSim(plant, sensors=sensors), "7ea1010000be1855aa55")
    assert len(reply) == size and reply[5] == size - 10
    assert ant_frame.crc16(reply[1:-4]) == struct.unpack_from("<H", reply, size - 4)[0]


def test_the_real_cold_status_has_the_same_outline(plant, shared):
    raw, _ = capture(shared, "ant/new_status_16s_16zm_idle_cold")
    ours = ask(AntNewSim(plant), "7ea1010000be1855aa55")
    assert len(ours) == len(raw)
    assert [ours[i] for i in (2, 3, 4, 5, 8, 9)] == [raw[i] for i in (2, 3, 4, 5, 8, 9)]
    assert struct.unpack_from("<H", ours, 6 + 64 + 60) == struct.unpack_from("<H", raw, 130)


@pytest.mark.parametrize(
    "name, request_",
    [
        ("new_settings_temp_44", "7ea10238002c1871aa55"),
        ("new_device_16zm", "7ea1026c022058c4aa55"),
        ("new_settings_unauthorised_block", "7ea10200003499b6aa55"),
        ("new_counters_merve", "7ea105000028990baa55"),
        ("new_id_24bha0tb120a", "7ea10400000c98ecaa55"),
    ],
)
def test_replies_have_the_outline_of_real_ones(plant, shared, name, request_):
    raw, _ = capture(shared, f"ant/{name}")
    sim = AntNewSim(plant, level=1 if "unauthorised" in name else 5)
    ours = ask(sim, request_)
    assert len(ours) == len(raw) and ours[:6] == raw[:6]
    assert ours[6 + raw[5] + 2 :] == raw[6 + raw[5] + 2 :]  # the result, its CRC, the end
    if "unauthorised" in name:
        assert ours == raw


def test_an_old_status_adds_up(plant, shared):
    raw, _ = capture(shared, "ant/old_status_16s_m2021_5a5a_1")
    ours = ask(AntOldSim(plant), "5a5a00000101")
    assert len(ours) == len(raw) == 140 and ours[:4] == raw[:4]
    assert sum(ours[4:138]) & 0xFFFF == struct.unpack_from(">H", ours, 138)[0]
    assert ours[123] == raw[123] == 16
    assert struct.unpack_from(">4h", ours, 95) == (-4, -4, -40, -40)
    assert ours[103] == 0  # too cold to charge, for which this board has no code

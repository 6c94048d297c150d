"""What each dialect's writer sends, byte for byte as the protocol pages print it."""

import pytest

from bms import catalog, writer
from bms import pack as p
from bms.catalog import create_writer
from bms.jk.jk_ble import JkBle
from bms.jk.jk_frames import JK02_24S, JK02_32S, JK04, UNKNOWN
from bms.pack import PackState
from host_tests.command_rig import NAMES, REASONS
from host_tests.dialects import feed, start
from tools.mp import frames
from tools.mp.samples import ant_frame, crc16, jk02_status, jk_device

ALL = tuple(range(256))


def sent(unit, name, value, hear=lambda frame: None):
    """Returns what a writer sends for a command, frame after frame, in hexadecimal."""
    unit.start(NAMES.index(name), value)
    found = []
    out = bytearray(b"\xee" * 32)
    while True:
        n = unit.put(out)
        assert out[n:] == b"\xee" * (32 - n)
        if n == 0:
            return found
        found.append(out[:n].hex())
        hear(bytes(out[:n]))
        out[:] = b"\xee" * 32


def writer_of(name, password=b""):
    return create_writer(catalog.create(name, PackState(), 512, 1000), password)


# -- JK, GPS port: table gps_requests -------------------------------------------------------------

PASSWORD_00 = "4e5700140000000005020000" + "00000000006800000128"


@pytest.mark.parametrize(
    "name, value, wire",
    [
        ("charge_switch", 0, "4E 57 00 14 00 00 00 00 02 03 00 AB 00 00 00 00 00 68 00 00 01 D1"),
        ("charge_switch", 1, "4E 57 00 14 00 00 00 00 02 03 00 AB 01 00 00 00 00 68 00 00 01 D2"),
        ("discharge_switch", 0, "4E570014000000000203 00AC000000000068000001D2"),
        ("discharge_switch", 1, "4E570014000000000203 00AC010000000068000001D3"),
        ("charge_utp_dc", 0, "4E570015000000000203 00A500000000000068000001CC"),
        ("charge_utp_dc", -50, "4E570015000000000203 00A5FFFB0000000068000003C6"),
        ("charge_utpr_dc", 50, "4E570015000000000203 00A600050000000068000001D2"),
        ("balance_switch", 1, "4E570014000000000203 009D010000000068000001C4"),
    ],
)
def test_jk_gps(name, value, wire):
    unit = writer_of("jk_gps")
    assert sent(unit, name, value) == [PASSWORD_00, bytes.fromhex(wire).hex()]


@pytest.mark.parametrize("value", [-300, 200])
def test_jk_gps_at_the_bounds(value):
    (_, wire) = sent(writer_of("jk_gps"), "charge_utp_dc", value)
    assert wire == frames.request(2, 0xA5, frames.big(value // 10, 2)).hex()


def test_jk_gps_commands_as_captured(shared):
    from host_tests.dialects import load

    for name, wish in (("charge_on", 1), ("charge_off", 0)):
        capture = load(shared / "captures" / "jk" / f"jk_gps_command_{name}.json")
        (_, wire) = sent(writer_of("jk_gps"), "charge_switch", wish)
        assert wire == "".join(capture["chunks"]).lower()
    capture = load(shared / "captures" / "jk" / "jk_gps_command_password_00.json")
    assert PASSWORD_00 == "".join(capture["chunks"]).lower()


# -- JK over BLE: table ble_commands --------------------------------------------------------------


def ble(variant, offered=ALL, proven=True):
    """Returns the writer of a unit of a variant that offers registers."""
    dialect = start(JkBle)
    dialect.frames.variant = variant
    dialect.frames.proven = proven
    for register in offered:
        dialect.frames.capabilities[register >> 3] |= 1 << (register & 7)
    return create_writer(dialect, b"")


@pytest.mark.parametrize(
    "variant, name, value, command",
    [
        (JK02_32S, "charge_switch", 1, "1d0401000000|9c"),
        (JK02_24S, "charge_switch", 0, "1d0400000000|9b"),
        (JK02_32S, "discharge_switch", 1, "1e0401000000|9d"),
        (JK02_24S, "balance_switch", 0, "1f0400000000|9d"),
        (JK04, "balance_switch", 1, "6c0101|e8"),
        (JK02_32S, "heating_switch", 1, "270401000000|a6"),
        (JK02_32S, "heating_switch", 0, "270400000000|a5"),
        (JK02_24S, "charge_utp_dc", -100, "18049cffffff|2f"),
        (JK02_32S, "charge_utpr_dc", 50, "190432000000|c9"),
        (JK02_32S, "heating_start_dc", 30, "370103|b5"),
        (JK02_32S, "heating_stop_dc", 70, "380107|ba"),
        (JK02_32S, "heating_start_dc", -50, "3701fb|ad"),
    ],
)
def test_jk_ble(variant, name, value, command):
    unit = ble(variant)
    assert unit.refusal(NAMES.index(name)) == writer.NONE
    (wire,) = sent(unit, name, value)
    head, _, checksum = command.partition("|")
    assert wire == ("aa5590eb" + head).ljust(38, "0") + checksum


@pytest.mark.parametrize(
    "unit, name, reason",
    [
        (ble(JK02_32S, proven=False), "charge_switch", "not_proven"),
        (ble(UNKNOWN), "charge_switch", "not_proven"),
        (ble(JK02_24S), "heating_switch", "unsupported"),
        (ble(JK02_24S), "heating_start_dc", "unsupported"),
        (ble(JK04), "charge_utp_dc", "unsupported"),
        (ble(JK04), "charge_switch", "unsupported"),
        (ble(JK02_32S, offered=()), "charge_switch", "not_offered"),
        (ble(JK02_32S, offered=(0x1D,)), "heating_switch", "not_offered"),
        (ble(JK02_32S), "save", "unsupported"),
    ],
)
def test_jk_ble_refusals(unit, name, reason):
    assert REASONS[unit.refusal(NAMES.index(name))] == reason


def test_the_bitmap_of_a_real_frame_decides():
    device = bytearray(jk_device(b"JK_B2A8S20P", b"11.XW", b"11.17"))
    device[150 + 3] = 0x20  # 0x1D only
    device[299] = sum(device[:299]) & 0xFF
    dialect = start(JkBle)
    unit = create_writer(dialect, b"")
    feed(dialect, bytes(device))
    assert unit.refusal(writer.CHARGE) == writer.NOT_PROVEN
    feed(dialect, jk02_status(wide=True))
    assert unit.refusal(writer.CHARGE) == writer.NONE
    assert unit.refusal(writer.HEATING) == writer.NOT_OFFERED
    dialect.reset()
    assert unit.refusal(writer.CHARGE) == writer.NOT_PROVEN


# -- JK Modbus, §4.2 ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, value, request_",
    [
        ("discharge_switch", 1, "0110107400020400000001"),
        ("charge_switch", 0, "0110107000020400000000"),
        ("balance_switch", 1, "0110107800020400000001"),
        ("charge_utp_dc", -55, "0110105c000204ffffffc9"),
        ("charge_utpr_dc", 50, "0110106000020400000032"),
    ],
)
def test_jk_modbus(name, value, request_):
    unit = writer_of("jk_modbus")
    unit.dialect.resume(1, False)
    assert sent(unit, name, value) == [crc16(bytes.fromhex(request_)).hex()]


def test_jk_modbus_waits_for_proof():
    unit = writer_of("jk_modbus")
    assert unit.refusal(writer.CHARGE) == writer.NOT_PROVEN
    unit.dialect.frames.variant = JK02_32S
    unit.dialect.frames.proven = True
    assert unit.refusal(writer.CHARGE) == writer.NONE
    assert unit.refusal(writer.HEATING) == writer.UNSUPPORTED


# -- ANT ------------------------------------------------------------------------------------------

SAVE = "7ea15107000038e4aa55"


@pytest.mark.parametrize(
    "name, value, wire",
    [
        ("charge_switch", 0, ["7ea151040000c8e4aa55"]),
        ("charge_switch", 1, ["7ea1510600006924aa55"]),
        ("discharge_switch", 0, ["7ea151010000d8e5aa55"]),
        ("discharge_switch", 1, ["7ea1510300007925aa55"]),
        ("balance_switch", 1, ["7ea1510d000018e6aa55"]),
        ("balance_switch", 0, ["7ea1510e0000e8e6aa55"]),
        ("charge_utp_dc", -20, [ant_frame(0x22, 0x44, b"\xfe\xff").hex(), SAVE]),
        ("charge_utpr_dc", 30, [ant_frame(0x22, 0x46, b"\x03\x00").hex(), SAVE]),
        ("save", 0, [SAVE]),
    ],
)
def test_ant_new(name, value, wire):
    assert sent(writer_of("ant_new"), name, value) == wire


def test_ant_new_password_of_level_5():
    unit = writer_of("ant_new", b"123456789abc")
    unit.dialect.pack.put(p.PERMISSION, 1)
    grant = ant_frame(0x43, 0x16A, b"\x05\x00")

    def hear(frame):
        if frame[2] == 0x23:
            feed(unit.dialect, grant)
            assert unit.hear() == writer.NEXT

    wire = sent(unit, "charge_switch", 0, hear)
    assert wire == ["7ea1236a010c3132333435363738396162632062aa55", "7ea151040000c8e4aa55"]


def test_a_password_that_no_level_of_an_ant_takes():
    unit = writer_of("ant_new", b"0123456789abc")
    unit.dialect.pack.put(p.PERMISSION, 1)
    assert unit.refusal(writer.CHARGE) == writer.NO_PERMISSION


@pytest.mark.parametrize(
    "name, value, wire",
    [
        ("charge_switch", 1, "a5a5fa0001fb"),
        ("charge_switch", 0, "a5a5fa0000fa"),
        ("discharge_switch", 1, "a5a5f90001fa"),
    ],
)
def test_ant_old(name, value, wire):
    assert sent(writer_of("ant_old"), name, value) == [wire]
    parts = ["a5a5f1313254", "a5a5f2333459", "a5a5f335365e", "a5a5f4373863"]
    assert sent(writer_of("ant_old", b"12345678"), name, value) == [*parts, wire]

"""Writing to a JK unit over BLE: the bytes of jk.md §3.3, and everything that must be refused."""

import pytest

from bms import pack as p
from bms.jk_ble import JkBle
from bms.jk_ble_write import can_write, write
from bms.jk_frames import JK02_24S, JK02_32S, JK04, UNKNOWN
from host_tests.dialects import feed, start
from host_tests.mp.samples import jk02_status, jk_device

ALL = tuple(range(256))


def unit(variant, offered=ALL, proven=True):
    """Returns the JkFrames of a unit of a variant that offers registers."""
    frames = start(JkBle).frames
    frames.variant = variant
    frames.proven = proven
    for register in offered:
        frames.capabilities[register >> 3] |= 1 << (register & 7)
    return frames


@pytest.mark.parametrize(
    "variant, slot, value, command",
    [
        (JK02_32S, p.CHARGE_SWITCH, 1, "1d0401000000|9c"),
        (JK02_24S, p.CHARGE_SWITCH, 0, "1d0400000000|9b"),
        (JK02_32S, p.DISCHARGE_SWITCH, 1, "1e0401000000|9d"),
        (JK02_24S, p.BALANCE_SWITCH, 0, "1f0400000000|9d"),
        (JK04, p.BALANCE_SWITCH, 1, "6c0101|e8"),
        (JK02_32S, p.HEATING_SWITCH, 1, "270401000000|a6"),
        (JK02_32S, p.HEATING_SWITCH, 0, "270400000000|a5"),
        (JK02_24S, p.CHARGE_UTP_DC, -100, "18049cffffff|2f"),
        (JK02_32S, p.CHARGE_UTPR_DC, 50, "190432000000|c9"),
        (JK02_32S, p.HEATING_START_DC, 30, "370103|b5"),
        (JK02_32S, p.HEATING_STOP_DC, 70, "380107|ba"),
        (JK02_32S, p.HEATING_START_DC, -50, "3701fb|ad"),
    ],
)
def test_commands(variant, slot, value, command):
    out = bytearray(20)
    frames = unit(variant)
    assert can_write(frames, slot) and write(out, frames, slot, value) == 20
    head, _, checksum = command.partition("|")
    assert out.hex() == ("aa5590eb" + head).ljust(38, "0") + checksum
    assert sum(out[:19]) & 0xFF == out[19]


@pytest.mark.parametrize(
    "frames, slot, value, reason",
    [
        (unit(JK02_32S, proven=False), p.CHARGE_SWITCH, 1, "not proven"),
        (unit(UNKNOWN), p.CHARGE_SWITCH, 1, "not proven"),
        (unit(JK02_24S), p.HEATING_SWITCH, 1, "no such register"),
        (unit(JK04), p.CHARGE_UTP_DC, 0, "no such register"),
        (unit(JK02_32S, offered=()), p.CHARGE_SWITCH, 1, "does not offer"),
        (unit(JK02_32S, offered=(0x1D,)), p.HEATING_SWITCH, 1, "does not offer"),
        (unit(JK02_32S), p.CELL_OVP_MV, 3650, "cannot be written"),
        (unit(JK02_32S), p.CHARGE_SWITCH, 2, "0 or 1"),
        (unit(JK02_32S), p.CHARGE_UTP_DC, -301, "-300..200"),
        (unit(JK02_32S), p.HEATING_STOP_DC, 210, "-300..200"),
        (unit(JK02_32S), p.HEATING_START_DC, 35, "steps of 10"),
    ],
)
def test_refusals_leave_the_buffer_alone(frames, slot, value, reason):
    out = bytearray(20)
    with pytest.raises(ValueError, match=reason):
        write(out, frames, slot, value)
    assert not any(out)


def test_the_bitmap_of_a_real_frame_decides():
    device = bytearray(jk_device(b"JK_B2A8S20P", b"11.XW", b"11.17"))
    device[150 + 3] = 0x20  # 0x1D only
    device[299] = sum(device[:299]) & 0xFF
    dialect = start(JkBle)
    feed(dialect, bytes(device))
    assert not can_write(dialect.frames, p.CHARGE_SWITCH)  # not proven yet
    feed(dialect, jk02_status(wide=True))
    assert can_write(dialect.frames, p.CHARGE_SWITCH)
    assert not can_write(dialect.frames, p.HEATING_SWITCH)
    dialect.reset()
    assert not can_write(dialect.frames, p.CHARGE_SWITCH)

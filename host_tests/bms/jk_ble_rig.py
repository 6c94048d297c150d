"""Frames of JK over BLE, put together by hand, and a dialect to feed them to."""

import struct

from bms.jk.jk_ble import JkBle
from host_tests.dialects import start
from tools.mp.samples import jk02_status, jk300, jk_device

DEVICE_24S = jk_device(b"JK-B2A24S15P", b"10.XW", b"10.07")
DEVICE_32S = jk_device(b"JK_B2A20S20P", b"11.XW", b"11.288H")


def knowing(generation):
    """Returns a dialect that takes its unit for one of a software generation."""
    dialect = start(JkBle)
    dialect.frames.assume(generation)
    return dialect


def jk04_status(volts=(3.3,) * 8, pack=None, action=0):
    """Returns a status frame of JK04 (jk.md §3.9)."""
    cells = struct.pack("<24f", *volts, *([0.0] * (24 - len(volts))))
    pack = sum(volts) if pack is None else pack
    fields = {6: cells, 214: ((1 << len(volts)) - 1).to_bytes(4, "little"), 220: bytes([action])}
    fields |= {222: struct.pack("<f", -0.762), 230: struct.pack("<d", pack)}
    return jk300(2, fields | {286: (752).to_bytes(4, "little")})


def settings_frame(**offsets):
    """Returns a sane JK02 settings frame; `o98=-50` sets the 32-bit integer at 98."""
    words = {10: 2800, 14: 3000, 18: 3650, 22: 3550, 98: 0, 102: 50, 114: 8, 118: 1, 122: 1}
    words |= {int(name[1:]): value for name, value in offsets.items()}
    fields = {at: (word & 0xFFFFFFFF).to_bytes(4, "little") for at, word in words.items()}
    return jk300(1, fields)


def patched(fields, wide=True):
    """Returns a status frame with bytes replaced."""
    frame = bytearray(jk02_status(wide=wide))
    for offset, data in fields.items():
        frame[offset : offset + len(data)] = data
    frame[299] = sum(frame[:299]) & 0xFF
    return bytes(frame)

"""Whole frames of each dialect for the contract suite, put together by hand from byte layouts.

`SAMPLES[dialect]` are frames of one unit that decode by themselves, or after `BEFORE[dialect]`,
once the dialect has sent its first request;
`QUIET[dialect]` are good frames without values: requests, acknowledgements.
"""

try:
    from host_tests.mp import frames
except ImportError:  # MicroPython
    import frames


def jk300(kind, fields):
    """Returns a JK 300-byte frame (jk.md §3.4): {offset: bytes}, an 8-bit sum at the end."""
    frame = bytearray(300)
    frame[:5] = b"\x55\xaa\xeb\x90" + bytes([kind])
    for offset, data in fields.items():
        frame[offset : offset + len(data)] = data
    frame[299] = sum(frame) & 0xFF
    return bytes(frame)


def jk02_status(mv=3300, soc=50, ma=-2000, wide=False):
    """Returns a cell-info frame of 8 cells (jk.md §3.6), in the 24- or the 32-cell layout."""
    later = 32 if wide else 0
    fields = {
        6: b"".join((mv + i).to_bytes(2, "little") for i in range(8)),
        70 if wide else 54: (0xFF).to_bytes(4, "little"),
        118 + later: sum(mv + i for i in range(8)).to_bytes(4, "little"),
        126 + later: (ma & 0xFFFFFFFF).to_bytes(4, "little"),
        130 + later: (195).to_bytes(2, "little") + (188).to_bytes(2, "little"),
        144 if wide else 134: (210).to_bytes(2, "little"),
        141 + later: bytes([soc]),
        142 + later: (1000 * soc).to_bytes(4, "little"),
        146 + later: (100_000).to_bytes(4, "little"),
        158 + later: b"\x64",
        166 + later: b"\x01\x01",
    }
    return jk300(2, fields)


def jk_device(model, hw, sw):
    """Returns a device frame (jk.md §3.8)."""
    return jk300(3, {6: model, 22: hw, 30: sw, 46: b"Packmate test"})


def crc16(data):
    """Returns data with its CRC-16/Modbus, low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return data + crc.to_bytes(2, "little")


def acknowledged(frame, register, address=1):
    """Returns a 300-byte frame with what follows it on a JK's RS485 (jk.md §4.1)."""
    return frame + b"\0" + crc16(bytes([address, 0x10, 0x16, register, 0, 1]))


JK_ACK = b"\xaa\x55\x90\xeb\xc8\x01\x01" + bytes(12) + b"\x44"
PACKS = ((3300, 50, -2000), (3450, 99, 15_000), (2900, 4, 0))

BEFORE = {
    "jk_ble": jk_device(b"JK-B2A24S15P", b"10.XW", b"10.07"),
    "jk_modbus": acknowledged(jk_device(b"JK-PB2A16S20P", b"15A", b"15.41"), 0x1C),
}
SAMPLES = {
    "jk_gps": (
        frames.whole(),
        frames.whole({0x79: [4100] * 14, 0x83: 5740, 0x8A: 14, 0x85: 3, 0x81: 110, 0x82: 105}),
        frames.whole(
            {0x79: [3200] * 8, 0x83: 2560, 0x8A: 8, 0xB7: b"NW_1_0_0_200428", 0xC0: None}
        ),
    ),
    "jk_ble": tuple(jk02_status(*pack) for pack in PACKS),
    "jk_modbus": tuple(acknowledged(jk02_status(*pack, wide=True), 0x20) for pack in PACKS),
}
QUIET = {
    "jk_gps": (frames.request(), frames.frame(b"\xab", command=2)),
    "jk_ble": (JK_ACK, b"AT\r\n"),
    "jk_modbus": (crc16(b"\x01\x10\x16\x20\x00\x01"),),
}

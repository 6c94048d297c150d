"""Whole frames of each dialect for the contract suite, put together by hand from byte layouts.

`SAMPLES[dialect]` are frames of one unit that decode by themselves, or after `BEFORE[dialect]`,
once the dialect has sent its first request;
`QUIET[dialect]` are good frames without values: requests, acknowledgements.
"""

try:
    from tools.mp import frames
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


def jk02_status(mv=3300, soc=50, ma=-2000, wide=False, cells=8):
    """Returns a cell-info frame (jk.md §3.6), in the 24- or the 32-cell layout."""
    later = 32 if wide else 0
    fields = {
        6: b"".join((mv + i).to_bytes(2, "little") for i in range(cells)),
        70 if wide else 54: ((1 << cells) - 1).to_bytes(4, "little"),
        118 + later: sum(mv + i for i in range(cells)).to_bytes(4, "little"),
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


def ant_frame(function, register, data, result=b""):
    """Returns a frame of newer ANT units (ant.md §2.2), `result` being a second segment."""
    head = bytes([0xA1, function]) + register.to_bytes(2, "little") + bytes([len(data)])
    return b"\x7e" + crc16(head + data) + (crc16(result) if result else b"") + b"\xaa\x55"


def ant_status(cells=8, mv=3300, soc=50, deci_amps=20, temps=(19, -40), bits=(0, 0), mos=(1, 1)):
    """Returns a status of newer ANT units (ant.md §2.4); `mos` is discharge, charge."""
    words = [mv + i for i in range(cells)]
    data = bytes([5, 1, len(temps), cells])
    data += bits[0].to_bytes(8, "little") + bits[1].to_bytes(8, "little") + bytes(8)
    data += b"".join(word.to_bytes(2, "little") for word in words)
    data += b"".join((temp & 0xFFFF).to_bytes(2, "little") for temp in temps + (21, 22))
    for figure in (sum(words) // 10, deci_amps & 0xFFFF, soc, 100):
        data += figure.to_bytes(2, "little")
    data += bytes(mos) + bytes(2)
    for figure in (100_000_000, 1_000_000 * soc, 2_500_000, 0, 86_400, 0):
        data += figure.to_bytes(4, "little")
    return ant_frame(0x11, 0, data + bytes(38))


def ant_old_status(cells=8, mv=3300, soc=50, deci_amps=20, temps=(19, 18, -40, -40), mos=(1, 1)):
    """Returns a status of older ANT units (ant.md §1.3); `mos` is charge, discharge."""
    words = [mv + i for i in range(cells)]
    frame = bytearray(140)
    fields = {
        0: b"\xaa\x55\xaa\xff" + (sum(words) // 100).to_bytes(2, "big"),
        6: b"".join(word.to_bytes(2, "big") for word in words),
        70: (deci_amps & 0xFFFFFFFF).to_bytes(4, "big") + bytes([soc]),
        75: (100_000_000).to_bytes(4, "big") + (1_000_000 * soc).to_bytes(4, "big"),
        83: (2_500_000).to_bytes(4, "big") + (86_400).to_bytes(4, "big"),
        91: b"".join((temp & 0xFFFF).to_bytes(2, "big") for temp in (21, 22) + temps),
        103: bytes(mos),
        123: bytes([cells]),
    }
    for offset, data in fields.items():
        frame[offset : offset + len(data)] = data
    frame[138:] = (sum(frame[4:138]) & 0xFFFF).to_bytes(2, "big")
    return bytes(frame)


def display_frame(header, address, words):
    """Returns a write of 16-bit words to a JK's display (jk.md §2.1)."""
    data = b"".join((word & 0xFFFF).to_bytes(2, "big") for word in words)
    return header + bytes([len(data) + 3, 0x82]) + address.to_bytes(2, "big") + data


def display_status(mv=3300, soc=50, deci_amps=-20, celsius=19, flags=(), cells=8):
    """Returns a data frame of the display variant A55A (jk.md §2.2); `flags`: alarms by number."""
    volts = [mv + i for i in range(cells)]
    words = [sum(volts) // 10, deci_amps, 3, soc, cells - 1, 21, celsius, 1, sum(volts) // cells]
    words += [0, 1, 1] + volts + [0] * (24 - cells) + [int(i in flags) for i in range(9)]
    return display_frame(b"\xa5\x5a", 0x1000, words)


JK_ACK = b"\xaa\x55\x90\xeb\xc8\x01\x01" + bytes(12) + b"\x44"
PACKS = ((3300, 50, -2000), (3450, 99, 15_000), (2900, 4, 0))

BEFORE = {
    "jk_ble": jk_device(b"JK-B2A24S15P", b"10.XW", b"10.07"),
    "jk_modbus": acknowledged(jk_device(b"JK-PB2A16S20P", b"15A", b"15.41"), 0x1C),
    "jk_display": 2 * display_status(mv=3310),  # it is believed at the second look
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
    "jk_display": (
        display_status(),
        display_status(mv=3350, soc=51, deci_amps=150),
        display_status(mv=3280, soc=49, celsius=18),
    ),
    "ant_new": (
        ant_status(),
        ant_status(14, 4100, 99, -150, (-5, -6, 28, 0), (2, 1 << 17), (1, 2)),
        ant_status(32, 2900, 0, 0, (-40,), (1 << 11, 1 << 7)),
    ),
    "ant_old": (
        ant_old_status(),
        ant_old_status(16, 3450, 99, -150, (-5, 0, 0, 0), (2, 1)),
        ant_old_status(32, 2900, 0, 0, mos=(15, 15)),
    ),
}
QUIET = {
    "jk_gps": (frames.request(), frames.frame(b"\xab", command=2)),
    "jk_ble": (JK_ACK, b"AT\r\n"),
    "jk_modbus": (crc16(b"\x01\x10\x16\x20\x00\x01"),),
    "jk_display": (
        display_frame(b"\xa5\x5a", 0x2003, [0x07E0]),
        b"\xa5\x5a\x03\x80\x01\x40",
        display_frame(b"\x5a\xa5", 0x00B0, [0x5AA5, 1, 0x0205, 0]),
    ),
    "ant_new": (
        ant_frame(0x51, 7, b""),
        ant_frame(0x61, 7, b"\x01\x00"),
        ant_frame(0x42, 0x44, b"\xfe\xff", b"\xff\x0a\x00\x00"),
    ),
    "ant_old": (bytes.fromhex("5a5aff0000ff"), bytes.fromhex("a5a5f50001f6")),
}

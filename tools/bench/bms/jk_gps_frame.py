"""Frames of a simulated JK pack on the GPS port, laid out byte by byte after jk.md §1.

Independent of lib/bms on purpose: what the firmware decodes must not come from its own tables.
"""

import struct

# How a unit codes temperatures (jk.md §1.6; research.md §2 no. 4: the field disagrees).
VENDOR = "vendor"  # 0..100 is +raw, 101..140 is -(raw - 100)
OVER_99 = "over99"  # -1 is sent as 100, -2 as 101 ...
UNDER_99 = "under99"  # +1 is sent as 99, 0 as 100, -1 as 101 ...
TEMP_RULES = (VENDOR, OVER_99, UNDER_99)
_ABSENT = 300  # beyond every rule's range

# Settings that nobody in the simulation uses: code -> data.
_FIXED = {
    0x92: (5).to_bytes(2, "big"),
    0x95: (5).to_bytes(2, "big"),
    0x96: (300).to_bytes(2, "big"),
    0x97: (150).to_bytes(2, "big"),
    0x98: (300).to_bytes(2, "big"),
    0x99: (100).to_bytes(2, "big"),
    0x9A: (30).to_bytes(2, "big"),
    0x9B: (3400).to_bytes(2, "big"),
    0x9C: (10).to_bytes(2, "big"),
    0x9E: (90).to_bytes(2, "big"),
    0x9F: (70).to_bytes(2, "big"),
    0xA0: (100).to_bytes(2, "big"),
    0xA1: (100).to_bytes(2, "big"),
    0xA2: (20).to_bytes(2, "big"),
    0xA4: (70).to_bytes(2, "big"),
    0xA7: (-20).to_bytes(2, "big", signed=True),
    0xA8: (-10).to_bytes(2, "big", signed=True),
    0xAD: (1000).to_bytes(2, "big"),
    0xAE: b"\x01",
    0xAF: b"\x00",  # LFP
    0xB0: (10).to_bytes(2, "big"),
    0xB2: b"123456\x00\x00\x00\x00",
    0xB3: b"\x00",
    0xB4: b"Bench   ",
    0xB5: b"2403",
    0xB7: b"11.XW_S11.262H_",
    0xB8: b"\x00",
    0xBA: b"Bench       BENCH_SIM   ",
}


def t100(temp_dc, rule):
    """Returns the two bytes of a temperature in 0.1 °C, or of an absent sensor (None)."""
    if temp_dc is None:
        return _ABSENT.to_bytes(2, "big")
    temp_c = round(temp_dc / 10)
    if rule == OVER_99:
        raw = temp_c if temp_c >= 0 else 99 - temp_c
    elif rule == UNDER_99:
        raw = temp_c if temp_c > 1 else 100 - temp_c
    else:
        raw = temp_c if temp_c >= 0 else 100 - temp_c
    return raw.to_bytes(2, "big")


def cur84(current_ma, version):
    """Returns the two bytes of a current (positive: charging) for protocol version 0 or 1."""
    tens = round(current_ma / 10)
    if version == 0:
        return min(max(10_000 - tens, 0), 0xFFFF).to_bytes(2, "big")
    raw = min(abs(tens), 0x7FFF)
    return (raw | 0x8000 if tens > 0 else raw).to_bytes(2, "big")


def items(picture, temp_rule=VENDOR, version=1):
    """Returns all items of a read-all reply as a dict code -> data bytes, in ascending order.

    `picture` is a Picture (picture.py). Version 0 has no item C0 and no actual capacity.
    """
    bms = picture.bms
    cells = picture.cell_mv
    temps = picture.temps_dc
    status = picture.charge_on | picture.discharge_on << 1
    table = dict(_FIXED)
    table[0x79] = bytes([3 * len(cells)]) + b"".join(
        struct.pack(">BH", number, mv) for number, mv in enumerate(cells, 1)
    )
    table[0x80] = t100(picture.mos_temp_dc, temp_rule)
    table[0x81] = t100(temps[0], temp_rule)
    table[0x82] = t100(temps[1], temp_rule)
    table[0x83] = _u16(picture.pack_mv // 10)
    table[0x84] = cur84(picture.current_ma, version)
    table[0x85] = bytes([picture.soc_pct])
    table[0x86] = bytes([len(temps)])
    table[0x87] = _u16(picture.cycles)
    table[0x89] = (picture.cycle_capacity_mah // 1000).to_bytes(4, "big")
    table[0x8A] = _u16(len(cells))
    table[0x8B] = _u16(picture.alarms_raw)
    table[0x8C] = _u16(status)
    table[0x8E] = _u16(bms.cell_ovp_mv * len(cells) // 10)
    table[0x8F] = _u16(bms.cell_uvp_mv * len(cells) // 10)
    table[0x90] = _u16(bms.cell_ovp_mv)
    table[0x91] = _u16(bms.cell_ovpr_mv)
    table[0x93] = _u16(bms.cell_uvp_mv)
    table[0x94] = _u16(bms.cell_uvpr_mv)
    table[0x9D] = bytes([bool(getattr(bms, "balance_switch", True))])
    table[0x9E] = _u16(bms.mos_otp_dc // 10)
    table[0xA3] = _u16(bms.charge_otp_dc // 10)
    table[0xA5] = struct.pack(">h", bms.charge_utp_dc // 10)
    table[0xA6] = struct.pack(">h", bms.charge_utpr_dc // 10)
    table[0xA9] = bytes([len(cells)])
    table[0xAA] = (picture.capacity_mah // 1000).to_bytes(4, "big")
    table[0xAB] = bytes([bms.charge_switch])
    table[0xAC] = bytes([bms.discharge_switch])
    table[0xB1] = bytes([bms.low_soc_pct])
    table[0xB6] = (picture.runtime_s // 60).to_bytes(4, "big")
    table[0xB9] = (picture.capacity_mah // 1000 if version else 0).to_bytes(4, "big")
    if version:
        table[0xC0] = bytes([version])
    return dict(sorted(table.items()))


def frame(command, payload, source=0, kind=1):
    """Returns a whole frame: header, length, payload (coded items), end mark and checksum."""
    body = bytes(4) + bytes([command, source, kind]) + payload + bytes(4) + b"\x68" + bytes(2)
    head = b"NW" + (len(body) + 4).to_bytes(2, "big") + body
    return head + (sum(head) & 0xFFFF).to_bytes(2, "big")


def _u16(value):
    return min(max(value, 0), 0xFFFF).to_bytes(2, "big")

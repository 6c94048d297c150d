"""Frames of a simulated ANT unit, of both generations, after ant.md §1 and §2.

Knows no transport: UART and Bluetooth carry the same bytes.
Independent of lib/bms on purpose: what the firmware decodes must not come from its own tables.
"""

import struct

ABSENT_C = -40
MOS_ON, MOS_OFF_BY_HAND, MOS_COLD = 1, 15, 17
_LFP = 0xFAF2

# Results in the second segment of a reply (ant.md §2.2).
ACCEPTED, READ_OK, NO_PERMISSION, OUT_OF_RANGE, WRONG_PASSWORD = 10, 11, 1, 4, 5
_ADDITIONS = 0xFE
_RESULT = 0xFF

# Protection and warning bits by the names of the plant's alarms (ant.md §2.4).
_PROTECTIONS = {
    "cell_overvoltage": 1,
    "cell_undervoltage": 4,
    "battery_overtemp": 8,  # of charging
    "mos_overtemp": 10,
    "battery_undertemp": 11,  # of charging
}
_WARNINGS = {"low_soc": 12}
_CHARGING, _DISCHARGING, _CHARGE_MOS, _DISCHARGE_MOS, _STANDBY = 18, 19, 23, 24, 26
_CHARGE_OFF_BY_HAND, _DISCHARGE_OFF_BY_HAND = 21, 17
# Codes of the charge and of the discharge MOS by alarm (ant.md §1.4).
_CHARGE_CODES = (("cell_overvoltage", 2), ("battery_overtemp", 6), ("battery_undertemp", MOS_COLD))
_DISCHARGE_CODES = (("cell_undervoltage", 2),)


def crc16(data):
    """Returns the CRC-16/MODBUS of bytes."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return crc


def new_frame(function, register, data=b"", segment=b""):
    """Returns a frame 7E A1 … AA 55; `segment` is a second one, without its CRC (§2.2)."""
    head = bytes((0xA1, function)) + struct.pack("<HB", register, len(data)) + data
    frame = b"\x7e" + head + struct.pack("<H", crc16(head))
    if segment:
        frame += segment + struct.pack("<H", crc16(segment))
    return frame + b"\xaa\x55"


def result(code, data=b"\x00\x00", register=0):
    """Returns a second segment that tells how a request went."""
    if code in (READ_OK, ACCEPTED, WRONG_PASSWORD):
        data = b""
    return bytes((_RESULT, code, register, len(data))) + data


def addition(data):
    """Returns a second segment with additions, as newer boards append to a status."""
    return bytes((_ADDITIONS, 0, 0, len(data))) + data


def mos_codes(picture):
    """Returns the codes of the (charge, discharge) MOS."""
    bms = picture.bms
    charge = _mos_code(picture.charge_on, bms.charge_switch, _CHARGE_CODES, picture.alarms)
    discharge = _mos_code(
        picture.discharge_on, bms.discharge_switch, _DISCHARGE_CODES, picture.alarms
    )
    return charge, discharge


def _mos_code(on, switch, codes, alarms):
    if on:
        return MOS_ON
    if not switch:
        return MOS_OFF_BY_HAND
    return next((code for name, code in codes if name in alarms), 0)


def celsius(temp_dc):
    """Returns 0.1 °C as whole °C, -40 for a sensor that is not fitted (None)."""
    return ABSENT_C if temp_dc is None else round(temp_dc / 10)


# -- the newer generation -------------------------------------------------------------------------


def new_status(picture, level=5, sensors=2, extension=b""):
    """Returns the data of a status (§2.4) with `sensors` external sensors, two of them fitted."""
    cells = picture.cell_mv
    temps = [celsius(dc) for dc in picture.temps_dc] + [ABSENT_C] * (sensors - 2)
    state = 2 if picture.current_ma > 0 else 4 if picture.current_ma < 0 else 3
    head = struct.pack("<BBBB", level, state, sensors, len(cells))
    head += struct.pack("<QQQ", _protections(picture), _warnings(picture), 0)
    head += struct.pack(f"<{len(cells)}H{sensors}h", *cells, *temps)
    return head + _figures(picture) + extension


def _figures(picture):
    """All that follows the sensors, from T0 on; 78 bytes."""
    charge, discharge = mos_codes(picture)
    cells = picture.cell_mv
    deci_a = -round(picture.current_ma / 100)
    watts = -round(picture.pack_mv * picture.current_ma / 1e6)
    low, high = min(cells), max(cells)
    data = struct.pack(
        "<hhHhHHBBBB",
        celsius(picture.mos_temp_dc),
        celsius(picture.mos_temp_dc),
        picture.pack_mv // 10,
        deci_a,
        picture.soc_pct,
        100,
        discharge,
        charge,
        0,  # balance code
        0,  # board type
    )
    amounts = (1000 * picture.capacity_mah, 1000 * picture.remaining_mah)
    data += struct.pack("<IIIiI", *amounts, picture.cycle_capacity_mah, watts, picture.runtime_s)
    data += struct.pack("<IHHHH", 0, high, cells.index(high) + 1, low, cells.index(low) + 1)
    data += struct.pack("<HHh", high - low, round(sum(cells) / len(cells)), 0)
    drives = (120 if discharge == MOS_ON else 0, 120 if charge == MOS_ON else 0)
    data += struct.pack("<HHHH", *drives, 0x2AF, _LFP)
    half = picture.cycle_capacity_mah
    return data + struct.pack("<IIII", half, half, 3_600_000, 3_600_000)


def _protections(picture):
    bits = sum(1 << bit for name, bit in _PROTECTIONS.items() if name in picture.alarms)
    if not picture.bms.discharge_switch:
        bits |= 1 << _DISCHARGE_OFF_BY_HAND
    if not picture.bms.charge_switch:
        bits |= 1 << _CHARGE_OFF_BY_HAND
    return bits


def _warnings(picture):
    bits = sum(1 << bit for name, bit in _WARNINGS.items() if name in picture.alarms)
    bits |= picture.charge_on << _CHARGE_MOS | picture.discharge_on << _DISCHARGE_MOS
    flow = picture.current_ma
    return bits | 1 << (_CHARGING if flow > 0 else _DISCHARGING if flow < 0 else _STANDBY)


def settings_map(picture):
    """Returns the settings by byte address, as one block from 0 to 0x28C (§2.5).

    Unused registers are FF; the passwords' places too.
    """
    bms = picture.bms
    block = bytearray(b"\xff" * 0x28C)
    plain = {0x00: bms.cell_ovp_mv, 0x02: bms.cell_ovpr_mv, 0x04: bms.cell_ovp_mv + 100}
    plain.update({0x06: bms.cell_ovp_mv, 0x0C: bms.cell_uvp_mv, 0x0E: bms.cell_uvpr_mv})
    plain.update({0x10: bms.cell_uvp_mv - 200, 0x12: bms.cell_uvp_mv, 0x18: 1000, 0x1A: 800})
    cells = len(picture.cell_mv)
    plain.update({0x08: cells * bms.cell_ovp_mv // 100, 0x0A: cells * bms.cell_ovpr_mv // 100})
    plain.update({0x14: cells * bms.cell_uvp_mv // 100, 0x16: cells * bms.cell_uvpr_mv // 100})
    temps = (bms.charge_otp_dc, bms.charge_otp_dc - 50, 700, 650)
    temps += (bms.mos_otp_dc, bms.mos_otp_dc - 150, bms.charge_utp_dc, bms.charge_utpr_dc)
    temps += (-100, -50)
    plain.update({0x38 + 2 * i: celsius(dc) & 0xFFFF for i, dc in enumerate(temps)})
    plain.update({0x68: 1000, 0x6A: 5, 0x6C: 1500, 0x6E: 5, 0x84: bms.low_soc_pct, 0x86: 5})
    plain.update({0x8C: 3600, 0x8E: 3400, 0x90: 20, 0x92: 5, 0x98: _LFP, 0x9A: cells, 0x9E: 2500})
    plain.update({0x12C: 1800, 0x132: 0})
    for address, value in plain.items():
        struct.pack_into("<H", block, address, value)
    amounts = (1000 * picture.capacity_mah, 1000 * picture.remaining_mah)
    struct.pack_into("<II", block, 0xA2, *amounts)
    block[0x26C:0x28C] = struct.pack("<16s16s", b"16ZMB0TB120A", b"16ZMUB00-211026A")
    return bytes(block)


def counters(picture):
    """Returns the data of the event counters (§2.3): the 15th is the cycles."""
    values = [0] * 20
    values[14] = picture.cycles
    return struct.pack("<20H", *values)


# -- the older generation -------------------------------------------------------------------------


def old_status(picture):
    """Returns the 140 bytes of a status (§1.3)."""
    cells = picture.cell_mv
    charge, discharge = mos_codes(picture)
    if charge == MOS_COLD:
        charge = 0  # a board of this age has no code for the cold (§1.4): it is simply off
    low, high = min(cells), max(cells)
    frame = bytearray(140)
    frame[0:4] = b"\xaa\x55\xaa\xff"
    struct.pack_into(f">H{len(cells)}H", frame, 4, round(picture.pack_mv / 100), *cells)
    struct.pack_into(">iB", frame, 70, -round(picture.current_ma / 100), picture.soc_pct)
    amounts = (1000 * picture.capacity_mah, 1000 * picture.remaining_mah)
    struct.pack_into(">IIII", frame, 75, *amounts, picture.cycle_capacity_mah, picture.runtime_s)
    board = celsius(picture.mos_temp_dc)
    temps = [celsius(dc) for dc in picture.temps_dc] + [ABSENT_C, ABSENT_C]
    struct.pack_into(">hh4h", frame, 91, board, board, *temps)
    frame[103:105] = bytes((charge, discharge))
    watts = -round(picture.pack_mv * picture.current_ma / 1e6)
    struct.pack_into(">iBHBHHB", frame, 111, watts, *_extremes(cells, high, low), len(cells))
    drives = (120 if discharge == MOS_ON else 0, 120 if charge == MOS_ON else 0)
    struct.pack_into(">hHHH", frame, 124, 0, *drives, 0x2AF)
    struct.pack_into(">H", frame, 138, sum(frame[4:138]) & 0xFFFF)
    return bytes(frame)


def _extremes(cells, high, low):
    average = round(sum(cells) / len(cells))
    return cells.index(high) + 1, high, cells.index(low) + 1, low, average


def old_short(head, register, value):
    """Returns a frame of 6 bytes: a request, an echo, a register's value (§1.2)."""
    body = bytes((register, value >> 8 & 0xFF, value & 0xFF))
    return head + body + bytes((sum(body) & 0xFF,))

"""Frames of simulated ANT units, both protocols, laid out byte by byte after ant.md.

Independent of lib/bms on purpose: what the firmware decodes must not come from its own tables.
Knows no transport: UART and Bluetooth carry the same bytes. `plant` offers the attributes of
tools.plant.Plant; raw currents are positive while discharging, as on the wire.
"""

import struct

ABSENT_C = -40
OFF_BY_HAND, ON, TOO_COLD, OVER_VOLTAGE, UNDER_VOLTAGE = 15, 1, 17, 2, 2
LFP = 0xFAF2


# -- the old protocol, §1 -------------------------------------------------------------------------


def old_status(plant):
    """Returns the reply of 140 bytes (§1.3)."""
    cells = plant.cell_mv
    data = bytearray(140)
    data[0:4] = b"\xaa\x55\xaa\xff"
    struct.pack_into(">H", data, 4, round(sum(cells) / 100))
    struct.pack_into(f">{len(cells)}H", data, 6, *cells)
    struct.pack_into(">i", data, 70, -round(plant.current_ma / 100))
    data[74] = plant.soc_pct
    full = plant.capacity_mah * 1000
    struct.pack_into(">III", data, 75, full, full // 100 * plant.soc_pct, 3_650_000)
    struct.pack_into(">I", data, 87, plant.runtime_s)
    temps = [_celsius(temp) for temp in plant.temps_dc] + [ABSENT_C, ABSENT_C]
    mos_c = plant.mos_temp_dc // 10
    struct.pack_into(">6h", data, 91, mos_c, mos_c - 1, *temps[:4])
    charge, discharge = mos_codes(plant)
    # A board of this age has no code for the cold (§1.4): it is simply off.
    data[103], data[104] = (0 if charge == TOO_COLD else charge), discharge
    struct.pack_into(">i", data, 111, -round(sum(cells) * plant.current_ma / 1e6))
    high, low = max(cells), min(cells)
    struct.pack_into(">BHBHH", data, 115, cells.index(high) + 1, high, cells.index(low) + 1, low,
                     sum(cells) // len(cells))  # fmt: skip
    data[123] = len(cells)
    struct.pack_into(">hHHH", data, 124, 0, 120, 120, 0x2AC)
    struct.pack_into(">H", data, 138, sum(data[4:138]) & 0xFFFF)
    return bytes(data)


def old_short(head, register, value):
    """Returns six bytes: a request, an echo or a refusal (§1.2)."""
    high, low = value >> 8 & 0xFF, value & 0xFF
    return head + bytes([register, high, low, (register + high + low) & 0xFF])


# -- the new protocol, §2 -------------------------------------------------------------------------


def crc16(data):
    """Returns the CRC-16/MODBUS as it is sent: low byte first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
    return struct.pack("<H", crc)


def new_frame(function, register, data=b"", result=None, size=None):
    """Returns a frame; `result` (code, data) adds the second segment that a composite one has."""
    body = struct.pack("<BBHB", 0xA1, function, register, len(data) if size is None else size)
    body += data
    frame = b"\x7e" + body + crc16(body)
    if result is not None:
        code, more = result
        segment = struct.pack("<BBBB", 0xFF, code, 0, len(more)) + more
        frame += segment + crc16(segment)
    return frame + b"\xaa\x55"


def new_status(plant, sensors=4, level=5):
    """Returns the reply to function 01 (§2.4); `sensors` external ones, `level`: permission."""
    cells = plant.cell_mv
    current = -round(plant.current_ma / 100)
    charge, discharge = mos_codes(plant)
    temps = ([_celsius(temp) for temp in plant.temps_dc] + [ABSENT_C] * 8)[:sensors]
    mos_c = plant.mos_temp_dc // 10
    data = struct.pack("<BBBB", level, _state(current), sensors, len(cells))
    data += struct.pack("<QQQ", protections(plant), warnings(plant, current), 0)
    data += struct.pack(f"<{len(cells)}H{sensors}h", *cells, *temps)
    data += struct.pack("<hhHhHH", mos_c, mos_c - 1, round(sum(cells) / 10), current,
                        plant.soc_pct, 99)  # fmt: skip
    data += struct.pack("<BBBB", discharge, charge, 0, 0)
    full = plant.capacity_mah * 1000
    data += struct.pack("<III", full, full // 100 * plant.soc_pct, 3_650_000)
    data += struct.pack("<iII", -round(sum(cells) * plant.current_ma / 1e6), plant.runtime_s, 0)
    high, low = max(cells), min(cells)
    data += struct.pack("<6H", high, cells.index(high) + 1, low, cells.index(low) + 1,
                        high - low, sum(cells) // len(cells))  # fmt: skip
    drives = (120 if discharge == ON else 0, 120 if charge == ON else 0)
    data += struct.pack("<hHHHH", 0, *drives, 0x2AC, LFP)
    data += struct.pack("<IIII", 3_650_000, 3_700_000, 360_000, 370_000)
    return new_frame(0x11, 0, data)


def new_settings(plant, hardware="16BHB0TB220A", software="16BHUB00-230524B"):
    """Returns the 0x300 bytes of the register space that function 02 reads (§2.5)."""
    bms = plant.bms
    space = bytearray(0x300)
    words = {
        0x00: bms.cell_ovp_mv, 0x02: bms.cell_ovpr_mv, 0x0C: bms.cell_uvp_mv,
        0x0E: bms.cell_uvpr_mv, 0x38: bms.charge_otp_dc // 10, 0x3A: bms.charge_otp_dc // 10 - 5,
        0x3C: 60, 0x3E: 55, 0x40: bms.mos_otp_dc // 10, 0x42: bms.mos_otp_dc // 10 - 15,
        0x44: bms.charge_utp_dc // 10, 0x46: bms.charge_utpr_dc // 10, 0x48: -20, 0x4A: -10,
        0x68: 1000, 0x6A: 5, 0x6C: 1500, 0x6E: 5, 0x70: 2500, 0x72: 1000, 0x74: 600, 0x76: 200,
        0x84: 20, 0x86: 5, 0x8C: 3600, 0x8E: 3400, 0x90: 20, 0x92: 5, 0x94: 180, 0x96: 100,
        0x9A: plant.cells, 0x9E: 2500, 0xA0: 200, 0x12A: 3600,
        0x12C: getattr(bms, "auto_sleep_s", 1800), 0x132: 0,
    }  # fmt: skip
    for at, value in words.items():
        struct.pack_into("<h" if value < 0 else "<H", space, at, value)
    struct.pack_into("<H", space, 0x98, LFP)
    struct.pack_into("<I", space, 0xA2, plant.capacity_mah * 1000)
    space[0x26C : 0x26C + len(hardware)] = hardware.encode()
    space[0x27C : 0x27C + len(software)] = software.encode()
    return bytes(space)


def mos_codes(plant):
    """Returns the codes of the charge and the discharge MOS (§1.4)."""
    bms = plant.bms
    charge = ON if plant.charge_on else OVER_VOLTAGE if bms.full else TOO_COLD
    discharge = ON if plant.discharge_on else UNDER_VOLTAGE
    return (
        charge if bms.charge_switch else OFF_BY_HAND,
        discharge if bms.discharge_switch else OFF_BY_HAND,
    )


def protections(plant):
    """Returns the protection bits (§2.4)."""
    bms = plant.bms
    bits = bms.full << 1 | bms.empty << 4 | bms.hot << 8 | bms.cold << 11
    return bits | (not bms.discharge_switch) << 17 | (not bms.charge_switch) << 21


def warnings(plant, current):
    """Returns the warning and state bits (§2.4); `current` as on the wire."""
    bits = (current < 0) << 18 | (current > 0) << 19 | (current == 0) << 26
    return bits | plant.charge_on << 23 | plant.discharge_on << 24 | plant.bms.cold << 7


def _state(current):
    return 2 if current < 0 else 4 if current > 0 else 3


def _celsius(temp_dc):
    return ABSENT_C if temp_dc is None else round(temp_dc / 10)

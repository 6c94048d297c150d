"""Frames of the JK GPS port, put together by hand from the byte layout of jk.md §1.

Nothing of lib is used, so that a mistake there cannot hide here. Runs on CPython and MicroPython.
"""

PASSWORD = b"Pa55w0rd!x"

# Table gps_regs, retyped: code, bytes, signed, name in the vocabulary, multiplier to its unit.
REGISTERS = (
    (0x83, 2, False, "pack_mv", 10),
    (0x85, 1, False, "soc_pct", 1),
    (0x86, 1, False, "temp_sensor_count", 1),
    (0x87, 2, False, "cycles", 1),
    (0x89, 4, False, "cycle_capacity_mah", 1000),
    (0x8A, 2, False, "cell_count", 1),
    (0x8B, 2, False, "alarms_raw", 1),
    (0x8C, 2, False, "status_raw", 1),
    (0x8E, 2, False, "pack_ovp_mv", 10),
    (0x8F, 2, False, "pack_uvp_mv", 10),
    (0x90, 2, False, "cell_ovp_mv", 1),
    (0x91, 2, False, "cell_ovpr_mv", 1),
    (0x92, 2, False, "cell_ovp_delay_s", 1),
    (0x93, 2, False, "cell_uvp_mv", 1),
    (0x94, 2, False, "cell_uvpr_mv", 1),
    (0x95, 2, False, "cell_uvp_delay_s", 1),
    (0x96, 2, False, "cell_delta_prot_mv", 1),
    (0x97, 2, False, "max_discharge_ma", 1000),
    (0x98, 2, False, "discharge_ocp_delay_s", 1),
    (0x99, 2, False, "max_charge_ma", 1000),
    (0x9A, 2, False, "charge_ocp_delay_s", 1),
    (0x9B, 2, False, "balance_start_mv", 1),
    (0x9C, 2, False, "balance_trigger_mv", 1),
    (0x9D, 1, False, "balance_switch", 1),
    (0x9E, 2, False, "mos_otp_dc", 10),
    (0x9F, 2, False, "mos_otpr_dc", 10),
    (0xA0, 2, False, "box_otp_dc", 10),
    (0xA1, 2, False, "box_otpr_dc", 10),
    (0xA2, 2, False, "temp_diff_dc", 10),
    (0xA3, 2, False, "charge_otp_dc", 10),
    (0xA4, 2, False, "discharge_otp_dc", 10),
    (0xA5, 2, True, "charge_utp_dc", 10),
    (0xA6, 2, True, "charge_utpr_dc", 10),
    (0xA7, 2, True, "discharge_utp_dc", 10),
    (0xA8, 2, True, "discharge_utpr_dc", 10),
    (0xA9, 1, False, "cell_count_setting", 1),
    (0xAA, 4, False, "capacity_nominal_mah", 1000),
    (0xAB, 1, False, "charge_switch", 1),
    (0xAC, 1, False, "discharge_switch", 1),
    (0xAD, 2, False, "current_cal_ma", 1),
    (0xAE, 1, False, "device_addr", 1),
    (0xAF, 1, False, "battery_type_id", 1),
    (0xB0, 2, False, "sleep_s", 1),
    (0xB1, 1, False, "low_soc_pct", 1),
    (0xB3, 1, False, "special_charger", 1),
    (0xB6, 4, False, "runtime_s", 60),
    (0xB8, 1, False, "current_cal_active", 1),
    (0xB9, 4, False, "capacity_actual_mah", 1000),
    (0xC0, 1, False, "protocol_version", 1),
)
# Codes with data of their own kind: temperatures, current, and the write-only registers.
OTHER_SIZES = {0x80: 2, 0x81: 2, 0x82: 2, 0x84: 2, 0xBB: 1, 0xBC: 1, 0xBD: 1, 0xBE: 2, 0xBF: 2}
SIZES = {row[0]: row[1] for row in REGISTERS}
SIZES.update(OTHER_SIZES)

# A pack of 16 cells at rest, as a whole reply describes it.
CELLS = tuple([3300 + i for i in range(16)])
WHOLE = {
    0x79: CELLS,
    0x80: 21,
    0x81: 19,
    0x82: 18,
    0x83: 5292,
    0x84: 0x8000 | 1234,  # +12.34 A in version 1
    0x85: 77,
    0x86: 2,
    0x87: 31,
    0x89: 8100,
    0x8A: 16,
    0x8B: 0,
    0x8C: 0x0003,
    0x8E: 5840,
    0x8F: 4240,
    0x90: 3650,
    0x91: 3550,
    0x92: 5,
    0x93: 2650,
    0x94: 2750,
    0x95: 6,
    0x96: 300,
    0x97: 60,
    0x98: 301,
    0x99: 30,
    0x9A: 29,
    0x9B: 3450,
    0x9C: 10,
    0x9D: 1,
    0x9E: 90,
    0x9F: 70,
    0xA0: 100,
    0xA1: 95,
    0xA2: 20,
    0xA3: 65,
    0xA4: 66,
    0xA5: -1,
    0xA6: 5,
    0xA7: -20,
    0xA8: -10,
    0xA9: 16,
    0xAA: 280,
    0xAB: 1,
    0xAC: 1,
    0xAD: 1079,
    0xAE: 1,
    0xAF: 0,
    0xB0: 11,
    0xB1: 20,
    0xB2: PASSWORD,
    0xB3: 0,
    0xB4: b"Input Us",
    0xB5: b"2306",
    0xB6: 99043,
    0xB7: b"11.XW_S11.262H_",
    0xB8: 0,
    0xB9: 276,
    0xBA: b"Input UserdaSomebodysVan",
    0xC0: 1,
}


def big(value, size):
    """Returns the low `size` bytes of an integer, highest first."""
    return bytes([value >> shift & 0xFF for shift in range(8 * size - 8, -8, -8)])


def cells(millivolts, first=1):
    """Returns the data of item 0x79."""
    groups = b""
    for i, mv in enumerate(millivolts):
        groups += bytes([first + i]) + big(mv, 2)
    return bytes([len(groups)]) + groups


def item(code, value):
    """Returns one item; `value` is bytes as they are, cells in mV, or an integer."""
    if isinstance(value, int):
        value = big(value, SIZES[code])
    elif code == 0x79 and not isinstance(value, bytes):
        value = cells(value)
    return bytes([code]) + value


def frame(body, command=6, source=0, kind=1, end=b"\x68", record=b"\0\0\0\0", unused=b"\0\0"):
    """Returns a frame around `body`; by default the reply to read-all."""
    size = 2 + 4 + 3 + len(body) + 4 + 1 + 4
    data = (
        b"NW" + big(size, 2) + b"\0\0\0\0" + bytes([command, source, kind]) + body + record + end
    )
    return data + unused + big(sum(data), 2)


def whole(changes=None, **keywords):
    """Returns a whole reply; `changes` maps codes to other values, None leaves the item out."""
    values = dict(WHOLE)
    values.update(changes or {})
    body = b"".join(
        [item(code, values[code]) for code in sorted(values) if values[code] is not None]
    )
    return frame(body, **keywords)


def single(code, value):
    """Returns the reply to a request for one register."""
    return frame(item(code, value), command=3)


def request(command=6, code=0, data=b"", source=3):
    """Returns a request frame."""
    return frame(bytes([code]) + data, command, source, 0)

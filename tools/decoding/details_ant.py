"""What ANT's frames hold beyond the vocabulary, by the names of ant.md: for the decode tool.

A device has no use for these figures and does not spend memory on them. Passwords are not among
them, though they have addresses like all else.
"""

import struct

from bms import pack as p
from bms.ant import ant_codes, ant_status
from bms.framer import COUNTERS, IDENTITY
from relay.texts import TEXTS
from tools import vocabulary

# Settings by byte address, ant.md §2.5: name, factor ("s": signed °C, "u4": µAh, "b4": plain).
_SETTINGS = {
    0x00: ("cell_ovp_mv", 1),
    0x02: ("cell_ovpr_mv", 1),
    0x04: ("cell_ovp2_mv", 1),
    0x06: ("cell_ovpr2_mv", 1),
    0x08: ("pack_ovp_mv", 100),
    0x0A: ("pack_ovpr_mv", 100),
    0x0C: ("cell_uvp_mv", 1),
    0x0E: ("cell_uvpr_mv", 1),
    0x10: ("cell_uvp2_mv", 1),
    0x12: ("cell_uvpr2_mv", 1),
    0x14: ("pack_uvp_mv", 100),
    0x16: ("pack_uvpr_mv", 100),
    0x18: ("cell_delta_protect_mv", 1),
    0x1A: ("cell_delta_recover_mv", 1),
    0x20: ("cell_ov_warn_mv", 1),
    0x22: ("cell_ov_warn_recover_mv", 1),
    0x24: ("pack_ov_warn_mv", 100),
    0x26: ("pack_ov_warn_recover_mv", 100),
    0x28: ("cell_uv_warn_mv", 1),
    0x2A: ("cell_uv_warn_recover_mv", 1),
    0x2C: ("pack_uv_warn_mv", 100),
    0x2E: ("pack_uv_warn_recover_mv", 100),
    0x30: ("cell_delta_warn_mv", 1),
    0x32: ("cell_delta_warn_recover_mv", 1),
    0x50: ("charge_ot_warn_dc", "s"),
    0x52: ("charge_ot_warn_recover_dc", "s"),
    0x54: ("discharge_ot_warn_dc", "s"),
    0x56: ("discharge_ot_warn_recover_dc", "s"),
    0x58: ("mos_ot_warn_dc", "s"),
    0x5A: ("mos_ot_warn_recover_dc", "s"),
    0x5C: ("charge_ut_warn_dc", "s"),
    0x5E: ("charge_ut_warn_recover_dc", "s"),
    0x60: ("discharge_ut_warn_dc", "s"),
    0x62: ("discharge_ut_warn_recover_dc", "s"),
    0x68: ("charge_ocp_ma", 100),
    0x6C: ("discharge_ocp_ma", 100),
    0x70: ("discharge_ocp2_ma", 100),
    0x72: ("discharge_ocp2_delay_ms", 1),
    0x74: ("short_circuit_ma", 1000),
    0x84: ("soc_low1_pct", 1),
    0x86: ("soc_low2_pct", 1),
    0x8C: ("balance_limit_mv", 1),
    0x8E: ("balance_charge_start_mv", 1),
    0x90: ("balance_diff_on_mv", 1),
    0x92: ("balance_diff_off_mv", 1),
    0x94: ("balance_current_level", 1),
    0x96: ("balance_charge_current_ma", 100),
    0x98: ("battery_type_raw", 1),
    0x9A: ("cell_count", 1),
    0x9C: ("uv_resistance_comp_raw", 1),
    0x9E: ("shutdown_mv", 1),
    0xA0: ("max_charge_request_ma", 100),
    0xA2: ("capacity_mah", "u4"),
    0xA6: ("remaining_mah", "u4"),
    0xAA: ("cycle_capacity_mah", "b4"),
    0xC4: ("soc_method", 1),
    0x12A: ("current_range_ma", 100),
    0x12C: ("auto_sleep_s", 1),
    0x12E: ("bt_addr_code", 1),
    0x130: ("static_current_raw", 1),
    0x132: ("temp_sensor_mask", 1),
    0x134: ("start_current_ma", 1000),
    0x136: ("reference_mv", 1),
    0x138: ("voltage_factor", 1),
    0x13A: ("runtime_cfg", 1),
} | {0xAE + 2 * i: (f"ocv_{100 - 10 * i}_mv", 1) for i in range(11)}
_TEXTS = {0x106: ("pack_id", 32), 0x26C: ("hw_version", 16), 0x27C: ("sw_version", 16)}
_NOT_A_MASK = (1, 2, 33)  # boards with an active balancer have other things there
_COUNTERS = (
    "cell_ov pack_ov cell_uv pack_uv cell_delta charge_ot discharge_ot mos_ot charge_ut "
    "discharge_ut charge_oc discharge_oc short charge_count cycles low_voltage_shutdown "
    "current_abnormal manual_restart watchdog abnormal_restart"
).split()
LONGEST_REQUEST = 10  # what is longer, and good, is a reply or a write
_CONTROLLED = 0x61
_AUTHENTICATED = 0x43
_WRITTEN = 0x42
# Kinds of replies as captures spell them.
REPLIES = {_CONTROLLED: "control", _AUTHENTICATED: "auth", _WRITTEN: "write"}


def new_frame(kind, frame):
    """Returns the further fields of a 7E A1 frame as a dict, by kind of frame."""
    function, register, size = struct.unpack_from("<BHB", frame, 2)
    data = frame[6 : 6 + size]
    found = {"func": function, "register": register}
    segment = frame[8 + size : -4]
    if len(segment) >= 4:
        found |= {"result_func": segment[0], "result_code": segment[1] | segment[2] << 8}
    if kind == p.STATUS:
        return found | _status(data)
    if kind == IDENTITY:
        return found | {"bms_id": ".".join(str(byte) for byte in data)}
    if kind == COUNTERS:
        return found | dict(zip(_COUNTERS, struct.unpack(f"<{size // 2}H", data), strict=False))
    if function == _CONTROLLED:
        return found | {"control_result": data[0] | data[1] << 8}
    if function == _AUTHENTICATED:
        return found | {"permission": data[0] | data[1] << 8}
    return found | settings(register, data)


def settings(register, data):
    """Returns the settings of a block as a dict; a block of FF has none."""
    found = {}
    if not data.strip(b"\xff"):
        return {"unauthorised": True}
    for address, (name, factor) in _SETTINGS.items():
        at = address - register
        size = 4 if factor in ("u4", "b4") else 2
        if not 0 <= at <= len(data) - size:
            continue
        value = int.from_bytes(data[at : at + size], "little", signed=factor == "s")
        if factor == "u4":
            value = round(value / 1000)
        elif factor == "s":
            value *= 10
        elif factor != "b4":
            value *= factor
        found[name] = value
    for address, (name, size) in _TEXTS.items():
        at = address - register
        if 0 <= at < len(data):
            found[name] = data[at : at + size].partition(b"\0")[0].decode("ascii", "replace")
    return found


def _status(data):
    temps, cells = data[2], data[3]
    t0 = 28 + 2 * (cells + temps)
    protections, warnings = struct.unpack_from("<QQ", data, 4)
    found = {
        "state": vocabulary.STATES[data[1]],
        "alarms_raw": protections,
        "warnings_raw": warnings,
        "power_w": -struct.unpack_from("<i", data, t0 + 28)[0],
        "balance_mask": struct.unpack_from("<I", data, t0 + 36)[0],
        "discharge_mos_code": data[t0 + 12],
        "charge_mos_code": data[t0 + 13],
        "balance_code": data[t0 + 14],
        "board_type": data[t0 + 15],
    }
    _say(found, found["board_type"] not in _NOT_A_MASK)
    tripped = _alarms(protections, ant_status.PROTECTION_ALARMS)
    tripped |= _alarms(1 << found["charge_mos_code"], ant_codes.CHARGE_ALARMS)
    tripped |= _alarms(1 << found["discharge_mos_code"], ant_codes.DISCHARGE_ALARMS)
    found["protections"] = _names(tripped)
    found["warnings"] = _names(_alarms(warnings, ant_status.WARNING_ALARMS))
    return found


def _say(found, has_mask=True):
    """Adds the codes of the MOS in words, and the cells that are being balanced."""
    for name in ("charge_mos", "discharge_mos"):
        words = dict(TEXTS[name]).get(str(found[f"{name}_code"]))
        if words:
            found[name] = words
    if has_mask:
        mask = found["balance_mask"]
        found["balanced_cells"] = [bit + 1 for bit in range(mask.bit_length()) if mask >> bit & 1]


def _alarms(bits, table):
    named = {table[bit] for bit in range(len(table)) if bits >> bit & 1}
    return named - {ant_codes.NO_ALARM}


def _names(numbers):
    return [vocabulary.ALARMS[number] for number in sorted(numbers)]


def old_status(frame):
    """Returns the further fields of a 140-byte status as a dict."""
    power, mask = struct.unpack_from(">i", frame, 111)[0], struct.unpack_from(">I", frame, 132)[0]
    found = {
        "power_w": -power,
        "balance_mask": mask,
        "charge_mos_code": frame[103],
        "discharge_mos_code": frame[104],
        "balance_code": frame[105],
    }
    _say(found)
    return found

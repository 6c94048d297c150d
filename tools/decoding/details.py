"""What JK's frames hold beyond the vocabulary, by the names of jk.md: for the decode tool.

A device has no use for these figures and does not spend memory on them. The tables are those of
jk.md §2 and §3; a field is (offset, struct code[, factor]). Passcodes are not among them.
"""

import struct

from bms import pack as p
from bms.framer import LOGBOOK

_ABSENT_DC = -2000
_FIRST_WITH_PHASE = 15
_PHASES = ("bulk", "absorption", "float")
_WIDE_SHIFT = 32  # most of the 32-cell layout lies so much later

# Status, in the 24-cell layout, jk.md §3.6.
_STATUS = {
    "cell_max_no": (62, "B"),
    "cell_min_no": (63, "B"),
    "precharge": (159, "B"),
    "user_alarm": (160, "H"),
    "t_discharge_ocpr_s": (170, "H"),
    "t_discharge_scpr_s": (172, "H"),
    "t_charge_ocpr_s": (174, "H"),
    "t_charge_scpr_s": (176, "H"),
    "t_uvpr_s": (178, "H"),
    "t_ovpr_s": (180, "H"),
    "temp_sensor_mask": (182, "B"),
    "emergency_s": (186, "H"),
    "current_corr": (188, "H"),
    "vsense_charge_mv": (190, "H"),
    "vsense_discharge_mv": (192, "H"),
    "sys_ticks_ds": (214, "I"),
    "balance_action": (140, "B"),
}
_STATUS_NARROW = {"cell_mask": (54, "I"), "wire_warn_mask": (114, "I"), "unknown168": (168, "H")}
_STATUS_WIDE = {
    "cell_mask": (70, "I"),
    "wire_warn_mask": (146, "I"),
    "precharging": (200, "B"),
    "balancer_working": (201, "B"),
    "pack2_mv": (234, "H", 10),
    "heating_raw_ma": (236, "h"),
    "charger_plugged": (245, "B"),
    "temp3_slot_dc": (254, "h"),
    "temp4_dc": (256, "h"),
    "temp5_dc": (258, "h"),
    "rtc_s": (262, "I"),
    "detail_log_count": (266, "I"),
    "time_enter_sleep_s": (270, "I"),
    "pcl_state": (274, "B"),
    "battery_type_id": (275, "B"),
    "charge_status_s": (278, "H"),
    "charge_status_id": (280, "B"),
    "dry_contacts": (281, "B"),
}
# Settings, jk.md §3.7.
_SETTINGS = {
    "smart_sleep_mv": (6, "I"),
    "soc100_mv": (30, "I"),
    "soc0_mv": (34, "I"),
    "rcv_mv": (38, "I"),
    "rfv_mv": (42, "I"),
    "charge_ocpr_s": (58, "I"),
    "discharge_ocpr_s": (70, "I"),
    "scpr_s": (74, "I"),
    "max_balance_ma": (78, "I"),
    "cell_count": (114, "I"),
    "scp_delay_us": (134, "I"),
}
_SETTINGS_WIDE = {
    "precharge_s": (274, "I"),
    "controls_raw": (282, "H"),
    "t284_c": (284, "b"),
    "t285_c": (285, "b"),
    "smart_sleep_h": (286, "B"),
    "data_field_enable": (287, "B"),
    "discharge_utp_c": (296, "b"),
    "discharge_utpr_c": (297, "b"),
    "discharge_utp_dc": (296, "b", 10),
    "discharge_utpr_dc": (297, "b", 10),
}
_CONTROLS = (
    "heating_switch disable_temp_sensors gps_heartbeat port_rs485 lcd_always_on special_charger "
    "smart_sleep_on disable_pcl timed_store float_mode emergency_button dry_intermittent "
    "discharge_ocp2_on discharge_ocp3_on gps_lock_charge gps_lock_discharge"
).split()
# Device, jk.md §3.8.
_DEVICE = {"uptime_s": (38, "I"), "power_on_count": (42, "I")}
_DEVICE_WIDE = {
    "uart1_proto": (184, "B"),
    "can_proto": (185, "B"),
    "uart1_mask": (186, "I"),
    "can_mask": (202, "I"),
    "uart2_proto": (218, "B"),
    "uart2_mask": (219, "I"),
    "lcd_buzzer_trigger": (234, "B"),
    "dry1_trigger": (235, "B"),
    "dry2_trigger": (236, "B"),
    "uart_lib_ver": (237, "B"),
    "lcd_buzzer_trigger_val": (238, "i"),
    "lcd_buzzer_release_val": (242, "i"),
    "dry1_trigger_val": (246, "i"),
    "dry1_release_val": (250, "i"),
    "dry2_trigger_val": (254, "i"),
    "dry2_release_val": (258, "i"),
    "data_period_s": (262, "I"),
    "rcv_time_dh": (266, "B"),
    "rfv_time_dh": (267, "B"),
    "can_lib_ver": (268, "B"),
    "emergency_min": (269, "B"),
    "uart3_proto": (270, "B"),
    "uart3_mask": (271, "I"),
    "rebulk_soc_pct": (278, "B"),
}
# JK04, jk.md §3.9; floats become rounded integers.
_JK04_STATUS = {
    "cell_mask": (214, "I"),
    "cell_max_no": (218, "B"),
    "cell_min_no": (219, "B"),
    "balance_action": (220, "B"),
    "pack_field_mv": (230, "d", 1000),
}
_JK04_SETTINGS = {
    "cell_count": (34, "B"),
    "vref_uv": (74, "f", 1_000_000),
    "unknown102_mv": (102, "f", 1000),
    "max_balance_ma": (110, "f", 1000),
}
# Display, jk.md §2; big endian, offsets in the frame.
_DISPLAY = {
    (0xA5, 0x1000): {"disp_reserved": (10, "H"), "system_warning": (20, "H")},
    (0x5A, 0x1000): {"uart_protocol_no": (12, "H")},
}


def _take(fields, frame, shift=0, order="<"):
    found = {}
    for name, (at, code, *factor) in fields.items():
        (value,) = struct.unpack_from(order + code, frame, at + shift)
        value *= factor[0] if factor else 1
        found[name] = round(value)
    return found


def _text(frame, at, size):
    return frame[at : at + size].partition(b"\0")[0].decode("ascii", "replace")


def jk_frame(variant, kind, frame, generation=-1):
    """Returns the further fields of a 300-byte frame of `variant` as a dict, by kind of frame."""
    if kind == LOGBOOK:
        return _logbook(frame)
    if kind == p.DEVICE:
        return _device(variant, frame)
    if kind == p.SETTINGS:
        return _settings(variant, frame)
    if variant == "jk04":
        found = _take(_JK04_STATUS, frame)
        found["cell_res_mohm"] = _resistances(frame, 102, "f", found["cell_mask"], 1000)
    else:
        found = _jk02_status(variant == "jk02_32s", frame, generation)
    for name in ("cell_max_no", "cell_min_no"):
        found[name] += 1  # counted from 0 on the wire
    return found


def _jk02_status(wide, frame, generation):
    shift = _WIDE_SHIFT if wide else 0
    fields = dict(_STATUS)
    first = {name: fields.pop(name) for name in ("cell_max_no", "cell_min_no")}
    found = _take(fields, frame, shift) | _take(first, frame, 16 if wide else 0)
    found |= _take(_STATUS_WIDE if wide else _STATUS_NARROW, frame)
    for name in ("temp3_slot_dc", "temp4_dc", "temp5_dc"):
        if found.get(name) == _ABSENT_DC:
            del found[name]
    if wide:
        found["dry1_on"] = bool(found["dry_contacts"] & 2)
        found["dry2_on"] = bool(found["dry_contacts"] & 4)
    # The wires that the BMS warns of, as numbers of cells.
    found["bad_wires"] = _numbers(found["wire_warn_mask"])
    found["emergency"] = found["emergency_s"] > 0
    if generation >= _FIRST_WITH_PHASE and found["charge_status_id"] < len(_PHASES):
        found["charge_phase_name"] = _PHASES[found["charge_status_id"]]
    at = 80 if wide else 64
    found["cell_res_mohm"] = _resistances(frame, at, "H", found["cell_mask"], 1)
    return found


def _numbers(mask):
    """Returns the positions, from 1, of the bits that are set."""
    return [bit + 1 for bit in range(mask.bit_length()) if mask >> bit & 1]


def _resistances(frame, at, code, mask, factor):
    values = struct.unpack_from(f"<{mask.bit_length()}{code}", frame, at)
    return [round(value * factor) for value in values]


def _settings(variant, frame):
    if variant == "jk04":
        return _take(_JK04_SETTINGS, frame)
    found = _take(_SETTINGS, frame)
    if variant != "jk02_32s":
        return found | {"con_wire_res": list(struct.unpack_from("<24I", frame, 158))}
    found |= _take(_SETTINGS_WIDE, frame)
    found["con_wire_res"] = list(struct.unpack_from("<32I", frame, 142))
    for bit, name in enumerate(_CONTROLS):
        found[name] = bool(found["controls_raw"] >> bit & 1)
    return found


def _device(variant, frame):
    found = _take(_DEVICE, frame)
    if variant != "jk04":
        found["user_data"] = _text(frame, 102, 16)
    if variant == "jk02_32s":
        found |= _take(_DEVICE_WIDE, frame)
        found["user_data2"] = _text(frame, 134, 16)
        found["hw_option"] = _text(frame, 190, 12)
        bitmap = frame[150:182]
        found["caps"] = bitmap.hex()
        found["cap_heating_switch"] = bool(bitmap[0x27 >> 3] >> (0x27 & 7) & 1)
        found["cap_heating_temps"] = bool(bitmap[0x37 >> 3] >> (0x37 & 7) & 1)
    return found


def _logbook(frame):
    (count,) = struct.unpack_from("<I", frame, 6)
    entries = [list(struct.unpack_from("<IB", frame, 11 + 5 * i)) for i in range(min(count, 50))]
    return {"log_count": count, "log_entries": entries}


def display(frame):
    """Returns the further words of a display block as a dict."""
    place = frame[0], int.from_bytes(frame[4:6], "big")
    return _take(_DISPLAY.get(place, {}), frame, order=">")

"""What a board without PSRAM has no memory for: refused in words; a part of table.py.

The figures, in kB, were measured on the 32-bit MicroPython, those of Bluetooth on an emulated
ESP32 (host_tests/settings/test_settings_memory.py; docs/ble.md).
"""

from compat import const

_MOST_WITHOUT_PSRAM = const(600_000)  # Python's 56 kB and what it can grow by; or megabytes
HAS_KB = const(107)  # beside Wi-Fi; what a board without PSRAM can do takes nearly all of it
BLE_KB = const(63)
PACKS_KB = const(15)
WRITES_KB = const(12)
VICTRON_KB = const(8)
LOW_POWER_KB = const(4)
INFLUX_KB = const(2)
BY_DEVICE_KB = const(4)
TLS_KB = const(60)  # mbedTLS's own buffers, and more for the handshake
# What needs so much, and is off without it.
_OF_MEMORY = (
    ("bms_writes", WRITES_KB, False),
    ("mqtt_victron", VICTRON_KB, False),
    ("low_power", LOW_POWER_KB, False),
    ("mqtt_influx", INFLUX_KB, False),
)
# What only boards with PSRAM have, and its default; None: of no use without another of these.
_OF_PSRAM = (
    ("wifi_ssid_2", ""),
    ("mqtt_mb_a_month", 0),
    ("screen_first", "glance"),
    ("temperature_unit", "celsius"),
    ("screen_night", "off"),
    ("screen_night_pct", None),
    ("screen_night_from", None),
    ("screen_night_to", None),
    ("screen_off_min", 0),
    ("screen_wake_ma", None),
    ("charge_max_a", 0),
    ("charge_full_dc", None),
    ("charge_table", ""),
    ("web", False),
    ("web_mode", None),
    ("web_boost", None),
    ("web_thresholds", None),
    ("web_settings", None),
)
# Beside pages and network they leave less than the 14 kB that following an update takes.
_TIGHT = ("jk_modbus", "jk_display", "auto")
# Of the line to the broker, and Home Assistant: nothing asks for these there.
_OF_LINE = ("mqtt_tls", "mqtt_ca", "mqtt_cert", "mqtt_key", "mqtt_writes", "ha_by_device")


def has_psram(python_bytes):
    """True if a heap that can hold so much, what it grows by included, is one with PSRAM."""
    return python_bytes > _MOST_WITHOUT_PSRAM


def refuse(values, errors):
    """Puts what is too much for a board without PSRAM back to its default; says so in `errors`."""
    packs = (values,) + tuple(values["packs"])
    if "ble" in [pack["bms_link"] for pack in packs]:
        _complain(errors, "bms_link ble", BLE_KB)
        values["bms_link"] = "uart"
        values["bms_dialect"] = "jk_gps"
        values["packs"] = ()
    if values["packs"] and values["wifi_ssid"]:
        _complain(errors, "packs", PACKS_KB)
        values["packs"] = ()
    for name, kb, off in _OF_MEMORY:
        if values[name]:
            _complain(errors, name, kb)
            values[name] = off
    for name, plain in _OF_PSRAM:
        value = values.pop(name)
        if plain is not None and value != plain:
            errors.append("%s: only on boards with PSRAM" % name)
    _refuse_line(values, errors)


def needless():
    """Returns the names of the settings that are of no use there."""
    names = [row[0] for row in _OF_MEMORY + _OF_PSRAM]
    return names + list(_OF_LINE)


def useful(secrets):
    """Returns the secrets that such a board has a use for."""
    return {key: secrets[key] for key in ("wifi_password", "mqtt_password")}


def _refuse_line(values, errors):
    """The same for what is about the line to the broker, and Home Assistant."""
    if values["mqtt_tls"] != "off":
        _complain(errors, "mqtt_tls", TLS_KB)
        values["mqtt_host"] = ""  # never in clear instead
    if values["ha_by_device"]:
        _complain(errors, "ha_by_device", BY_DEVICE_KB)
    if values["update_url"] and values["screen_pages"] and values["bms_dialect"] in _TIGHT:
        errors.append("update_url: no room to follow an update; use USB, or screen_pages false")
        values["update_url"] = ""
    for name in _OF_LINE:
        values.pop(name)


def _complain(errors, what, kb):
    errors.append(
        "%s: takes about %d kB; a board without PSRAM has %d for all beside Wi-Fi, and no more "
        "than a few to spare: use a board with PSRAM" % (what, kb, HAS_KB)
    )

"""The bench's controls: one table of names, kinds, bounds and help.

The page, the JSON API and the scenario files all pass through `check_value`, and the page builds
its widgets from `describe()`, so that a new control is one row here and one method in desk.py.
"""

import words
from tools.bench.bms import simulators
from tools.bench.esp32 import one_wire

BOOL = "bool"
INT = "int"
CHOICE = "choice"
ACTION = "action"  # happens once; has no state

PIN = "123456"  # for pairing, as Packmate has been told; the unit may want another
PAIRING = ("none", "number", "other_number", "refused")
HEATER_MODES = tuple(words.MODE_NAMES.decode().split("\n"))

# name, kind, bounds or choices, unit, group, label, help
_TABLE = (
    ("lapse", INT, (1, 600), "x", "time", "Time lapse", "Virtual seconds in one real second"),
    ("ambient_dc", INT, (-400, 500), "0.1 °C", "world", "Ambient", "Air around the pack"),
    ("pack_dc", INT, (-400, 600), "0.1 °C", "world", "Pack to", "Sets every cell at once"),
    ("soc_pct", INT, (0, 100), "%", "world", "Charge to", "Sets the true state of charge"),
    ("charger", BOOL, None, "", "world", "Charger", "A charger is connected and powered"),
    ("load_ma", INT, (0, 200_000), "mA", "world", "Load", "Drawn from the pack"),
    (
        "bms",
        CHOICE,
        simulators.NAMES,
        "",
        "world",
        "BMS",
        "Which one is simulated; Packmate is told and restarts",
    ),
    (
        "others_dc",
        INT,
        (-400, 600),
        "0.1 °C",
        "packs",
        "Other packs to",
        "Sets their cells at once",
    ),
    ("bms_unplugged", BOOL, None, "", "wire", "Unplug the BMS", "Its serial cable is pulled"),
    ("bms_cut", ACTION, None, "", "wire", "Cut mid-frame", "Pulled while a frame is under way"),
    ("ble_away", BOOL, None, "", "air", "Out of range", "Its radio is not heard"),
    ("ble_taken", BOOL, None, "", "air", "The phone has it", "It has one connection to give"),
    ("ble_deaf", BOOL, None, "", "air", "Refuse connections", "It advertises; none comes about"),
    (
        "ble_sleeps",
        BOOL,
        None,
        "",
        "air",
        "Sleep when idle",
        "ANT: its radio is off after 20 s without current",
    ),
    (
        "ble_pairing",
        CHOICE,
        PAIRING,
        "",
        "air",
        "Pairing",
        "It wants none, the number that Packmate was told, another one; or it says no",
    ),
    (
        "ble_release_min",
        INT,
        (0, 60),
        "min",
        "air",
        "Release for the phone",
        "Packmate lets go of the BMS for so long, by MQTT; 0 takes it back",
    ),
    ("ble_drop", ACTION, None, "", "air", "Drop the link", "The unit ends the connection"),
    (
        "ble_empty",
        ACTION,
        None,
        "",
        "air",
        "Empty discovery",
        "It drops, and the next three discoveries find nothing in it",
    ),
    (
        "bms_garbled",
        BOOL,
        None,
        "",
        "bms",
        "Garble bytes",
        "Noise on its serial line; over Bluetooth most notifications get lost",
    ),
    ("bms_frozen", BOOL, None, "", "bms", "Freeze its answers", "It repeats one old frame"),
    ("bms_silent", BOOL, None, "", "bms", "Silence it", "It is connected and says nothing"),
    (
        "bms_foreign",
        CHOICE,
        simulators.FOREIGN,
        "",
        "bms",
        "Answers as",
        "Somebody else's frames come instead of its own",
    ),
    (
        "bms_generation",
        CHOICE,
        simulators.GENERATIONS,
        "",
        "bms",
        "Generation",
        "JK, not on a UART: a version that nobody knows, or one that contradicts its frames",
    ),
    (
        "sensor_absent",
        CHOICE,
        ("none", "first", "both"),
        "",
        "bms",
        "Sensor absent",
        "Battery temperature sensors that are not fitted",
    ),
    (
        "sensors_swapped",
        BOOL,
        None,
        "",
        "bms",
        "Sensors swapped",
        "Each says what the other would",
    ),
    ("probe", CHOICE, one_wire.PLACES, "", "world", "Probe", "Where our own DS18B20 is"),
    ("mat_on_bms", BOOL, None, "", "world", "Mat on the BMS", "At a JK's own heating output"),
    ("probe_stuck", BOOL, None, "", "world", "Probe stuck", "It repeats what it said last"),
    ("mat_open", BOOL, None, "", "world", "Mat broken", "No current flows through it"),
    ("output_stuck", BOOL, None, "", "world", "Switch stuck on", "The mat's MOSFET conducts"),
    (
        "broker",
        CHOICE,
        ("normal", "down", "silent"),
        "",
        "net",
        "Broker",
        "down refuses; silent accepts and never answers",
    ),
    ("mqtt_storm", ACTION, None, "", "net", "Hostile commands", "Garbage, floods, retained ones"),
    ("wifi_down", BOOL, None, "", "net", "Wi-Fi down", "The access point is gone"),
    (
        "wifi_password_wrong",
        BOOL,
        None,
        "",
        "net",
        "New Wi-Fi password",
        "The router has another one than Packmate was told",
    ),
    (
        "wifi_channel",
        INT,
        (1, 13),
        "",
        "net",
        "Wi-Fi channel",
        "The router moves to another one, without a word",
    ),
    (
        "wifi_2_up",
        BOOL,
        None,
        "",
        "net",
        "Second Wi-Fi",
        "A network bench-2 is in reach, for wifi_ssid_2",
    ),
    (
        "psram",
        BOOL,
        None,
        "",
        "chip",
        "With PSRAM",
        "Another chip, which has memory for everything; Bluetooth always gets one",
    ),
    (
        "idf_taken",
        INT,
        (0, 30_000),
        "B",
        "chip",
        "Memory taken",
        "Of what Wi-Fi and sockets live in, so much is gone; a reset of the chip gives it back",
    ),
    ("firmware_frozen", BOOL, None, "", "chip", "Freeze firmware", "Stops it: watchdog bites"),
    (
        "clock_jump_s",
        INT,
        (-86_400, 86_400),
        "s",
        "chip",
        "Jump the clock",
        "The chip's time of day is wrong by so much more, at once",
    ),
    ("firmware_kill", ACTION, None, "", "chip", "Kill and restart", "Ends it at once, then boots"),
    ("button_1", ACTION, None, "", "panel", "Button 1", "Short press"),
    ("button_2", ACTION, None, "", "panel", "Button 2", "Short press"),
    ("heater_mode", CHOICE, HEATER_MODES, "", "panel", "Heater mode", "Sent as an MQTT command"),
    ("boost_min", INT, (0, 120), "min", "panel", "Boost", "Heats now, for so long, by MQTT"),
    ("acknowledge", ACTION, None, "", "panel", "Acknowledge", "Clears latched faults, by MQTT"),
)
_BY_NAME = {row[0]: row for row in _TABLE}


class ControlError(ValueError):
    """The control does not exist or does not take the value; the text says which and why."""


def names():
    """Returns all control names in the order of the page."""
    return [row[0] for row in _TABLE]


def describe():
    """Returns the table as a list of dicts, for `GET /api` and the page."""
    result = []
    for name, kind, bounds, unit, group, label, hint in _TABLE:
        entry = {"name": name, "kind": kind, "group": group, "label": label, "help": hint}
        if unit:
            entry["unit"] = unit
        if kind == INT:
            entry["min"], entry["max"] = bounds
        elif kind == CHOICE:
            entry["choices"] = list(bounds)
        result.append(entry)
    return result


def check_value(name, value):
    """Returns the value if the control takes it; raises ControlError otherwise."""
    row = _BY_NAME.get(name)
    if row is None:
        raise ControlError("no such control: {} (have {})".format(name, ", ".join(_BY_NAME)))
    kind, bounds = row[1], row[2]
    if kind == BOOL and not isinstance(value, bool):
        raise ControlError(f"{name}: must be true or false")
    if kind == ACTION and value is not None and value is not True:
        raise ControlError(f"{name}: is an action; its value must be true or left out")
    if kind == CHOICE and value not in bounds:
        raise ControlError("{}: must be one of {}".format(name, ", ".join(bounds)))
    if kind == INT:
        _check_int(name, value, bounds)
    return value


def _check_int(name, value, bounds):
    if isinstance(value, bool) or not isinstance(value, int):
        raise ControlError(f"{name}: must be a whole number")
    if not bounds[0] <= value <= bounds[1]:
        raise ControlError(f"{name}: must be within {bounds[0]} and {bounds[1]}")

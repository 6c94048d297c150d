"""Asks for the packs beside the first one: which BMS each has, and by which name it is found."""

import re

from settings.settings_packs import MOST

_ADDRESS = re.compile(r"([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")
_BY_RADIO = (
    ("JK, by Bluetooth", {"bms_dialect": "jk_ble"}),
    ("ANT of 2021 and later, by Bluetooth", {"bms_dialect": "ant_new", "bms_link": "ble"}),
    ("ANT before 2021, by Bluetooth", {"bms_dialect": "ant_old", "bms_link": "ble"}),
)
_ON_BUS = ("JK, on the same RS485 bus", {"bms_dialect": "jk_modbus"})


def ask_packs(given, choose, read_line):
    """Asks for all of them, and puts them into `given`, the settings: `packs`, and what the first
    one is found by. choose, read_line: those of setup."""
    count = choose(
        "How many packs are in parallel beside the first, each with a BMS of its own?",
        ["one", "two", "three"][:MOST],
        max(len(given.get("packs", ())) - 1, 0),
    )
    _ask_first(given, read_line)
    given["packs"] = [_ask_one(number, given, choose, read_line) for number in range(2, count + 3)]


def _ask_first(given, read_line):
    """Asks how the first pack is told from the others."""
    if given.get("bms_dialect") == "jk_modbus":
        given |= _on_bus(1, read_line)
    elif given.get("bms_link") == "ble" and not given.get("ble_address"):
        given |= _on_air(1, read_line)


def _ask_one(number, given, choose, read_line):
    """Returns the object of a pack."""
    name = read_line(f"\nWhat is pack {number} called?\n[Pack {number}]: ")
    ways = [*_BY_RADIO, *([_ON_BUS] if given.get("bms_dialect") == "jk_modbus" else [])]
    texts = [text for text, _ in ways]
    way = ways[choose(f"Which BMS has pack {number}, and how is it connected?", texts)]
    found = _on_bus(number, read_line) if way is _ON_BUS else _on_air(number, read_line)
    pack = ({"name": name} if name else {}) | way[1] | found
    if given.get("heater_output", "none") != "none":
        if choose(f"Does the mat warm pack {number}?", ["yes", "no"]):
            pack["on_mat"] = False
    return pack


def _on_air(number, read_line):
    """Returns the setting by which a unit is found on Bluetooth."""
    text = f"\nPack {number} on Bluetooth: its name in the app, or its address\n: "
    while not (answer := read_line(text)):
        print("without one, two links might take the same unit")
    return {"ble_address" if _ADDRESS.fullmatch(answer) else "ble_name": answer}


def _on_bus(number, read_line):
    """Returns the setting by which a unit is found on the bus."""
    text = f"\nPack {number} on the bus: its address, 0 to 15\n: "
    while not (answer := read_line(text)).isdecimal():
        print("a number, please")
    return {"bms_address": int(answer)}

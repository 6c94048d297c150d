"""Writes docs/settings.md from the one table of settings.

python -m tools.settings_doc [--check]
"""

import sys

from settings.table import BOOL, CHOICE, INT, PACKS, SECRETS, SETTINGS, TEXT
from tools import ROOT

PAGE = ROOT / "docs" / "settings.md"

_HEAD = """# Settings

`settings.json` on the device holds one JSON object with any of these keys. A key that is missing has its default.
A key that is unknown or out of bounds is named on the screen, on the console and in the state message; it keeps its
default, and the heater stays disabled until the file is right. `packmate check settings.json --board BOARD` says the same
beforehand, and `packmate setup` makes the file by asking, as does the device itself on its [set-up page](set-up.md).

Made by `python -m tools.settings_doc` from `lib/settings/table.py`.

"""
_SECRETS = """
## Secrets

`secrets.json` holds passwords and nothing else. They are never shown, published or logged.

"""
_PACKS = """
## Several packs

Packs in parallel, each with a BMS of its own, are listed under `packs`: up to three beside the one at the top, one of all
on the wire, up to three by Bluetooth. An RS485 bus of `jk_modbus` counts as a wire for all of them: each has a `bms_address`
then, 0 for the master. Each is an object with these keys of the table above: `name`, `bms_dialect` (needed),
`bms_link`, `bms_address`, `ble_address`, `ble_name`. Several by Bluetooth must have an address or a name each, lest two
links take the same unit; `auto` and `bms_writes` are for a single pack. What is wrong is told with the number of the
pack; the one at the top is pack 1. `packmate setup` asks for them where it is told `packs` in the place of a KEY.

The heater has one mat for all. It goes by the coldest sensor, the strictest threshold, the alarms and the boards of
those packs that are on it (`"on_mat": false` for one that is not), and is off while any pack is not heard, or not
believed. The screen shows all of them together and says which have no good figures; the button goes through them one
by one, and to the reason why one has none. MQTT has a message for each ([mqtt.md](mqtt.md#several-packs)).

```json
{
  "bms_dialect": "jk_gps",
  "packs": [
    {"bms_dialect": "jk_ble", "ble_address": "C8:47:8C:00:00:01"},
    {"name": "Spare", "bms_dialect": "ant_new", "bms_link": "ble", "ble_address": "AC:23:3F:00:00:02"}
  ]
}
```
"""
_EXAMPLE = """
## Example

A JK pack with an 80 W mat on the GPIO output, heated only while a charger is there:

```json
{
  "wifi_ssid": "van",
  "mqtt_host": "192.168.8.10",
  "heater_output": "gpio",
  "heater_mode": "charger",
  "heater_mat_mohm": 8200,
  "pack_wh": 5120
}
```
"""


def table(rows):
    """Returns a Markdown table of settings rows."""
    lines = ["| key | allowed | default | |", "|---|---|---|---|"]
    for key, kind, low, high, default, text in rows:
        allowed = {
            INT: f"{low}…{high}",
            BOOL: "true, false",
            TEXT: f"{low}…{high} bytes",
            CHOICE: "",
            PACKS: f"list of {low}…{high} objects",
        }[kind] or ", ".join(f"`{choice}`" for choice in low)
        shown = str(default).lower() if kind == BOOL else str(default) or '""'
        shown = "null" if default is None else shown
        shown = "[]" if kind == PACKS else shown
        lines.append(f"| `{key}` | {allowed} | {shown} | {text} |")
    return "\n".join(lines) + "\n"


def page():
    """Returns the whole page."""
    return _HEAD + table(SETTINGS) + _PACKS + _SECRETS + table(SECRETS) + _EXAMPLE


def main():
    """Writes the page, or with --check says whether it is up to date."""
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.read_text() == page() else 1
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())

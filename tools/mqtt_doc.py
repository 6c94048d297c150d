"""Writes the list of figures and entities in docs/mqtt.md from the table of lib/relay/fields.py.

python -m tools.mqtt_doc [--check]
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "lib"))

from relay import fields  # noqa: E402

PAGE = ROOT / "docs" / "mqtt.md"
BEGIN = "<!-- made by `python -m tools.mqtt_doc` -->\n"
END = "<!-- end -->\n"

_KINDS = {
    fields.BOOL: "true or false",
    fields.INT: "number",
    fields.NAME: "name",
    fields.TEXT: "text",
}
_NEEDS = {
    fields.OWN_HEATER: "a heater",
    fields.OWN_THRESHOLDS: "`mqtt_thresholds`",
    fields.PROBE: "`heater_probe`",
    fields.PREHEAT: "`preheat_at`",
    fields.RADIO: "Bluetooth",
    fields.SEVERAL: "`packs`",
    fields.WRITES: "`bms_writes`",
    fields.WRITES_FROM_AFAR: "`mqtt_writes`",
    fields.MODES_FROM_AFAR: "`mqtt_mode`",
    fields.NO_MODES_FROM_AFAR: "a heater, without `mqtt_mode`",
    fields.BOOSTS_FROM_AFAR: "`mqtt_boost`",
    fields.PSRAM: "PSRAM",
    fields.UPDATES: "`update_url`",
    fields.CHARGE_LIMITS: "`charge_max_a`",
    fields.DATA_BUDGET: "`mqtt_mb_a_month`",
}


def _row(field):
    entity = field.title
    if entity and field.unit:
        entity += f", {field.unit}"
    if not field.enabled:
        entity += " (off until you switch it on)"
    if field.needs in _NEEDS:
        entity += f" (with {_NEEDS[field.needs]})"
    return f"| `{field.name}` | {_KINDS[field.kind]} | {entity} |"


def tables():
    """Returns the lines of all tables: a message each."""
    lines = []
    for message in fields.MESSAGES + fields.OTHERS:
        lines += [f"\n`BASE/{message}`\n", "| member | | in Home Assistant |", "|---|---|---|"]
        lines += [_row(field) for field in fields.FIELDS[message]]
        lines += [f"| `{name}` | list | |" for name in fields.LISTS.get(message, ())]
    return "\n".join(lines) + "\n"


def page():
    """Returns the page with its list as it should be."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return before + BEGIN + tables() + "\n" + END + rest.split(END)[1]


def main():
    """Writes the page, or with --check says whether it is up to date."""
    if "--check" in sys.argv[1:]:
        return 0 if PAGE.read_text(encoding="utf-8") == page() else 1
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

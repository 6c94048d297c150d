"""Makes the file of the device's page, from firmware/website/page/: what it holds is said in
firmware/website/files.py. `python -m tools.web_page` lists the sizes.

Beside what is in that folder it holds the bench's icon and, for each language, `texts-….json`: the
page's own words from there, what the screen says of codes (in its capitals only where the page has
nothing calmer to say), and the settings with their bounds.
"""

import gzip
import hashlib
import importlib
import json

from tools import ROOT

FOLDER = ROOT / "firmware" / "website" / "page"
LANGUAGES = ("english", "german")
_ICON = ROOT / "tools" / "bench" / "page" / "icon.svg"
_KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_TEXTS = "texts-"

# Which of the tables of words.py the page has under which name; of several, the codes of all.
_TABLES = {
    "state": ("STATE_TEXTS",),
    "reason": ("REASON_TEXTS",),
    "mode": ("MODE_TEXTS",),
    "charger": ("CHARGER_TEXTS",),
    "preheat": ("PREHEAT_TEXTS",),
    "verdict": ("VERDICT_TEXTS",),
    "alarm": ("ALARM_TEXTS",),
    "wire": ("WIRE_TEXTS",),
    "radio": ("RADIO_TEXTS", "NO_RADIO_TEXTS"),
    "bank": ("BANK_TEXTS",),
    "warning": ("WARNING_TEXTS",),
    "reset": ("RESET_CODES",),
    "wifi": ("WIFI_CODES",),
    "mqtt": ("MQTT_CODES",),
}
_SIGNS = str.maketrans({"^": "°", "~": "…"})


def data(_module=None, _board=None, _roomy=True):
    """Returns the file, as bytes; always the same of the same sources."""
    index, contents = {}, b""
    for name, content in sorted(files().items()):
        packed = gzip.compress(content, 9, mtime=0)
        kind = _KINDS[name[name.rindex(".") :]]
        mark = hashlib.sha256(packed).hexdigest()[:12]
        index[name] = [len(contents), len(packed), kind, mark]
        contents += packed
    return json.dumps(index, separators=(",", ":")).encode() + b"\n" + contents


def files():
    """Returns {name: content} of the page's files."""
    found = {"icon.svg": _ICON.read_bytes()}
    for path in FOLDER.iterdir():
        if not path.name.startswith(_TEXTS):
            found[path.name] = path.read_bytes()
    for language in LANGUAGES:
        text = json.dumps(texts(language), ensure_ascii=False, separators=(",", ":"))
        found[f"{_TEXTS}{language}.json"] = text.encode()
    return found


def texts(language):
    """Returns what the page says in a language: the file of that name, with `words`, {table:
    {code: words}}, `faults`, {code: [what it means, what to do]}, and `settings` and `secrets`,
    [key, kind, lowest or choices, highest, default, help]."""
    found = json.loads((FOLDER / f"{_TEXTS}{language}.json").read_text(encoding="utf-8"))
    codes, spoken, words = map(
        importlib.import_module, ("languages.codes", f"languages.{language}", "words")
    )
    helps = found.pop("helps")
    own = found["words"]
    found["words"] = {}
    for name, tables in _TABLES.items():
        pairs = [pair for table in tables for pair in _pairs(codes, spoken, getattr(words, table))]
        found["words"][name] = dict(pairs) | own.get(name, {})
    found["faults"] = _faults(spoken, words)
    table = importlib.import_module("settings.table")
    for name, rows in (("settings", table.SETTINGS), ("secrets", table.SECRETS)):
        found[name] = [[*row[:5], helps.get(row[0], row[5])] for row in rows]
    return found


def _pairs(codes, spoken, table):
    """Yields (code, words) of the lines of a table."""
    names = codes.TABLES[table].decode().split("\n")
    for code, word in zip(names, spoken.TEXTS[table].split("\n"), strict=False):
        if code and word:
            yield code, word.translate(_SIGNS)


def _faults(spoken, words):
    names = words.REASON_NAMES.decode().split("\n")[1 : words.LAST_FAULT + 1]
    lines = spoken.TEXTS[words.FAULT_TEXTS].translate(_SIGNS).split("\n")
    each = words.FAULT_LINES
    found = {}
    for place, name in enumerate(names):
        means = lines[each * place : each * (place + 1)]
        found[name] = [" ".join(means[:2]).strip(), " ".join(means[2:]).strip()]
    return found


def main():
    """Command line."""
    total = len(data())
    for name, content in sorted(files().items()):
        print(f"{len(content):7} {len(gzip.compress(content, 9)):7}  {name}")
    print(f"{total:15}  bytes in the image")


if __name__ == "__main__":
    main()

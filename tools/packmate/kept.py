"""What a device keeps in flash about itself, read and explained: crashes, and what has happened.

crash.py and journal.py in firmware/kept/ say what is in the files. Nothing here changes the
device but that Packmate is stopped and started anew.
"""

import json
import re
import time

import words
from relay.texts import TEXTS
from settings.settings_private import PRIVATE
from tools.packmate import PackmateError, backup, logs
from tools.packmate.prompt import Device

CRASHES = ("crash.json", "crash.new")  # the newer one last
EVENTS = ("events.old", "events.log")
SAFE_MODE = "failure.txt"
FILES = (*CRASHES, *EVENTS, SAFE_MODE)

# What an owner reads for an event; the words of what it is about come behind it.
WHAT = {
    "start": "Packmate starts",
    "crash": "the run before has crashed",
    "late": "a task does not come back, the watchdog resets the chip",
    "wifi": "Wi-Fi",
    "mqtt": "broker",
    "bms": "BMS",
    "fault": "HEATER FAULT",
    "fault_over": "heater fault acknowledged",
    "warning": "heater warning",
    "warning_over": "heater warning acknowledged",
    "alarm": "the BMS's alarm",
    "alarm_over": "alarm over",
    "settings": "wrong in the settings",
    "command": "command",
    "update": "update",
    "dropped": "more happened than could be kept",
}
# Whose codes an event is about, by relay.texts.
_ABOUT = {
    "wifi": "wifi",
    "mqtt": "mqtt",
    "bms": "link",
    "fault": "heater_reason",
    "fault_over": "heater_reason",
    "warning": "heater_warning",
}
_STARTS = {
    "power_on": "power was switched on",
    "hard": "by itself, after a crash or a command, or the reset button",
    "watchdog": "by its watchdog: the program hung, or could not feed it",
    "deep_sleep": "from sleep",
    "soft": "from the console",
}
_MEMORY = ("Python used", "Python free", "system free", "in one piece", "at the least")


def read(device):
    """Returns {name: bytes} of what a prompt.Device keeps."""
    there = device.files()
    return {name: device.read(name) for name in FILES if name in there}


def show(find_port, legend):
    """Prints what a device keeps, explained."""
    with Device(find_port()) as device:
        found = read(device)
    print(explain(found, legend))


def explain(found, legend):
    """Returns what the files of `read` say, as text."""
    parts = []
    for name in CRASHES:
        if name in found:
            parts.append(explain_crash(found[name], legend))
    if SAFE_MODE in found:
        text = found[SAFE_MODE].decode(errors="replace")
        parts.append(f"It was in safe mode once, for: {text}")
    events = explain_events(b"".join(found.get(name, b"") for name in EVENTS))
    if events:
        parts.append("What has happened (start, then time since it):\n" + "\n".join(events))
    return "\n\n".join(parts) or "nothing is kept: it has not crashed, and keeps no event log"


def explain_crash(data, legend):
    """Returns what a crash record says."""
    try:
        record = json.loads(data)
        trace = record["traceback"]
        lines = [
            f"It has crashed: {record['error']}",
            f"  {_when(record['unix_s'])}{_duration(record['ran_s'])}; it had started "
            f"{_start(record['reset_cause'])}; failed starts before it: {record['failed_starts']}",
            f"  version {record['version']}, {record['board']}",
        ]
        memory = record["memory"]
        if memory:
            told = zip(_MEMORY, memory, strict=True)
            lines.append("  memory: " + ", ".join(f"{name} {size} B" for name, size in told))
        said = record["lines"] or ()
    except (ValueError, KeyError, TypeError):
        return "There is a crash record, but it is damaged"
    explainer = logs.Explainer(legend)
    shown = [explainer.take(line) for line in trace.splitlines()]
    lines += [text for text in (*shown, explainer.rest()) if text is not None]
    if said:
        lines += ["Its last lines on the console:", *(f"  {line}" for line in said)]
    return "\n".join(lines)


def explain_events(data):
    """Returns a line for each event in the bytes of the files; what is damaged is left out."""
    lines = []
    for line in data.decode(errors="replace").splitlines():
        try:
            boots, uptime_s, unix_s, what, about, count = json.loads(line)
            times = f" ({count} times)" if count > 1 else ""
            when = f"{boots:5} {_clock(uptime_s)}  {_when(unix_s)}"
            lines.append(f"{when}{_event(what, about)}{times}")
        except (ValueError, TypeError):
            continue
    return lines


def _event(what, about):
    kind, _, number = what.partition(" ")
    name = WHAT.get(kind, kind)
    if number:
        name += f" {number}" if kind == "wifi" else f" of pack {number}"
    if kind == "start":
        code, _, rest = about.partition(", ")
        about = _STARTS.get(code, code) + (f"; {rest}" if rest else "")
    texts = dict(TEXTS.get(_ABOUT.get(kind), ()))
    about = texts.get(about, about)
    return f"{name}: {about}" if about else name


def _start(number):
    names = words.RESET_NAMES.decode().split("\n")
    code = names[number] if 0 <= number < len(names) else str(number)
    return f"because {_STARTS[code]}" if code == "power_on" else _STARTS.get(code, code)


def _duration(seconds):
    return "before it ran" if seconds is None else f"after {_clock(seconds).strip()}"


def _clock(seconds):
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days:3}d {clock}" if days else f"     {clock}"


def _when(unix_s):
    if unix_s is None:
        return ""
    return time.strftime("%Y-%m-%d %H:%M:%S UTC  ", time.gmtime(unix_s))


# -- all of it in one file -----------------------------------------------------------------------

_ADDRESS = re.compile(r"\b(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\b")
_STATE = "state.json"
_SETTINGS = "settings.json"


def support(find_port, path, legend):
    """Writes all that helps somebody else to help into one text file: no secrets, no names."""
    with Device(find_port()) as device:
        version, machine = device.about()
        there = device.files()
        found = read(device)
        own = {n: device.read(n) for n in (_SETTINGS, _STATE) if n in there}
    parts = [
        f"MicroPython {'.'.join(map(str, version))}, {machine}",
        "# Settings\n" + _settings(own.get(_SETTINGS)),
        "# What it keeps about itself\n" + explain(found, legend),
        "# Its state\n" + own.get(_STATE, b"none").decode(errors="replace"),
        "# Its files\n" + "\n".join(f"{there[name]}  {name}" for name in sorted(there)),
    ]
    text = _anonymous("\n\n".join(parts) + "\n", own.get(_SETTINGS, b""))
    try:
        backup.write(path, text.encode())
    except OSError as error:
        raise PackmateError(f"{path}: cannot be written: {error.strerror}") from None
    print(f"written  {path}: no passwords and no names are in it; read it before you pass it on")


def _anonymous(text, settings):
    """Returns a text without the radio's addresses, and without what is private in settings."""
    text = _ADDRESS.sub("(address)", text)
    try:
        values = json.loads(settings)
        found = [p.get(key) for p in (values, *values.get("packs", ())) for key in PRIVATE]
    except (ValueError, AttributeError, TypeError):
        return text
    for value in sorted({v for v in found if isinstance(v, str) and len(v) > 3}, key=len):
        text = text.replace(value, "(private)")
    return text


def _settings(data):
    if data is None:
        return "none"
    try:
        values = json.loads(data)
        for pack in (values, *values.get("packs", ())):
            for key in PRIVATE:
                if pack.get(key):
                    pack[key] = "(set)"
    except (ValueError, AttributeError, TypeError):
        return "it is not valid JSON; what is in it is left out, since it may hold anything"
    return json.dumps(values, indent=1, ensure_ascii=False)

"""The last hundred things that mattered, kept in flash: for boards with PSRAM.

An event is [boots, uptime in s, s since 1970 or null, what, about what, how often in a row]; each
is a line of JSON. What happens is held in memory and added to the file once a minute at most, what
is urgent within ten seconds: so the flash wears hardly faster than by state.json. A file that has
a hundred of them becomes the older one of two.

What there is: `start` (about: why), `crash`, `late` (a task), `wifi` and `wifi 2` (the second
network), `mqtt`, `bms` and `bms N` (of several; about: `up`, or why it is lost; of a network that
was lost also why it cannot be joined again), `fault`, `fault_over`, `warning`, `warning_over`,
`alarm` and `alarm_over` of the BMS, `settings` (about: what is wrong), `command` (about: its name,
where it comes from, and what became of it), `update`, `dropped`.
"""

import json
import os

import words as w
from compat import const
from kept.guarded import each_second
from kept.noted_button import NotedButton
from kept.pause import write
from kept.times import unix_s

NEWER = "events.log"
OLDER = "events.old"
KEPT = const(100)  # at least, once there were so many

_HELD = const(40)  # in memory, until they are written; what comes on top is counted
_GAP_S = const(60)
_SOON_S = const(10)  # after something urgent
_WHILE_ON_S = const(600)  # while the mat is on, which pauses for it
_LONGEST = const(100)
_URGENT = ("crash", "late", "fault", "update")
# Places in an event.
WHAT = const(3)
ABOUT = const(4)
COUNT = const(5)


class Journal:
    """boots: how often the device has started. `total`: events since the start."""

    def __init__(self, boots):
        self.total = 0
        self._boots = boots
        self._uptime_s = 0
        self._held = []
        self._urgent = False  # among what is held
        self._written_s = 0
        self._in_file, self._torn = _count(NEWER)

    def note(self, what, about=""):
        """Notes an event, both str; like the last one, it only counts."""
        self.total += 1
        about = about[:_LONGEST]
        last = self._held[-1] if self._held else None
        if last is not None and last[WHAT] == what and last[ABOUT] == about:
            last[COUNT] += 1
        elif len(self._held) < _HELD:
            self._held.append([self._boots, self._uptime_s, unix_s(), what, about, 1])
        elif last is not None and last[WHAT] == "dropped":
            last[COUNT] += 1
        else:
            self._held[-1] = [self._boots, self._uptime_s, unix_s(), "dropped", "", 2]
        self._urgent = self._urgent or what in _URGENT

    def step(self, device):
        """Writes what is due; call it once a second."""
        self._uptime_s = device.uptime_s
        gap_s = _SOON_S if self._urgent else _WHILE_ON_S if device.output.on else _GAP_S
        if self._held and self._uptime_s >= self._written_s + gap_s:
            write(device, self.save)

    def save(self):
        """Adds what is held to the file; what cannot be written is tried again later."""
        self._urgent = False
        self._written_s = self._uptime_s
        try:
            if self._in_file >= KEPT:
                os.rename(NEWER, OLDER)
                self._in_file = 0
                self._torn = False
            with open(NEWER, "a") as file:
                if self._torn:  # the power went in the middle of a line
                    file.write("\n")
                    self._torn = False
                for event in self._held:
                    file.write(json.dumps(event) + "\n")
        except OSError as error:
            print("events not saved:", error)
            return
        self._in_file += len(self._held)
        self._held = []

    def has(self, what, about):
        """True if an event is among the last ones."""
        text = json.dumps([what, about[:_LONGEST]])[1:-1]
        return any(text in line for line in self.events())

    def events(self):
        """Yields the last KEPT events, each as the str of its JSON, the oldest first."""
        skip = max(0, self._in_file + len(self._held) + _count(OLDER)[0] - KEPT)
        for path in (OLDER, NEWER):
            for line in _lines(path):
                if skip:
                    skip -= 1
                else:
                    yield line
        for event in self._held:
            yield json.dumps(event)


def _lines(path):
    """Yields the whole lines of a file, one by one, without what ends them."""
    try:
        with open(path) as file:
            for line in file:
                if line.startswith("[") and line.endswith("]\n"):
                    yield line[:-1]
    except (OSError, UnicodeError):
        pass  # there is none; or the rest of it is damaged


def _count(path):
    """Returns (how many events a file has, whether its last line was not finished)."""
    count = 0
    for _ in _lines(path):
        count += 1
    try:
        with open(path, "rb") as file:
            file.seek(-1, 2)
            return count, file.read(1) != b"\n"
    except (OSError, ValueError):
        return count, False


class Watch:
    """Sees what happens to a device, and notes it.

    codes: the Language of languages.codes.
    """

    def __init__(self, journal, codes):
        self._journal = journal
        self._codes = codes
        self._was = {}

    def begin(self, device, failures, errors):
        """Notes the start. failures: of the starts before it; errors: what is wrong with the
        settings."""
        why = self._code(w.RESET_CODES, device.reset_cause)
        self._journal.note("start", why + (", failed before: %d" % failures if failures else ""))
        for error in errors:
            self._journal.note("settings", error)

    def step(self, device):
        """Compares with what was; call it once a second."""
        if device.supervisor.late is not None:
            self._see("late", device.supervisor.late)
        if device.wifi_used:
            wifi = device.wifi
            what = "wifi 2" if wifi.network == 2 else "wifi"
            self._see_link(what, wifi.up, w.WIFI_CODES, wifi.reason)
        relay = device.relay
        if relay is not None:
            self._see_link("mqtt", relay.connected, w.MQTT_CODES, relay.session.failure)
        self._see_packs(device.bms.units)
        heater = device.heater
        self._see_bits("fault", w.REASON_TEXTS, 1, heater.latched)
        self._see_bits("warning", w.WARNING_TEXTS, 1, heater.warnings)
        alarms = 0
        for at, bits in enumerate(device.bms.pack.alarms):
            alarms |= bits << 8 * at
        self._see_bits("alarm", w.ALARM_TEXTS, 0, alarms)

    def _see_packs(self, units):
        for number, unit in enumerate(units, 1):
            what = "bms" if len(units) == 1 else "bms %d" % number
            self._see_link(what, unit.answering, unit.link.TEXTS, unit.link.reason)

    def _see_link(self, what, up, table, reason):
        was = self._was.get(what)
        if up:
            self._see(what, "up")
        elif was == "up" or reason and was in (None, "down", "lost"):  # why may be known later
            self._see(what, self._code(table, reason) or "down")

    def _see(self, what, about):
        if self._was.get(what) != about:
            self._was[what] = about
            self._journal.note(what, about)

    def _see_bits(self, what, table, first, bits):
        """Notes which bits have come, and which have gone; bit 0 is line `first` of the table."""
        before = self._was.get(what, 0)
        self._was[what] = bits
        changed = bits ^ before
        number = 0
        while changed >> number:
            if changed >> number & 1:
                over = "" if bits >> number & 1 else "_over"
                self._journal.note(what + over, self._code(table, number + first))
            number += 1

    def _code(self, table, number):
        return code_of(self._codes, table, number)


def code_of(codes, table, number):
    """Returns the code of a number as str, by its table in words. codes: the Language of
    languages.codes."""
    if not codes.read(table, number):
        return str(number)
    return str(memoryview(codes.line)[: codes.size], "ascii")


def run(device):
    """The task: watches, and writes."""
    device.button = NotedButton(device.button, device)

    def step():
        device.watch.step(device)
        device.journal.step(device)

    yield from each_second(step, "event log: nothing is noted until the next start")

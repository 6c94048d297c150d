"""What MQTT can do where there is PSRAM: the event log, updates, leaving a BMS to a phone."""

import json

from bms.writer import NAMES
from compat import const
from mqtt.pieces import HEAD, MOST_BYTES, Pieces
from mqtt.reports import NOTHING as NOTHING_TO_TELL
from relay import topics as t
from relay.commands import (
    ACCEPTED,
    FROM_WRITES,
    INVALID,
    NOT_ALLOWED,
    NOT_POSSIBLE,
    NOTHING,
    OUT_OF_BOUNDS,
    OVERSIZED,
    PAYLOAD_MAX,
    RETAINED,
    WRITE,
    number_of,
)
from version import VERSION
from words import MAX_RELEASE_MIN

_NEVER_MS = const(0x0FFFFFFF)
_SOON_MS = const(500)
_SELDOM_MS = const(300_000)
_PART_BYTES = const(1400)  # of the events in one message


def commands(device):
    """Returns the Commands of such a device."""
    log = LogReport(device.journal)
    wanted = ((t.RELEASE_SET, Release(device).ask), (log.TOPIC, log.ask))
    wanted += ((t.UPDATE_DATA, Pieces(device).ask),)
    if device.writes is None:
        wanted += _closed()
    return Commands(device.writes, wanted, (log, UpdateReport(device.updater)))


def _closed():
    """Returns the commands to the BMS where the settings allow none: who sends one is told so."""
    first = t.WRITE_FIRST[1:]
    topics = [first + name + t.WRITE_LAST for name in NAMES.split(b"\n")]
    return tuple([(topic, lambda payload: NOT_ALLOWED) for topic in topics])


class Commands:
    """Takes the topics that `writes` does not know, and hands on what it does.

    It stands in for a relay.writes.Writes, which `writes` is, or None. wanted: (last part of the
    topic, function that takes the payload as bytes and returns an answer of relay.commands).
    `reports`: what tells the rest.
    """

    def __init__(self, writes, wanted, reports):
        self.command = NOTHING
        self.refusal = ACCEPTED
        self.now = self.value = 0
        self.permitted = False  # by the settings, what `writes` knows
        self.reports = reports
        self._writes = writes
        self._wanted = wanted
        theirs = b"" if writes is None else writes.topics()
        self._first = FROM_WRITES + theirs.count(b"\n")
        self._names = theirs + b"".join([b"\n" + topic for topic, _ in wanted])

    def topics(self):
        """Returns the last parts of all topics, each behind a new line."""
        return self._names

    def changed(self):
        """See relay.writes.Writes."""
        return self._writes is not None and self._writes.changed()

    def learn(self):
        """See relay.writes.Writes."""
        return self._writes is not None and self._writes.learn()

    def judge(self, source, retained, payload, length):
        """See relay.writes.Writes."""
        if source < self._first:
            writes = self._writes
            writes.now = self.now
            writes.permitted = self.permitted
            writes.judge(source, retained, payload, length)
            self.command = writes.command
            self.refusal = writes.refusal
            self.value = writes.value
            return
        if retained:
            self.refusal = RETAINED
        else:
            topic, take = self._wanted[source - self._first]
            most = HEAD + MOST_BYTES if topic == t.UPDATE_DATA else PAYLOAD_MAX
            self.refusal = OVERSIZED if length > most else take(bytes(payload[:length]))
        self.command = WRITE if self.refusal == ACCEPTED else NOTHING


class Release:
    """The command that leaves BMSs on Bluetooth to a phone: minutes; 0 takes them back."""

    def __init__(self, device):
        self._device = device

    def ask(self, payload):
        """Takes the payload; returns an answer of relay.commands."""
        minutes = number_of(payload, len(payload))
        if minutes is None:
            return INVALID
        if not 0 <= minutes <= MAX_RELEASE_MIN:
            return OUT_OF_BOUNDS
        if self._device.ble is None:
            return NOT_POSSIBLE
        self._device.ble.leave(self._device, minutes)
        return ACCEPTED


class LogReport:
    """The event log, in as many messages as it takes, each time that somebody asks for it."""

    retained = False
    name = t.LOG
    TOPIC = t.LOG_GET

    def __init__(self, journal):
        self.interval_ms = _NEVER_MS
        self._journal = journal
        self._parts = None
        self._part = 0

    def ask(self, payload):
        """Has the log told; payload: `get`."""
        if payload != b"get":
            return INVALID
        self._parts = _parts(self._journal.events())
        self._part = 0
        self.interval_ms = 0
        return ACCEPTED

    def write(self, message, now):
        """See relay.message."""
        parts = self._parts
        if parts is None:
            return NOTHING_TO_TELL
        part = self._part
        text = b'{"part":%d,"parts":%d,"events":[' % (part + 1, len(parts)) + parts[part] + b"]}"
        self._part += 1
        if self._part == len(parts):
            self._parts = None
            self.interval_ms = _NEVER_MS
        return put(message, text)


class UpdateReport:
    """See mqtt.reports: what Home Assistant's update entity is made from."""

    name = t.UPDATE
    retained = False

    def __init__(self, updater):
        self._updater = updater
        self._told = -1

    @property
    def interval_ms(self):
        """At once when something has changed, and seldom else."""
        return _SELDOM_MS if self._updater.told == self._told else _SOON_MS

    def write(self, message, now):
        """See relay.message."""
        updater = self._updater
        self._told = updater.told
        text = json.dumps(
            {
                "installed_version": VERSION,
                "latest_version": updater.latest or VERSION,
                "in_progress": updater.percent is not None,
                "update_percentage": updater.percent,
                "release_summary": updater.reason,
            }
        ).encode()
        return put(message, text)


def put(message, text):
    """Puts a text, as bytes, into a relay.message.Message; returns its length."""
    if len(text) > len(message.buf):
        message.buf = bytearray(len(text))
    message.buf[: len(text)] = text
    return len(text)


def ts(clock):
    """Returns the time of day as every message tells it: s since 1970, None while it is unknown.

    clock: a hardware.net.network_time.Clock, or None.
    """
    return None if clock is None else json.loads(bytes(clock.stamp))


def _parts(events):
    """Returns the events, joined to texts of some size; at least one."""
    parts = [[]]
    size = 0
    for event in events:
        size += len(event) + 1
        if size > _PART_BYTES:
            parts.append([])
            size = len(event)
        parts[-1].append(event)
    return [",".join(part).encode() for part in parts]

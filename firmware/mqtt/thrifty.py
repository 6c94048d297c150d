"""The relay where a month's data are limited (relay.budget); imported where the settings ask for
it, on a board with PSRAM.

What cannot wait goes at once, as ever: alarms, faults, what the heater does, the answers to
commands. All else keeps longer intervals, and is told only if it says something else than last
time: of a pack, what the history takes for movement (history.keeper).
"""

import json
from binascii import crc32

from bms.wire import put_u16be
from compat import const, ticks_diff
from history.keeper import has_moved, has_switched
from history.record import Record
from kept.guarded import each_second
from mqtt.remote import put, ts
from mqtt.reports import NOTHING
from mqtt.roomy import RoomyRelay
from mqtt.session import UP
from relay import topics as t
from relay.budget import DAY_MS, HEART_MS

# Beside what is sent: the headers of IP and TCP, and of the acknowledgement that comes back.
_AROUND = const(80)
_SEGMENT_PART = const(18)  # of what comes, for the headers of further segments
_OPENING = const(300)  # the packets that open and close a connection
_RECORD = const(29)  # what TLS adds to a write
_HANDSHAKE = const(6_000)
_KEEPALIVE = const(6)  # where in a CONNECT, from "MQTT" on
_PING_MS = const(30_000)  # as in mqtt.session
_GAP_MS = const(500)  # as in mqtt.broker_relay
_COMMA = const(44)
_OVERDRAWN_GAP_MS = const(600_000)
SAVED = "data"  # in the state file
_GAP_S = const(60)  # between two writes
_WHILE_ON_S = const(600)  # while the mat is on, which pauses for one
# Told at once when something happens, beside the packs.
_NEWS = (t.HEATER, t.BMS, t.PACKS, t.LIMITS)
# These keep their time: they tell nothing unless there is something.
_WAITING = (t.EVENT, t.LOG, t.CRASH)
_HOURLY = (t.DEVICE, t.INFO, t.DATA)


class Counted:
    """A socket whose bytes are taken out of a budget. record: what TLS adds to each write.

    Between two looks at what has come, what is written leaves in two segments, as a rule: what
    comes first, and all that waits for its acknowledgement. More only of what fills more.
    """

    def __init__(self, sock, budget, record):
        self._sock = sock
        self._budget = budget
        self._record = record
        self._writes = self._written = 0
        self._more = False  # what comes now belongs to what came before

    def write(self, data, at, n):
        """As of a stream."""
        taken = self._sock.write(data, at, n)
        if taken:
            self._budget.spend(taken + self._record)
            self._writes += 1
            self._written += taken
        return taken

    def readinto(self, buf, n):
        """As of a stream."""
        self._count_segments()
        came = self._sock.readinto(buf, n)
        if came:
            around = came // _SEGMENT_PART if self._more else _AROUND + self._record
            self._budget.spend(came + around)
        self._more = bool(came)
        return came

    def close(self):
        """As of a stream."""
        self._count_segments()
        self._sock.close()

    def _count_segments(self):
        if self._writes:
            self._budget.spend(_AROUND * min(self._writes, 2) + self._written // _SEGMENT_PART)
            self._writes = self._written = 0


class Line:
    """Has a mqtt.session.Session, of whichever kind, count what it sends and receives, and ask
    seldom whether the broker is there. secure: it goes over TLS."""

    def __init__(self, session, budget, secure):
        self._session = session
        self._budget = budget
        self._secure = secure
        self._plain_step = session.step
        self._rest_ms = 1000 * budget.ping_s() - _PING_MS
        self._asked_ms = 0
        connect = bytearray(session.greeting)
        at = session.greeting.find(b"MQTT") + _KEEPALIVE
        put_u16be(connect, at, 2 * budget.ping_s())
        session.greeting = bytes(connect)
        session.step = self.step

    def step(self, now):
        """See Session."""
        session = self._session
        was = session.sock
        if session.state == UP and ticks_diff(now, self._asked_ms) < self._rest_ms:
            session.ping_ms = now  # as if it had been asked just now
        ping_ms = session.ping_ms
        came = self._plain_step(now)
        if session.ping_ms != ping_ms:
            self._asked_ms = now
        if was is None and session.sock is not None:
            self._budget.spend(_OPENING + (_HANDSHAKE if self._secure else 0))
            session.sock = Counted(session.sock, self._budget, _RECORD if self._secure else 0)
        return came


class Told:
    """What was told last of a pack. unit: what has it; state: its relay.state.StateReport."""

    def __init__(self, unit, state):
        self._unit = unit
        self._state = state
        self._last = Record()
        self._now = Record()

    def has_moved(self, now):
        """True if its figures are worth telling."""
        record = self._now
        record.take(self._unit.pack, self._state.good(now), False, 0)
        return has_switched(record, self._last) or has_moved(record, self._last)

    def note(self, now):
        """It is being told."""
        self._last.take(self._unit.pack, self._state.good(now), False, 0)


class Changed:
    """Another report, which has nothing to tell while it says the same, but for each hour."""

    retained = False

    def __init__(self, report):
        self.name = report.name
        self._report = report
        self._told = None  # a sum over what was told last
        self._told_ms = 0

    @property
    def interval_ms(self):
        """See mqtt.reports."""
        return self._report.interval_ms

    def write(self, message, now):
        """See relay.message."""
        length = self._report.write(message, now)
        if length <= 0:
            return length
        begin = 0  # of what is behind the time
        while message.buf[begin] != _COMMA:
            begin += 1
        told = crc32(memoryview(message.buf)[begin:length])
        if told == self._told and 0 <= ticks_diff(now, self._told_ms) < HEART_MS:
            return NOTHING
        self._told = told
        self._told_ms = now
        return length


class DataReport:
    """How much of the month's data is left."""

    name = t.DATA
    retained = False
    # Home Assistant is told by this that no value is too old before some days are over; it is
    # asked for each hour all the same.
    interval_ms = DAY_MS

    def __init__(self, budget, interval_ms):
        self._budget = budget
        self._interval_ms = interval_ms

    def write(self, message, now):
        """See relay.message."""
        budget = self._budget
        spent = budget.spent()
        text = {
            "ts": ts(message.clock),
            "data_month_kb": budget.bytes // 1000,
            "data_spent_kb": spent // 1000,
            "data_left_kb": max(0, budget.bytes - spent) // 1000,
            "data_today_pct": max(0, 100 * budget.left // budget.ration),
            "data_interval_s": budget.stretched(self._interval_ms) // 1000,
        }
        return put(message, json.dumps(text).encode())


class ThriftyRelay(RoomyRelay):
    """See mqtt.broker_relay. budget: a relay.budget.Budget; told: a Told for each report about a
    pack."""

    def __init__(self, budget, told, session, topics, packs, others, *parts):
        others = [Changed(one) if one.name in _NEWS else one for one in others]
        super().__init__(session, topics, packs, others, *parts)
        self.budget = budget
        self._told = told
        # Bit sets of the reports that are told at once, and of those that keep their time.
        self._news = self._waiting = 0
        for i, report in enumerate(self._reports):
            if i < len(told) or report.name in _NEWS or report.name.endswith(t.EVENT):
                self._news |= 1 << i
            if [name for name in _WAITING if report.name.endswith(name)]:
                self._waiting |= 1 << i

    def publish_soon(self):
        """As Relay's, of what such news are about."""
        self._due |= self._news

    def _note_begin(self, now):
        first = self.connects == 0
        told_ms = list(self._told_ms)
        due = self._due
        super()._note_begin(now)
        if first:
            self._due = (1 << len(self._reports)) - 1
        else:
            # A connection that comes and goes is no reason to tell everything each time.
            self._told_ms[:] = told_ms
            self._due = due

    def _is_due(self, i, now):
        report = self._reports[i]
        budget = self.budget
        since_ms = ticks_diff(now, self._told_ms[i])
        waiting = self._waiting >> i & 1
        if self._due >> i & 1:
            gap_ms = _OVERDRAWN_GAP_MS if budget.overdrawn() and not waiting else _GAP_MS
            return not 0 <= since_ms < gap_ms
        if waiting:
            return not 0 <= since_ms < report.interval_ms
        every_ms = HEART_MS if report.name in _HOURLY else report.interval_ms
        if not budget.lets(since_ms, every_ms, True):
            return False
        moved = i >= len(self._told) or self._told[i].has_moved(now)
        return budget.lets(since_ms, every_ms, moved)

    def _tell(self, i, session, now):
        super()._tell(i, session, now)
        if i < len(self._told) and not self._due >> i & 1:
            self._told[i].note(now)

    def _announce(self, session, now):
        self._birth = False  # the broker has what Home Assistant asks for: retained
        super()._announce(session, now)


def make(parts, device, settings):
    """Returns the relay of a device with a budget. parts: as a mqtt.roomy.RoomyRelay has them."""
    session, _, packs = parts[:3]
    Line(session, device.budget, settings["mqtt_tls"] != "off")
    units = [device.bms]
    if len(device.bms.units) > 1:
        units += device.bms.units
    told = [Told(unit, state) for unit, state in zip(units, packs)]
    return ThriftyRelay(device.budget, told, *parts)


def run(device):
    """The task: counts time, and has kept what was counted of the bytes."""
    budget = device.budget
    counted_s = kept_s = device.uptime_s

    def work():
        nonlocal counted_s, kept_s
        uptime_s = device.uptime_s
        budget.step(uptime_s - counted_s)
        counted_s = uptime_s
        if not budget.is_to_save():
            return
        device.state[SAVED] = budget.as_list()  # whoever saves next
        if uptime_s - kept_s >= (_WHILE_ON_S if device.output.on else _GAP_S):
            kept_s = uptime_s
            if device.save():
                budget.saved()

    return each_second(work, "mqtt_mb_a_month: nothing more is counted until the next start")

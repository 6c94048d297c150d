"""Hands the records of the history to the broker, one after the other, once each is acknowledged.

It is the last of the relay's reports, so that everything live goes first.
"""

from compat import const, ticks_diff
from history import record as r
from history import replay as h
from mqtt.reports import NOTHING
from relay import message as m
from relay import topics as t
from words import STATE_TEXTS

_PACE_MS = const(50)  # twenty a second at most
_QUIET_MS = const(1000)
_PATIENCE_MS = const(300_000)  # for the time of day, after a session has begun
_NUMBERS = const(65_535)
_NULL = b"null"


class HistoryReport:
    """device: has the history_recorder.Recorder; session: a mqtt.sure_session.SureSession."""

    retained = False
    name = t.HISTORY

    def __init__(self, device, session):
        self.interval_ms = _QUIET_MS
        self.stamp = _NULL
        self._device = device
        self._session = session
        self._replay = h.Replay(device.recorder.ring)
        self._sent = 0  # what the last one was called, until it is known what became of it
        self._connects = 0
        self._since_ms = 0  # when the session began,
        self._made = 0  # and how many records had been made by then

    def write(self, message, now):
        """See relay.message; nothing while there is nothing to tell, or an answer is due."""
        session = self._session
        self.interval_ms = _PACE_MS
        if session.awaited:
            session.look_for_answer(now)
            if session.awaited:
                return NOTHING
        replay = self._replay
        if self._sent and session.answered == self._sent:
            replay.acknowledged()
        self._sent = 0
        self._note_session(now)
        if session.is_deaf(now):
            session.pressing = False
            self.interval_ms = _QUIET_MS
            return NOTHING
        what = replay.step(self._may_learn_time(now))
        session.pressing = what != h.NOTHING
        if what == h.NOTHING:
            self.interval_ms = _QUIET_MS
        if what != h.READY:
            return NOTHING
        length = self._write(message)
        if length:
            self._sent = 1 + replay.number % _NUMBERS
            session.await_answer(self._sent, now)
        return length

    def _note_session(self, now):
        connects = self._device.relay.connects
        if connects != self._connects:
            self._connects = connects
            self._since_ms = now
            self._made = self._device.recorder.ring.next

    def _may_learn_time(self, now):
        """True while it may become known yet when this start was."""
        if self._device.clock is None:
            return False
        return 0 <= ticks_diff(now, self._since_ms) < _PATIENCE_MS

    def _write(self, message):
        replay = self._replay
        record = replay.record
        clock = message.clock
        message.clock = self  # its `stamp` is the record's
        self.stamp = _NULL if replay.time_s is None else b"%d" % (r.EPOCH_S + replay.time_s)
        message.begin(m.HISTORY)
        message.clock = clock
        message.put(replay.number)
        message.put_bool(replay.number < self._made)
        message.put(replay.boot if replay.time_s is None else None)
        message.put(record.time_s if replay.time_s is None else None)
        for figure in range(r.CURRENT_MA + 1):
            _put(message, record, figure)
        message.put(record.power_mw())
        for figure in range(r.TEMP_MIN_DC, r.CELL_MAX_MV + 1):
            _put(message, record, figure)
        for figure in range(r.CHARGE_ON, r.DISCHARGE_ON + 1):
            message.put_bool(record.values[figure] if record.valid[figure] else None)
        message.put_bool(record.alarm if record.has_figures() else None)
        message.put_bool(record.heater_on)
        message.put_code(STATE_TEXTS, record.heater_state)
        return message.finish()


def _put(message, record, figure):
    message.put(record.values[figure] if record.valid[figure] else None)

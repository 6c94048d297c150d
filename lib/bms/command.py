"""A queue of confirmed writes to a BMS: one at a time, and done only when the BMS shows it.

What the user wants goes from requested through sent to confirmed (reading back shows it), rejected
(the BMS says why, or shows the old value) or timed out. What cannot or must not be written is
refused at once. Nothing is ever repeated by itself but the reading: a switch that moves again
minutes later would be worse than one that did not move.

`request` stands in for the dialect's own: while a command is under way it has the line, and the
dialect asks on as soon as the BMS has been written to.
"""

from array import array

from bms import pack as p
from bms.check import PLAUSIBLE
from bms.writer import (
    AWAIT,
    BUSY,
    COMMANDS,
    DIFFERS,
    HEATING,
    INTERRUPTED,
    INVALID,
    MAX_DC,
    MIN_DC,
    NEXT,
    NO_ANSWER,
    NO_DATA,
    NO_PERMISSION,
    NONE,
    ORDER,
    SAVE,
    SHOWN,
    SLOTS,
    START,
    UNCHANGED,
    UNREAD,
    UNSUPPORTED,
    UTP,
    WHOLE_ONLY,
)
from compat import const, ticks_add, ticks_diff

# States; the line in STATES.
IDLE = const(0)
REQUESTED = const(1)
SENT = const(2)
CONFIRMED = const(3)
REJECTED = const(4)
TIMED_OUT = const(5)
REFUSED = const(6)

STATES = b"none\nrequested\nsent\nconfirmed\nrejected\ntimed_out\nrefused"

QUEUE = const(4)
# After so long no reply will come any more. So what arrives later than this after a write was
# acknowledged was sent after it, whenever it had been asked for: only that can confirm the write.
_QUIET_MS = const(2000)

# Phases of the command at the head of the queue.
_NOTHING = const(0)
_SENDING = const(1)
_HEARING = const(2)
_READING = const(3)

# Pairs in which the first must stay below the second, and whether both must be known.
_ORDERS = bytes(
    (p.CHARGE_UTP_DC, p.CHARGE_UTPR_DC, 1)
    + (p.CHARGE_UTPR_DC, p.CHARGE_OTPR_DC, 0)
    + (p.CHARGE_UTPR_DC, p.CHARGE_OTP_DC, 0)
    + (p.HEATING_START_DC, p.HEATING_STOP_DC, 1)
)


class Commands:
    """Commands to one unit. `writer`: of its dialect; `check`: its bms.check.Check.

    command, value, state, reason, code tell about the last event: a request taken or refused, or
    how far one has come; `changes` counts events. `busy`: a command is under way.
    """

    def __init__(self, writer, check, max_age_ms):
        self.command = 0
        self.value = 0
        self.state = IDLE
        self.reason = NONE
        self.code = 0
        self.changes = 0
        self.dialect = writer.dialect
        self._writer = writer
        self._check = check
        self._max_age_ms = max_age_ms
        self._commands = bytearray(QUEUE)
        self._values = array("h", bytes(2 * QUEUE))
        self._count = 0
        self._phase = _NOTHING
        self._sent_ms = 0
        self._wrote_ms = 0  # when the last frame of the last command was sent
        self._rest_ms = 0  # from then to the next command
        self._waiting = False  # a reply to what was sent last may still come
        self._heard = 0
        self._read_ms = 0  # what arrives from then on can confirm
        self._asked_ms = 0  # when it was asked for last
        self._asked = False
        self._differs = False

    @property
    def busy(self):
        """True while a command is waiting or under way."""
        return self._count != 0

    def reset(self):
        """Gives up what is under way and forgets what waits: the link was lost."""
        self._waiting = self._asked = False
        if self._count:
            self._count = 1
            self._finish(TIMED_OUT, INTERRUPTED)

    # -- asking -----------------------------------------------------------------------------------

    def ask(self, command, value, now):
        """Takes a request (`value` in the unit of the slot; 0 for SAVE).

        Returns NONE if it will be carried out, or is on its way already; else why it is refused.
        """
        if not 0 <= command < COMMANDS:
            return UNSUPPORTED
        if command == SAVE:
            value = 0  # it takes none
        reason = self._refusal(command, value, self._count, now)
        if reason == NONE:
            first = 0 if self._phase == _NOTHING else 1
            at = self._find(command, first)
            if at < 0 and first and self._commands[0] == command and self._values[0] == value:
                return NONE
            if at < 0:
                at = self._count
            if at == QUEUE:
                reason = BUSY
            else:
                self._commands[at] = command
                self._values[at] = value
                if at == self._count:
                    self._count += 1
        self._tell(command, value, REFUSED if reason else REQUESTED, reason, 0)
        return reason

    def offered(self):
        """Returns a bit set of the commands that this unit takes, as far as is known now."""
        bits = 0
        for command in range(COMMANDS):
            reason = self._writer.refusal(command)
            if reason == NONE or reason == NO_PERMISSION:
                bits |= 1 << command
        return bits

    def switch(self, command, now):
        """Returns how a switch stands, 0 or 1; None while that is unknown or being written."""
        if self._phase != _NOTHING or self._check.verdict != PLAUSIBLE or self._check.still:
            return None
        if not self.dialect.pack.fresh(p.STATUS, now, self._max_age_ms):
            return None
        return self._writer.stands(command)

    def _find(self, command, first):
        """Returns where in the queue, from `first` on, a command waits; -1 if it does not."""
        for at in range(first, self._count):
            if self._commands[at] == command:
                return at
        return -1

    def _refusal(self, command, value, queued, now):
        """Returns why a command cannot be taken now; `queued` requests count as if they were done.

        Data come first: nothing is written to a unit that is not understood at this moment.
        """
        if not (command == HEATING and value == 0):  # to end heating, no figure is needed
            if self._check.verdict != PLAUSIBLE or self._check.still:
                return NO_DATA
            if not self.dialect.pack.fresh(p.STATUS, now, self._max_age_ms):
                return NO_DATA
        reason = self._writer.refusal(command)
        if reason or command == SAVE:
            return reason
        if command < UTP:
            return NONE if value == 0 or value == 1 else INVALID
        if not MIN_DC <= value <= MAX_DC:
            return INVALID
        if value % 10 and (command >= START or self._writer.WHOLE):
            return WHOLE_ONLY
        return self._order(SLOTS[command], value, queued)

    def _order(self, slot, value, queued):
        for row in range(0, len(_ORDERS), 3):
            low = _ORDERS[row]
            high = _ORDERS[row + 1]
            if slot != low and slot != high:
                continue
            other = self._expected(high if slot == low else low, queued)
            if other is None:
                if _ORDERS[row + 2]:
                    return UNREAD
            elif (value >= other) if slot == low else (value <= other):
                return ORDER
        return NONE

    def _expected(self, slot, queued):
        """Returns what a setting will be once the first `queued` requests are done."""
        for at in range(queued - 1, -1, -1):
            command = self._commands[at]
            if command != SAVE and SLOTS[command] == slot:
                return self._values[at]
        return self.dialect.pack.get(slot)

    # -- carrying out -----------------------------------------------------------------------------

    def request(self, now, out):
        """Writes what is to be sent now into `out` (32 bytes or more); returns its length or 0.

        In the place of the dialect's request(), which it calls when the line is free for it.
        """
        since = ticks_diff(now, self._sent_ms)
        if 0 <= since < self._writer.SPACING_MS:
            return 0
        if self._phase == _HEARING:
            self._hear(since)
        elif self._phase == _READING:
            self._judge(now)
        elif self._count == 0 or self._rests(now):
            return self._poll(now, out)
        elif self._is_free(since):  # and no more polls until it is
            self._begin(now)
        if self._phase == _NOTHING:
            return 0
        if not self._is_free(since):
            return 0
        if self._phase == _SENDING:
            return self._send(now, out)
        return self._read(now, out) if self._phase == _READING else 0

    def _poll(self, now, out):
        n = self.dialect.request(now, out)
        return self._note(now, n) if n else 0

    def _note(self, now, n):
        self._sent_ms = now
        self._waiting = True
        framer = self.dialect.framer
        self._heard = framer.frames + framer.others
        return n

    def _is_free(self, since):
        """True if no reply to what was sent last can be under way."""
        framer = self.dialect.framer
        if self._waiting and framer.frames + framer.others != self._heard:
            self._waiting = False
        return not self._waiting or not 0 <= since < _QUIET_MS

    def _rests(self, now):
        """True while the unit works at the last command, or an answer to it may still come."""
        if self._rest_ms and not 0 <= ticks_diff(now, self._wrote_ms) < self._rest_ms:
            self._rest_ms = 0
        return self._rest_ms != 0

    def _begin(self, now):
        """Starts the head of the queue, if it may still be written as things stand now."""
        command = self._commands[0]
        value = self._values[0]
        reason = self._refusal(command, value, 0, now)
        if reason:
            self._finish(REFUSED, reason)
        else:
            self._writer.start(command, value)
            self._phase = _SENDING

    def _send(self, now, out):
        first = self._writer.step == 0
        n = self._writer.put(out)
        if n:
            self._phase = _HEARING
            if first:
                self._tell(self._commands[0], self._values[0], SENT, NONE, 0)
            self._wrote_ms = now
            self._rest_ms = _QUIET_MS
            if self._commands[0] < UTP and self._writer.REST_MS > _QUIET_MS:
                self._rest_ms = self._writer.REST_MS
            return self._note(now, n)
        if self._commands[0] == SAVE:
            # Nothing that was saved can be told from what was not: the answer is all there is.
            if self._writer.answered:
                self._finish(CONFIRMED, NONE)
            else:
                self._finish(TIMED_OUT, NO_ANSWER)
            return 0
        self._phase = _READING
        self._asked = self._differs = False
        self._read_ms = ticks_add(now, _QUIET_MS)
        return self._read(now, out)

    def _hear(self, since):
        verdict = self._writer.hear()
        if verdict == AWAIT and not 0 <= since < self._writer.REPLY_MS:
            verdict = self._writer.unheard()
        if verdict == NEXT:
            self._waiting = False
            self._phase = _SENDING
        elif verdict != AWAIT:
            self._waiting = False
            self._finish(TIMED_OUT if verdict == NO_ANSWER else REJECTED, verdict)

    # -- reading back -----------------------------------------------------------------------------

    def _judge(self, now):
        """Looks whether what was read since the write shows it."""
        if self._asked:
            shown = self._writer.shown(ticks_diff(now, self._read_ms), now)
            if shown == SHOWN:
                self._finish(CONFIRMED, NONE)
                return
            if shown == DIFFERS:
                self._differs = True
        if ticks_diff(now, self._read_ms) >= self._writer.SHOW_MS:
            if self._differs:
                self._finish(REJECTED, UNCHANGED)
            else:
                self._finish(TIMED_OUT, NO_ANSWER)

    def _read(self, now, out):
        """Asks for what was written, again and again; the dialect's polls go on meanwhile."""
        if ticks_diff(now, self._read_ms) < 0:
            return self._poll(now, out)
        if not self._asked or ticks_diff(now, self._asked_ms) >= self._writer.AGAIN_MS:
            self._asked = True
            self._asked_ms = now
            n = self._writer.put_read(out)
            if n:
                return self._note(now, n)
        return self._poll(now, out)

    def _finish(self, state, reason):
        """Ends the head of the queue and lets the next one come."""
        command = self._commands[0]
        value = self._values[0]
        code = self._writer.code if self._phase != _NOTHING else 0
        self._phase = _NOTHING
        self._count -= 1
        for at in range(self._count):
            self._commands[at] = self._commands[at + 1]
            self._values[at] = self._values[at + 1]
        self._tell(command, value, state, reason, code)

    def _tell(self, command, value, state, reason, code):
        self.command = command
        self.value = value
        self.state = state
        self.reason = reason
        self.code = code
        self.changes = self.changes + 1 & 0xFFFF

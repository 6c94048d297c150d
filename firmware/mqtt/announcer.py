"""Tells Home Assistant what there is: sends the records of relay.discovery out of a file.

A record goes out as it is read, in pieces of a few bytes, and what only this device knows is put
between them. So a step costs a few milliseconds, and no config is ever in memory. What has been
told is not told again, until the broker has forgotten it or Home Assistant starts. What the
settings do not use is cleared, since it may have been there before; likewise, when the pack has
been good for a while, what the pack does not have.
"""

from compat import const

# Of relay.discovery's file.
BEGIN = const(3)  # where the first record begins
HEAD = const(13)  # of a record
_COUNTS = const(4)  # where in it
_BLANKS = const(7)
PREFIX = const(0)
UNIQUE = const(1)
_USE = const(120)
_TEMP = const(140)
_CELL = const(150)
_COMMAND = const(190)
_MODE = const(200)
_ALWAYS = const(255)
# Positions in relay.fields.USES.
WRITES = const(7)
MODES = const(8)

PIECE = const(128)
_RECORDS_A_STEP = const(4)
_PIECES_A_STEP = const(6)
_NOTHING = const(0)  # what was done with a record
_TOLD = const(1)
_CLEARED = const(2)
_NOBODY = const(-1)


class Announcer:
    """file: relay.discovery's DATA, open; blanks: of each device (our own first, then each of
    several packs) the texts to fill in, as bytes; known: of each, a relay.state.Known; uses: bit
    set of relay.fields.USES; mode: the highest that the settings allow; offered: a function that
    returns the bit set of commands that the BMS takes, or None; clears: the settings are good, so
    that what they do not use is to go.

    `settled`: the pack has been good for a while, and what is not known of it is not there.
    """

    def __init__(self, file, blanks, known, uses, mode, offered=None, clears=True):
        self.settled = False
        self._file = file
        self._blanks = blanks
        self._known = known
        self._uses = uses
        self._mode = mode
        self._offered = offered
        self._clears = clears
        self._head = bytearray(HEAD)
        self._piece = bytearray(PIECE)
        file.seek(0)
        file.readinto(self._piece, BEGIN)
        self._pack_end = BEGIN + (self._piece[0] << 8 | self._piece[1])
        self._count = self._piece[2]
        self._done = [bytearray(self._count) for _ in blanks]
        self._again = True  # from the beginning, when the end is reached
        self._device = _NOBODY  # which one is being looked at
        self._at = BEGIN  # where in the file its next record begins
        self._record = 0
        self._text = 0  # bytes of text before the head of the next piece
        self._sending = False

    def forget(self):
        """Has everything told anew."""
        for done in self._done:
            for i in range(len(done)):
                done[i] = _NOTHING
        self.look()

    def look(self):
        """Has it looked for what is to be told or cleared: more is known than before."""
        self._again = True

    def active(self):
        """True while there is something to look at or to send."""
        return self._again or self._device != _NOBODY

    def interrupt(self):
        """The session is gone: what was being sent is sent again."""
        if self._sending:
            self._done[self._device][self._record] = _NOTHING
            self._sending = False
        self._device = _NOBODY
        self._again = True

    def step(self, session, now):
        """Looks at a few records, or sends a few pieces. Raises OSError if the file is damaged."""
        if self._sending:
            self._send(session, now)
        elif self.active() and session.idle():
            for _ in range(_RECORDS_A_STEP):
                if self._look_at_next(session):
                    self._send(session, now)
                    return

    # -- looking ---------------------------------------------------------------------------------

    def _look_at_next(self, session):
        """Returns True if a record was begun to be sent."""
        if self._device == _NOBODY:
            if not self._again:
                return False
            self._again = False
            self._to_device(0)
        elif self._record == self._count or self._device and self._at >= self._pack_end:
            self._to_device(self._device + 1)
            if self._device == _NOBODY:
                return False
        head = self._head
        self._file.seek(self._at)
        if self._file.readinto(head) != HEAD:
            raise OSError("discovery: the file is damaged")
        done = self._done[self._device]
        met = self._is_met(head[0])
        wanted = _TOLD if met else _CLEARED
        if done[self._record] == wanted or not met and not self._can_clear(head[0]):
            self._next()
            return False
        done[self._record] = wanted
        self._begin(session, head, met)
        return True

    def _to_device(self, number):
        self._device = number if number < len(self._blanks) else _NOBODY
        self._at = BEGIN
        self._record = 0

    def _next(self):
        self._at += HEAD + (self._head[HEAD - 2] << 8 | self._head[HEAD - 1])
        self._record += 1

    def _is_met(self, need):
        """True if what a record is about is there."""
        known = self._known[self._device]
        if need < _USE:
            return known.has(need)
        if need < _TEMP:
            return self._uses >> need - _USE & 1 != 0
        if need < _COMMAND:
            if self._device == 0 and len(self._blanks) > 1:
                return False  # sensors and cells are announced with the pack that has them
            if need < _CELL:
                return known.temps >> need - _TEMP & 1 != 0
            return need - _CELL < known.cells
        if need < _MODE:
            if not self._uses >> WRITES & 1 or self._offered is None:
                return False
            return self._offered() >> need - _COMMAND & 1 != 0
        return need == _ALWAYS or need - _MODE == self._mode and self._uses >> MODES & 1 != 0

    def _can_clear(self, need):
        """True if what is not there is not there for good."""
        if not self._clears:
            return False
        if need >= _MODE:  # one of the three is there, on the same topic
            return self._uses >> MODES & 1 == 0
        if _USE <= need < _TEMP:
            return True
        return self.settled or need >= _COMMAND and not self._uses >> WRITES & 1

    # -- sending ---------------------------------------------------------------------------------

    def _begin(self, session, head, met):
        blanks = self._blanks[self._device]
        topic = head[1] + len(blanks[PREFIX]) + len(blanks[UNIQUE])
        payload = 0
        if met:
            payload = head[2] << 8 | head[3]
            for i in range(_BLANKS):
                payload += head[_COUNTS + i] * len(blanks[i])
        session.begin(topic, payload)
        self._text = 0
        self._sending = True

    def _send(self, session, now):
        for _ in range(_PIECES_A_STEP):
            if not session.push(now):
                return  # full; or over, and then the relay calls `interrupt`
            if not session.hungry():
                self._sending = False
                self._next()
                return
            self._give_piece(session)
        session.push(now)

    def _give_piece(self, session):
        piece = self._piece
        if self._text == 0:
            self._file.readinto(piece, 2)
            self._text = piece[1]
            if piece[0]:
                text = self._blanks[self._device][piece[0] - 1]
                session.give(text, len(text))
                return
        self._file.readinto(piece, self._text)
        session.give(piece, self._text)
        self._text = 0

"""ANT dialect of 2021 and later: frames 7E A1 … AA 55, little endian, polled (ant.md §2).

A reply may carry a second segment with a CRC of its own: the result, or additions. Frames are told
by header, length and CRC only: their end mark, and their header too, occur inside of them.
"""

from bms import pack as p
from bms.ant import ant_settings, ant_status
from bms.crc16 import is_good, put_crc, words_are_good
from bms.framer import (
    BAD_CHECKSUM,
    BAD_FRAME,
    BAD_LENGTH,
    COUNTERS,
    DECODED,
    IDENTITY,
    MORE,
    OTHER,
    REPLY,
    Dialect,
    Framer,
)
from bms.reread import Reread
from bms.wire_le import put_u16le, u16le
from compat import const, ticks_add, ticks_diff

_HEAD = const(6)
_TAIL = const(4)  # CRC and end mark
_SEGMENT = const(6)  # head and CRC of a second segment
_LONGEST_DATA = const(192)
_LONGEST_SEGMENT = const(96)
_FIRST_WITH_DATA = const(0x10)  # smaller functions are read requests: their length is a wish
# The CRC behind the header, of which the first byte does not count; and what makes it that.
_BEHIND_HEADER = const(0xF87E)
_BEFORE_HEADER = const(0xFE2A)
_RESULT = const(0xFF)
_ADDITIONS = const(0xFE)

READ_STATUS = const(0x01)
READ_SETTINGS = const(0x02)
WRITE_SETTINGS = const(0x22)
AUTHENTICATE = const(0x23)
CONTROL = const(0x51)
_STATUS = const(0x11)
_SETTINGS = const(0x12)
_IDENTITY = const(0x14)
_COUNTERS = const(0x15)
_WRITTEN = const(0x42)
_AUTHENTICATED = const(0x43)
_CONTROLLED = const(0x61)

# Results, ant.md §2.2 and §2.6. A reply without one counts as accepted.
NO_RESULT = const(0)
NO_PERMISSION = const(1)  # of a read or a write; a control command says 3
ACCEPTED = const(10)
READ_OK = const(11)

_VERSIONS_SIZE = const(32)
_STATUS_WISH = const(0xBE)
# Blocks that are read now and then: address, length. The thresholds come first.
_BLOCKS = ((0x26C, 32), (0x38, 44), (0x00, 52), (0x68, 32), (0x8C, 12), (0x98, 14), (0x12A, 32))

_SPACING_MS = const(250)  # overlapping requests corrupt replies
_REPLY_MS = const(1000)
_LONG_AGO_MS = const(60_000)
_GAP_MS = const(250)  # a status takes 88 ms at 19200 baud, and over BLE


class AntNew(Dialect):
    """Decodes the replies of a newer ANT unit into a PackState and says what to ask next.

    feed() never raises and never allocates. `chunk` is the size of the buffers it will be fed.
    reply_function, reply_register and reply_code tell about the last reply to a command, and
    `replies` counts them; read_register is that of the last settings that were taken. `proven`:
    the cells of a status added up to its pack voltage.
    """

    NAME = "ant_new"
    HEADERS = (b"\x7e\xa1",)
    LONGEST = const(304)

    def __init__(self, pack, chunk=256, poll_ms=1000):
        self.pack = pack
        self.poll_ms = poll_ms
        self.framer = Framer(self, chunk, _GAP_MS)
        self._cells = ant_status.cells_of(self.framer.words)
        self.proven = False
        self.unanswered = 0  # polls without a reply since the last one
        self.kind = 0
        self.replies = 0
        self.reply_function = 0
        self.reply_register = 0
        self.reply_code = 0
        self.read_register = 0
        self._asked = False
        self._asked_ms = 0
        self._wanted = 0  # function of the reply that is awaited; 0: none
        self._wanted_register = 0
        self._status_ms = 0
        self._status_asked = False
        self.settings = Reread()
        self._block = len(_BLOCKS)
        self._blocks_read = 0  # in this round; block n is bit n
        self._granted = 0  # likewise: read since the link was lost

    def reset(self):
        """Forgets pending bytes and what was asked; for a link that was lost."""
        self.framer.reset()
        self.proven = self._asked = self._status_asked = False
        self._wanted = 0
        self._block = len(_BLOCKS)
        self._granted = 0
        self.settings.reset()

    def reread_each(self, ms):
        """See Dialect.reread_each."""
        self.settings.every_ms = ms

    def settle(self, now):
        """Keeps times from wrapping; call each second."""
        long_ago = ticks_add(now, -_LONG_AGO_MS)
        if ticks_diff(now, self._asked_ms) > _LONG_AGO_MS:
            self._asked_ms = long_ago
        if ticks_diff(now, self._status_ms) > _LONG_AGO_MS:
            self._status_ms = long_ago
        self.settings.settle(now)

    # -- asking ---------------------------------------------------------------------------------

    def request(self, now, out):
        """Writes the request due now into `out` (16 bytes or more); returns its length or 0."""
        if self._asked:
            waited = ticks_diff(now, self._asked_ms)
            if waited < _SPACING_MS or (self._wanted and waited < _REPLY_MS):
                return 0
        if self._wanted:
            self._wanted = 0
            self.unanswered = self.unanswered + 1 & 0xFFFF
        if not self._status_asked or ticks_diff(now, self._status_ms) >= self.poll_ms:
            self._status_asked = True
            self._status_ms = now
            return self._ask(now, out, READ_STATUS, 0, _STATUS_WISH)
        if self._block == len(_BLOCKS) and self.settings.due(now):
            self._block = self._blocks_read = 0
        if self._block == len(_BLOCKS):
            return 0
        block = _BLOCKS[self._block]
        self._block += 1
        return self._ask(now, out, READ_SETTINGS, block[0], block[1])

    def probe(self, out):
        """Writes the request that only a unit of this dialect answers; returns its length."""
        return put_request(out, READ_STATUS, 0, _STATUS_WISH)

    def _ask(self, now, out, function, register, size):
        self._asked = True
        self._asked_ms = now
        self._wanted = function + 0x10
        self._wanted_register = register
        return put_request(out, function, register, size)

    # -- frames ---------------------------------------------------------------------------------

    def length(self, buf, at, have):
        """See Dialect.length."""
        if have < _HEAD:
            return MORE
        function = buf[at + 2]
        size = buf[at + 5] if function >= _FIRST_WITH_DATA else 0
        if function == 0 or size > _LONGEST_DATA:
            return BAD_LENGTH
        end = _HEAD + size + 2
        if have < end + 2:
            return end + 2
        at += end
        if buf[at] == 0xAA and buf[at + 1] == 0x55:
            return end + 2
        if buf[at] != _RESULT and buf[at] != _ADDITIONS:
            return BAD_LENGTH
        if have < end + _SEGMENT + 2:
            return end + _SEGMENT + 2
        if buf[at + 3] > _LONGEST_SEGMENT:
            return BAD_LENGTH
        return end + _SEGMENT + buf[at + 3] + 2

    def accept(self, buf, at, size, now):
        """See Dialect.accept."""
        if buf[size - 2] != 0xAA or buf[size - 1] != 0x55:
            return BAD_FRAME
        # From here on `at` is where the first CRC lies: with another local variable each call
        # would take heap for its state.
        at = _HEAD
        if buf[2] >= _FIRST_WITH_DATA:
            at += buf[5]
        if not self._is_good(at):
            return BAD_CHECKSUM
        if size > at + _TAIL and not is_good(buf, at + 2, size - _TAIL):
            return BAD_CHECKSUM
        if buf[2] == self._wanted and u16le(buf, 3) == self._wanted_register:
            self._wanted = 0
            self.unanswered = 0
        if buf[2] == _STATUS:
            return self._take_status(buf, at, now)
        return self._take_other(buf, at, size, now)

    def _is_good(self, end):
        """True if the CRC of the first segment, at `end`, fits."""
        if end & 1:
            return is_good(self.framer.buf, 1, end)
        if end & 2:
            return words_are_good(self.framer.words, 0, end >> 1, _BEFORE_HEADER)
        return words_are_good(self.framer.words, 1, end >> 1, _BEHIND_HEADER)

    def _take_other(self, buf, end, size, now):
        self.kind = REPLY
        function = buf[2]
        register = u16le(buf, 3)
        result = NO_RESULT
        if size > end + _TAIL and buf[end + 2] == _RESULT:
            result = buf[end + 3]
        size = end - _HEAD
        if function == _SETTINGS:
            return self._take_settings(buf, _HEAD, size, register, result, now)
        if function == _IDENTITY:
            self.kind = IDENTITY
        elif function == _COUNTERS:
            self.kind = COUNTERS
        elif function == _WRITTEN:
            self._note_reply(function, register, result)
        elif function == _CONTROLLED or function == _AUTHENTICATED:
            if size < 2:
                return BAD_FRAME
            self._note_reply(function, register, u16le(buf, _HEAD))
            if function == _AUTHENTICATED:
                self.pack.put(p.PERMISSION, u16le(buf, _HEAD))
        return OTHER

    def _note_reply(self, function, register, code):
        self.reply_function = function
        self.reply_register = register
        self.reply_code = code
        self.replies = self.replies + 1 & 0xFFFF

    def _take_status(self, buf, end, now):
        self.kind = REPLY
        if not ant_status.is_sane(buf, self.framer.words, end - _HEAD):
            return BAD_FRAME
        self.kind = p.STATUS
        if ant_status.store(self.pack, buf, self.framer.words, self._cells):
            self.proven = True
        self.pack.fingerprint = u16le(buf, end)  # the frame's CRC
        self.pack.touch(p.STATUS, now)
        return DECODED

    def _note_block(self, register, granted):
        """Only a whole round does for an hour: a lost one may be that with the limits.

        A block that is refused is unknown, unless this unit has granted it before: what the pack
        has may be of the unit that was there before the link was lost.
        """
        bit = 1
        for block in _BLOCKS:
            if block[0] == register:
                self._blocks_read |= bit
                if granted:
                    self._granted |= bit
                elif not self._granted & bit:
                    ant_settings.forget(self.pack, register, block[1])
            bit <<= 1
        if self._blocks_read == bit - 1:
            self.settings.found()
        if not granted:
            self.pack.put(p.UNAUTHORISED, 1)

    def _take_settings(self, buf, data, size, register, result, now):
        pack = self.pack
        granted = result != NO_PERMISSION and not ant_settings.is_blank(buf, data, size)
        self._note_block(register, granted)
        if result == NO_PERMISSION:
            return OTHER
        if register == ant_settings.VERSIONS:
            if not granted:
                return OTHER
            if not ant_settings.store_versions(pack, buf, data, size):
                return BAD_FRAME
            # One of the two alone was read as a register among others.
            self.kind = p.DEVICE if size >= _VERSIONS_SIZE else p.SETTINGS
            pack.touch(p.DEVICE, now)
            return DECODED
        self.kind = p.SETTINGS
        verdict = ant_settings.store(pack, buf, data, register, size)
        if verdict == ant_settings.STORED:
            pack.touch(p.SETTINGS, now)
            self.read_register = register
        return OTHER if verdict == ant_settings.NOTHING_KNOWN else DECODED


def put_request(out, function, register, size):
    """Writes a request that reads `size` bytes, or a command without data (size 0); returns 10."""
    put_head(out, function, register, size)
    return put_end(out, _HEAD)


def put_head(out, function, register, size):
    """Writes the head of a frame; returns the position of its data."""
    out[0] = 0x7E
    out[1] = 0xA1
    out[2] = function
    put_u16le(out, 3, register)
    out[5] = size
    return _HEAD


def put_end(out, at):
    """Writes CRC and end mark of the frame that begins at 0; returns its length."""
    at = put_crc(out, 1, at)
    out[at] = 0xAA
    out[at + 1] = 0x55
    return at + 2

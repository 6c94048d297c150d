"""JK's Bluetooth dialect: JK02_24S, JK02_32S and JK04 (jk.md §3).

The unit is asked once for its device information and its settings, and then streams status frames
of its own accord. Frames are 300 bytes over many notifications; between them, and sometimes inside
them, come acknowledgements of commands and the `AT` with which the BMS probes its radio module.
"""

from bms.framer import (
    BAD_CHECKSUM,
    BAD_FRAME,
    BAD_LENGTH,
    MORE,
    MOVED,
    OTHER,
    REPLY,
    Framer,
)
from bms.jk.frame_sum import FrameSum
from bms.jk.jk02 import Place
from bms.jk.jk04 import Jk04
from bms.jk.jk_frames import (
    DEVICE_FRAME,
    FRAME,
    JK02_32S,
    LOGBOOK_FRAME,
    NO_DEVICE_INFO,
    PREAMBLE,
    SETTINGS_FRAME,
    STATUS_FRAME,
    JkFrames,
    JkUnit,
)
from bms.reread import Reread
from bms.wire import put_bytes
from compat import const, ticks_add, ticks_diff

_COMMAND_PREAMBLE = b"\xaa\x55\x90\xeb"
_COMMAND = const(20)  # bytes of a command, and of an acknowledgement
_PROBE = b"AT\r\n"
# What may follow a preamble: the type of a frame, or foreign bytes before it.
_SECOND_BYTES = bytes((SETTINGS_FRAME, STATUS_FRAME, DEVICE_FRAME, LOGBOOK_FRAME, 0x41, 0xAA))
_ACK = b"\xaa\x55\x90\xeb\xc8\x01\x01"  # and twelve zeros and the sum, after any command

# Commands that read.
READ_SETTINGS = const(0x96)
READ_DEVICE = const(0x97)

_STEP_MS = const(500)  # between the two questions (jk.md §3.2)
_RETRY_MS = const(2000)  # and twice as long after each question in vain: the unit beeps at it
_WATCHDOG_MS = const(10_000)  # the stream has one frame in half a second
_GAP_MS = const(400)  # bursts of one frame are 50 ms apart inside the BMS


class JkBle(JkUnit):
    """Decodes the notifications of a JK unit into a PackState and says what to ask next.

    feed() never raises and never allocates. `chunk` is the size of the buffers it will be fed.
    The variant, whether it is proven, and why something is withheld are in `frames`; `variant`
    and `withheld` are their names. `settings`: when they are read, since they come only when asked
    for.
    """

    NAME = "jk_ble"
    HEADERS = (PREAMBLE, _COMMAND_PREAMBLE, _PROBE)
    LONGEST = const(300)

    def __init__(self, pack, chunk=256, poll_ms=1000):
        self.pack = pack
        self.poll_ms = poll_ms  # the unit streams; kept for the dialects' common interface
        self.unanswered = 0  # likewise
        self.framer = Framer(self, chunk, _GAP_MS)
        super().__init__(JkFrames(pack, Jk04(pack)))
        self.acks = 0
        self.probes = 0
        self.moved = 0  # see framer.MOVED
        self.kind = 0
        buf = self.framer.buf
        self._place = Place(buf, self.framer.words)
        self._sums = (FrameSum(buf, False), FrameSum(buf, True))
        self._sum = self._sums[0]  # that of the last frame
        self._command = memoryview(buf)[: _COMMAND - 1]
        self._asked = 0  # the last command sent; 0: none yet
        self._asked_ms = 0
        self._status_ms = 0
        self.settings = Reread(_RETRY_MS)

    def reset(self):
        """Forgets pending bytes and which unit it was; for a link that was lost."""
        self.framer.reset()
        self.frames.reset()
        self._asked = 0
        self.settings.reset()

    def reread_each(self, ms):
        """See Dialect.reread_each."""
        self.settings.every_ms = ms

    def settle(self, now):
        """Keeps times from wrapping; call each second."""
        self.settings.settle(now)
        if ticks_diff(now, self._status_ms) > _WATCHDOG_MS:
            self._status_ms = ticks_add(now, -_WATCHDOG_MS - 1)
        if ticks_diff(now, self._asked_ms) > _WATCHDOG_MS:
            self._asked_ms = ticks_add(now, -_WATCHDOG_MS - 1)

    # -- asking ---------------------------------------------------------------------------------

    def request(self, now, out):
        """Writes the request due now into `out` (20 bytes or more); returns its length or 0."""
        if self._asked == 0:
            self._status_ms = now
            return self._ask(READ_DEVICE, now, out)
        waited = ticks_diff(now, self._asked_ms)
        if waited < _STEP_MS:
            return 0
        known = self.frames.withheld != NO_DEVICE_INFO
        if not known and waited < _RETRY_MS:
            return 0
        silent = ticks_diff(now, self._status_ms) > _WATCHDOG_MS
        if silent:
            self.settings.miss()
        if not self.settings.due(now):
            return 0
        # Some firmware wants both questions before it streams: while anything is missing they take
        # turns.
        if (not known or not self.settings.known) and self._asked == READ_SETTINGS:
            return self._ask(READ_DEVICE, now, out)
        return self._ask(READ_SETTINGS, now, out)

    def _ask(self, command, now, out):
        self._asked = command
        self._asked_ms = now
        return put_command(out, command, 0, 0)

    # -- frames ---------------------------------------------------------------------------------

    def length(self, buf, at, have):
        """See Dialect.length."""
        if buf[at] == 0x55:
            if have < 5:
                return MORE
            if buf[at + 4] == STATUS_FRAME or buf[at + 4] in _SECOND_BYTES:
                return FRAME
            return BAD_LENGTH
        return _COMMAND if buf[at] == 0xAA else len(_PROBE)

    def accept(self, buf, at, size, now):
        """See Dialect.accept."""
        if size != FRAME:
            return self._accept_short(buf, size)
        self._sum = self._sums[self.frames.variant == JK02_32S]
        total = self._sum.look()
        if total & 0xFF != buf[FRAME - 1] or not self._sum.stands:
            size = self._doubt(buf, total)
            if size:
                return size
        # The counter in byte 5 also runs on when the content stands still: it is left out.
        total = total - buf[5] & 0xFFFF
        # With another local variable each call would take heap for its state: more than 11 words.
        size = self.frames.take(self._place, total, now)
        self.kind = self.frames.kind
        if size > 0:
            if buf[4] == STATUS_FRAME:
                self._status_ms = now
            elif buf[4] == SETTINGS_FRAME:
                self.settings.found()
        return size

    def _doubt(self, buf, total):
        """Returns what is wrong with a frame, 0 if it is a good one.

        Foreign bytes and a lost piece displace all that follows, which 8 bits of sum would miss
        once in 256 times; but then nothing that mostly stands would be where it was.
        """
        if self._close_gap(buf, _PROBE, len(_PROBE)) or self._close_gap(buf, _ACK, _COMMAND):
            return MOVED
        if buf.find(PREAMBLE, 1, FRAME) >= 0:
            return BAD_FRAME
        if total & 0xFF != buf[FRAME - 1]:
            return BAD_CHECKSUM
        self._sum.keep()
        return 0

    def _accept_short(self, buf, size):
        self.kind = REPLY
        if size == len(_PROBE):
            self.probes = self.probes + 1 & 0xFFFF
            return OTHER
        if sum(self._command) & 0xFF != buf[_COMMAND - 1]:
            return BAD_CHECKSUM
        self.acks = self.acks + 1 & 0xFFFF
        return OTHER

    def _close_gap(self, buf, noise, size):
        """Closes the frame over foreign bytes inside it, which no frame of a unit contains.

        They go by moving what precedes them on by their length; True if there were any.
        """
        at = buf.find(noise, 0, FRAME)
        if at < 0 or at + size > FRAME:
            return False  # none, or its end would be the next frame's business
        self.moved = size
        for i in range(at - 1, -1, -1):
            buf[i + size] = buf[i]
        return True


def put_command(out, register, size, value):
    """Writes a command with `size` bytes of little-endian `value` (jk.md §3.3); returns 20."""
    at = put_bytes(out, 0, _COMMAND_PREAMBLE)
    out[at] = register
    out[at + 1] = size
    at += 2
    for i in range(_COMMAND - 7):
        out[at + i] = value >> 8 * i & 0xFF if i < size else 0
    total = 0
    for i in range(_COMMAND - 1):
        total += out[i]
    out[_COMMAND - 1] = total & 0xFF
    return _COMMAND

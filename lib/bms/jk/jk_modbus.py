"""JK's RS485 Modbus dialect of newer units, 115200 baud, both of its forms (jk.md §4).

Framed: a write of nothing (function 10) makes the unit send the 300-byte frame that it would send
over BLE, which bears no address; the acknowledgement that follows it tells whose it was. Plain:
function 03 reads registers. A unit that does not answer the one is asked in the other.
"""

from bms.crc16 import is_good, put_crc
from bms.framer import BAD_CHECKSUM, BAD_FRAME, BAD_LENGTH, MORE, OTHER, REPLY, Framer
from bms.jk import jk_modbus_plain as plain
from bms.jk.jk_frames import (
    DEVICE_FRAME,
    FRAME,
    NO_DEVICE_INFO,
    PREAMBLE,
    SETTINGS_FRAME,
    STATUS_FRAME,
    JkFrames,
    JkUnit,
)
from bms.wire import PrefixSums, put_bytes
from compat import const, ticks_add, ticks_diff

_READ = const(3)
_WRITE = const(0x10)
_ERROR = const(0x80)
_ACK = const(8)  # bytes of the acknowledgement of a write
_ERROR_REPLY = const(5)
_LONGEST_WRITE = const(4)  # data bytes of what is written to a unit, by us or by others
_LONGEST_READ = const(80)
_TRIGGER_PAGE = const(0x16)
# Low byte of the register that triggers a frame, by its type.
_TRIGGERS = b"\x00\x1e\x20\x1c"

_LAST_ADDRESS = const(15)
_SPACING_MS = const(100)  # with less, several boards answered at once
_REPLY_MS = const(400)  # 35…50 ms to its start, 27 ms on the line
_RETRY_MS = const(5000)
_REFRESH_MS = const(60_000)
_TRIES = const(2)  # at one address, in one form
_GAP_MS = const(60)


class JkModbus(JkUnit):
    """Decodes the replies of one unit into a PackState and says what to ask next.

    feed() never raises and never allocates. `chunk` is the size of the buffers it will be fed.
    `address`: of the unit, 1…15; 0 looks for the first that answers and stays with it: when it
    falls silent, its neighbour on the bus is not our pack. `plain`: function 03 is in use.
    `foreign` counts good frames of other units, `error` is the last error code (§4.2).
    """

    NAME = "jk_modbus"
    LONGEST = const(309)

    def __init__(self, pack, chunk=256, poll_ms=1000, address=0):
        self.pack = pack
        self.poll_ms = poll_ms
        self.framer = Framer(self, chunk, _GAP_MS)
        super().__init__(JkFrames(pack))
        self.address = address
        self.plain = False
        self.foreign = 0
        self.error = 0
        self.unanswered = 0
        self.kind = 0
        self._searching = address == 0
        # The four ways in which a unit's replies begin; the address in them follows `address`.
        self._starts = tuple(
            [bytearray((address, f)) for f in (_READ, _WRITE, _READ | _ERROR, _WRITE | _ERROR)]
        )
        self.HEADERS = (PREAMBLE,) + self._starts
        self._sums = PrefixSums(self.framer.buf)
        self._reader = plain.PlainReader()
        self._wanted = 0  # type of the frame that is being asked for; 0: none
        self._waiting = False  # a request is out
        self._asked = False
        self._asked_ms = 0
        self._answered = False
        self._status_ms = 0
        self._settings_ms = 0
        self._settings_asked = False
        self._settings_known = False

    def reset(self):
        """Forgets pending bytes and what the unit is; for a link that was lost."""
        self.framer.reset()
        self.frames.reset()
        self._wanted = 0
        self._waiting = self._asked = self._answered = False
        self._settings_asked = self._settings_known = False
        if self._searching:
            self._set_address(0)

    def settle(self, now):
        """Keeps times from wrapping; call each second."""
        long_ago = ticks_add(now, -_REFRESH_MS - 1)
        if ticks_diff(now, self._asked_ms) > _REFRESH_MS:
            self._asked_ms = long_ago
        if ticks_diff(now, self._settings_ms) > _REFRESH_MS:
            self._settings_ms = long_ago
        if ticks_diff(now, self._status_ms) > _REFRESH_MS:
            self._status_ms = long_ago

    # -- asking ---------------------------------------------------------------------------------

    def request(self, now, out):
        """Writes the request due now into `out` (16 bytes or more); returns its length or 0."""
        if self._asked:
            waited = ticks_diff(now, self._asked_ms)
            if waited < _SPACING_MS or (self._waiting and waited < _REPLY_MS):
                return 0
            if self._waiting:
                self._give_up()
        elif self._searching:
            self._set_address(self.address or 1)
        if self._wanted == 0:
            self._wanted = self._due(now)
            if self._wanted == 0:
                return 0
            self._reader.start(self._wanted)
        self._asked = self._waiting = True
        self._asked_ms = now
        if self.plain:
            return put_crc(out, 0, self._reader.request(out, self.address))
        return put_trigger(out, self.address, self._wanted)

    def resume(self, address, plain):
        """Begins the search where the unit was found before, in the form that it answered."""
        self._set_address(address)
        self.plain = plain

    def reread(self):
        """Has the settings read at the next request, from the first block on."""
        self._wanted = 0
        self._settings_asked = False

    def _give_up(self):
        """After a request without a reply: the other form, and then the next address."""
        self._wanted = 0
        self.unanswered = self.unanswered + 1 & 0xFFFF
        if not self._answered and self.unanswered % _TRIES == 0:
            self.plain = not self.plain
            if self._searching and not self.plain:
                self._set_address(self.address % _LAST_ADDRESS + 1)

    def _set_address(self, address):
        self.address = address
        for start in self._starts:
            start[0] = address

    def _due(self, now):
        if self.frames.withheld == NO_DEVICE_INFO:
            return DEVICE_FRAME
        since = ticks_diff(now, self._settings_ms)
        again = _REFRESH_MS if self._settings_known else _RETRY_MS
        if not self._settings_asked or since >= again:
            self._settings_asked = True
            self._settings_ms = now
            return SETTINGS_FRAME
        if self.frames.seen[STATUS_FRAME] and ticks_diff(now, self._status_ms) < self.poll_ms:
            return 0
        self._status_ms = now
        return STATUS_FRAME

    # -- frames ---------------------------------------------------------------------------------

    def length(self, buf, at, have):
        """See Dialect.length."""
        if have < 5:
            return MORE
        if buf[at] == 0x55 and buf[at + 1] == 0xAA:
            return self._framed_length(buf, at, have)
        function = buf[at + 1]
        if function & _ERROR:
            return _ERROR_REPLY
        if have < _ACK:
            return MORE
        if is_good(buf, at, at + _ACK - 2):
            return _ACK  # an acknowledgement, or our own request for registers, echoed by the line
        if function == _WRITE:
            return _ACK + 1 + buf[at + 6] if buf[at + 6] <= _LONGEST_WRITE else BAD_LENGTH
        size = buf[at + 2]
        return 5 + size if size & 1 == 0 and 4 <= size <= _LONGEST_READ else BAD_LENGTH

    def _framed_length(self, buf, at, have):
        if not SETTINGS_FRAME <= buf[at + 4] <= DEVICE_FRAME:
            return BAD_LENGTH
        if have < FRAME + _ACK:
            return FRAME + _ACK
        if _begins_ack(buf, at + FRAME):
            return FRAME + _ACK
        if buf[at + FRAME] == 0 and _begins_ack(buf, at + FRAME + 1):
            return FRAME + 1 + _ACK
        return BAD_LENGTH

    def accept(self, buf, at, size, now):
        """See Dialect.accept."""
        if size >= FRAME:
            return self._accept_framed(buf, at, size, now)
        self.kind = REPLY
        if not is_good(buf, at, at + size - 2):
            return BAD_CHECKSUM
        function = buf[at + 1]
        if function & _ERROR:
            self.error = buf[at + 2]
            if self._waiting:
                self._give_up()
            self._waiting = False
        elif function == _READ and size != _ACK:
            return self._accept_block(buf, at, size, now)
        return OTHER

    def _accept_framed(self, buf, at, size, now):
        total = self._sums.sum(at, at + FRAME - 1)
        if total & 0xFF != buf[at + FRAME - 1]:
            return BAD_CHECKSUM
        if buf.find(PREAMBLE, at + 1, at + FRAME) >= 0:
            return BAD_FRAME  # a piece was lost; 8 bits of sum would miss it once in 256 times
        ack = at + size - _ACK
        if not is_good(buf, ack, ack + _ACK - 2):
            return BAD_CHECKSUM
        if buf[ack + 3] != _TRIGGERS[buf[at + 4]]:
            return BAD_FRAME  # an acknowledgement of something else: whose frame it is, is unknown
        if buf[ack] != self.address:
            if self.address:
                self.foreign = self.foreign + 1 & 0xFFFF
                self.kind = REPLY
                return OTHER
            self._set_address(buf[ack])
        return self._decode(buf, at, total - buf[at + 5] & 0xFFFF, now)

    def _accept_block(self, buf, at, size, now):
        if not self.plain or not self._waiting:
            return OTHER
        progress = self._reader.take(buf, at + 3, size - 5)
        if progress != plain.REFUSED:
            self._waiting = False
        if progress != plain.COMPLETE:
            return OTHER
        frame = self._reader.frame
        # A frame that was put together has neither counter nor sum of its own.
        return self._decode(frame, 0, self._reader.fingerprint(), now)

    def _decode(self, frame, at, fingerprint, now):
        verdict = self.frames.take(frame, at, fingerprint, now)
        self.kind = self.frames.kind
        if verdict > 0 or self._reader.frame is frame:
            self._waiting = False
            self._answered = True
            self._wanted = 0
            self.unanswered = 0
        if self.frames.proven:
            self._searching = False
        if verdict > 0 and frame[at + 4] == SETTINGS_FRAME:
            self._settings_known = True
        return verdict


def put_trigger(out, address, kind):
    """Writes the request that makes a unit send a frame of a type (jk.md §4.1); returns 11."""
    out[0] = address
    out[1] = _WRITE
    out[2] = _TRIGGER_PAGE
    out[3] = _TRIGGERS[kind]
    at = put_bytes(out, 4, b"\x00\x01\x02\x00\x00")
    return put_crc(out, 0, at)


def _begins_ack(buf, at):
    return buf[at + 1] == _WRITE and buf[at + 2] == _TRIGGER_PAGE

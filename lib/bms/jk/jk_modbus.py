"""JK's RS485 Modbus dialect of newer units, 115200 baud, both of its forms (jk.md §4).

Framed: a write of nothing (function 10) makes the unit send the 300-byte frame that it would send
over BLE, which bears no address; the acknowledgement that follows it tells whose it was. Plain:
function 03 reads registers. A unit that does not answer the one is asked in the other.

A PB unit at address 0 is master of its bus: it asks the others, broadcasts what it is itself, and
answers nobody (jk.md §7, F1). So a bus is listened to first, and where somebody else asks, in
either form, nothing is sent at all: the frames that the units send him are heard as well.
"""

from bms.crc16 import is_good, put_crc
from bms.framer import BAD_CHECKSUM, BAD_FRAME, BAD_LENGTH, MORE, OTHER, REPLY, Framer
from bms.jk import jk_modbus_plain as plain
from bms.jk.jk02 import Place
from bms.jk.jk_bus import BusUnit
from bms.jk.jk_frames import (
    DEVICE_FRAME,
    FRAME,
    PREAMBLE,
    SETTINGS_FRAME,
    STATUS_FRAME,
    JkUnit,
)
from bms.wire import put_bytes
from compat import const, ticks_add, ticks_diff
from words import SILENT_MODBUS

_READ = const(3)
_WRITE = const(0x10)
_ERROR = const(0x80)
_ACK = const(8)  # bytes of the acknowledgement of a write
_TRIGGER = const(11)  # and of the request for a frame
_ERROR_REPLY = const(5)
_LONGEST_WRITE = const(4)  # data bytes of what is written to a unit, by us or by others
_LONGEST_READ = const(80)
_TRIGGER_PAGE = const(0x16)
_PAGES = const(0xF8)  # all registers lie in 0x1000…0x17FF
_FIRST_PAGE = const(0x10)
# Low byte of the register that triggers a frame, by its type.
_TRIGGERS = b"\x00\x1e\x20\x1c"

# Whose the bus is.
_UNKNOWN = const(0)  # listening has not begun
_QUIET = const(1)  # nobody was heard so far
_OTHERS = const(2)  # somebody else asks
# Ours, and so are the three of these:
_IDLE = const(3)  # no question is out
_ASKED = const(4)  # one is,
_ECHOED = const(5)  # and the line has shown it to us

_ADDRESSES = const(16)
_MASTER = const(0)  # the address of a unit that is master of its bus
_LISTEN_MS = const(5000)  # a master goes round in 4.4 s
_MASTER_MS = const(30_000)  # so long after its last word it is gone
_UNASKED_MS = const(2000)  # what comes so late after a question is no answer to it
_SPACING_MS = const(100)  # with less, several boards answered at once
_REPLY_MS = const(400)  # 35…50 ms to its start, 27 ms on the line
_GAP_MS = const(60)
_LONG_AGO_MS = const(60_000)
_MOST_WORDS = const(125)  # that one may ask for, by function 03


class JkModbus(JkUnit):
    """Decodes the replies of the units of a bus, each into its PackState, and says what to ask.

    feed() never raises and never allocates. `chunk` is the size of the buffers it will be fed.
    `address`: of the unit, 0…15; None looks for the first that answers and stays with it: when it
    falls silent, its neighbour on the bus is not our pack. `unit`: the BusUnit that the last
    frame was of, among `units`. `foreign` counts good frames of others, `error` is the last error
    code (§4.2).
    """

    NAME = "jk_modbus"
    SILENCE = SILENT_MODBUS
    LONGEST = const(309)

    def __init__(self, pack, chunk=256, poll_ms=1000, address=None):
        self.pack = pack
        self.poll_ms = poll_ms
        self.framer = Framer(self, chunk, _GAP_MS)
        self.unit = self._asking = self._own = BusUnit(pack, address)
        self.units = [self._own]
        super().__init__(self._own.frames)
        self.foreign = 0
        self.error = 0
        self.kind = 0
        # What anybody asks a unit or writes to it, and what that answers, begins with its address.
        # Nobody asks a master.
        self.HEADERS = (PREAMBLE,) + tuple([bytes((n,)) for n in range(1, _ADDRESSES)])
        self._place = Place(self.framer.buf, self.framer.words)
        self._summed = memoryview(self.framer.buf)[: FRAME - 1]
        self._reader = plain.PlainReader()
        self._state = _UNKNOWN
        self._wanted = 0  # type of the frame that is being asked for; 0: none
        self._question = bytearray(_TRIGGER)  # that was sent last
        self._asked_ms = 0
        self._free_ms = 0  # until then the bus may be another's
        self._heard_ms = 0  # when the first unit of several was heard

    @property
    def master(self):
        """True while another asks on this bus, so that we do not."""
        return self._state == _OTHERS

    @property
    def address(self):
        """Of our unit; None while it is not known which one that is."""
        return self._own.address

    @property
    def plain(self):
        """True if our unit is read by function 03."""
        return self._own.plain

    @property
    def unanswered(self):
        """Questions without a reply since the last one."""
        return self._asking.unanswered

    def add(self, pack, address):
        """Has the frames of one more unit decoded, into `pack`, and asks it too."""
        unit = BusUnit(pack, address)
        self.units.append(unit)
        return unit

    def stranger(self, address):
        """Returns the BusUnit for a unit that nobody named: None, it is of no interest."""
        return None

    def reset(self):
        """Forgets what our unit is, for a link that was lost; the others are lost each for itself.

        Where none of them answers either, pending bytes are forgotten, and whose the bus is.
        """
        self._own.reset()
        if self._state != _OTHERS and not any([unit.answers() for unit in self.units]):
            self.framer.reset()
            self._wanted = 0
            self._state = _UNKNOWN
        elif self._state >= _IDLE:
            self._own.begin_search()
            if self._asking is self._own:
                self._drop_question()

    def reread_each(self, ms):
        """See Dialect.reread_each; of all units that there are by now."""
        for unit in self.units:
            unit.settings.every_ms = ms

    def settle(self, now):
        """Keeps times from wrapping; call each second."""
        if ticks_diff(now, self._asked_ms) > _LONG_AGO_MS:
            self._asked_ms = ticks_add(now, -_LONG_AGO_MS)
        for unit in self.units:
            unit.settle(now)

    # -- asking ---------------------------------------------------------------------------------

    def request(self, now, out):
        """Writes the request due now into `out` (16 bytes or more); returns its length or 0."""
        if self._state < _IDLE and self._listens(now):
            return 0
        waited = ticks_diff(now, self._asked_ms)
        if waited < _SPACING_MS or (self._state != _IDLE and waited < _REPLY_MS):
            return 0
        if self._state != _IDLE:
            self._give_up()
        if self._wanted == 0:
            self._wanted = self._due(now)
            if self._wanted == 0:
                return 0
            self._reader.start(self._wanted)
        self._state = _ASKED
        self._asked_ms = now
        address = self._asking.address or 0  # that it is known, listening has seen to
        question = self._question
        if self._asking.plain:
            size = put_crc(question, 0, self._reader.request(question, address))
        else:
            size = put_trigger(question, address, self._wanted)
        out[:_TRIGGER] = question
        return size

    def _listens(self, now):
        """True while the bus may be another's."""
        if self._state == _UNKNOWN:
            self._state = _QUIET
            self._free_ms = ticks_add(now, _LISTEN_MS)
        if ticks_diff(now, self._free_ms) < 0:
            return True
        self._state = _IDLE
        self._asked_ms = ticks_add(now, -_LONG_AGO_MS)
        self._own.begin_search()
        return False

    def _due(self, now):
        """Returns the type of the frame to ask for, of the unit whose turn it is; 0: none."""
        for _ in range(len(self.units)):
            at = self.units.index(self._asking) + 1
            self._asking = self.units[at if at < len(self.units) else 0]
            kind = self._asking.due(now, self.poll_ms)
            if kind:
                return kind
        return 0

    def resume(self, address, plain):
        """Begins the search where the unit was found before, in the form that it answered."""
        self._own.address = address
        self._own.plain = plain

    def reread(self):
        """Has our unit's settings read at the next request, from the first block on."""
        self._wanted = 0
        self._own.settings.reset()

    def _drop_question(self):
        self._wanted = 0
        self._state = _IDLE

    def _give_up(self):
        self._drop_question()
        self._asking.miss()

    def _note_master(self, now):
        """Somebody else asks on this bus: we only listen as long as he does."""
        if self._state != _OTHERS and self._own.searching:
            self._own.address = None  # that of a unit that was asked in vain
            self._heard_ms = now
        self._drop_question()
        self._state = _OTHERS
        self._free_ms = ticks_add(now, _MASTER_MS)

    # -- frames ---------------------------------------------------------------------------------

    def length(self, buf, at, have):
        """See Dialect.length."""
        if have < 5:
            return MORE
        if buf[at] == 0x55 and buf[at + 1] == 0xAA:
            return self._framed_length(buf, at, have)
        function = buf[at + 1]
        if function & ~_ERROR != _READ and function & ~_ERROR != _WRITE:
            return BAD_LENGTH
        if function & _ERROR:
            return _ERROR_REPLY
        if have < _ACK:
            return MORE
        if (function == _WRITE or _may_ask(buf, at)) and is_good(buf, at, at + _ACK - 2):
            return _ACK  # an acknowledgement, or a request for registers
        if function == _WRITE:
            if buf[at + 2] & _PAGES != _FIRST_PAGE or buf[at + 6] > _LONGEST_WRITE:
                return BAD_LENGTH
            return _ACK + 1 + buf[at + 6]
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
            if self._state >= _ASKED and buf[at] == self._asking.address:
                self._give_up()
        elif function == _READ and size != _ACK:
            return self._accept_block(buf, at, size, now)
        elif function == _READ or (size == _TRIGGER and buf[at + 2] == _TRIGGER_PAGE):
            self._note_question(buf, at, size, now)
        return OTHER

    def _note_question(self, buf, at, size, now):
        """Takes what asks a unit: it is our own question, echoed by the line, or another's."""
        state = self._state
        if state == _ASKED:
            state = _ECHOED
            for i in range(size):
                if buf[at + i] != self._question[i]:
                    state = _ASKED
        if state == self._state:
            self._note_master(now)
        else:
            self._state = state

    def _accept_framed(self, buf, at, size, now):
        total = sum(self._summed)
        if total & 0xFF != buf[FRAME - 1]:
            return BAD_CHECKSUM
        if buf.find(PREAMBLE, at + 1, at + FRAME) >= 0:
            return BAD_FRAME  # a lost piece; 8 bits of sum would miss it once in 256 times
        ack = at + size - _ACK
        if not is_good(buf, ack, ack + _ACK - 2):
            return BAD_CHECKSUM
        if buf[ack + 3] != _TRIGGERS[buf[at + 4]]:
            return BAD_FRAME  # an acknowledgement of something else: whose frame it is, is unknown
        if self._state < _IDLE or ticks_diff(now, self._asked_ms) > _UNASKED_MS:
            self._note_master(now)
        unit = self._unit_at(buf[ack], now)
        if unit is None:
            self.foreign = self.foreign + 1 & 0xFFFF
            self.kind = REPLY
            return OTHER
        return self._decode(unit, self._place, total - buf[5] & 0xFFFF, now)

    def _unit_at(self, address, now):
        """Returns the BusUnit with an address, None for a stranger.

        Where none was chosen, the master is ours; another unit if he does not show up himself.
        """
        for unit in self.units:
            if unit.address == address:
                return unit
        if self._own.address is None:
            if address == _MASTER or ticks_diff(now, self._heard_ms) >= _LISTEN_MS:
                self._own.address = address
                return self._own
        return self.stranger(address)

    def _accept_block(self, buf, at, size, now):
        unit = self._asking
        if self._state == _OTHERS:
            self.foreign = self.foreign + 1 & 0xFFFF  # what he asked for was not for us
        if self._state < _ASKED or not unit.plain or buf[at] != unit.address:
            return OTHER
        progress = self._reader.take(buf, at + 3, size - 5)
        if progress != plain.REFUSED:
            self._state = _IDLE
        if progress != plain.COMPLETE:
            return OTHER
        # A frame that was put together has neither counter nor sum of its own.
        return self._decode(unit, self._reader.place, self._reader.fingerprint(), now)

    def _decode(self, unit, place, fingerprint, now):
        kind = place.buf[4]
        if self._state == _OTHERS and kind == STATUS_FRAME:
            unit.frames.assume_wide(place.buf, 0)
        verdict = unit.frames.take(place, fingerprint, now)
        self.unit = unit
        self.kind = unit.frames.kind
        if verdict > 0 or self._reader.place is place:
            if unit is self._asking and self._state >= _IDLE:
                self._drop_question()
            unit.hear(kind if verdict > 0 else 0)
        return verdict


def put_trigger(out, address, kind):
    """Writes the request that makes a unit send a frame of a type (jk.md §4.1); returns 11."""
    out[0] = address
    out[1] = _WRITE
    out[2] = _TRIGGER_PAGE
    out[3] = _TRIGGERS[kind]
    at = put_bytes(out, 4, b"\x00\x01\x02\x00\x00")
    return put_crc(out, 0, at)


def _may_ask(buf, at):
    """True if these may be a request for registers: how many is where a reply has figures."""
    return buf[at + 4] == 0 and 0 < buf[at + 5] <= _MOST_WORDS


def _begins_ack(buf, at):
    return buf[at + 1] == _WRITE and buf[at + 2] == _TRIGGER_PAGE

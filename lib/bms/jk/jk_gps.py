"""JK "GPS port" dialect: frames 4E 57, big endian, polled (jk.md §1).

One read-all reply carries status, settings and device data as a chain of (code, data) items.
A frame is indexed and judged first and stored afterwards, so that a bad one changes nothing.
"""

from array import array

from bms import pack as p
from bms.framer import BAD_CHECKSUM, BAD_FRAME, BAD_LENGTH, DECODED, MORE, OTHER, Dialect, Framer
from bms.jk.jk_gps_request import ACTIVATE, READ_ALL, READ_ONE, REQUEST, put_request
from bms.jk.jk_t100 import MOS, TempCodes, is_ambiguous
from bms.wire import Pieces, u16be, u32be
from compat import const, ticks_diff
from words import SILENT_GPS

# Frame layout, jk.md §1.2.
_HEAD = const(11)  # bytes before the items
_TAIL = const(9)  # record number, end mark, checksum field
_STATUS_BYTES = const(96)  # in which most of what changes lies
_MOST_BYTES = const(288)  # all of what a unit with 16 cells sends
_END_MARK = const(0x68)

# Item codes run from 0x79 (cells) to 0xC0 (protocol version), jk.md §1.5.
_FIRST = const(0x79)
_CELLS = const(0x79)
_MOS_TEMP = const(0x80)
_TEMP1 = const(0x81)
_TEMP2 = const(0x82)
_CURRENT = const(0x84)
_ALARMS = const(0x8B)
_STATUS_BITS = const(0x8C)
_CHARGE_UTPR = const(0xA6)
_PASSWORD = const(0xB2)  # it is never stored
_PASSWORD_BYTES = const(10)
_NO_PASSWORD = bytes(10)
_SW_VERSION = const(0xB7)
_PROTOCOL = const(0xC0)

# Bytes of each item's data by code - 0x79; 255: not an item of the protocol. 0x79 carries its own.
_SIZES = (
    b"\x00\xff\xff\xff\xff\xff\xff\x02\x02\x02\x02\x02\x01\x01\x02\xff"  # 79..88
    b"\x04\x02\x02\x02\xff\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02"  # 89..98
    b"\x02\x02\x02\x02\x01\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02"  # 99..A8
    b"\x01\x04\x01\x01\x02\x01\x01\x02\x01\x0a\x01\x08\x04\x04\x0f\x01"  # A9..B8
    b"\x04\x18\x01\x01\x01\x02\x02\x01"  # B9..C0
)

_ITEMS = const(72)
_NO_ITEM = const(255)

# The slot of each plain item; 255: it is of another kind, or of no use.
_NONE = const(255)
_SLOTS = bytes(
    (_NONE,) * 10  # 79..82
    + (p.PACK_MV, _NONE, p.SOC_PCT, p.TEMP_SENSOR_COUNT, p.CYCLES, _NONE)  # 83..88
    + (p.CYCLE_CAPACITY_MAH, p.CELL_COUNT, p.ALARMS_RAW, p.STATUS_RAW, _NONE)  # 89..8D
    + (p.PACK_OVP_MV, p.PACK_UVP_MV, p.CELL_OVP_MV, p.CELL_OVPR_MV, p.CELL_OVP_DELAY_S)  # 8E..92
    + (p.CELL_UVP_MV, p.CELL_UVPR_MV, p.CELL_UVP_DELAY_S, p.CELL_DELTA_PROT_MV)  # 93..96
    + (p.MAX_DISCHARGE_MA, p.DISCHARGE_OCP_DELAY_S, p.MAX_CHARGE_MA, p.CHARGE_OCP_DELAY_S)  # ..9A
    + (p.BALANCE_START_MV, p.BALANCE_TRIGGER_MV, p.BALANCE_SWITCH, p.MOS_OTP_DC)  # 9B..9E
    + (p.MOS_OTPR_DC, p.BOX_OTP_DC, p.BOX_OTPR_DC, p.TEMP_DIFF_DC, p.CHARGE_OTP_DC)  # 9F..A3
    + (p.DISCHARGE_OTP_DC, p.CHARGE_UTP_DC, p.CHARGE_UTPR_DC, p.DISCHARGE_UTP_DC)  # A4..A7
    + (p.DISCHARGE_UTPR_DC, p.CELL_COUNT_SETTING, p.CAPACITY_NOMINAL_MAH, p.CHARGE_SWITCH)  # ..AB
    + (p.DISCHARGE_SWITCH, p.CURRENT_CAL_MA, p.DEVICE_ADDR, p.BATTERY_TYPE_ID, p.SLEEP_S)  # AC..B0
    + (p.LOW_SOC_PCT, _NONE, p.SPECIAL_CHARGER, _NONE, _NONE, p.RUNTIME_S, _NONE)  # B1..B7
    + (p.CURRENT_CAL_ACTIVE, p.CAPACITY_ACTUAL_MAH)  # B8, B9
    + (_NONE,) * 6
    + (p.PROTOCOL_VERSION,)  # BA..C0
)
# And the multiplier to the slot's unit, as a position in _FACTORS.
_FACTORS = (1, 10, 60, 1000)
_SIGNED = const(4)  # added to the position: two's complement
_HOW = (
    b"\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0"  # 79..88
    b"\3\0\0\0\0\1\1\0\0\0\0\0\0\0\3\0"  # 89..98
    b"\3\0\0\0\0\1\1\1\1\1\1\1\5\5\5\5"  # 99..A8
    b"\0\3\0\0\0\0\0\0\0\0\0\0\0\2\0\0"  # A9..B8
    b"\3\0\0\0\0\0\0\0"  # B9..C0
)
# Texts: code, text.
_TEXTS = bytes(
    (0xB4, p.DEVICE_ID)
    + (0xB5, p.MFG_YYMM)
    + (_SW_VERSION, p.SW_VERSION)
    + (0xBA, p.MANUFACTURER_ID)
)
# A frame with all of these is a full status; one without them (a single register) leaves the
# ages alone.
_ESSENTIAL = b"\x79\x83\x84\x85\x8c"
# Alarms that say "hot": MOSFETs and battery in the low byte, the battery's box in the high one.
_HOT_LOW = const(0x12)
_HOT_HIGH = const(0x01)

_REPLY_TIMEOUT_MS = const(2000)
_UNANSWERED_BEFORE_ACTIVATE = const(5)
_GAP_MS = const(250)  # the loop reads every few ms; a reply is 28 ms long


class JkGps(Dialect):
    """Decodes GPS-port frames into a PackState and says what to ask next.

    feed() never raises and never allocates. `chunk` is the size of the buffers it will be fed.
    """

    NAME = "jk_gps"
    SILENCE = SILENT_GPS
    FREEZE_S = 150  # the running time counts minutes; at rest, cells may stand for as long
    HEADERS = (b"NW",)
    STATE_BYTES = 1376  # it tells less than others
    LONGEST = const(402)  # length fields over 400 are refused, jk.md §1.2

    def __init__(self, pack, chunk=256, poll_ms=1000):
        self.pack = pack
        self.poll_ms = poll_ms
        self.framer = Framer(self, chunk, _GAP_MS)
        self.unknown_items = 0
        self.unanswered = 0  # polls without a reply since the last one
        self._pieces = Pieces(self.framer.buf, _STATUS_BYTES, _MOST_BYTES)
        # Where each item's data starts; 0: absent.
        self._at = array("H", bytes(2 * _ITEMS))
        self._asked = False
        self._asked_ms = 0
        self._cut = False  # an unknown item hid the rest of the frame, which may hold C0
        # Of the whole frame that was stored last, if no other came since: its length, and where
        # the first item begins that is not among the pieces. 0: none. And where its items end.
        self._held = 0
        self._rest_at = 0
        self._end = 0
        self._secret = bytearray(_PASSWORD_BYTES)
        self._version = -1  # of this unit's protocol, once a frame has told
        self._temps = TempCodes()

    def reset(self):
        """Forgets pending bytes; for a link that was lost."""
        self.framer.reset()
        self._temps.reset()
        self._asked = False
        self._held = 0
        self._version = -1  # another unit may answer next

    def settle(self, now):
        """Keeps ages from wrapping; call each second."""
        self._temps.settle(now)

    # -- asking ---------------------------------------------------------------------------------

    def request(self, now, out):
        """Writes the request due now into `out` (24 bytes or more); returns its length or 0."""
        if self._asked:
            waited = ticks_diff(now, self._asked_ms)
            if waited < self.poll_ms or (self.unanswered and waited < _REPLY_TIMEOUT_MS):
                return 0
        self._asked = True
        self._asked_ms = now
        self.unanswered = self.unanswered + 1 & 0xFFFF
        # A sleeping BMS wants to be activated first; every other try, since it may be just slow.
        if self.unanswered > _UNANSWERED_BEFORE_ACTIVATE and self.unanswered & 1:
            return put_request(out, ACTIVATE, 0)
        return put_request(out, READ_ALL, 0)

    # -- frames ---------------------------------------------------------------------------------

    def length(self, buf, at, have):
        """See Dialect.length."""
        if have < 4:
            return MORE
        size = u16be(buf, at + 2) + 2
        if size < _HEAD + _TAIL or size > self.LONGEST:
            return BAD_LENGTH
        return size

    def accept(self, buf, at, size, now):
        """See Dialect.accept."""
        # Structure first: it costs nothing, and a line full of false headers must not cost time.
        if buf[size - 5] != _END_MARK or u16be(buf, size - 4) or buf[10] > 2:
            return BAD_FRAME
        checksum = u16be(buf, size - 2)
        secret = self._at[_PASSWORD - _FIRST]
        again = (
            self._held == size and self.pack.cells and (not secret or buf[secret - 1] == _PASSWORD)
        )
        if size > _STATUS_BYTES:
            self._held = 0  # the next frame's pieces would be compared with those of this one
        if self._sum(buf, size - 2, again, secret) & 0xFFFF != checksum:
            return BAD_CHECKSUM
        command = buf[8]
        if buf[10] == REQUEST:
            return OTHER  # our own request, echoed by an RS485 adapter
        if command != READ_ALL and command != READ_ONE:
            self.unanswered = 0
            return OTHER  # acknowledgement of a write, a password or an activation
        end = size - _TAIL
        if again and self._is_alike(buf, end):
            self.unanswered = 0
            self._store(buf, self._pieces.same_from, True, now)
        else:
            verdict = self._take_anew(buf, end, now)
            if verdict != DECODED or not self._is_full():
                return verdict
        self._touch(checksum, now)
        self._held = 0 if self._cut else size
        return DECODED

    def _sum(self, buf, end, again, secret):
        """Returns the sum of buf[:end]; what is kept of it is without the password."""
        if not again or not secret:
            return self._pieces.look(end, again)
        # With another local variable each call would take heap for its state: more than 11 words.
        for i in range(_PASSWORD_BYTES):
            self._secret[i] = buf[secret + i]
        buf[secret : secret + _PASSWORD_BYTES] = _NO_PASSWORD
        end = self._pieces.look(end, True) + sum(self._secret)
        buf[secret : secret + _PASSWORD_BYTES] = self._secret
        self._secret[:] = _NO_PASSWORD
        return end

    def _take_anew(self, buf, end, now):
        """Decodes a frame that need not be laid out like the one before."""
        self._held = 0
        verdict = self._index(buf, end)
        if verdict > 0:
            self.unanswered = 0
        if verdict == DECODED:
            full = self._is_full()
            if full:
                self.pack.clear()
            self._store(buf, end, full, now)
            if full and not self._cut:
                self._sum(buf, end + _TAIL - 2, True, self._at[_PASSWORD - _FIRST])
        return verdict

    def _is_alike(self, buf, end):
        """True if each item lies where it lay in the frame before."""
        offsets = self._at
        sizes = _SIZES
        at = _HEAD
        same_from = self._pieces.same_from
        rest_at = self._rest_at
        while at < end:
            if same_from <= at < rest_at:
                at = rest_at
                continue
            item = buf[at] - _FIRST
            at += 1
            if item < 0 or item >= _ITEMS or offsets[item] != at:
                return False
            at += sizes[item] if item else _cells_size(buf, at, end)
        return at == end

    def _index(self, buf, end):
        """Notes where each item's data lies.

        BAD_FRAME unless the items end where the frame does, OTHER if there is none to read.
        """
        offsets = self._at
        for item in range(_ITEMS):
            offsets[item] = 0
        self._cut = False
        sizes = _SIZES
        verdict = OTHER
        at = self._rest_at = _HEAD
        same_to = self._pieces.same_to
        while at < end:
            if at <= same_to:
                self._rest_at = at
            item = buf[at] - _FIRST
            at += 1
            size = sizes[item] if 0 <= item < _ITEMS else _NO_ITEM
            if size == _NO_ITEM:
                # Without its length the rest is unreadable; what came before is good.
                self.unknown_items = self.unknown_items + 1 & 0xFFFF
                self._cut = True
                self._end = at - 1
                return verdict
            if offsets[item]:
                return BAD_FRAME  # twice: the chain is out of step
            offsets[item] = at
            at += size if item else _cells_size(buf, at, end)
            verdict = DECODED
        self._end = end
        return verdict if at == end else BAD_FRAME

    def _store(self, buf, start, full, now):
        """Stores what lies before `start`, and after the pieces that are the same from there."""
        pack = self.pack
        self._store_plain(buf, start)
        self._store_texts(buf, start)
        if self._at[_CELLS - _FIRST]:
            _store_cells(pack, buf, self._at[_CELLS - _FIRST])
        self._learn_version(buf, full)
        self._store_current(buf)
        self._store_bits(buf)
        self._store_temps(buf, now)
        self._derive()

    def _touch(self, fingerprint, now):
        """Notes that a whole status has come, and what came with it."""
        pack = self.pack
        if self._version >= 0:
            pack.put(p.PROTOCOL_VERSION, self._version)
        pack.fingerprint = fingerprint
        pack.touch(p.STATUS, now)
        if self._at[_CHARGE_UTPR - _FIRST]:
            pack.touch(p.SETTINGS, now)
        if self._at[_SW_VERSION - _FIRST]:
            pack.touch(p.DEVICE, now)

    def _is_full(self):
        offsets = self._at
        for code in _ESSENTIAL:
            if offsets[code - _FIRST] == 0:
                return False
        return offsets[_TEMP1 - _FIRST] != 0 or offsets[_TEMP2 - _FIRST] != 0

    def _store_plain(self, buf, start):
        """Stores the plain items; a figure outside what its slot can mean stays unknown."""
        values = self.pack.values
        valid = self.pack.valid
        sizes = _SIZES
        slots = _SLOTS
        hows = _HOW
        factors = _FACTORS
        rest_at = self._rest_at
        end = self._end
        at = _HEAD
        while at < end:
            if start <= at < rest_at:
                at = rest_at
                continue
            item = buf[at] - _FIRST
            at += 1
            slot = slots[item]
            size = sizes[item]
            if slot != _NONE:
                how = hows[item]
                good = 1
                if size == 2:
                    value = buf[at] << 8 | buf[at + 1]
                    if how & _SIGNED and value & 0x8000:
                        value -= 0x10000
                elif size == 1:
                    value = buf[at]
                    if slot < p.BOOLS:
                        good = value <= 1
                    elif slot == p.SOC_PCT:
                        good = value <= 100
                else:
                    value = u32be(buf, at)
                    good = value <= 0x3FFFFFFF // factors[how & 3]
                if good:
                    values[slot] = value * factors[how & 3] if how else value
                valid[slot] = good
            elif item == 0:
                size = 1 + buf[at]
            at += size

    def _store_texts(self, buf, start):
        for row in range(0, len(_TEXTS), 2):
            item = _TEXTS[row] - _FIRST
            at = self._at[item]
            if at and not start < at < self._rest_at:
                self.pack.put_text(_TEXTS[row + 1], buf, at, _SIZES[item])

    def _learn_version(self, buf, full):
        """Notes how the current is coded: a whole reply without item C0 means version 0."""
        at = self._at[_PROTOCOL - _FIRST]
        if at:
            self._version = buf[at]
        elif full and not self._cut:
            self._version = 0

    def _store_current(self, buf):
        at = self._at[_CURRENT - _FIRST]
        if at == 0:
            return
        raw = u16be(buf, at)
        if self._version == 0:
            ma = (10000 - raw) * 10
        elif self._version == 1:
            ma = (raw & 0x7FFF) * 10
            if raw & 0x8000 == 0:
                ma = -ma
        else:
            self.pack.drop(p.CURRENT_MA)  # not told yet, or a code nobody has described
            return
        self.pack.put(p.CURRENT_MA, ma)

    def _store_bits(self, buf):
        pack = self.pack
        at = self._at[_ALARMS - _FIRST]
        if at:
            pack.clear_alarms()
            # bms.alarms numbers its first 14 names as this word does (jk.md table gps_alarms).
            pack.alarms[0] = buf[at + 1]
            pack.alarms[1] = buf[at] & 0x3F
        at = self._at[_STATUS_BITS - _FIRST]
        if at:
            bits = buf[at + 1]
            pack.put(p.CHARGE_ON, bits & 1)
            pack.put(p.DISCHARGE_ON, bits >> 1 & 1)
            pack.put(p.BALANCING, bits >> 2 & 1)
            pack.put(p.STATUS_BIT3, bits >> 3 & 1)

    def _derive(self):
        pack = self.pack
        mah = pack.get(p.CAPACITY_ACTUAL_MAH, 0) or pack.get(p.CAPACITY_NOMINAL_MAH, 0)
        pack.values[p.CAPACITY_MAH] = mah
        pack.valid[p.CAPACITY_MAH] = mah > 0
        pack.summarise()

    # -- temperatures -----------------------------------------------------------------------------

    def _store_temps(self, buf, now):
        pack = self.pack
        hot = pack.alarms[0] & _HOT_LOW or pack.alarms[1] & _HOT_HIGH
        # Clear codes first: a neighbour's clear code is the context of an ambiguous one.
        ambiguous = False
        for sensor in range(3):
            at = self._at[_MOS_TEMP - _FIRST + sensor]
            if at:
                raw = buf[at] << 8 | buf[at + 1]
                if is_ambiguous(raw):
                    ambiguous = True
                else:
                    self._store_temp(sensor, raw, now, hot)
        if ambiguous:
            for sensor in range(3):
                at = self._at[_MOS_TEMP - _FIRST + sensor]
                if at and is_ambiguous(u16be(buf, at)):
                    self._store_temp(sensor, u16be(buf, at), now, hot)
        if self._at[_TEMP1 - _FIRST] or self._at[_TEMP2 - _FIRST]:
            pack.temps = 2

    def _store_temp(self, sensor, raw, now, hot):
        # With a local variable, each call would take heap for its state: more than 11 words.
        if not self._temps.take(sensor, raw, now, hot):
            if sensor == MOS:
                self.pack.drop(p.MOS_TEMP_DC)
            else:
                self.pack.drop_temp(sensor - 1)
        elif sensor == MOS:
            self.pack.put(p.MOS_TEMP_DC, self._temps.last_dc[MOS])
        else:
            self.pack.put_temp(sensor - 1, self._temps.last_dc[sensor])


def _cells_size(buf, at, end):
    """Returns the size of the cell item, its length byte included; 999 if it is impossible."""
    size = buf[at] if at < end else 255
    if size % 3 or size > 3 * p.MAX_CELLS or at + size >= end:
        return 999  # runs past the frame's end, which rejects it
    at += 1
    end = at + size
    last = 0
    while at < end:  # with another local variable, each call would take heap: more than 11 words
        position = buf[at]
        if not last < position <= p.MAX_CELLS:
            return 999
        last = position
        at += 3
    return 1 + size


def _store_cells(pack, buf, at):
    cells = 0
    cell_mv = pack.cell_mv
    for group in range(at + 1, at + buf[at], 3):
        position = buf[group] - 1
        while cells != position:
            cell_mv[cells] = 0
            cells += 1
        cell_mv[cells] = buf[group + 1] << 8 | buf[group + 2]
        cells += 1
    pack.cells = cells

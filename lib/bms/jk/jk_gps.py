"""JK "GPS port" dialect: frames 4E 57, big endian, polled (jk.md §1).

One read-all reply carries status, settings and device data as a chain of (code, data) items.
A frame is indexed and judged first and stored afterwards, so that a bad one changes nothing.
"""

from bms import pack as p
from bms.framer import BAD_CHECKSUM, BAD_FRAME, BAD_LENGTH, DECODED, MORE, OTHER, Dialect, Framer
from bms.jk.jk_gps_request import ACTIVATE, READ_ALL, READ_ONE, REQUEST, put_request
from bms.jk.jk_t100 import MOS, TempCodes, is_ambiguous
from bms.wire import PrefixSums, u16be, u32be
from compat import bytes_and_words, const, ticks_diff

# Frame layout, jk.md §1.2.
_HEAD = const(11)  # bytes before the items
_TAIL = const(9)  # record number, end mark, checksum field
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
_NOWHERE = bytes(2 * _ITEMS)

# Plain items: code, slot, and the multiplier to the slot's unit as a position in _FACTORS.
_FACTORS = (1, 10, 60, 1000)
_X1 = const(0)
_X10 = const(1)
_X60 = const(2)
_X1000 = const(3)
_SIGNED = const(4)  # added to the position: two's complement
_PLAIN = bytes(
    (
        (0x83, p.PACK_MV, _X10)
        + (0x85, p.SOC_PCT, _X1)
        + (0x86, p.TEMP_SENSOR_COUNT, _X1)
        + (0x87, p.CYCLES, _X1)
        + (0x89, p.CYCLE_CAPACITY_MAH, _X1000)
        + (0x8A, p.CELL_COUNT, _X1)
        + (0x8B, p.ALARMS_RAW, _X1)
        + (0x8C, p.STATUS_RAW, _X1)
        + (0x8E, p.PACK_OVP_MV, _X10)
        + (0x8F, p.PACK_UVP_MV, _X10)
        + (0x90, p.CELL_OVP_MV, _X1)
        + (0x91, p.CELL_OVPR_MV, _X1)
        + (0x92, p.CELL_OVP_DELAY_S, _X1)
        + (0x93, p.CELL_UVP_MV, _X1)
        + (0x94, p.CELL_UVPR_MV, _X1)
        + (0x95, p.CELL_UVP_DELAY_S, _X1)
        + (0x96, p.CELL_DELTA_PROT_MV, _X1)
        + (0x97, p.MAX_DISCHARGE_MA, _X1000)
        + (0x98, p.DISCHARGE_OCP_DELAY_S, _X1)
        + (0x99, p.MAX_CHARGE_MA, _X1000)
        + (0x9A, p.CHARGE_OCP_DELAY_S, _X1)
        + (0x9B, p.BALANCE_START_MV, _X1)
        + (0x9C, p.BALANCE_TRIGGER_MV, _X1)
        + (0x9D, p.BALANCE_SWITCH, _X1)
        + (0x9E, p.MOS_OTP_DC, _X10)
        + (0x9F, p.MOS_OTPR_DC, _X10)
        + (0xA0, p.BOX_OTP_DC, _X10)
        + (0xA1, p.BOX_OTPR_DC, _X10)
        + (0xA2, p.TEMP_DIFF_DC, _X10)
        + (0xA3, p.CHARGE_OTP_DC, _X10)
        + (0xA4, p.DISCHARGE_OTP_DC, _X10)
        + (0xA5, p.CHARGE_UTP_DC, _X10 + _SIGNED)
        + (0xA6, p.CHARGE_UTPR_DC, _X10 + _SIGNED)
        + (0xA7, p.DISCHARGE_UTP_DC, _X10 + _SIGNED)
        + (0xA8, p.DISCHARGE_UTPR_DC, _X10 + _SIGNED)
        + (0xA9, p.CELL_COUNT_SETTING, _X1)
        + (0xAA, p.CAPACITY_NOMINAL_MAH, _X1000)
        + (0xAB, p.CHARGE_SWITCH, _X1)
        + (0xAC, p.DISCHARGE_SWITCH, _X1)
        + (0xAD, p.CURRENT_CAL_MA, _X1)
        + (0xAE, p.DEVICE_ADDR, _X1)
        + (0xAF, p.BATTERY_TYPE_ID, _X1)
        + (0xB0, p.SLEEP_S, _X1)
        + (0xB1, p.LOW_SOC_PCT, _X1)
        + (0xB3, p.SPECIAL_CHARGER, _X1)
        + (0xB6, p.RUNTIME_S, _X60)
        + (0xB8, p.CURRENT_CAL_ACTIVE, _X1)
        + (0xB9, p.CAPACITY_ACTUAL_MAH, _X1000)
        + (0xC0, p.PROTOCOL_VERSION, _X1)
    )
)
# Texts: code, text. 0xB2 is the password: it is never stored.
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
    FREEZE_S = 150  # the running time counts minutes; at rest, cells may stand for as long
    HEADERS = (b"NW",)
    LONGEST = const(402)  # length fields over 400 are refused, jk.md §1.2

    def __init__(self, pack, chunk=256, poll_ms=1000):
        self.pack = pack
        self.poll_ms = poll_ms
        self.framer = Framer(self, chunk, _GAP_MS)
        self.unknown_items = 0
        self.unanswered = 0  # polls without a reply since the last one
        self._sums = PrefixSums(self.framer.buf, self.LONGEST)
        # Where each item's data starts; 0: absent.
        self._at_bytes, self._at = bytes_and_words(2 * len(_SIZES))
        self._asked = False
        self._asked_ms = 0
        self._cut = False  # an unknown item hid the rest of the frame, which may hold C0
        self._version = -1  # of this unit's protocol, once a frame has told
        self._temps = TempCodes()

    def reset(self):
        """Forgets pending bytes; for a link that was lost."""
        self.framer.reset()
        self._temps.reset()
        self._asked = False
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
        end = at + size
        # Structure first: it costs nothing, and a line full of false headers must not cost time.
        if buf[end - 5] != _END_MARK or u16be(buf, end - 4) or buf[at + 10] > 2:
            return BAD_FRAME
        if self._sums.sum(end - 4) & 0xFFFF != u16be(buf, end - 2):
            return BAD_CHECKSUM
        command = buf[at + 8]
        if buf[at + 10] == REQUEST:
            return OTHER  # our own request, echoed by an RS485 adapter
        if command != READ_ALL and command != READ_ONE:
            self.unanswered = 0
            return OTHER  # acknowledgement of a write, a password or an activation
        verdict = self._index(buf, at + _HEAD, end - _TAIL)
        if verdict > 0:
            self.unanswered = 0
        if verdict == DECODED:
            self._store(buf, u16be(buf, end - 2), now)
        return verdict

    def _index(self, buf, at, end):
        """Notes where each item's data lies.

        BAD_FRAME unless the items end where the frame does, OTHER if there is none to read.
        """
        offsets = self._at
        self._at_bytes[:] = _NOWHERE
        self._cut = False
        sizes = _SIZES
        verdict = OTHER
        while at < end:
            item = buf[at] - _FIRST
            at += 1
            size = sizes[item] if 0 <= item < _ITEMS else _NO_ITEM
            if size == _NO_ITEM:
                # Without its length the rest is unreadable; what came before is good.
                self.unknown_items = self.unknown_items + 1 & 0xFFFF
                self._cut = True
                return verdict
            if offsets[item]:
                return BAD_FRAME  # twice: the chain is out of step
            offsets[item] = at
            at += size if item else _cells_size(buf, at, end)
            verdict = DECODED
        return verdict if at == end else BAD_FRAME

    def _store(self, buf, fingerprint, now):
        pack = self.pack
        full = self._is_full()
        if full:
            pack.clear()
        self._store_plain(buf)
        self._store_texts(buf)
        if self._at[_CELLS - _FIRST]:
            _store_cells(pack, buf, self._at[_CELLS - _FIRST])
        self._learn_version(buf, full)
        self._store_current(buf)
        self._store_bits(buf)
        self._store_temps(buf, now)
        self._derive()
        if full:
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

    def _store_plain(self, buf):
        """Stores the plain items; a figure outside what its slot can mean stays unknown."""
        places = self._at
        values = self.pack.values
        valid = self.pack.valid
        plain = _PLAIN
        sizes = _SIZES
        for row in range(0, len(plain), 3):
            item = plain[row] - _FIRST
            at = places[item]
            if at == 0:
                continue
            slot = plain[row + 1]
            how = plain[row + 2]
            size = sizes[item]
            good = 1
            if size == 1:
                value = buf[at]
                if slot < p.BOOLS:
                    good = 1 if value <= 1 else 0
                elif slot == p.SOC_PCT:
                    good = 1 if value <= 100 else 0
            elif size == 2:
                value = buf[at] << 8 | buf[at + 1]
                if how & _SIGNED and value & 0x8000:
                    value -= 0x10000
            else:
                value = u32be(buf, at)
                good = 1 if value <= 0x3FFFFFFF // _FACTORS[how & 3] else 0
            if good:
                values[slot] = value * _FACTORS[how & 3] if how else value
            valid[slot] = good

    def _store_texts(self, buf):
        for row in range(0, len(_TEXTS), 2):
            item = _TEXTS[row] - _FIRST
            if self._at[item]:
                self.pack.put_text(_TEXTS[row + 1], buf, self._at[item], _SIZES[item])

    def _learn_version(self, buf, full):
        """Notes how the current is coded: a whole reply without item C0 means version 0."""
        at = self._at[_PROTOCOL - _FIRST]
        if at:
            self._version = buf[at]
        elif full and not self._cut:
            self._version = 0
        if full and self._version >= 0:
            self.pack.put(p.PROTOCOL_VERSION, self._version)

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
        if pack.get(p.CAPACITY_ACTUAL_MAH, 0) > 0:
            pack.put(p.CAPACITY_MAH, pack.get(p.CAPACITY_ACTUAL_MAH))
        elif pack.get(p.CAPACITY_NOMINAL_MAH, 0) > 0:
            pack.put(p.CAPACITY_MAH, pack.get(p.CAPACITY_NOMINAL_MAH))
        pack.summarise()

    # -- temperatures -----------------------------------------------------------------------------

    def _store_temps(self, buf, now):
        pack = self.pack
        hot = pack.alarms[0] & _HOT_LOW or pack.alarms[1] & _HOT_HIGH
        # Clear codes first: a neighbour's clear code is the context of an ambiguous one.
        for ambiguous in range(2):
            for sensor in range(3):
                at = self._at[_MOS_TEMP - _FIRST + sensor]
                if at and is_ambiguous(u16be(buf, at)) == (ambiguous == 1):
                    self._store_temp(sensor, u16be(buf, at), now, hot)
        if self._at[_TEMP1 - _FIRST] or self._at[_TEMP2 - _FIRST]:
            pack.temps = 2

    def _store_temp(self, sensor, raw, now, hot):
        pack = self.pack
        known = self._temps.take(sensor, raw, now, hot)
        dc = self._temps.last_dc[sensor]
        if sensor == MOS:
            if known:
                pack.put(p.MOS_TEMP_DC, dc)
            else:
                pack.drop(p.MOS_TEMP_DC)
        elif known:
            pack.put_temp(sensor - 1, dc)
        else:
            pack.drop_temp(sensor - 1)


def _cells_size(buf, at, end):
    """Returns the size of the cell item, its length byte included; 999 if it is impossible."""
    size = buf[at] if at < end else 255
    if size % 3 or size > 3 * p.MAX_CELLS or at + size >= end:
        return 999  # runs past the frame's end, which rejects it
    position = 0
    for group in range(at + 1, at + size, 3):
        if buf[group] <= position or buf[group] > p.MAX_CELLS:
            return 999
        position = buf[group]
    return 1 + size


def _store_cells(pack, buf, at):
    cells = 0
    cell_mv = pack.cell_mv
    for group in range(at + 1, at + buf[at], 3):
        position = buf[group]
        while cells < position - 1:
            cell_mv[cells] = 0
            cells += 1
        cell_mv[cells] = buf[group + 1] << 8 | buf[group + 2]
        cells += 1
    pack.cells = cells

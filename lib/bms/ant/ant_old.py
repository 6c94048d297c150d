"""ANT dialect of 2020 and before: 140 bytes, big endian, in reply to 6 (ant.md §1)."""

from bms import pack as p
from bms.ant.ant_codes import (
    MOS_FULL,
    is_balancing,
    mah,
    put_known,
    store_amounts,
    store_board_temp,
    store_mask,
    store_mos,
    store_temp,
)
from bms.framer import BAD_CHECKSUM, BAD_FRAME, DECODED, OTHER, REPLY, Dialect, Framer
from bms.wire import put_u16be, s16be, u16be, u32be
from compat import const, ticks_add, ticks_diff

_STATUS_HEAD = b"\xaa\x55\xaa\xff"
_READ_HEAD = b"\x5a\x5a"  # as it is used on a UART
_RADIO_HEAD = b"\xdb\xdb"  # as the app uses it over Bluetooth
_WRITE_HEAD = b"\xa5\xa5"
_STATUS = const(140)
_SHORT = const(6)

# Offsets in the status, ant.md §1.3.
_PACK = const(4)
_CELL_MV = const(6)
_CURRENT = const(70)
_SOC = const(74)
_CAPACITY = const(75)
_REMAINING = const(79)
_CYCLE_CAPACITY = const(83)
_RUNTIME = const(87)
_MOS_TEMP = const(91)
_BALANCER_TEMP = const(93)
_TEMPS = const(95)
_CHARGE_MOS = const(103)
_DISCHARGE_MOS = const(104)
_BALANCE = const(105)
_CELLS = const(123)
_BALANCE_MASK = const(132)
_SUM = const(138)
_SENSORS = const(4)

# Registers of short replies.
_REFUSED = const(0xF5)

_MAX_DECI_A = const(10_000)
_SUM_SLACK_MV = const(600)  # the pack voltage is in steps of 100 mV
_SPACING_MS = const(250)
_REPLY_MS = const(1000)
_GAP_MS = const(250)
_LIMIT = const(0x3FFFFFFF)


class AntOld(Dialect):
    """Decodes the replies of an older ANT unit into a PackState and says what to ask next.

    feed() never raises and never allocates. `chunk` is the size of the buffers it will be fed.
    reply_register and reply_value are those of the last short reply, and `replies` counts them;
    `refused` counts the refusals among them. `proven`: the cells added up to the pack voltage.
    `doubt_zeros`: some units say 0 °C where no sensor is, so that one which never said anything
    else is unknown; False for tools that look at single frames.
    """

    NAME = "ant_old"
    HEADERS = (_STATUS_HEAD, _READ_HEAD, _RADIO_HEAD, _WRITE_HEAD)
    LONGEST = const(140)

    def __init__(self, pack, chunk=256, poll_ms=1000):
        self.pack = pack
        self.poll_ms = poll_ms
        self.framer = Framer(self, chunk, _GAP_MS)
        self.proven = False
        self.doubt_zeros = True
        self.unanswered = 0  # polls without a reply since the last one
        self.kind = 0
        self.replies = 0
        self.refused = 0
        self.reply_register = 0
        self.reply_value = 0
        self._summed = memoryview(self.framer.buf)[_PACK:_SUM]
        self._asked = False
        self._asked_ms = 0
        self._waiting = False
        self._radio = False  # which form of the request the unit answers
        self._spoken = 0  # bit set: that sensor has said something else than 0 °C

    def reset(self):
        """Forgets pending bytes and what was asked; for a link that was lost."""
        self.framer.reset()
        self.proven = self._asked = self._waiting = False
        self._spoken = 0  # another unit may answer next

    def settle(self, now):
        """Keeps times from wrapping; call each second."""
        if ticks_diff(now, self._asked_ms) > 2 * _REPLY_MS + self.poll_ms:
            self._asked_ms = ticks_add(now, -2 * _REPLY_MS - self.poll_ms)

    # -- asking ---------------------------------------------------------------------------------

    def request(self, now, out):
        """Writes the request due now into `out` (16 bytes or more); returns its length or 0."""
        if self._asked:
            waited = ticks_diff(now, self._asked_ms)
            if waited < _SPACING_MS or waited < (_REPLY_MS if self._waiting else self.poll_ms):
                return 0
        if self._waiting:
            self.unanswered = self.unanswered + 1 & 0xFFFF
            self._radio = not self._radio
        self._asked = self._waiting = True
        self._asked_ms = now
        return self.probe(out)

    def probe(self, out):
        """Writes the request that only a unit of this dialect answers; returns its length."""
        if self._radio:
            return put_short(out, _RADIO_HEAD, 0, 0)
        return put_short(out, _READ_HEAD, 0, 1)

    # -- frames ---------------------------------------------------------------------------------

    def length(self, buf, at, have):
        """See Dialect.length."""
        return _STATUS if buf[at] == 0xAA else _SHORT

    def accept(self, buf, at, size, now):
        """See Dialect.accept."""
        if size == _SHORT:
            return self._accept_short(buf, at)
        cells = buf[at + _CELLS]
        if not 1 <= cells <= p.MAX_CELLS or buf[at + _SOC] > 100:
            return BAD_FRAME
        end = at + _SUM
        if sum(self._summed) & 0xFFFF != u16be(buf, end):
            return BAD_CHECKSUM
        current = s32be(buf, at + _CURRENT)
        if not -_MAX_DECI_A < current < _MAX_DECI_A:
            return BAD_FRAME
        self.kind = p.STATUS
        self._waiting = False
        self.unanswered = 0
        self._store(buf, at, cells)
        self.pack.put(p.CURRENT_MA, -current * 100)  # the wire counts discharging
        self.pack.summarise()
        self.pack.fingerprint = u16be(buf, end)
        self.pack.touch(p.STATUS, now)
        return DECODED

    def _accept_short(self, buf, at):
        if buf[at + 2] + buf[at + 3] + buf[at + 4] & 0xFF != buf[at + 5]:
            return BAD_CHECKSUM
        self.kind = REPLY
        self.reply_register = buf[at + 2]
        self.reply_value = u16be(buf, at + 3)
        self.replies = self.replies + 1 & 0xFFFF
        if self.reply_register:  # 0 is our own request for the status, echoed by the line
            self._waiting = False
        if buf[at] == 0xA5 and self.reply_register == _REFUSED:
            self.refused = self.refused + 1 & 0xFFFF
        return OTHER

    def _store(self, buf, at, cells):
        pack = self.pack
        cell_mv = pack.cell_mv
        total = 0
        j = at + _CELL_MV
        for i in range(cells):
            mv = buf[j] << 8 | buf[j + 1]
            cell_mv[i] = mv
            total += mv
            j += 2
        pack.cells = cells
        pack.put(p.CELL_COUNT, cells)
        pack.put(p.PACK_MV, u16be(buf, at + _PACK) * 100)
        off = total - pack.get(p.PACK_MV)
        if -_SUM_SLACK_MV <= off <= _SUM_SLACK_MV:
            self.proven = True
        self._store_figures(buf, at)
        self._store_switches(buf, at)

    def _store_figures(self, buf, at):
        pack = self.pack
        pack.put(p.SOC_PCT, buf[at + _SOC])
        full = mah(u16be(buf, at + _CAPACITY), u16be(buf, at + _CAPACITY + 2))
        store_amounts(pack, full, u32be(buf, at + _CYCLE_CAPACITY))
        remaining = at + _REMAINING
        pack.put(p.REMAINING_MAH, mah(u16be(buf, remaining), u16be(buf, remaining + 2)))
        put_known(pack, p.RUNTIME_S, u32be(buf, at + _RUNTIME))
        store_board_temp(pack, p.MOS_TEMP_DC, s16be(buf, at + _MOS_TEMP))
        store_board_temp(pack, p.BALANCER_TEMP_DC, s16be(buf, at + _BALANCER_TEMP))
        for i in range(_SENSORS):
            celsius = s16be(buf, at + _TEMPS + 2 * i)
            if celsius:
                self._spoken |= 1 << i
            if self.doubt_zeros and not self._spoken >> i & 1:
                pack.drop_temp(i)
            else:
                store_temp(pack, i, celsius)
        pack.temps = _SENSORS

    def _store_switches(self, buf, at):
        pack = self.pack
        charge = buf[at + _CHARGE_MOS]
        discharge = buf[at + _DISCHARGE_MOS]
        pack.clear_alarms()
        store_mos(pack, charge, discharge)
        pack.put(p.ALARMS_RAW, charge << 8 | discharge)
        pack.put(p.FULL, 1 if charge == MOS_FULL else 0)
        mask = at + _BALANCE_MASK
        bled = store_mask(pack, u16be(buf, mask), u16be(buf, mask + 2))
        pack.put(p.BALANCING, 1 if bled or is_balancing(buf[at + _BALANCE]) else 0)


def s32be(buf, at):
    """Returns the signed big-endian 32-bit integer at `at`, saturated near ±2**30 (bms.wire)."""
    high = buf[at]
    if high & 0x80:
        high -= 256
    if high > 0x3F:
        return _LIMIT
    if high < -0x40:
        return -_LIMIT
    return high << 24 | buf[at + 1] << 16 | buf[at + 2] << 8 | buf[at + 3]


def put_short(out, head, register, value):
    """Writes a request of 6 bytes; returns its length."""
    out[0:2] = head
    out[2] = register
    put_u16be(out, 3, value)
    out[5] = register + out[3] + out[4] & 0xFF
    return _SHORT

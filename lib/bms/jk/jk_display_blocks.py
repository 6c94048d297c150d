"""The blocks that a JK unit writes to its display: layout, judgement, storing (jk.md §2)."""

from array import array

from bms import alarms as a
from bms import pack as p
from bms.wire import s16be, u16be
from compat import const

WRITE_WORDS = const(0x82)
HEAD = const(6)  # header, length, command, address

# High bytes of the addresses that are written to (jk.md §2.2, §2.3).
_PAGES = b"\x00\x10\x12\x13\x17\x18\x20\x21\x22\x85"
_TOUCH = const(0x00B0)

# Blocks: what each is, and its words by offset in bytes.
STATUS = const(0)  # A5 5A, address 0x1000: everything
TOTALS = const(1)  # 5A A5, address 0x1000: the pack
CELLS = const(2)  # 5A A5, address 0x1210: the cells
NO_BLOCK = const(3)
SIZES = b"\x5a\x1e\x36"  # bytes of words
_WHERE_CELLS = b"\x18\x00\x00"
_MAX_CELLS = b"\x18\x00\x10"
_MOST_CELLS = const(24)
_NONE = const(255)
# Of each block: pack voltage, current, SOC, capacity, remaining, temperature.
_PACK = b"\x00\x00\xff"
_CURRENT = b"\x02\x02\x2e"
_SOC = b"\x06\x04\x22"
_CAPACITY = b"\xff\x08\x24"
_REMAINING = b"\xff\x0a\x26"
_TEMP = b"\x0c\x0e\x2c"
_DELTA = b"\x08\xff\x28"
# Of the status alone.
_MOS_TEMP = const(10)
_AVERAGE = const(16)
_BALANCE_SWITCH = const(18)
_CHARGE_ON = const(20)
_DISCHARGE_ON = const(22)
_FLAGS = const(72)
_NO_FLAGS = bytes(18)
_FLAG_ALARMS = bytes(
    (a.CELL_UNDERVOLTAGE, a.CELL_OVERVOLTAGE, a.OVERCURRENT, a.MOS_OVERTEMP)
    + (a.BATTERY_OVERTEMP, a.SHORT_CIRCUIT, a.INTERNAL_COMM, a.WIRE_RESISTANCE)
    + (a.CELL_COUNT_MISMATCH,)
)

_MAX_CELL_MV = const(5000)
_MAX_DECI_A = const(10_000)
_MIN_C = const(-50)
_MAX_C = const(150)
# How far figures of one block may be apart; the BMS's statistics lag its cells by a scan.
_LAG_MV = const(100)
_SUM_SLACK_MV = const(200)
_SUM_SLACK_DIVISOR = const(50)
_SOC_SLACK_PCT = const(15)
# How far two looks may be apart.
_LOOK_CELL_MV = const(150)
_LOOK_PACK_DIVISOR = const(32)
_LOOK_SOC_PCT = const(2)
_LOOK_TEMP_C = const(3)
_LOOK_DECI_A = const(500)


def block_of(buf, at, size):
    """Returns which block a frame is, if any."""
    if buf[at + 3] != WRITE_WORDS:
        return NO_BLOCK
    address = u16be(buf, at + 4)
    if buf[at] == 0xA5:
        block = STATUS if address == 0x1000 else NO_BLOCK
    elif address == 0x1000:
        block = TOTALS
    else:
        block = CELLS if address == 0x1210 else NO_BLOCK
    return block if block != NO_BLOCK and size == HEAD + SIZES[block] else NO_BLOCK


def is_known(buf, at, size):
    """True if a frame that is no block writes to a place that a panel has, and holds no header."""
    if buf[at + 3] != WRITE_WORDS:
        return True
    if buf[at + 4] not in _PAGES:
        return False
    if u16be(buf, at + 4) == _TOUCH:
        return True  # the one place whose content looks like a header
    for i in range(at + 4, at + size - 1):
        if buf[i] == buf[at] and buf[i + 1] == buf[at + 1]:
            return False
    return True


class Cells:
    """The cells of a block in mV, by position: `words`, of which `count` reach to the last one.

    `low`, `high` and `total` are of those that are connected, as many as `connected`.
    """

    def __init__(self):
        self.words = memoryview(array("H", bytes(2 * _MOST_CELLS)))
        self.count = self.connected = 0
        self.low = self.high = self.total = 0

    def read(self, buf, data, block):
        """Reads those of the block whose words are at `data`."""
        words = self.words
        at = data + _WHERE_CELLS[block]
        low = _MAX_CELL_MV
        high = total = connected = count = 0
        for i in range(_MAX_CELLS[block]):
            words[i] = mv = buf[at] << 8 | buf[at + 1]
            at += 2
            if mv:
                connected += 1
                count = i + 1
                total += mv
                if mv < low:
                    low = mv
                if mv > high:
                    high = mv
        self.count = count
        self.connected = connected
        self.low = low
        self.high = high
        self.total = total

    def fit(self, pack_mv):
        """True if they add up to a pack voltage."""
        total = self.total
        return _near(pack_mv, total, total // _SUM_SLACK_DIVISOR + _SUM_SLACK_MV)


def agrees_with_itself(buf, data, block, cells):
    """True if a block's figures, its cells among them, are possible and do not contradict."""
    if not _in_range(buf, data, block):
        return False
    if block == TOTALS:
        return _charge_fits(buf, data, block)
    if cells.connected == 0 or cells.high > _MAX_CELL_MV:
        return False
    if not _near(u16be(buf, data + _DELTA[block]), cells.high - cells.low, _LAG_MV):
        return False
    if block == CELLS:
        return _charge_fits(buf, data, block)
    if not _near(u16be(buf, data + _AVERAGE), cells.total // cells.connected, _LAG_MV):
        return False
    return cells.fit(u16be(buf, data) * 10)


def agrees_with_look(buf, data, look, block):
    """True if a block and an earlier one, `look`, may be of the same pack moments apart."""
    place = _PACK[block]
    if place != _NONE:
        mv = u16be(look, place)
        if not _near(u16be(buf, data + place), mv, mv // _LOOK_PACK_DIVISOR):
            return False
    place = _SOC[block]
    if not _near(u16be(buf, data + place), u16be(look, place), _LOOK_SOC_PCT):
        return False
    place = _CURRENT[block]
    if not _near(s16be(buf, data + place), s16be(look, place), _LOOK_DECI_A):
        return False
    place = _TEMP[block]
    if not _near(s16be(buf, data + place), s16be(look, place), _LOOK_TEMP_C):
        return False
    place = _WHERE_CELLS[block]
    for at in range(data + place, data + place + 2 * _MAX_CELLS[block], 2):
        mv = (buf[at] - look[place] << 8) + buf[at + 1] - look[place + 1]
        if not -_LOOK_CELL_MV <= mv <= _LOOK_CELL_MV:
            return False
        place += 2
    return block != STATUS or _states_agree(buf, data, look)


def _states_agree(buf, data, look):
    """True if the status shows the same switches and alarms, and nearly the same MOS."""
    if not _near(s16be(buf, data + _MOS_TEMP), s16be(look, _MOS_TEMP), _LOOK_TEMP_C):
        return False
    if not _no_flags(buf, data) or not _no_flags(look, 0):
        for place in range(_FLAGS, SIZES[STATUS]):
            if buf[data + place] != look[place]:
                return False
    for place in range(_BALANCE_SWITCH, _DISCHARGE_ON + 2):
        if buf[data + place] != look[place]:
            return False
    return True


def _no_flags(buf, data):
    """True if no alarm is shown in a status."""
    return buf.find(_NO_FLAGS, data + _FLAGS, data + _FLAGS + len(_NO_FLAGS)) >= 0


def store(pack, buf, data, block, cells):
    """Stores what a block and its cells tell."""
    if _MAX_CELLS[block]:
        pack.cell_view[:_MOST_CELLS] = cells.words
        pack.cells = cells.count
        pack.put(p.CELL_COUNT, cells.count)
    if _PACK[block] != _NONE:
        pack.put(p.PACK_MV, u16be(buf, data + _PACK[block]) * 10)
    pack.put(p.CURRENT_MA, s16be(buf, data + _CURRENT[block]) * 100)
    pack.put(p.SOC_PCT, u16be(buf, data + _SOC[block]))
    if _CAPACITY[block] != _NONE:
        pack.put(p.CAPACITY_MAH, u16be(buf, data + _CAPACITY[block]) * 100)
        pack.put(p.REMAINING_MAH, u16be(buf, data + _REMAINING[block]) * 100)
    pack.temps = 1
    celsius = s16be(buf, data + _TEMP[block])
    if _MIN_C <= celsius <= _MAX_C:
        pack.put_temp(0, celsius * 10)
    else:
        pack.drop_temp(0)
    if block == STATUS:
        _store_states(pack, buf, data)
    pack.summarise()


def _in_range(buf, data, block):
    if u16be(buf, data + _SOC[block]) > 100:
        return False
    if not -_MAX_DECI_A < s16be(buf, data + _CURRENT[block]) < _MAX_DECI_A:
        return False
    if block != STATUS:
        return True
    for place in range(_BALANCE_SWITCH, _DISCHARGE_ON + 2, 2):
        if u16be(buf, data + place) > 1:
            return False
    if not _no_flags(buf, data):
        for place in range(_FLAGS, SIZES[STATUS], 2):
            if u16be(buf, data + place) > 1:
                return False
    return True


def _charge_fits(buf, data, block):
    """True if the state of charge is about the remaining charge over the capacity."""
    capacity = u16be(buf, data + _CAPACITY[block])
    if capacity == 0:
        return False
    pct = u16be(buf, data + _REMAINING[block]) * 100 // capacity
    return _near(pct, u16be(buf, data + _SOC[block]), _SOC_SLACK_PCT)


def _near(value, other, slack):
    return -slack <= value - other <= slack


def _store_states(pack, buf, data):
    celsius = s16be(buf, data + _MOS_TEMP)
    if _MIN_C <= celsius <= _MAX_C:
        pack.put(p.MOS_TEMP_DC, celsius * 10)
    else:
        pack.drop(p.MOS_TEMP_DC)
    pack.put(p.BALANCE_SWITCH, u16be(buf, data + _BALANCE_SWITCH))
    pack.put(p.CHARGE_ON, u16be(buf, data + _CHARGE_ON))
    pack.put(p.DISCHARGE_ON, u16be(buf, data + _DISCHARGE_ON))
    raw = 0
    pack.clear_alarms()
    if not _no_flags(buf, data):
        for i in range(len(_FLAG_ALARMS)):
            if u16be(buf, data + _FLAGS + 2 * i):
                raw |= 1 << i
                pack.raise_alarm(_FLAG_ALARMS[i])
    pack.put(p.ALARMS_RAW, raw)

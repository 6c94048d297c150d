"""Records as numbers, and these as what has changed since the record before, in few bytes.

A record is a row of numbers. It is written as a byte that says which of them changed, the seconds
since the record before, and the change of each that did. A change takes one byte up to 63, two up
to 8191, then seven bits more for each:

    bit 7: more follows; of the first byte bit 6: it is negative, and six bits; then seven each,
    the lowest first

A van's record takes some seven bytes so, and a resting pack's four. Nothing here allocates.
"""

from compat import const
from history import record as r

NUMBERS = const(9)  # in a row
LONGEST = const(34)  # bytes of a record, at most
_TIME_S = const(0)
_STATE = const(1)
_SOC_PCT = const(2)  # of a mark: its first number
_PACK_10MV = const(3)  # of a mark: its second one
_CURRENT_MA = const(4)
_TEMP_MIN_DC = const(5)
_TEMP_APART_DC = const(6)  # the hottest sensor from the coldest
_CELL_MIN_MV = const(7)
_CELL_APART_MV = const(8)

# The state: what switches often is in the six bits that one byte has.
_HEATER_ON = const(1)
_CHARGE_ON = const(2)
_DISCHARGE_ON = const(4)
_ALARM = const(8)
_HEATER_STATE = const(4)  # from this bit on, four
_OF_DAY = const(0x100)
_KIND = const(9)  # two
_KNOWN = const(11)  # from this bit on, one for each of these:
_FIGURES = bytes((r.SOC_PCT, r.PACK_MV, r.CURRENT_MA, r.TEMP_MIN_DC, r.TEMP_MAX_DC))
_FIGURES += bytes((r.CELL_MIN_MV, r.CELL_MAX_MV, r.CHARGE_ON, r.DISCHARGE_ON))
_DAMAGED = const(-1)


def take(record, rows, at):
    """Puts a history.record.Record into rows[at:]: an array "i"; what it does not know, or a mark
    does not have, stays as it is there. None: a record that is damaged."""
    if record is None:
        rows[at + _STATE] = _DAMAGED
        return
    rows[at] = record.time_s
    rows[at + _STATE] = record.of_day << 8 | record.kind << _KIND
    if record.kind == r.FIGURED:
        _take_figures(record, rows, at)
    else:
        rows[at + _SOC_PCT] = record.first
        rows[at + _PACK_10MV] = record.second


def _take_figures(record, rows, at):
    values = record.values
    valid = record.valid
    state = record.heater_on | record.alarm << 3 | (record.heater_state & 15) << _HEATER_STATE
    if valid[r.CHARGE_ON] and values[r.CHARGE_ON]:
        state |= _CHARGE_ON
    if valid[r.DISCHARGE_ON] and values[r.DISCHARGE_ON]:
        state |= _DISCHARGE_ON
    for figure in range(r.FIGURES):
        if valid[figure]:
            state |= 1 << _KNOWN + figure
    rows[at + _STATE] |= state
    if valid[r.SOC_PCT]:
        rows[at + _SOC_PCT] = values[r.SOC_PCT]
    if valid[r.PACK_MV]:
        rows[at + _PACK_10MV] = (values[r.PACK_MV] + 5) // 10
    if valid[r.CURRENT_MA]:
        rows[at + _CURRENT_MA] = values[r.CURRENT_MA]
    _take_pair(record, r.TEMP_MIN_DC, rows, at + _TEMP_MIN_DC)
    _take_pair(record, r.CELL_MIN_MV, rows, at + _CELL_MIN_MV)


def _take_pair(record, lowest, rows, at):
    """lowest: the first of two figures that are known together."""
    if record.valid[lowest]:
        rows[at] = record.values[lowest]
        rows[at + 1] = record.values[lowest + 1] - record.values[lowest]


def give(record, rows, at):
    """Gives a Record what take() has put there; returns False if that is damaged."""
    state = rows[at + _STATE]
    if state == _DAMAGED:
        return False
    record.time_s = rows[at]
    record.of_day = state & _OF_DAY != 0
    record.kind = state >> _KIND & 3
    if record.kind != r.FIGURED:
        record.mark(record.kind, rows[at + _SOC_PCT], rows[at + _PACK_10MV])
        return True
    record.heater_on = state & _HEATER_ON != 0
    record.alarm = state & _ALARM != 0
    record.heater_state = state >> _HEATER_STATE & 15
    values = record.values
    for figure in range(r.FIGURES):
        record.valid[figure] = state >> _KNOWN + figure & 1
    values[r.SOC_PCT] = rows[at + _SOC_PCT]
    if record.valid[r.PACK_MV]:  # a mark's number may be there, which is no voltage
        values[r.PACK_MV] = 10 * rows[at + _PACK_10MV]
    values[r.CURRENT_MA] = rows[at + _CURRENT_MA]
    values[r.TEMP_MIN_DC] = rows[at + _TEMP_MIN_DC]
    values[r.TEMP_MAX_DC] = rows[at + _TEMP_MIN_DC] + rows[at + _TEMP_APART_DC]
    values[r.CELL_MIN_MV] = rows[at + _CELL_MIN_MV]
    values[r.CELL_MAX_MV] = rows[at + _CELL_MIN_MV] + rows[at + _CELL_APART_MV]
    values[r.CHARGE_ON] = state >> 1 & 1
    values[r.DISCHARGE_ON] = state >> 2 & 1
    return True


def write(buf, at, row, last):
    """Writes a row as what differs from the last one; returns the position behind it."""
    changed = 0
    end = _put(buf, at + 1, row[_TIME_S] - last[_TIME_S])
    for i in range(_STATE, NUMBERS):
        change = row[i] ^ last[i] if i == _STATE else row[i] - last[i]
        if change:
            changed |= 1 << i - 1
            end = _put(buf, end, change)
    buf[at] = changed
    return end


def _put(buf, at, value):
    sign = 0
    if value < 0:
        sign = 0x40
        value = -value
    buf[at] = value & 63 | sign
    value >>= 6
    while value:
        buf[at] |= 0x80
        at += 1
        buf[at] = value & 127
        value >>= 7
    return at + 1


class Changes:
    """Reads what write() has written into `buf`, from `at` on."""

    def __init__(self, buf):
        self.at = 0
        self._buf = buf

    def read(self, rows, to, last):
        """Puts the next row into rows[to:]; last: where the one before is, in the same array."""
        changed = self._buf[self.at]
        self.at += 1
        rows[to] = rows[last] + self._next()
        for i in range(_STATE, NUMBERS):
            change = self._next() if changed >> i - 1 & 1 else 0
            before = rows[last + i]
            rows[to + i] = before ^ change if i == _STATE else before + change

    def _next(self):
        buf = self._buf
        byte = buf[self.at]
        self.at += 1
        value = byte & 63
        negative = byte & 0x40
        shift = 6
        while byte & 0x80:
            byte = buf[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
        return -value if negative else value

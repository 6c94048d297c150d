"""Reads what history.record has packed.

Apart from it, since a board without PSRAM, which loads that for each record, reads none.
"""

from bms.crc16 import is_good
from bms.wire import s16be, u16be, u32be
from history.record import (
    CELL_MAX_MV,
    CELL_MIN_MV,
    CHARGE_ON,
    CHECKED,
    CURRENT_MA,
    DISCHARGE_ON,
    FIGURED,
    MARK,
    OF_DAY,
    PACK_MV,
    SOC_PCT,
    TEMP_MAX_DC,
    TEMP_MIN_DC,
)


def unpack(record, buf, at):
    """Reads a history.record.Record from `buf`; returns False, and leaves the record as it was, if
    the check fails."""
    if not is_good(buf, at, at + CHECKED):
        return False
    record.of_day = buf[at] & OF_DAY != 0
    record.time_s = (buf[at] & 0x3F) << 24 | buf[at + 1] << 16 | u16be(buf, at + 2)
    if buf[at] & MARK:
        record.mark(buf[at + 4], u32be(buf, at + 5), u32be(buf, at + 9))
    else:
        _unpack_figures(record, buf, at)
    return True


def _unpack_figures(record, buf, at):
    values = record.values
    valid = record.valid
    known = buf[at + 5]
    state = buf[at + 6]
    record.kind = FIGURED
    record.alarm = state & 1 != 0
    record.heater_on = state & 2 != 0
    record.heater_state = state >> 2 & 15
    valid[SOC_PCT] = buf[at + 4] >> 7
    values[SOC_PCT] = buf[at + 4] & 127
    valid[PACK_MV] = known & 1
    values[PACK_MV] = 10 * u16be(buf, at + 7)
    valid[CURRENT_MA] = known >> 1 & 1
    high = buf[at + 9]
    values[CURRENT_MA] = (high - 256 if high & 0x80 else high) << 16 | u16be(buf, at + 10)
    valid[TEMP_MIN_DC] = valid[TEMP_MAX_DC] = known >> 2 & 1
    values[TEMP_MIN_DC] = s16be(buf, at + 12) >> 4
    low = (buf[at + 13] & 15) << 8 | buf[at + 14]
    values[TEMP_MAX_DC] = low - 4096 if low & 0x800 else low
    valid[CELL_MIN_MV] = valid[CELL_MAX_MV] = known >> 3 & 1
    values[CELL_MIN_MV] = (state >> 6 & 1) << 12 | u16be(buf, at + 15) >> 4
    values[CELL_MAX_MV] = (state >> 7) << 12 | (buf[at + 16] & 15) << 8 | buf[at + 17]
    valid[CHARGE_ON] = known >> 4 & 1
    values[CHARGE_ON] = known >> 5 & 1
    valid[DISCHARGE_ON] = known >> 6 & 1
    values[DISCHARGE_ON] = known >> 7

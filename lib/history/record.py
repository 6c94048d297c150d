"""A record of a pack's history, and the 20 bytes that it is on a board without PSRAM: they stand
for themselves, with their own time and check. Elsewhere it is in a page (history.page).

Big-endian:

    0      bit 7: the time is that of the day; bit 6: a mark, without figures; then, to byte 3,
           the time: 30 bits, in s since 2024 (UTC), or since the start of the device
    4      the charge in %; bit 7: it is known
    5      known: bit 0 pack voltage, 1 current, 2 temperatures, 3 cells, 4 charge switch, 6
           discharge switch; bit 5, 7: those two are on
    6      bit 0: an alarm is raised; 1: the heater is on; 2…5: its state; 6, 7: the cells' bits 12
    7, 8   pack voltage in 10 mV
    9…11   current in mA, charging is positive
    12…14  coldest and hottest sensor in 0.1 °C, 12 bits each
    15…17  lowest and highest cell in mV, the low 12 bits of each
    18     CRC-16/MODBUS of all that, low byte first

Of a mark byte 4 is its kind, and bytes 5…8 and 9…12 are two numbers. What does not fit into its
bits is unknown, and never clipped. Nothing here allocates.
"""

from array import array

from bms import pack as p
from bms.crc16 import put_crc
from bms.wire import put_u16be
from compat import const

BYTES = const(20)
PER = const(1600)  # in a segment, which is a file: 8 blocks of LittleFS's
SEGMENT_BYTES = const(32_768)  # what one takes of the flash
CHECKED = const(18)

# Seconds from 1970 to the beginning of our time.
EPOCH_S = const(1_704_067_200)
MOST_S = const(0x3FFFFFFF)  # until 2058

# Figures: the places in `values` and `valid`.
SOC_PCT = const(0)
PACK_MV = const(1)
CURRENT_MA = const(2)
TEMP_MIN_DC = const(3)
TEMP_MAX_DC = const(4)
CELL_MIN_MV = const(5)
CELL_MAX_MV = const(6)
CHARGE_ON = const(7)
DISCHARGE_ON = const(8)
FIGURES = const(9)
_SLOTS = bytes((p.SOC_PCT, p.PACK_MV, p.CURRENT_MA, p.TEMP_MIN_DC, p.TEMP_MAX_DC))
_SLOTS += bytes((p.CELL_MIN_MV, p.CELL_MAX_MV, p.CHARGE_ON, p.DISCHARGE_ON))

# Kinds of marks, and what their two numbers are.
FIGURED = const(0)  # no mark
STARTED = const(1)  # the device; its number among the starts, 0
TIMED = const(
    2
)  # the time of day became known: s since that start when it did; the start's number
KEPT = const(3)  # of a ring of before: see history.unpaged

OF_DAY = const(0x80)
MARK = const(0x40)
_VALID = const(0x80)
_NOTHING = bytes(FIGURES)


class Record:
    """One record, to be filled and packed, or unpacked (history.unpacking) and read.

    time_s: s since 2024 if `of_day`, else since the start. kind, first, second: see STARTED. The
    figures are values[i] where valid[i] is set; `alarm` is unknown where none of them is known.
    """

    def __init__(self):
        self.of_day = False
        self.time_s = 0
        self.kind = FIGURED
        self.first = self.second = 0
        self.values = array("i", bytes(4 * FIGURES))
        self.valid = bytearray(FIGURES)
        self.alarm = False
        self.heater_on = False
        self.heater_state = 0

    def take(self, pack, good, heater_on, heater_state):
        """Takes the figures of a bms.pack.PackState, if they are `good`, and of the heater."""
        self.kind = FIGURED
        self.heater_on = heater_on
        self.heater_state = heater_state
        self.alarm = False
        self.valid[:] = _NOTHING
        if not good:
            return
        for i in range(FIGURES):
            slot = _SLOTS[i]
            if pack.valid[slot]:
                self.valid[i] = 1
                self.values[i] = pack.values[slot]
        for bits in pack.alarms:
            self.alarm = self.alarm or bits != 0
        self._drop_what_does_not_fit()

    def mark(self, kind, first, second):
        """Makes it a mark."""
        self.kind = kind
        self.first = first
        self.second = second

    def has_figures(self):
        """True if any figure of the pack is known."""
        return self.valid != _NOTHING

    def power_mw(self):
        """Returns the power in mW, None if it is not known."""
        if not (self.valid[PACK_MV] and self.valid[CURRENT_MA]):
            return None
        return p.power_mw(self.values[PACK_MV], self.values[CURRENT_MA])

    def _drop_what_does_not_fit(self):
        values = self.values
        valid = self.valid
        valid[SOC_PCT] = valid[SOC_PCT] and 0 <= values[SOC_PCT] < 128
        valid[PACK_MV] = valid[PACK_MV] and 0 <= values[PACK_MV] <= 655_350
        valid[CURRENT_MA] = valid[CURRENT_MA] and -(1 << 23) <= values[CURRENT_MA] < 1 << 23
        cold = -2048 <= values[TEMP_MIN_DC] and values[TEMP_MAX_DC] < 2048
        cells = values[CELL_MIN_MV] >= 0 and values[CELL_MAX_MV] < 8192
        valid[TEMP_MIN_DC] = valid[TEMP_MAX_DC] = valid[TEMP_MAX_DC] and cold
        valid[CELL_MIN_MV] = valid[CELL_MAX_MV] = valid[CELL_MAX_MV] and cells

    # -- bytes -----------------------------------------------------------------------------------

    def pack(self, buf, at):
        """Writes it into BYTES bytes of `buf` from `at`."""
        time_s = self.time_s
        put_u16be(buf, at, time_s >> 16)
        put_u16be(buf, at + 2, time_s & 0xFFFF)
        if self.of_day:
            buf[at] |= OF_DAY
        if self.kind == FIGURED:
            self._pack_figures(buf, at)
        else:
            buf[at] |= MARK
            buf[at + 4] = self.kind
            put_u16be(buf, at + 5, self.first >> 16)
            put_u16be(buf, at + 7, self.first & 0xFFFF)
            put_u16be(buf, at + 9, self.second >> 16)
            put_u16be(buf, at + 11, self.second & 0xFFFF)
            for i in range(at + 13, at + CHECKED):
                buf[i] = 0
        put_crc(buf, at, at + CHECKED)

    def _pack_figures(self, buf, at):
        values = self.values
        valid = self.valid
        buf[at + 4] = values[SOC_PCT] | _VALID if valid[SOC_PCT] else 0
        known = valid[PACK_MV] | valid[CURRENT_MA] << 1 | valid[TEMP_MAX_DC] << 2
        known |= valid[CELL_MAX_MV] << 3
        for figure, shift in ((CHARGE_ON, 4), (DISCHARGE_ON, 6)):
            if valid[figure]:
                known |= (3 if values[figure] else 1) << shift
        buf[at + 5] = known
        low = values[CELL_MIN_MV] if valid[CELL_MAX_MV] else 0
        high = values[CELL_MAX_MV] if valid[CELL_MAX_MV] else 0
        state = self.alarm | self.heater_on << 1 | (self.heater_state & 15) << 2
        buf[at + 6] = state | (low >> 12) << 6 | (high >> 12) << 7
        put_u16be(buf, at + 7, (values[PACK_MV] + 5) // 10 if valid[PACK_MV] else 0)
        ma = values[CURRENT_MA] if valid[CURRENT_MA] else 0
        buf[at + 9] = ma >> 16 & 255
        put_u16be(buf, at + 10, ma & 0xFFFF)
        cold = values[TEMP_MIN_DC] if valid[TEMP_MAX_DC] else 0
        hot = values[TEMP_MAX_DC] if valid[TEMP_MAX_DC] else 0
        _put_twelve(buf, at + 12, cold, hot)
        _put_twelve(buf, at + 15, low, high)


def _put_twelve(buf, at, first, second):
    """Writes the low 12 bits of two numbers."""
    buf[at] = first >> 4 & 255
    buf[at + 1] = (first & 15) << 4 | second >> 8 & 15
    buf[at + 2] = second & 255

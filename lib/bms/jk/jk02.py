"""JK02 status and settings frames, 300 bytes little endian, of BLE and RS485 (jk.md §3.6, §3.7).

Two variants share these layouts: the 32-cell one has 16 bytes more for cells and 16 more for their
wires, so that most fields lie 32 bytes later than in the 24-cell one. A status frame is judged
first, by what only the right layout can satisfy, and stored afterwards.
"""

from array import array

from bms import alarms as a
from bms import pack as p
from bms.wire_le import amount, signed
from compat import const

# What a frame says about the layout it was read with.
CONTRADICTS = const(0)
UNDECIDED = const(1)  # nothing to compare: no cells connected
HOLDS = const(2)  # enough for a layout that was proven before
PROVES = const(3)

_WIDE = const(32)  # cells of the wide layout
_LATER = const(32)  # bytes
_NARROW = const(24)

# Offsets: in the narrow layout; later by _LATER in the wide one, unless there are two. Of bytes:
_BALANCE_ACTION = const(140)
_SOC = const(141)
_SOH = const(158)
_CHARGE_ON = const(166)
_DISCHARGE_ON = const(167)
_HEATING = const(183)
_CHARGE_PHASE_WIDE = const(280)
_LAST_PHASE = const(2)
_CHARGER_WIDE = const(245)
# Of 16-bit words:
_CELLS = const(6 >> 1)
_MASK = const(54 >> 1)
_MASK_WIDE = const(70 >> 1)
_PACK_MV = const(118 >> 1)
_CURRENT = const(126 >> 1)
_TEMP1 = const(130 >> 1)
_TEMP2 = const(132 >> 1)
_MOS_TEMP = const(134 >> 1)
_MOS_TEMP_WIDE = const(144 >> 1)
_ALARMS = const(136 >> 1)
_ALARMS_WIDE = const(166 >> 1)
_BALANCE_MA = const(138 >> 1)
_REMAINING = const(142 >> 1)
_CAPACITY = const(146 >> 1)
_WIRES = const(114 >> 1)
_EMERGENCY = const(186 >> 1)
_HEATING_MA_WIDE = const(236 >> 1)
_TEMP4_WIDE = const(256 >> 1)
_TEMP5_WIDE = const(258 >> 1)
# Of 32 bits, as words, and the slot of each.
_AMOUNTS = bytes(
    (142 >> 1, p.REMAINING_MAH)
    + (146 >> 1, p.CAPACITY_MAH)
    + (150 >> 1, p.CYCLES)
    + (154 >> 1, p.CYCLE_CAPACITY_MAH)
    + (162 >> 1, p.RUNTIME_S)
)
_NO_CELLS = b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"  # eight of them
# What every frame tells.
_ALWAYS = bytes(
    (p.CELL_COUNT, p.PACK_MV, p.CURRENT_MA, p.SOC_PCT, p.CHARGE_ON, p.DISCHARGE_ON, p.BALANCING)
    + (p.BALANCE_CURRENT_MA, p.HEATING, p.ALARMS_RAW, p.ALARMS_RAW_HIGH, p.EMERGENCY_S)
)

_ABSENT_DC = const(-2000)  # rule R2
_MAX_MV = const(1_000_000)
_MAX_MA = const(1_000_000)
_MAX_HIGH = const(15)  # the upper word of such a current
_SUMMED = const(299)  # bytes before the sum
# Of 1741 captured frames none was further off: jk.md §3.5.
_SUM_SLACK_MV = const(200)
_SUM_SLACK_DIVISOR = const(50)
_SOC_SLACK_PCT = const(15)
# Software generations: rule R3; in the first, the heater's byte is something else (§7, F3).
_FIRST_WITH_T4 = const(14)
_LAST_WITHOUT_HEATER = const(6)
_FIRST_WITH_PHASE = const(15)

# What a balancer with this layout sends as zeros, because nothing is there to be measured.
_OF_A_BMS = bytes(
    (p.CURRENT_MA, p.SOC_PCT, p.SOH_PCT, p.CAPACITY_MAH, p.REMAINING_MAH, p.CYCLES)
    + (p.CYCLE_CAPACITY_MAH, p.CHARGE_ON, p.DISCHARGE_ON, p.HEATING, p.HEATING_MA)
    + (p.CHARGER_PRESENT, p.MOS_TEMP_DC, p.EMERGENCY_S)
)

# Canonical alarm of each bit (jk.md table ble_alarms); the narrow layout has the first 16.
_ALARM_BITS = bytes(
    (
        a.WIRE_RESISTANCE,
        a.MOS_OVERTEMP,
        a.CELL_COUNT_MISMATCH,
        a.CURRENT_SENSOR,
        a.CELL_OVERVOLTAGE,
        a.PACK_OVERVOLTAGE,
        a.CHARGE_OVERCURRENT,
        a.CHARGE_SHORT_CIRCUIT,
        a.CHARGE_OVERTEMP,
        a.CHARGE_UNDERTEMP,
        a.INTERNAL_COMM,
        a.CELL_UNDERVOLTAGE,
        a.PACK_UNDERVOLTAGE,
        a.DISCHARGE_OVERCURRENT,
        a.DISCHARGE_SHORT_CIRCUIT,
        a.DISCHARGE_OVERTEMP,
        a.CHARGE_MOS_FAULT,
        a.DISCHARGE_MOS_FAULT,
        a.GPS_DISCONNECTED,
        a.CHANGE_PASSWORD,
        a.DISCHARGE_ON_FAILED,
        a.BATTERY_OVERTEMP,
        a.TEMP_SENSOR_FAULT,
        a.PCL_MODULE_FAULT,
        a.SCP_RELEASE_FAILED,
        a.DISCHARGE_OCP2,
        a.DISCHARGE_OCP3,
        a.DISCHARGE_UNDERTEMP,
        a.GPS_REMOTE_LOCK,
    )
)


class Place:
    """Where frames of 300 bytes lie, and what C may run over there: `buf` and its `words`."""

    def __init__(self, buf, words):
        self.buf = buf
        self.words = words
        self.cells = words[_CELLS : _CELLS + _WIDE]
        self.narrow_cells = words[_CELLS : _CELLS + _NARROW]
        self.extremes = p.Extremes(self.cells)
        self.summed = memoryview(buf)[:_SUMMED]


class Jk02Status:
    """Judges and stores status frames. `wide` chooses the layout of 32 cells.

    `balancer`: the unit's model is one; it measures its cells and one temperature, and no more.
    """

    def __init__(self, pack):
        self.pack = pack
        self.balancer = False
        self._cells = 0
        self._mask = array("H", (0, 0))  # the last mask, and what was counted in it
        self._top = 0
        self._masked = 0
        self._pack_mv = 0
        self._ma = 0

    def judge(self, place, wide):
        """Reads what decides about the layout; returns CONTRADICTS, UNDECIDED, HOLDS or PROVES."""
        buf = place.buf
        words = place.words
        d = _LATER if wide else 0
        if buf[d + _SOC] > 100 or buf[d + _BALANCE_ACTION] > 2:
            return CONTRADICTS
        if buf[d + _CHARGE_ON] > 1 or buf[d + _DISCHARGE_ON] > 1 or buf[d + _HEATING] > 1:
            return CONTRADICTS
        soc = buf[d + _SOC]
        d >>= 1
        pack_mv = amount(words, d + _PACK_MV)
        high = words[d + _CURRENT + 1]
        if not 0 <= pack_mv < _MAX_MV or _MAX_HIGH < high < 0xFFFF - _MAX_HIGH:
            return CONTRADICTS
        self._pack_mv = pack_mv
        self._ma = ma = (high ^ 0x8000) - 0x8000 << 16 | words[d + _CURRENT]
        if not -_MAX_MA < ma < _MAX_MA:
            return CONTRADICTS
        self._count_cells(words, _MASK_WIDE if wide else _MASK, _WIDE if wide else _NARROW)
        place.extremes.look(self._cells)
        total = place.extremes.total
        if total == 0:
            return UNDECIDED if pack_mv <= _SUM_SLACK_MV else CONTRADICTS
        sum_fits = abs(pack_mv - total) <= total // _SUM_SLACK_DIVISOR + _SUM_SLACK_MV
        mask_fits = self._mask_fits(place, _WIDE if wide else _NARROW)
        if sum_fits and (mask_fits or _soc_fits(words, d, soc)):
            return PROVES
        return HOLDS if sum_fits or mask_fits else CONTRADICTS

    def _count_cells(self, words, mask, limit):
        """Counts the cells up to the highest one in the mask (rule R1); without one, all."""
        if words[mask] != self._mask[0] or words[mask + 1] != self._mask[1]:
            self._count_mask(words[mask], words[mask + 1])
        cells = self._top
        if cells == 0 or cells > limit:
            cells = limit
            while cells and words[_CELLS + cells - 1] == 0:
                cells -= 1
        self._cells = cells

    def _count_mask(self, low, high):
        self._mask[0] = low
        self._mask[1] = high
        self._top = self._masked = 0
        for i in range(_WIDE):
            if (low >> i if i < 16 else high >> i - 16) & 1:
                self._top = i + 1
                self._masked += 1

    def _mask_fits(self, place, limit):
        """True if as many cells are measured as the mask names, and none beyond it."""
        top = self._top
        if top == 0 or top > limit:
            return False
        cells = place.cells
        measured = top
        if place.extremes.low == 0:
            for i in range(top):
                if cells[i] == 0:
                    measured -= 1
        if measured != self._masked:
            return False
        while top < limit and top & 7:
            if cells[top]:
                return False
            top += 1
        for at in range(_CELLS + top << 1, _CELLS + limit << 1, 16):
            if place.buf.find(_NO_CELLS, at, at + 16) < 0:
                return False
        return True

    # -- storing ----------------------------------------------------------------------------------

    def store(self, place, wide, generation):
        """Stores the frame that was judged last; `generation` is the software's major number."""
        buf = place.buf
        words = place.words
        d = _LATER if wide else 0
        pack = self.pack
        values = pack.values
        valid = pack.valid
        if wide:
            pack.cell_view[:] = place.cells
        else:
            pack.cell_view[:_NARROW] = place.narrow_cells
        pack.cells = values[p.CELL_COUNT] = self._cells
        values[p.PACK_MV] = self._pack_mv
        values[p.CURRENT_MA] = self._ma
        values[p.SOC_PCT] = buf[d + _SOC]
        values[p.SOH_PCT] = buf[d + _SOH]
        valid[p.SOH_PCT] = 1 if buf[d + _SOH] <= 100 else 0
        values[p.CHARGE_ON] = buf[d + _CHARGE_ON]
        values[p.DISCHARGE_ON] = buf[d + _DISCHARGE_ON]
        values[p.BALANCING] = 1 if buf[d + _BALANCE_ACTION] else 0
        values[p.BALANCE_CURRENT_MA] = signed(words[(d >> 1) + _BALANCE_MA])
        heats = wide or generation > _LAST_WITHOUT_HEATER
        values[p.HEATING] = buf[d + _HEATING] if heats else 0
        for row in range(0, len(_AMOUNTS), 2):
            value = amount(words, (d >> 1) + _AMOUNTS[row])
            slot = _AMOUNTS[row + 1]
            values[slot] = value
            valid[slot] = 0 if value < 0 else 1
        self._store_temps(words, wide, generation)
        self._store_alarms(words, wide)
        for slot in _ALWAYS:
            valid[slot] = 1
        if wide:
            self._store_wide(buf, words, generation)
        self._store_bad_wire(words, d)
        values[p.EMERGENCY_S] = words[(d >> 1) + _EMERGENCY]
        if self.balancer or self._says_nothing():
            self._drop_zeros()
        pack.summarise(place.extremes)

    def _says_nothing(self):
        """True for a frame in which everything but the cells is 0: no pack is like that.

        An empty one still has a state of health and, but by a rare chance, no 0.0 °C.
        """
        pack = self.pack
        values = pack.values
        return not (
            self._ma
            or values[p.SOC_PCT]
            or pack.get(p.REMAINING_MAH, 1)
            or pack.get(p.SOH_PCT)
            or values[p.CHARGE_ON]
            or values[p.DISCHARGE_ON]
            or pack.get(p.MOS_TEMP_DC, 1)
            or (pack.temp_valid[1] and pack.temps_dc[1])
        )

    def _drop_zeros(self):
        pack = self.pack
        for slot in _OF_A_BMS:
            pack.drop(slot)
        pack.temps = 2  # by position: the second is not there
        pack.drop_temp(1)
        if pack.temps_dc[0] == 0:
            pack.drop_temp(0)  # like all the others

    def _store_bad_wire(self, words, d):
        """Stores the first of the wires that the BMS warns of; bit n is that of cell n + 1."""
        pack = self.pack
        pack.drop(p.BAD_WIRE)
        at = (d >> 1) + _WIRES
        if words[at] or words[at + 1]:
            cell = 0
            while words[at + (cell >> 4)] >> (cell & 15) & 1 == 0:
                cell += 1
            pack.put(p.BAD_WIRE, cell + 1)

    def _store_wide(self, buf, words, generation):
        pack = self.pack
        phase = buf[_CHARGE_PHASE_WIDE]
        if generation >= _FIRST_WITH_PHASE and phase <= _LAST_PHASE:
            pack.put(p.CHARGE_PHASE, phase)
        else:
            pack.drop(p.CHARGE_PHASE)
        # Rule R4; the field is a garbage of other sensors while the heater is off.
        on = buf[_LATER + _HEATING]
        pack.put(p.HEATING_MA, signed(words[_HEATING_MA_WIDE]) if on else 0)
        # 0 in every capture, also while a charger charged: only the other answer tells anything.
        if buf[_CHARGER_WIDE] == 1:
            pack.put(p.CHARGER_PRESENT, 1)
        else:
            pack.drop(p.CHARGER_PRESENT)

    def _store_temps(self, words, wide, generation):
        d = _LATER >> 1 if wide else 0
        pack = self.pack
        mos = signed(words[_MOS_TEMP_WIDE if wide else _MOS_TEMP])
        if mos == _ABSENT_DC:
            pack.drop(p.MOS_TEMP_DC)
        else:
            pack.put(p.MOS_TEMP_DC, mos)
        pack.temps = 2
        self._store_temp(0, signed(words[d + _TEMP1]))
        self._store_temp(1, signed(words[d + _TEMP2]))
        if wide and generation >= _FIRST_WITH_T4:
            pack.temps = 4
            self._store_temp(2, signed(words[_TEMP4_WIDE]))
            self._store_temp(3, signed(words[_TEMP5_WIDE]))

    def _store_temp(self, sensor, dc):
        if dc == _ABSENT_DC:
            self.pack.drop_temp(sensor)
        else:
            self.pack.put_temp(sensor, dc)

    def _store_alarms(self, words, wide):
        pack = self.pack
        at = _ALARMS_WIDE if wide else _ALARMS
        pack.clear_alarms()
        low = words[at]
        high = words[at + 1] if wide else 0
        pack.values[p.ALARMS_RAW] = low | (high & 0x3FFF) << 16
        pack.values[p.ALARMS_RAW_HIGH] = high >> 14
        bit = 0
        while (low or high) and bit < len(_ALARM_BITS):
            if low & 1:
                pack.raise_alarm(_ALARM_BITS[bit])
            low >>= 1
            bit += 1
            if bit == 16:
                low = high
                high = 0


def _soc_fits(words, d, soc):
    full = amount(words, d + _CAPACITY)
    remaining = amount(words, d + _REMAINING)
    if full < 1000 or remaining < 0:
        return False
    return abs(remaining // (full // 100) - soc) <= _SOC_SLACK_PCT

"""JK02 status and settings frames, 300 bytes little endian, of BLE and RS485 (jk.md §3.6, §3.7).

Two variants share these layouts: the 32-cell one has 16 bytes more for cells and 16 more for their
wires, so that most fields lie 32 bytes later than in the 24-cell one. A status frame is judged
first, by what only the right layout can satisfy, and stored afterwards.
"""

from array import array

from bms import alarms as a
from bms import pack as p
from bms.wire_le import s16le, s32le, u16le, u32le
from compat import const

# What a frame says about the layout it was read with.
CONTRADICTS = const(0)
UNDECIDED = const(1)  # nothing to compare: no cells connected
HOLDS = const(2)  # enough for a layout that was proven before
PROVES = const(3)

_WIDE = const(32)  # cells of the wide layout, and how much later its fields lie
_NARROW = const(24)

# Offsets: in the narrow layout; + _WIDE in the wide one, unless there are two.
_CELLS = const(6)
_MASK = const(54)
_MASK_WIDE = const(70)
_PACK_MV = const(118)
_CURRENT = const(126)
_TEMP1 = const(130)
_TEMP2 = const(132)
_MOS_TEMP = const(134)
_MOS_TEMP_WIDE = const(144)
_ALARMS = const(136)
_ALARMS_WIDE = const(166)
_BALANCE_MA = const(138)
_BALANCE_ACTION = const(140)
_SOC = const(141)
_REMAINING = const(142)
_CAPACITY = const(146)
_CYCLES = const(150)
_CYCLE_CAPACITY = const(154)
_SOH = const(158)
_RUNTIME = const(162)
_CHARGE_ON = const(166)
_DISCHARGE_ON = const(167)
_HEATING = const(183)
_WIRES = const(114)
_EMERGENCY = const(186)
_CHARGE_PHASE_WIDE = const(280)
_LAST_PHASE = const(2)
_HEATING_MA_WIDE = const(236)
_CHARGER_WIDE = const(245)
_TEMP4_WIDE = const(256)
_TEMP5_WIDE = const(258)

_ABSENT_DC = const(-2000)  # rule R2
_LIMIT = const(0x3FFFFFFF)  # where the getters saturate
_MAX_MV = const(1_000_000)
_MAX_MA = const(1_000_000)
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


class Jk02Status:
    """Judges and stores status frames. `wide` chooses the layout of 32 cells.

    `balancer`: the unit's model is one; it measures its cells and one temperature, and no more.
    """

    def __init__(self, pack):
        self.pack = pack
        self.balancer = False
        self._cell_mv = array("H", bytes(2 * p.MAX_CELLS))
        self._cells = 0
        self._mask = array("H", (0, 0))  # the last mask, and what was counted in it
        self._top = 0
        self._masked = 0
        self._pack_mv = 0
        self._ma = 0
        self._remaining_mah = 0
        self._capacity_mah = 0

    def judge(self, buf, at, wide):
        """Reads what decides about the layout; returns CONTRADICTS, UNDECIDED, HOLDS or PROVES."""
        d = at + _WIDE if wide else at
        if buf[d + _SOC] > 100 or buf[d + _BALANCE_ACTION] > 2:
            return CONTRADICTS
        if buf[d + _CHARGE_ON] > 1 or buf[d + _DISCHARGE_ON] > 1 or buf[d + _HEATING] > 1:
            return CONTRADICTS
        self._pack_mv = u32le(buf, d + _PACK_MV)
        self._ma = s32le(buf, d + _CURRENT)
        if self._pack_mv >= _MAX_MV or not -_MAX_MA < self._ma < _MAX_MA:
            return CONTRADICTS
        self._remaining_mah = s32le(buf, d + _REMAINING)
        self._capacity_mah = u32le(buf, d + _CAPACITY)
        total = self._read_cells(buf, at, wide)
        if total == 0:
            return UNDECIDED if self._pack_mv <= _SUM_SLACK_MV else CONTRADICTS
        off = self._pack_mv - total
        if off < 0:
            off = -off
        sum_fits = off <= total // _SUM_SLACK_DIVISOR + _SUM_SLACK_MV
        mask_fits = self._mask_fits(buf, at, wide)
        if sum_fits and (mask_fits or self._soc_fits(buf[d + _SOC])):
            return PROVES
        return HOLDS if sum_fits or mask_fits else CONTRADICTS

    def _read_cells(self, buf, at, wide):
        """Takes the cells up to the highest one in the mask (rule R1); returns their sum in mV."""
        mask = at + (_MASK_WIDE if wide else _MASK)
        if u16le(buf, mask) != self._mask[0] or u16le(buf, mask + 2) != self._mask[1]:
            self._count_mask(u16le(buf, mask), u16le(buf, mask + 2))
        cells = self._top
        limit = _WIDE if wide else _NARROW
        if cells == 0 or cells > limit:
            cells = limit
        cell_mv = self._cell_mv
        total = 0
        last = 0
        j = at + _CELLS
        for i in range(cells):
            mv = buf[j] | buf[j + 1] << 8
            j += 2
            cell_mv[i] = mv
            if mv:
                total += mv
                last = i + 1
        self._cells = self._top if 0 < self._top <= limit else last
        return total

    def _count_mask(self, low, high):
        self._mask[0] = low
        self._mask[1] = high
        self._top = self._masked = 0
        for i in range(_WIDE):
            if (low >> i if i < 16 else high >> i - 16) & 1:
                self._top = i + 1
                self._masked += 1

    def _mask_fits(self, buf, at, wide):
        """True if as many cells are measured as the mask names, and none beyond it."""
        limit = _WIDE if wide else _NARROW
        if self._top == 0 or self._top > limit:
            return False
        measured = 0
        for i in range(self._top):
            if self._cell_mv[i]:
                measured += 1
        if measured != self._masked:
            return False
        for i in range(at + _CELLS + 2 * self._top, at + _CELLS + 2 * limit):
            if buf[i]:
                return False
        return True

    def _soc_fits(self, soc):
        full = self._capacity_mah
        if full < 1000 or full >= _LIMIT or self._remaining_mah < 0:
            return False
        off = self._remaining_mah // (full // 100) - soc
        return -_SOC_SLACK_PCT <= off <= _SOC_SLACK_PCT

    # -- storing ----------------------------------------------------------------------------------

    def store(self, buf, at, wide, generation):
        """Stores the frame that was judged last; `generation` is the software's major number."""
        d = at + _WIDE if wide else at
        pack = self.pack
        pack.put_cells(self._cell_mv, self._cells)
        pack.put(p.PACK_MV, self._pack_mv)
        pack.put(p.CURRENT_MA, self._ma)
        pack.put(p.SOC_PCT, buf[d + _SOC])
        _put_known(pack, p.REMAINING_MAH, self._remaining_mah)
        _put_known(pack, p.CAPACITY_MAH, self._capacity_mah)
        _put_known(pack, p.CYCLES, u32le(buf, d + _CYCLES))
        _put_known(pack, p.CYCLE_CAPACITY_MAH, u32le(buf, d + _CYCLE_CAPACITY))
        _put_known(pack, p.RUNTIME_S, u32le(buf, d + _RUNTIME))
        if buf[d + _SOH] <= 100:
            pack.put(p.SOH_PCT, buf[d + _SOH])
        else:
            pack.drop(p.SOH_PCT)
        pack.put(p.CHARGE_ON, buf[d + _CHARGE_ON])
        pack.put(p.DISCHARGE_ON, buf[d + _DISCHARGE_ON])
        pack.put(p.BALANCING, 1 if buf[d + _BALANCE_ACTION] else 0)
        pack.put(p.BALANCE_CURRENT_MA, s16le(buf, d + _BALANCE_MA))
        heats = wide or generation > _LAST_WITHOUT_HEATER
        pack.put(p.HEATING, buf[d + _HEATING] if heats else 0)
        self._store_temps(buf, at, wide, generation)
        self._store_alarms(buf, at, wide)
        if wide:
            self._store_wide(buf, at, generation)
        self._store_bad_wire(buf, d + _WIRES)
        pack.put(p.EMERGENCY_S, u16le(buf, d + _EMERGENCY))
        if self.balancer or self._says_nothing():
            self._drop_zeros()
        pack.summarise()

    def _says_nothing(self):
        """True for a frame in which everything but the cells is 0: no pack is like that.

        An empty one still has a state of health and, but by a rare chance, no 0.0 °C.
        """
        pack = self.pack
        return not (
            self._ma
            or self._remaining_mah
            or pack.get(p.SOC_PCT)
            or pack.get(p.SOH_PCT)
            or pack.get(p.CHARGE_ON)
            or pack.get(p.DISCHARGE_ON)
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

    def _store_bad_wire(self, buf, at):
        """Stores the first of the wires that the BMS warns of; bit n is that of cell n + 1."""
        pack = self.pack
        pack.drop(p.BAD_WIRE)
        if u16le(buf, at) or u16le(buf, at + 2):
            cell = 0
            while buf[at + (cell >> 3)] >> (cell & 7) & 1 == 0:
                cell += 1
            pack.put(p.BAD_WIRE, cell + 1)

    def _store_wide(self, buf, at, generation):
        pack = self.pack
        phase = buf[at + _CHARGE_PHASE_WIDE]
        if generation >= _FIRST_WITH_PHASE and phase <= _LAST_PHASE:
            pack.put(p.CHARGE_PHASE, phase)
        else:
            pack.drop(p.CHARGE_PHASE)
        # Rule R4; the field is a garbage of other sensors while the heater is off.
        on = buf[at + _WIDE + _HEATING]
        pack.put(p.HEATING_MA, s16le(buf, at + _HEATING_MA_WIDE) if on else 0)
        # 0 in every capture, also while a charger charged: only the other answer tells anything.
        if buf[at + _CHARGER_WIDE] == 1:
            pack.put(p.CHARGER_PRESENT, 1)
        else:
            pack.drop(p.CHARGER_PRESENT)

    def _store_temps(self, buf, at, wide, generation):
        d = at + _WIDE if wide else at
        pack = self.pack
        mos = s16le(buf, at + (_MOS_TEMP_WIDE if wide else _MOS_TEMP))
        if mos == _ABSENT_DC:
            pack.drop(p.MOS_TEMP_DC)
        else:
            pack.put(p.MOS_TEMP_DC, mos)
        pack.temps = 2
        self._store_temp(0, s16le(buf, d + _TEMP1))
        self._store_temp(1, s16le(buf, d + _TEMP2))
        if wide and generation >= _FIRST_WITH_T4:
            pack.temps = 4
            self._store_temp(2, s16le(buf, at + _TEMP4_WIDE))
            self._store_temp(3, s16le(buf, at + _TEMP5_WIDE))

    def _store_temp(self, sensor, dc):
        if dc == _ABSENT_DC:
            self.pack.drop_temp(sensor)
        else:
            self.pack.put_temp(sensor, dc)

    def _store_alarms(self, buf, at, wide):
        pack = self.pack
        at += _ALARMS_WIDE if wide else _ALARMS
        pack.clear_alarms()
        low = u16le(buf, at)
        high = u16le(buf, at + 2) if wide else 0
        pack.put(p.ALARMS_RAW, low | (high & 0x3FFF) << 16)
        pack.put(p.ALARMS_RAW_HIGH, high >> 14)
        bit = 0
        while (low or high) and bit < len(_ALARM_BITS):
            if low & 1:
                pack.raise_alarm(_ALARM_BITS[bit])
            low >>= 1
            bit += 1
            if bit == 16:
                low = high
                high = 0


def _put_known(pack, slot, value):
    if 0 <= value < _LIMIT:
        pack.put(slot, value)
    else:
        pack.drop(slot)

"""JK02 status and settings frames, 300 bytes little endian, of BLE and RS485 (jk.md §3.6, §3.7).

Two variants share these layouts: the 32-cell one has 16 bytes more for cells and 16 more for their
wires, so that most fields lie 32 bytes later than in the 24-cell one. A status frame is judged
first, by what only the right layout can satisfy, and stored afterwards.
"""

from bms import alarms as a
from bms import pack as p
from bms.wire_le import amount
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
_REMAINING = const(142)
_CAPACITY = const(146)
_SOH = const(158)
_CHARGE_ON = const(166)
_DISCHARGE_ON = const(167)
_HEATING = const(183)
_CHARGE_PHASE_WIDE = const(280)
_LAST_PHASE = const(2)
_TEMPS = const(130)  # two words
_TEMP4_WIDE = const(256)  # and the fifth
_CHARGER_WIDE = const(245)
# Remaining and full charge, cycles, cycled charge, bytes of their own, running time: 32 bits each,
# in the order of their slots.
_AMOUNTS = const(142)
_AMOUNTS_TO = 4 * p.REMAINING_MAH
_AMOUNTS_END = 4 * p.RUNTIME_S + 4
# Of 16-bit words:
_CELLS = const(6 >> 1)
_MASK = const(54 >> 1)
_WIRE_MOHM = const(64 >> 1)
_WIRE_MOHM_WIDE = const(80 >> 1)
_MASK_WIDE = const(70 >> 1)
_PACK_MV = const(118 >> 1)
_CURRENT = const(126 >> 1)
_MOS_TEMP = const(134 >> 1)
_MOS_TEMP_WIDE = const(144 >> 1)
_ALARMS = const(136 >> 1)
_ALARMS_WIDE = const(166 >> 1)
_BALANCE_MA = const(138 >> 1)
_WIRES = const(114 >> 1)
_EMERGENCY = const(186 >> 1)
_HEATING_MA_WIDE = const(236 >> 1)
_NO_CELLS = b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"  # eight of them
_ABSENT_DC = const(-2000)  # rule R2
_ABSENT = const(0x10000 - 2000)  # as a word
_MAX_HIGH = const(14)  # the upper word of a voltage or a current: up to 983 V, and 983 A
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
    """Where frames of 300 bytes lie, and what C may run over there: `buf` and its `words`.

    What is in pairs is in the narrow layout, and in the wide one.
    """

    def __init__(self, buf, words):
        self.buf = buf
        self.words = words
        self.cells = words[_CELLS : _CELLS + _WIDE]
        self.wires = (
            words[_WIRE_MOHM : _WIRE_MOHM + _WIDE],
            words[_WIRE_MOHM_WIDE : _WIRE_MOHM_WIDE + _WIDE],
        )
        view = memoryview(buf)
        end = _AMOUNTS + _AMOUNTS_END - _AMOUNTS_TO
        self.amounts = (view[_AMOUNTS:end], view[_AMOUNTS + _LATER : end + _LATER])
        self.temps = (view[_TEMPS : _TEMPS + 4], view[_TEMPS + _LATER : _TEMPS + _LATER + 4])
        self.late_temps = view[_TEMP4_WIDE : _TEMP4_WIDE + 4]


class Jk02Status:
    """Judges and stores status frames. `wide` chooses the layout of 32 cells.

    `balancer`: the unit's model is one; it measures its cells and one temperature, and no more.
    """

    def __init__(self, pack):
        self.pack = pack
        self.balancer = False
        self._cells = 0
        # The last mask, and what was counted in it.
        self._mask_low = 0
        self._mask_high = 0
        self._top = 0
        self._masked = 0
        self._pack_mv = 0
        self._ma = 0

    def judge(self, place, wide, proven):
        """Reads what decides about the layout; returns CONTRADICTS, UNDECIDED, HOLDS or PROVES.

        `proven`: it was before, so that HOLDS will do.
        """
        if not self._read_totals(place.buf, place.words, wide):
            return CONTRADICTS
        self.pack.look(place.cells, self._cells)
        total = self.pack.total
        if total == 0:
            return UNDECIDED if self._pack_mv <= _SUM_SLACK_MV else CONTRADICTS
        fits = abs(self._pack_mv - total) <= total // _SUM_SLACK_DIVISOR + _SUM_SLACK_MV
        if fits and proven:
            return HOLDS
        return self._weigh(place, wide, fits)

    def _weigh(self, place, wide, sum_fits):
        """Returns what judge() does, where the sum of the cells is not enough."""
        mask_fits = self._mask_fits(place, _WIDE if wide else _NARROW)
        if sum_fits and (mask_fits or _soc_fits(place.words, place.buf, _LATER if wide else 0)):
            return PROVES
        return HOLDS if sum_fits or mask_fits else CONTRADICTS

    def _read_totals(self, buf, words, wide):
        """Reads the pack's voltage, current and number of cells; False if there is no such pack,
        or if its state of charge, its balancer's or its switches' are none that there can be."""
        d = _LATER if wide else 0
        if buf[d + _SOC] > 100 or buf[d + _BALANCE_ACTION] > 2:
            return False
        if buf[d + _CHARGE_ON] | buf[d + _DISCHARGE_ON] | buf[d + _HEATING] > 1:
            return False
        d >>= 1
        high = words[d + _PACK_MV + 1]
        ma = (words[d + _CURRENT + 1] ^ 0x8000) - 0x8000
        if high > _MAX_HIGH or not -_MAX_HIGH - 1 <= ma <= _MAX_HIGH:
            return False
        self._pack_mv = high << 16 | words[d + _PACK_MV]
        self._ma = ma << 16 | words[d + _CURRENT]
        # Up to the highest cell in the mask, which is at `d` now (rule R1); without one, all. With
        # another local variable each call would take heap for its state: more than 11 words.
        d = _MASK_WIDE if wide else _MASK
        if words[d] != self._mask_low or words[d + 1] != self._mask_high:
            self._count_mask(words, d)
        self._cells = self._top
        if self._top == 0 or (self._top > _NARROW and not wide):
            self._count_cells(words, _WIDE if wide else _NARROW)
        return True

    def _count_cells(self, words, cells):
        """Counts those of the first `cells` up to the last one that is not 0."""
        while cells and words[_CELLS + cells - 1] == 0:
            cells -= 1
        self._cells = cells

    def _count_mask(self, words, mask):
        self._mask_low = low = words[mask]
        self._mask_high = high = words[mask + 1]
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
        if self.pack.low == 0:
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
        pack = self.pack
        pack.cell_view[:] = place.cells
        if pack.cell_res_mohm is not None:
            pack.cell_res_mohm[:] = place.wires[wide]
        self._store_alarms(place.words, wide)  # first: by its validity it knows whether they stand
        pack.value_bytes[_AMOUNTS_TO:_AMOUNTS_END] = place.amounts[wide]
        pack.valid[p.CHARGE_ON : p.CHARGER_PRESENT + 1] = _STATES
        pack.valid[p.PACK_MV : p.PACK_OVP_MV] = _FIGURES
        self._store_figures(place.buf, place.words, wide)
        if wide:
            self._store_wide(place.buf, place.words, generation)
        elif generation <= _LAST_WITHOUT_HEATER:
            pack.values[p.HEATING] = 0
        self._store_temps(place, wide, generation)
        if self.balancer or not (self._ma or pack.values[p.SOC_PCT]) and self._says_nothing():
            self._drop_zeros()
        pack.derive()

    def _store_figures(self, buf, words, wide):
        values = self.pack.values
        d = _LATER if wide else 0
        values[p.SOC_PCT] = buf[d + _SOC]
        values[p.SOH_PCT] = buf[d + _SOH]
        values[p.CHARGE_ON] = buf[d + _CHARGE_ON]
        values[p.DISCHARGE_ON] = buf[d + _DISCHARGE_ON]
        values[p.HEATING] = buf[d + _HEATING]
        values[p.BALANCING] = buf[d + _BALANCE_ACTION] != 0
        values[p.PACK_MV] = self._pack_mv
        values[p.CURRENT_MA] = self._ma
        self.pack.cells = values[p.CELL_COUNT] = self._cells
        if values[p.SOH_PCT] > 100:
            self.pack.drop(p.SOH_PCT)
        d >>= 1
        values[p.BALANCE_CURRENT_MA] = (words[d + _BALANCE_MA] ^ 0x8000) - 0x8000
        values[p.EMERGENCY_S] = words[d + _EMERGENCY]
        if words[d + _WIRES] or words[d + _WIRES + 1]:
            self._store_bad_wire(words, d + _WIRES)
        d = 2 * d + _AMOUNTS
        if buf[d + 3] | buf[d + 7] | buf[d + 11] | buf[d + 15] | buf[d + 23] > 0x3F:
            self._drop_large(buf, d)
        d = _MOS_TEMP_WIDE if wide else _MOS_TEMP
        values[p.MOS_TEMP_DC] = (words[d] ^ 0x8000) - 0x8000
        self.pack.valid[p.MOS_TEMP_DC] = words[d] != _ABSENT

    def _drop_large(self, buf, at):
        """Drops what 30 bits do not hold: such an integer would live on the heap."""
        for slot in range(p.REMAINING_MAH, p.RUNTIME_S + 1):
            if buf[at + 3] > 0x3F and slot != p.SOH_PCT:
                self.pack.drop(slot)
            at += 4

    def _says_nothing(self):
        """True for a frame in which everything but the cells is 0: no pack is like that.

        An empty one still has a state of health and, but by a rare chance, no 0.0 °C.
        """
        pack = self.pack
        values = pack.values
        return not (
            pack.get(p.REMAINING_MAH, 1)
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

    def _store_bad_wire(self, words, at):
        """Stores the first of the wires that the BMS warns of; bit n is that of cell n + 1."""
        cell = 0
        while words[at + (cell >> 4)] >> (cell & 15) & 1 == 0:
            cell += 1
        self.pack.put(p.BAD_WIRE, cell + 1)

    def _store_wide(self, buf, words, generation):
        values = self.pack.values
        valid = self.pack.valid
        values[p.CHARGE_PHASE] = buf[_CHARGE_PHASE_WIDE]
        valid[p.CHARGE_PHASE] = (
            generation >= _FIRST_WITH_PHASE and buf[_CHARGE_PHASE_WIDE] <= _LAST_PHASE
        )
        # Rule R4; the field is a garbage of other sensors while the heater is off.
        heats = buf[_LATER + _HEATING]
        values[p.HEATING_MA] = (words[_HEATING_MA_WIDE] ^ 0x8000) - 0x8000 if heats else 0
        valid[p.HEATING_MA] = 1
        # 0 in every capture, also while a charger charged: only the other answer tells anything.
        values[p.CHARGER_PRESENT] = 1
        valid[p.CHARGER_PRESENT] = buf[_CHARGER_WIDE] == 1

    def _store_temps(self, place, wide, generation):
        pack = self.pack
        temps_dc = pack.temps_dc
        valid = pack.temp_valid
        pack.temp_bytes[:4] = place.temps[wide]
        valid[0] = temps_dc[0] != _ABSENT_DC
        valid[1] = temps_dc[1] != _ABSENT_DC
        if wide and generation >= _FIRST_WITH_T4:
            pack.temps = 4
            pack.temp_bytes[4:8] = place.late_temps
            valid[2] = temps_dc[2] != _ABSENT_DC
            valid[3] = temps_dc[3] != _ABSENT_DC
        else:
            pack.temps = 2

    def _store_alarms(self, words, wide):
        values = self.pack.values
        low = words[_ALARMS_WIDE if wide else _ALARMS]
        high = words[_ALARMS_WIDE + 1] if wide else 0
        raw = low | (high & 0x3FFF) << 16
        if values[p.ALARMS_RAW] != raw or values[p.ALARMS_RAW_HIGH] != high >> 14:
            values[p.ALARMS_RAW] = raw
            values[p.ALARMS_RAW_HIGH] = high >> 14
        elif self.pack.valid[p.ALARMS_RAW]:
            return  # they stand
        self._raise_alarms(low, high)

    def _raise_alarms(self, low, high):
        pack = self.pack
        pack.clear_alarms()
        bit = 0
        while (low or high) and bit < len(_ALARM_BITS):
            if low & 1:
                pack.raise_alarm(_ALARM_BITS[bit])
            low >>= 1
            bit += 1
            if bit == 16:
                low = high
                high = 0


def _known(slots, first, end):
    """Returns the validity bytes of the slots from `first` to before `end`."""
    return bytes([slot in slots for slot in range(first, end)])


# What every frame tells, and what only some do.
_STATES = _known((p.CHARGE_ON, p.DISCHARGE_ON, p.BALANCING, p.HEATING), 0, p.CHARGER_PRESENT + 1)
_FIGURES = _known(
    (p.CELL_COUNT, p.PACK_MV, p.CURRENT_MA, p.SOC_PCT, p.SOH_PCT, p.BALANCE_CURRENT_MA)
    + (p.REMAINING_MAH, p.CAPACITY_MAH, p.CYCLES, p.CYCLE_CAPACITY_MAH, p.RUNTIME_S)
    + (p.ALARMS_RAW, p.ALARMS_RAW_HIGH, p.EMERGENCY_S),
    p.PACK_MV,
    p.PACK_OVP_MV,
)


def _soc_fits(words, buf, d):
    full = amount(words, (d + _CAPACITY) >> 1)
    remaining = amount(words, (d + _REMAINING) >> 1)
    if full < 1000 or remaining < 0:
        return False
    return abs(remaining // (full // 100) - buf[d + _SOC]) <= _SOC_SLACK_PCT

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
_SOH = const(158)
_CHARGE_ON = const(166)
_DISCHARGE_ON = const(167)
_HEATING = const(183)
_CHARGE_PHASE_WIDE = const(280)
_LAST_PHASE = const(2)
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
_RUNTIME = const(162 >> 1)
_EMERGENCY = const(186 >> 1)
_HEATING_MA_WIDE = const(236 >> 1)
_TEMP4_WIDE = const(256 >> 1)  # and the fifth
_NO_CELLS = b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"  # eight of them
_ABSENT = const(0x10000 - 2000)  # as a word: rule R2
_MAX_MV = const(1_000_000)
_MAX_MA = const(1_000_000)
_MAX_HIGH = const(15)  # the upper word of such a current
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

    `wide`: in which layout it is watched whether what mostly stands does; None: in none. `known`:
    the Jk02Status that has stored a frame since any of that has moved.
    """

    def __init__(self, buf, words):
        self.wide = self.known = None
        self.buf = buf
        self.words = words
        self.cells = words[_CELLS : _CELLS + _WIDE]
        self.narrow_cells = words[_CELLS : _CELLS + _NARROW]
        self.wires = words[_WIRE_MOHM_WIDE : _WIRE_MOHM_WIDE + _WIDE]
        self.narrow_wires = words[_WIRE_MOHM : _WIRE_MOHM + _NARROW]
        view = memoryview(buf)
        size = _AMOUNTS_END - _AMOUNTS_TO
        self.narrow_amounts = view[_AMOUNTS : _AMOUNTS + size]
        self.wide_amounts = view[_AMOUNTS + _LATER : _AMOUNTS + _LATER + size]


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
        self._place = None  # where this one may be known

    def forget(self):
        """Has the next frame stored as a whole."""
        if self._place:
            self._place.known = None

    def judge(self, place, wide, proven):
        """Reads what decides about the layout; returns CONTRADICTS, UNDECIDED, HOLDS or PROVES.

        `proven`: it was before, so that HOLDS will do.
        """
        words = place.words
        d = _LATER if wide else 0
        limit = _WIDE if wide else _NARROW
        if place.known is not self:
            self.forget()  # what is counted here may be another frame's than is known there
            if not _is_possible(place.buf, d):
                return CONTRADICTS
            self._count_cells(words, _MASK_WIDE if wide else _MASK, limit)
        d >>= 1
        high = words[d + _PACK_MV + 1]
        ma_high = words[d + _CURRENT + 1]
        if high > _MAX_HIGH or _MAX_HIGH < ma_high < 0xFFFF - _MAX_HIGH:
            return CONTRADICTS
        self._pack_mv = pack_mv = high << 16 | words[d + _PACK_MV]
        if ma_high > _MAX_HIGH:
            ma_high -= 0x10000
        self._ma = ma = ma_high << 16 | words[d + _CURRENT]
        if pack_mv >= _MAX_MV or not -_MAX_MA < ma < _MAX_MA:
            return CONTRADICTS
        pack = self.pack
        pack.look(place.cells, self._cells)
        total = pack.total
        if total == 0:
            return UNDECIDED if pack_mv <= _SUM_SLACK_MV else CONTRADICTS
        sum_fits = abs(pack_mv - total) <= total // _SUM_SLACK_DIVISOR + _SUM_SLACK_MV
        if sum_fits and proven:
            return HOLDS
        mask_fits = self._mask_fits(place, limit)
        if sum_fits and (mask_fits or _soc_fits(words, d, place.buf[2 * d + _SOC])):
            return PROVES
        return HOLDS if sum_fits or mask_fits else CONTRADICTS

    def _count_cells(self, words, mask, limit):
        """Counts the cells up to the highest one in the mask (rule R1); without one, all."""
        low = words[mask]
        high = words[mask + 1]
        if low != self._mask_low or high != self._mask_high:
            self._count_mask(low, high)
        cells = self._top
        if cells == 0 or cells > limit:
            cells = limit
            while cells and words[_CELLS + cells - 1] == 0:
                cells -= 1
        self._cells = cells

    def _count_mask(self, low, high):
        self._mask_low = low
        self._mask_high = high
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
        words = place.words
        pack = self.pack
        values = pack.values
        at = _RUNTIME
        if wide:
            at += _LATER >> 1
            pack.cell_view[:] = place.cells
        else:
            pack.cell_view[:_NARROW] = place.narrow_cells
        values[p.PACK_MV] = self._pack_mv
        values[p.CURRENT_MA] = ma = self._ma
        high = words[at + 1]
        stands = place.known is self and pack.valid[p.ALARMS_RAW]  # and nobody has cleared it
        if stands and high < 0x4000 and (ma or values[p.SOC_PCT]):
            values[p.RUNTIME_S] = high << 16 | words[at]
            pack.derive_electric()
        else:
            whole = self._store_standing(place, wide, generation)
            place.known = self if whole and place.wide == wide else None
            self._place = place
            pack.derive()

    def _store_standing(self, place, wide, generation):
        """Stores all that mostly stands. False if the next frame must not rely on that: where
        something is unknown, or the number of cells is counted, due to what moves.
        """
        buf = place.buf
        words = place.words
        pack = self.pack
        values = pack.values
        valid = pack.valid
        if wide:
            d = _LATER
            pack.value_bytes[_AMOUNTS_TO:_AMOUNTS_END] = place.wide_amounts
        else:
            d = 0
            pack.value_bytes[_AMOUNTS_TO:_AMOUNTS_END] = place.narrow_amounts
        mohm = pack.cell_res_mohm
        if mohm is not None:
            if wide:
                mohm[:] = place.wires
            else:
                mohm[:_NARROW] = place.narrow_wires
        at = _ALARMS_WIDE if wide else _ALARMS
        self._store_alarms(words[at], words[at + 1] if wide else 0)
        valid[p.CHARGE_ON : p.CHARGER_PRESENT + 1] = _STATES
        valid[p.PACK_MV : p.PACK_OVP_MV] = _FIGURES
        pack.cells = values[p.CELL_COUNT] = self._cells
        values[p.SOC_PCT] = buf[d + _SOC]
        values[p.SOH_PCT] = soh = buf[d + _SOH]
        valid[p.SOH_PCT] = soh <= 100
        at = d + _AMOUNTS
        whole = self._cells == self._top > 0
        if buf[at + 3] | buf[at + 7] | buf[at + 11] | buf[at + 15] | buf[at + 23] > 0x3F:
            self._drop_large(buf, at)
            whole = False
        values[p.CHARGE_ON] = buf[d + _CHARGE_ON]
        values[p.DISCHARGE_ON] = buf[d + _DISCHARGE_ON]
        values[p.BALANCING] = buf[d + _BALANCE_ACTION] != 0
        heats = wide or generation > _LAST_WITHOUT_HEATER
        values[p.HEATING] = buf[d + _HEATING] if heats else 0
        d >>= 1
        values[p.BALANCE_CURRENT_MA] = (words[d + _BALANCE_MA] ^ 0x8000) - 0x8000
        values[p.EMERGENCY_S] = words[d + _EMERGENCY]
        self._store_temps(words, d, words[_MOS_TEMP_WIDE if wide else _MOS_TEMP])
        if wide:
            self._store_wide(buf, words, generation)
        at = d + _WIRES
        if words[at] or words[at + 1]:
            self._store_bad_wire(words, at)
        if self.balancer or not (self._ma or values[p.SOC_PCT]) and self._says_nothing():
            self._drop_zeros()
            whole = False
        return whole

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
        pack = self.pack
        values = pack.values
        valid = pack.valid
        values[p.CHARGE_PHASE] = phase = buf[_CHARGE_PHASE_WIDE]
        valid[p.CHARGE_PHASE] = generation >= _FIRST_WITH_PHASE and phase <= _LAST_PHASE
        # Rule R4; the field is a garbage of other sensors while the heater is off.
        ma = (words[_HEATING_MA_WIDE] ^ 0x8000) - 0x8000
        values[p.HEATING_MA] = ma if buf[_LATER + _HEATING] else 0
        valid[p.HEATING_MA] = 1
        # 0 in every capture, also while a charger charged: only the other answer tells anything.
        values[p.CHARGER_PRESENT] = 1
        valid[p.CHARGER_PRESENT] = buf[_CHARGER_WIDE] == 1
        if generation >= _FIRST_WITH_T4:
            pack.temps = 4
            for i in range(2):
                raw = words[_TEMP4_WIDE + i]
                pack.temps_dc[2 + i] = (raw ^ 0x8000) - 0x8000
                pack.temp_valid[2 + i] = raw != _ABSENT

    def _store_temps(self, words, d, mos):
        pack = self.pack
        pack.values[p.MOS_TEMP_DC] = (mos ^ 0x8000) - 0x8000
        pack.valid[p.MOS_TEMP_DC] = mos != _ABSENT
        pack.temps = 2
        temps_dc = pack.temps_dc
        temp_valid = pack.temp_valid
        raw = words[d + _TEMP1]
        temps_dc[0] = (raw ^ 0x8000) - 0x8000
        temp_valid[0] = raw != _ABSENT
        raw = words[d + _TEMP2]
        temps_dc[1] = (raw ^ 0x8000) - 0x8000
        temp_valid[1] = raw != _ABSENT

    def _store_alarms(self, low, high):
        pack = self.pack
        values = pack.values
        raw = low | (high & 0x3FFF) << 16
        if values[p.ALARMS_RAW] == raw and values[p.ALARMS_RAW_HIGH] == high >> 14:
            if pack.valid[p.ALARMS_RAW]:
                return  # they stand
        values[p.ALARMS_RAW] = raw
        values[p.ALARMS_RAW_HIGH] = high >> 14
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
    (p.CELL_COUNT, p.PACK_MV, p.CURRENT_MA, p.SOC_PCT, p.BALANCE_CURRENT_MA, p.REMAINING_MAH)
    + (p.CAPACITY_MAH, p.CYCLES, p.CYCLE_CAPACITY_MAH, p.RUNTIME_S)
    + (p.ALARMS_RAW, p.ALARMS_RAW_HIGH, p.EMERGENCY_S),
    p.PACK_MV,
    p.PACK_OVP_MV,
)


def _is_possible(buf, d):
    """True if the state of charge, the balancer's and the switches' are such as there can be."""
    if buf[d + _SOC] > 100 or buf[d + _BALANCE_ACTION] > 2:
        return False
    return buf[d + _CHARGE_ON] | buf[d + _DISCHARGE_ON] | buf[d + _HEATING] <= 1


def _soc_fits(words, d, soc):
    full = amount(words, d + _CAPACITY)
    remaining = amount(words, d + _REMAINING)
    if full < 1000 or remaining < 0:
        return False
    return abs(remaining // (full // 100) - soc) <= _SOC_SLACK_PCT

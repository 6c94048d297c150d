"""PackState: the one decoded picture of a pack, whatever dialect it came in.

Every figure has a slot, named by a constant below; the constant in lower case is the name that
MQTT, the screen, the tests and `tools/decode.py` use (see docs/vocabulary.md). A figure is known
only while its valid byte is set: unknown is a cleared valid byte, never 0.

Only the dialect that owns a PackState writes to it, and it writes a whole frame in one synchronous
call, so no reader sees half a frame. Nothing here allocates after construction.
"""

from array import array

from bms.alarms import CELL_OVERVOLTAGE, CELL_UNDERVOLTAGE, NOTICES, WIRE_RESISTANCE
from bms.watts import power_mw
from compat import bytes_and, const, ticks_add, ticks_diff

MAX_CELLS = const(32)
MAX_TEMPS = const(8)

# Groups: what arrives, and ages, together.
STATUS = const(0)
SETTINGS = const(1)
DEVICE = const(2)
_GROUPS = const(3)

# Slots. First the tri-states: 0, 1, or invalid.
CHARGE_ON = const(0)  # charge MOS conducts
DISCHARGE_ON = const(1)
BALANCING = const(2)  # balancing at this moment, not the switch
HEATING = const(3)  # the BMS's own heater output
CHARGER_PRESENT = const(4)
CHARGE_SWITCH = const(5)  # what the user chose; the MOS may be off all the same
DISCHARGE_SWITCH = const(6)
BALANCE_SWITCH = const(7)
SPECIAL_CHARGER = const(8)
HEATING_SWITCH = const(9)  # the BMS's own heating function is enabled
FULL = const(10)  # the BMS says that it is fully charged
UNAUTHORISED = const(11)  # the BMS refuses its settings: a higher permission is needed
CURRENT_CAL_ACTIVE = const(12)
STATUS_BIT3 = const(13)  # jk.md table gps_status: "battery present", not to be trusted
TEMP_SENSORS_DISABLED = const(14)  # the BMS is told to do without: its protections are off
GPS_HEARTBEAT = const(15)  # it switches the pack off where nobody asks on its GPS port
BOOLS = const(16)  # slots below this one are tri-states

# Measurements.
PACK_MV = const(16)
CURRENT_MA = const(17)  # positive while charging, on every dialect
POWER_MW = const(18)
SOC_PCT = const(19)
REMAINING_MAH = const(20)  # from here to RUNTIME_S in the order of JK02's frames
CAPACITY_MAH = const(21)
CYCLES = const(22)
CYCLE_CAPACITY_MAH = const(23)
SOH_PCT = const(24)
RUNTIME_S = const(25)
MOS_TEMP_DC = const(26)
BALANCER_TEMP_DC = const(27)
BALANCE_CURRENT_MA = const(28)
HEATING_MA = const(29)
CELL_COUNT = const(30)
CELL_MIN_MV = const(31)
CELL_MAX_MV = const(32)
CELL_DELTA_MV = const(33)
CELL_AVG_MV = const(34)
CELL_MIN_INDEX = const(35)  # 1-based
CELL_MAX_INDEX = const(36)  # 1-based
TEMP_MIN_DC = const(37)  # coldest valid battery sensor
TEMP_MAX_DC = const(38)
TEMP_SENSOR_COUNT = const(39)
ALARMS_RAW = const(40)  # bits 0…29 of the BMS's own alarm word
ALARMS_RAW_HIGH = const(41)  # bits 30…59
WARNINGS_RAW = const(42)  # ant.md §2.4: likewise
WARNINGS_RAW_HIGH = const(43)
STATUS_RAW = const(44)
PROTOCOL_VERSION = const(45)
STATE = const(46)  # what the BMS says it is doing (ant.md §2.4)
PERMISSION = const(47)  # ant.md §2.7: level granted at this moment
TEMP_SENSOR_MASK = const(48)  # ant.md §2.5: bit set = that sensor is ignored
EMERGENCY_S = const(49)  # left of emergency mode, in which a JK minds no limit; 0: it is off
CHARGE_PHASE = const(50)  # 0 bulk, 1 absorption, 2 float
BAD_WIRE = const(51)  # 1-based: the first cell whose wire has too much resistance
CHARGED_MAH = const(52)  # ant.md §2.4: all that ever went in
DISCHARGED_MAH = const(53)
CHARGE_TIME_S = const(54)  # for how long, so far
DISCHARGE_TIME_S = const(55)
CHARGE_MOS_CODE = const(56)  # ant.md §1.4: on, or why not
DISCHARGE_MOS_CODE = const(57)
BALANCE_MASK = const(58)  # bits 0…29: cell n + 1 is being bled
BALANCE_MASK_HIGH = const(59)  # bits 30 and 31

# Settings of the BMS.
PACK_OVP_MV = const(60)
PACK_OVPR_MV = const(61)
PACK_UVP_MV = const(62)
PACK_UVPR_MV = const(63)
CELL_OVP_MV = const(64)
CELL_OVPR_MV = const(65)
CELL_OVP_DELAY_S = const(66)
CELL_UVP_MV = const(67)
CELL_UVPR_MV = const(68)
CELL_UVP_DELAY_S = const(69)
CELL_DELTA_PROT_MV = const(70)
MAX_DISCHARGE_MA = const(71)
DISCHARGE_OCP_DELAY_S = const(72)
MAX_CHARGE_MA = const(73)
CHARGE_OCP_DELAY_S = const(74)
BALANCE_START_MV = const(75)
BALANCE_TRIGGER_MV = const(76)
MOS_OTP_DC = const(77)
MOS_OTPR_DC = const(78)
BOX_OTP_DC = const(79)
BOX_OTPR_DC = const(80)
TEMP_DIFF_DC = const(81)
CHARGE_OTP_DC = const(82)
CHARGE_OTPR_DC = const(83)
DISCHARGE_OTP_DC = const(84)
DISCHARGE_OTPR_DC = const(85)
CHARGE_UTP_DC = const(86)  # charge low-temperature protection: charging is cut below
CHARGE_UTPR_DC = const(87)  # ... and allowed again above
DISCHARGE_UTP_DC = const(88)
DISCHARGE_UTPR_DC = const(89)
HEATING_START_DC = const(90)  # jk.md §3.10: the BMS's own heater, newest firmware only
HEATING_STOP_DC = const(91)
CELL_COUNT_SETTING = const(92)
CAPACITY_NOMINAL_MAH = const(93)
CAPACITY_ACTUAL_MAH = const(94)
CURRENT_CAL_MA = const(95)
DEVICE_ADDR = const(96)
BATTERY_TYPE_ID = const(97)
SLEEP_S = const(98)
LOW_SOC_PCT = const(99)
POWER_OFF_MV = const(100)  # cell voltage at which the BMS switches itself off
RCV_MV = const(101)  # charging voltage that the BMS requests, per cell
RFV_MV = const(102)  # and in float
SLOTS = const(103)

# Texts, and where the room of each ends among all of theirs.
SW_VERSION = const(0)
DEVICE_ID = const(1)
MFG_YYMM = const(2)
MANUFACTURER_ID = const(3)
MODEL = const(4)
HW_VERSION = const(5)
NAME = const(6)
SERIAL = const(7)
MFG_DATE = const(8)
_TEXT_ENDS = b"\x10\x18\x1c\x34\x44\x54\x64\x74\x7c"
_TEXTS = const(9)
_TEXTS_ROOM = const(0x7C)

# Ages stop growing here. ticks_diff turns over after 2**29 ms (6.2 days): without the stop, a pack
# lost for a week would look fresh again.
AGE_LIMIT_MS = const(86_400_000)


_ZEROS = bytes(SLOTS)
_ZEROS_9 = bytes(_TEXTS)
_ZEROS_8 = bytes(8)
_ZEROS_6 = bytes(6)
_ONES_6 = b"\1\1\1\1\1\1"


class PackState:
    """Values of one pack in the units of their names, with validity, ages and a sequence number.

    seq grows by one (modulo 2**16) with every whole status. `cell_mv[0:cells]` holds the cells
    by physical position in mV, `temps_dc[0:temps]` the battery sensors in 0.1 °C, each meaningful
    only where `temp_valid` is set. `fingerprint` changes when the content of a status frame does.
    `values[slot]` and `valid[slot]` are open to the dialect that stores many figures at once, as
    are `value_bytes`, the memory of `values`, and `temp_bytes`, that of `temps_dc`.
    `cell_res_mohm`: the resistances of the cells' wires where there is memory for them (`wires`),
    else None; if all are 0, nobody has measured them.
    """

    cell_res_mohm = None

    def __init__(self, wires=False):
        self.seq = 0
        self.fingerprint = 0
        self.unprotected = False  # True: the wire carries no checksum (display port)
        self.cells = 0
        self.cell_mv = array("H", bytes(2 * MAX_CELLS))
        self.cell_view = memoryview(self.cell_mv)  # for slice stores: into the array they allocate
        if wires:
            self.cell_res_mohm = memoryview(array("H", bytes(2 * MAX_CELLS)))
        # Of the cells that were looked at last: lowest, highest, where the first of each is, sum.
        self.low = self.low_at = 0
        self.high = self.high_at = 0
        self.total = 0
        self.temps = 0
        self.temp_bytes, self.temps_dc = bytes_and("h", 2 * MAX_TEMPS)
        self.temp_valid = bytearray(MAX_TEMPS)
        self.alarms = bytearray(8)  # bit set, numbered by bms.alarms
        self.notices = bytearray(8)  # likewise; what is not wrong, but wants something done
        self.value_bytes, self.values = bytes_and("i", 4 * SLOTS)
        self.valid = bytearray(SLOTS)
        self._seen = bytearray(8)  # of _GROUPS; as long as zeros that there are
        self._t_ms = array("i", bytes(4 * _GROUPS))
        self._texts = bytearray(_TEXTS_ROOM)
        self._text_len = bytearray(_TEXTS)

    # -- reading ------------------------------------------------------------------------------

    def has(self, slot):
        """True while the figure is known."""
        return self.valid[slot] != 0

    def get(self, slot, default=None):
        """Returns the figure, or `default` while it is unknown."""
        return self.values[slot] if self.valid[slot] else default

    def text(self, which):
        """Returns a text as str, or None while it is unknown. Allocates: not for hot paths."""
        n = self._text_len[which]
        start = _TEXT_ENDS[which - 1] if which else 0
        return str(bytes(self._texts[start : start + n]), "ascii") if n else None

    def seen(self, group):
        """True once a frame of the group has been accepted."""
        return self._seen[group] != 0

    def age_ms(self, group, now):
        """Returns the age of a group in ms, AGE_LIMIT_MS where it was never seen, or not yet:
        after a jump of the clock nothing from the future is fresh.
        """
        if not self._seen[group]:
            return AGE_LIMIT_MS
        age = ticks_diff(now, self._t_ms[group])
        return age if 0 <= age < AGE_LIMIT_MS else AGE_LIMIT_MS

    def fresh(self, group, now, max_age_ms):
        """True if the group was seen no more than `max_age_ms` ago."""
        return self.age_ms(group, now) <= max_age_ms

    def alarm_cell(self, alarm):
        """Returns the cell, from 1, that an alarm is about; 0 if it is about none, or that is not
        known. No BMS names the cell that is too high or too low: it is the one that alone is the
        highest or the lowest.
        """
        if alarm == WIRE_RESISTANCE:
            return self.get(BAD_WIRE, 0)
        cell = 0
        if alarm == CELL_OVERVOLTAGE:
            cell = self.get(CELL_MAX_INDEX, 0)
        elif alarm == CELL_UNDERVOLTAGE:
            cell = self.get(CELL_MIN_INDEX, 0)
        if cell:
            for other in range(cell, self.cells):  # it is the first of its voltage
                if self.cell_mv[other] == self.cell_mv[cell - 1]:
                    return 0
        return cell

    # -- writing: for the dialect that owns this pack --------------------------------------------

    def put(self, slot, value):
        """Stores a figure (|value| < 2**30) and marks it known."""
        self.values[slot] = value
        self.valid[slot] = 1

    def drop(self, slot):
        """Marks a figure unknown."""
        self.valid[slot] = 0

    def put_temp(self, index, dc):
        """Stores battery sensor `index` (0-based) in 0.1 °C."""
        self.temps_dc[index] = dc
        self.temp_valid[index] = 1

    def drop_temp(self, index):
        """Marks a battery sensor as absent or invalid."""
        self.temp_valid[index] = 0

    def put_text(self, which, buf, start, length):
        """Copies `length` bytes of ASCII: padding NULs go, what is unprintable becomes `?`."""
        texts = self._texts
        first = at = _TEXT_ENDS[which - 1] if which else 0
        end = _TEXT_ENDS[which]
        for i in range(start, start + length):
            byte = buf[i]
            if byte and at < end:
                texts[at] = byte if 32 <= byte < 127 else 63
                at += 1
        self._text_len[which] = at - first

    def clear(self):
        """Marks every figure unknown, and every group as one that was never seen."""
        self.valid[:] = _ZEROS
        self.temp_valid[:] = _ZEROS_8
        self._text_len[:] = _ZEROS_9
        self._seen[:] = _ZEROS_8
        self.cells = self.temps = 0
        self.clear_alarms()

    def raise_alarm(self, bit):
        """Raises a canonical alarm, or notes what is but a notice."""
        at = bit >> 3
        raised = 1 << (bit & 7)
        if NOTICES[at] & raised:
            self.notices[at] |= raised
        else:
            self.alarms[at] |= raised

    def clear_alarms(self):
        """Clears all canonical alarms and notices."""
        self.alarms[:] = _ZEROS_8
        self.notices[:] = _ZEROS_8

    def touch(self, group, now):
        """Marks a group as received at `now`; a status counts as a new reading."""
        self._t_ms[group] = now
        self._seen[group] = 1
        if group == STATUS:
            self.seq = self.seq + 1 & 0xFFFF

    def look(self, words, cells):
        """Finds lowest, highest and sum of the first `cells` of `words`; of no cells, 0."""
        low = 0xFFFF if cells else 0
        high = 0
        total = 0
        low_at = 0
        high_at = 0
        while cells:  # with another local variable, each call would take heap: more than 11 words
            cells -= 1
            mv = words[cells]
            total += mv
            if mv <= low:
                low = mv
                low_at = cells
            if mv >= high:
                high = mv
                high_at = cells
        self.low = low
        self.low_at = low_at
        self.high = high
        self.high_at = high_at
        self.total = total

    def summarise(self):
        """Derives extremes, average and power from the figures just stored.

        The BMS's own statistics lag its cell list by a scan (jk.md §6 no. 41), so that everything
        shown together is computed here from one frame.
        """
        self.look(self.cell_mv, self.cells)
        self.derive()

    def derive(self):
        """The same for a dialect that has looked at the cells already."""
        values = self.values
        valid = self.valid
        low = 0x7FFF
        high = -0x8000
        at = self.temps
        while at:
            at -= 1
            if self.temp_valid[at]:
                dc = self.temps_dc[at]
                if dc < low:
                    low = dc
                if dc > high:
                    high = dc
        values[TEMP_MIN_DC] = low
        values[TEMP_MAX_DC] = high
        valid[TEMP_MIN_DC] = valid[TEMP_MAX_DC] = low <= high
        self._derive_electric(values, valid)

    def _derive_electric(self, values, valid):
        # With another local variable, derive(), of which it is a part in an image for a board
        # without PSRAM, would take heap for its state.
        if self.cells:
            values[CELL_MIN_MV] = self.low
            values[CELL_MAX_MV] = self.high
            values[CELL_DELTA_MV] = self.high - self.low
            values[CELL_AVG_MV] = (self.total + (self.cells >> 1)) // self.cells
            values[CELL_MIN_INDEX] = self.low_at + 1
            values[CELL_MAX_INDEX] = self.high_at + 1
        valid[CELL_MIN_MV : CELL_MAX_INDEX + 1] = _ONES_6 if self.cells else _ZEROS_6
        valid[POWER_MW] = valid[PACK_MV] & valid[CURRENT_MA]
        if valid[POWER_MW]:
            values[POWER_MW] = power_mw(values[PACK_MV], values[CURRENT_MA])

    def settle(self, now):
        """Keeps ages from wrapping; call at least once a day (the supervisor does each second)."""
        for group in range(_GROUPS):
            if self._seen[group] and ticks_diff(now, self._t_ms[group]) > AGE_LIMIT_MS:
                self._t_ms[group] = ticks_add(now, -AGE_LIMIT_MS)

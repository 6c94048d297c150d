"""The status of newer ANT units, of variable length (ant.md §2.4)."""

from bms import alarms as a
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
from bms.wire_le import amount, signed
from compat import const

# From the start of the data.
_PERMISSION = const(0)
_STATE = const(1)
_TEMPS = const(2)
_CELLS = const(3)
_PROTECTIONS = const(4)
_WARNINGS = const(12)
_CELL_MV = const(28)
_CORE = const(106)  # bytes beside cells and sensors

# From the end of cells and sensors, where T0 is.
_MOS_TEMP = const(0)
_BALANCER_TEMP = const(2)
_PACK = const(4)
_CURRENT = const(6)
_SOC = const(8)
_SOH = const(10)
_DISCHARGE_MOS = const(12)
_CHARGE_MOS = const(13)
_BALANCE = const(14)
_BOARD = const(15)
_CAPACITY = const(16)
_REMAINING = const(20)
_CYCLE_CAPACITY = const(24)
_RUNTIME = const(32)
_BALANCE_MASK = const(36)
_DISCHARGED = const(62)
_CHARGED = const(66)
_DISCHARGE_TIME = const(70)
_CHARGE_TIME = const(74)

_CAPACITY_HIGH = const((_CAPACITY >> 1) + 1)  # the upper word
_REMAINING_HIGH = const((_REMAINING >> 1) + 1)

_CELL_BITS = const(0x1FFF)  # the top three may be error flags
_SUM_SLACK_MV = const(300)
_NO = const(255)

# Canonical alarm of each bit; states and what has no name are none.
PROTECTION_ALARMS = bytes(
    (a.CELL_TYPE_UNSET, a.CELL_OVERVOLTAGE, a.CELL_OVERVOLTAGE, a.PACK_OVERVOLTAGE)
    + (a.CELL_UNDERVOLTAGE, a.CELL_UNDERVOLTAGE, a.PACK_UNDERVOLTAGE, a.CELL_DELTA)
    + (a.CHARGE_OVERTEMP, a.DISCHARGE_OVERTEMP, a.MOS_OVERTEMP, a.CHARGE_UNDERTEMP)
    + (a.DISCHARGE_UNDERTEMP, a.CHARGE_OVERCURRENT, a.DISCHARGE_OVERCURRENT)
    + (a.DISCHARGE_OVERCURRENT, a.SHORT_CIRCUIT, _NO, _NO, _NO, _NO, _NO, _NO, _NO, _NO)
    + (a.OPEN_WIRE, a.CURRENT_SENSOR_FAULT, a.DISCHARGE_MOS_FAULT, a.CHARGE_MOS_FAULT)
    + (a.INTERNAL_COMM_FAULT, a.PRECHARGE_FAULT, _NO, _NO, _NO, a.CHARGER_COMM_FAULT)
    + (a.TELEMATICS_LOST, a.ANTI_SPARK_FAULT, _NO, a.FIRMWARE_UPDATE_NEEDED)
    + (a.RELAY_PRECHARGE_FAULT, a.RELAY_STUCK, a.DISCHARGE_FUSE, a.CHARGE_FUSE, a.MODULE_LOST)
    + (a.EXPIRED, a.PRECHARGE_FAULT, a.PRECHARGE_FAULT, a.LOAD_LOCK, a.AFE_FAULT, _NO)
    + (a.AFE_FAULT,)
)
WARNING_ALARMS = bytes(
    (a.CELL_OVERVOLTAGE, a.PACK_OVERVOLTAGE, a.CELL_UNDERVOLTAGE, a.PACK_UNDERVOLTAGE)
    + (a.CELL_DELTA, a.CHARGE_OVERTEMP, a.DISCHARGE_OVERTEMP, a.CHARGE_UNDERTEMP)
    + (a.DISCHARGE_UNDERTEMP, a.MOS_OVERTEMP, a.CHARGE_OVERCURRENT, a.DISCHARGE_OVERCURRENT)
    + (a.LOW_SOC, a.LOW_SOC, a.CELL_VOLTAGE_IMPLAUSIBLE, a.CELL_COUNT_MISMATCH)
    + (a.PRECHARGE_FAULT, _NO, _NO, _NO, _NO, _NO, _NO, _NO, _NO, _NO, _NO, _NO, _NO, _NO)
    + (a.BALANCER_OVERTEMP, _NO, _NO, a.SYSTEM_ERROR, a.TELEMATICS_LOST, _NO, _NO, _NO, _NO)
    + (_NO, _NO, _NO, _NO, a.CLOCK_FAULT, _NO, _NO, a.EXPIRED, a.EXPIRING, _NO)
    + (a.LOW_VOLTAGE_SHUTDOWN, _NO, _NO, _NO, a.COMM_UNSTABLE)
)
_DATA = const(6)  # where the data of a frame begins
# States among the warnings: byte of the frame and bits.
_FULL_BYTE = const(_DATA + _WARNINGS + 2)
_FULL_BITS = const(0x02)  # 17
_CHARGER_BYTE = const(_DATA + _WARNINGS + 2)
_CHARGER_BITS = const(0x70)  # 20…22: CAN, RS485, any
_ANT_CHARGER_BYTE = const(_DATA + _WARNINGS + 6)
_ANT_CHARGER_BITS = const(0x04)  # 50
_HEATING_BYTE = const(_DATA + _WARNINGS + 4)
_HEATING_BITS = const(0x10)  # 36

_ACTIVE_BALANCERS = b"\x01\x02\x21"
_ONES_2 = bytes((1,) * 2)
_ONES_4 = bytes((1,) * 4)
_ONES_9 = bytes((1,) * 9)


def cells_of(words):
    """Returns the words of a buffer in which the cells of a status may lie."""
    first = _DATA + _CELL_MV >> 1
    return words[first : first + p.MAX_CELLS]


def is_sane(buf, words, size):
    """True if the counts fit the length, and the figures are ones that they can be."""
    cells = buf[_DATA + _CELLS]
    temps = buf[_DATA + _TEMPS]
    if not 1 <= cells <= p.MAX_CELLS or temps > p.MAX_TEMPS or buf[_DATA + _STATE] > 5:
        return False
    if _CORE + 2 * cells + 2 * temps > size:
        return False
    t0 = (_DATA + _CELL_MV >> 1) + cells + temps
    return words[t0 + (_SOC >> 1)] <= 100 and words[t0 + (_SOH >> 1)] <= 100


def store(pack, buf, words, cell_words):
    """Stores a status that is sane; returns True if its cells add up to the pack's voltage."""
    # No function here has more than 11 words of local and intermediate values: calls of such take
    # heap for their state.
    pack.cell_view[:] = cell_words
    pack.cells = buf[_DATA + _CELLS]
    pack.look(cell_words, pack.cells)
    if pack.high > _CELL_BITS:
        _drop_flags(pack)
    pack.temps = buf[_DATA + _TEMPS]
    t0 = (_DATA + _CELL_MV >> 1) + pack.cells + pack.temps
    _store_temps(pack, words, t0)
    pack.clear_alarms()
    _store_bits(pack, words, _DATA + _PROTECTIONS >> 1, p.ALARMS_RAW, PROTECTION_ALARMS)
    _store_bits(pack, words, _DATA + _WARNINGS >> 1, p.WARNINGS_RAW, WARNING_ALARMS)
    _store_states(pack, buf, 2 * t0)
    _store_figures(pack, words, t0)
    _store_balancer(pack, buf, words, 2 * t0)
    pack.derive()
    return -_SUM_SLACK_MV <= pack.values[p.PACK_MV] - pack.total <= _SUM_SLACK_MV


def _drop_flags(pack):
    for i in range(pack.cells):
        pack.cell_mv[i] &= _CELL_BITS
    pack.look(pack.cell_mv, pack.cells)


def _store_temps(pack, words, end):
    """Stores the battery sensors, which lie before the word at `end`."""
    sensor = pack.temps
    while sensor:
        sensor -= 1
        end -= 1
        store_temp(pack, sensor, signed(words[end]))


def _store_figures(pack, words, t0):
    values = pack.values
    store_board_temp(pack, p.MOS_TEMP_DC, signed(words[t0 + (_MOS_TEMP >> 1)]))
    store_board_temp(pack, p.BALANCER_TEMP_DC, signed(words[t0 + (_BALANCER_TEMP >> 1)]))
    values[p.PACK_MV] = words[t0 + (_PACK >> 1)] * 10
    values[p.CURRENT_MA] = signed(words[t0 + (_CURRENT >> 1)]) * -100  # it counts discharging
    values[p.SOC_PCT] = words[t0 + (_SOC >> 1)]
    values[p.SOH_PCT] = words[t0 + (_SOH >> 1)]
    values[p.REMAINING_MAH] = mah(words[t0 + _REMAINING_HIGH], words[t0 + (_REMAINING >> 1)])
    store_amounts(
        pack,
        mah(words[t0 + _CAPACITY_HIGH], words[t0 + (_CAPACITY >> 1)]),
        amount(words, t0 + (_CYCLE_CAPACITY >> 1)),
    )
    put_known(pack, p.RUNTIME_S, amount(words, t0 + (_RUNTIME >> 1)))
    put_known(pack, p.DISCHARGED_MAH, amount(words, t0 + (_DISCHARGED >> 1)))
    put_known(pack, p.CHARGED_MAH, amount(words, t0 + (_CHARGED >> 1)))
    put_known(pack, p.DISCHARGE_TIME_S, amount(words, t0 + (_DISCHARGE_TIME >> 1)))
    put_known(pack, p.CHARGE_TIME_S, amount(words, t0 + (_CHARGE_TIME >> 1)))


def _store_states(pack, buf, t0):
    """Stores what is told by single bytes, and marks as known what a status always tells; some
    slots between may be unknown, which is seen to later."""
    values = pack.values
    valid = pack.valid
    valid[p.PACK_MV : p.SOH_PCT + 1] = _ONES_9
    valid[p.ALARMS_RAW : p.WARNINGS_RAW_HIGH + 1] = _ONES_4
    valid[p.STATE : p.PERMISSION + 1] = _ONES_2
    valid[p.BALANCING : p.HEATING + 1] = _ONES_2
    valid[p.CELL_COUNT] = valid[p.FULL] = 1
    values[p.CELL_COUNT] = pack.cells
    values[p.STATE] = buf[_DATA + _STATE]
    values[p.PERMISSION] = buf[_DATA + _PERMISSION]
    store_mos(pack, buf[t0 + _CHARGE_MOS], buf[t0 + _DISCHARGE_MOS])
    values[p.FULL] = buf[_FULL_BYTE] & _FULL_BITS != 0 or buf[t0 + _CHARGE_MOS] == MOS_FULL
    values[p.HEATING] = buf[_HEATING_BYTE] & _HEATING_BITS != 0
    # No bit: no charger that talks, but perhaps a plain one.
    values[p.CHARGER_PRESENT] = 1
    valid[p.CHARGER_PRESENT] = (
        buf[_CHARGER_BYTE] & _CHARGER_BITS | buf[_ANT_CHARGER_BYTE] & _ANT_CHARGER_BITS != 0
    )


def _store_balancer(pack, buf, words, t0):
    if buf[t0 + _BOARD] in _ACTIVE_BALANCERS:  # which have other things there
        bled = False
        pack.drop(p.BALANCE_MASK)
        pack.drop(p.BALANCE_MASK_HIGH)
    else:
        at = t0 + _BALANCE_MASK >> 1
        bled = store_mask(pack, words[at + 1], words[at])
    pack.values[p.BALANCING] = 1 if bled or is_balancing(buf[t0 + _BALANCE]) else 0


def _store_bits(pack, words, at, slot, names):
    """Stores 64 bits as two slots of 30, and raises what they mean."""
    values = pack.values
    values[slot] = (words[at + 1] & 0x3FFF) << 16 | words[at]
    values[slot + 1] = (words[at + 3] & 0x0FFF) << 18 | words[at + 2] << 2 | words[at + 1] >> 14
    if values[slot] | values[slot + 1]:
        _raise_bits(pack, words, at, names)


def _raise_bits(pack, words, at, names):
    for bit in range(len(names)):
        if words[at + (bit >> 4)] >> (bit & 15) & 1 and names[bit] != _NO:
            pack.raise_alarm(names[bit])

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
    store_mos,
    store_temp,
)
from bms.wire_le import s16le, u16le, u32le
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
# States among the warnings: byte and bits.
_FULL_BYTE = const(2)
_FULL_BITS = const(0x02)  # 17
_CHARGER_BYTE = const(2)
_CHARGER_BITS = const(0x70)  # 20…22: CAN, RS485, any
_ANT_CHARGER_BYTE = const(6)
_ANT_CHARGER_BITS = const(0x04)  # 50
_HEATING_BYTE = const(4)
_HEATING_BITS = const(0x10)  # 36


def is_sane(buf, data, size):
    """True if the counts fit the length, and the figures are ones that they can be."""
    cells = buf[data + _CELLS]
    temps = buf[data + _TEMPS]
    if not 1 <= cells <= p.MAX_CELLS or temps > p.MAX_TEMPS or buf[data + _STATE] > 5:
        return False
    if _CORE + 2 * cells + 2 * temps > size:
        return False
    t0 = data + _CELL_MV + 2 * cells + 2 * temps
    return u16le(buf, t0 + _SOC) <= 100 and u16le(buf, t0 + _SOH) <= 100


def store(pack, buf, data):
    """Stores a status that is sane; returns True if its cells add up to the pack's voltage."""
    cells = buf[data + _CELLS]
    cell_mv = pack.cell_mv
    total = 0
    at = data + _CELL_MV
    for i in range(cells):
        mv = (buf[at] | buf[at + 1] << 8) & _CELL_BITS
        cell_mv[i] = mv
        total += mv
        at += 2
    pack.cells = cells
    pack.put(p.CELL_COUNT, cells)
    temps = buf[data + _TEMPS]
    for i in range(temps):
        store_temp(pack, i, s16le(buf, at))
        at += 2
    pack.temps = temps
    pack.put(p.STATE, buf[data + _STATE])
    pack.put(p.PERMISSION, buf[data + _PERMISSION])
    pack.clear_alarms()
    _store_bits(pack, buf, data + _PROTECTIONS, p.ALARMS_RAW, PROTECTION_ALARMS)
    _store_bits(pack, buf, data + _WARNINGS, p.WARNINGS_RAW, WARNING_ALARMS)
    _store_figures(pack, buf, at)
    _store_switches(pack, buf, at, data + _WARNINGS)
    pack.summarise()
    off = pack.get(p.PACK_MV) - total
    return -_SUM_SLACK_MV <= off <= _SUM_SLACK_MV


def _store_figures(pack, buf, t0):
    store_board_temp(pack, p.MOS_TEMP_DC, s16le(buf, t0 + _MOS_TEMP))
    store_board_temp(pack, p.BALANCER_TEMP_DC, s16le(buf, t0 + _BALANCER_TEMP))
    pack.put(p.PACK_MV, u16le(buf, t0 + _PACK) * 10)
    pack.put(p.CURRENT_MA, s16le(buf, t0 + _CURRENT) * -100)  # the wire counts discharging
    pack.put(p.SOC_PCT, u16le(buf, t0 + _SOC))
    pack.put(p.SOH_PCT, u16le(buf, t0 + _SOH))
    full_mah = mah(u16le(buf, t0 + _CAPACITY + 2), u16le(buf, t0 + _CAPACITY))
    store_amounts(pack, full_mah, u32le(buf, t0 + _CYCLE_CAPACITY))
    pack.put(p.REMAINING_MAH, mah(u16le(buf, t0 + _REMAINING + 2), u16le(buf, t0 + _REMAINING)))
    put_known(pack, p.RUNTIME_S, u32le(buf, t0 + _RUNTIME))


def _store_switches(pack, buf, t0, warnings):
    store_mos(pack, buf[t0 + _CHARGE_MOS], buf[t0 + _DISCHARGE_MOS])
    board = buf[t0 + _BOARD]
    bled = u32le(buf, t0 + _BALANCE_MASK) != 0
    if board == 1 or board == 2 or board == 33:
        bled = False  # an active balancer has other things there
    pack.put(p.BALANCING, 1 if bled or is_balancing(buf[t0 + _BALANCE]) else 0)
    full = buf[warnings + _FULL_BYTE] & _FULL_BITS or buf[t0 + _CHARGE_MOS] == MOS_FULL
    pack.put(p.FULL, 1 if full else 0)
    pack.put(p.HEATING, 1 if buf[warnings + _HEATING_BYTE] & _HEATING_BITS else 0)
    charger = buf[warnings + _CHARGER_BYTE] & _CHARGER_BITS
    if charger or buf[warnings + _ANT_CHARGER_BYTE] & _ANT_CHARGER_BITS:
        pack.put(p.CHARGER_PRESENT, 1)
    else:
        pack.drop(p.CHARGER_PRESENT)  # no bit: no charger that talks, but perhaps a plain one


def _store_bits(pack, buf, at, slot, names):
    """Stores 64 bits as two slots of 30, and raises what they mean."""
    low = buf[at + 2] << 16 | buf[at + 1] << 8 | buf[at]
    pack.put(slot, (buf[at + 3] & 0x3F) << 24 | low)
    high = buf[at + 5] << 10 | buf[at + 4] << 2 | buf[at + 3] >> 6
    pack.put(slot + 1, (buf[at + 7] & 0x0F) << 26 | buf[at + 6] << 18 | high)
    for i in range(8):
        bits = buf[at + i]
        bit = i << 3
        while bits and bit < len(names):
            if bits & 1 and names[bit] != _NO:
                pack.raise_alarm(names[bit])
            bits >>= 1
            bit += 1

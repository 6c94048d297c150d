"""JK02 settings frames (jk.md §3.7): judged as a whole before anything is stored."""

from bms import pack as p
from bms.wire_le import s8, s32le, u32le
from compat import const

# Offset and slot; all 32 bits wide, and in the same place in both layouts.
_MILLIVOLTS = bytes(
    (10, p.CELL_UVP_MV)
    + (14, p.CELL_UVPR_MV)
    + (18, p.CELL_OVP_MV)
    + (22, p.CELL_OVPR_MV)
    + (26, p.BALANCE_TRIGGER_MV)
    + (46, p.POWER_OFF_MV)
    + (138, p.BALANCE_START_MV)
)
_AMOUNTS = bytes(
    (50, p.MAX_CHARGE_MA)
    + (54, p.CHARGE_OCP_DELAY_S)
    + (62, p.MAX_DISCHARGE_MA)
    + (66, p.DISCHARGE_OCP_DELAY_S)
    + (130, p.CAPACITY_NOMINAL_MAH)
)
_TEMPS = bytes(
    (82, p.CHARGE_OTP_DC)
    + (86, p.CHARGE_OTPR_DC)
    + (90, p.DISCHARGE_OTP_DC)
    + (94, p.DISCHARGE_OTPR_DC)
    + (98, p.CHARGE_UTP_DC)
    + (102, p.CHARGE_UTPR_DC)
    + (106, p.MOS_OTP_DC)
    + (110, p.MOS_OTPR_DC)
)
_SWITCHES = bytes((118, p.CHARGE_SWITCH) + (122, p.DISCHARGE_SWITCH) + (126, p.BALANCE_SWITCH))
_CELL_COUNT = const(114)
_DEVICE_ADDR = const(270)
_CONTROLS = const(282)  # table jk02_controls; bits of its first byte
_HEATING_BIT = const(0)
_SENSORS_BIT = const(1)
_GPS_BIT = const(2)
_CHARGER_BIT = const(5)
# What older firmware does not have is 0 there.
_REQUESTED = bytes((38, p.RCV_MV) + (42, p.RFV_MV))
# Whole °C: offset from _LATE, the register that the bitmap must offer, slot (jk.md §3.8, §3.10).
_LATE = const(284)
_BYTES = bytes(
    (0, 0x37, p.HEATING_START_DC)
    + (1, 0x38, p.HEATING_STOP_DC)
    + (12, 0x3A, p.DISCHARGE_UTP_DC)
    + (13, 0x3B, p.DISCHARGE_UTPR_DC)
)

_MAX_CELL_MV = const(10_000)
_MAX_DC = const(2000)
_LIMIT = const(0x3FFFFFFF)


def is_sane(buf, at):
    """True if every figure of the frame is one that such a setting can have."""
    for row in range(0, len(_MILLIVOLTS), 2):
        if u32le(buf, at + _MILLIVOLTS[row]) > _MAX_CELL_MV:
            return False
    for row in range(0, len(_TEMPS), 2):
        if not -_MAX_DC <= s32le(buf, at + _TEMPS[row]) <= _MAX_DC:
            return False
    for row in range(0, len(_SWITCHES), 2):
        if u32le(buf, at + _SWITCHES[row]) > 1:
            return False
    return u32le(buf, at + _CELL_COUNT) <= p.MAX_CELLS


def store(pack, buf, at, wide, capabilities):
    """Stores a frame; `capabilities` has a bit for each register on offer."""
    for row in range(0, len(_MILLIVOLTS), 2):
        pack.put(_MILLIVOLTS[row + 1], u32le(buf, at + _MILLIVOLTS[row]))
    for row in range(0, len(_AMOUNTS), 2):
        value = u32le(buf, at + _AMOUNTS[row])
        if value < _LIMIT:
            pack.put(_AMOUNTS[row + 1], value)
        else:
            pack.drop(_AMOUNTS[row + 1])
    for row in range(0, len(_TEMPS), 2):
        pack.put(_TEMPS[row + 1], s32le(buf, at + _TEMPS[row]))
    for row in range(0, len(_SWITCHES), 2):
        pack.put(_SWITCHES[row + 1], buf[at + _SWITCHES[row]])
    pack.put(p.CELL_COUNT_SETTING, buf[at + _CELL_COUNT])
    if wide:
        _store_wide(pack, buf, at, capabilities)


def _store_wide(pack, buf, at, capabilities):
    pack.put(p.DEVICE_ADDR, buf[at + _DEVICE_ADDR])
    controls = buf[at + _CONTROLS]
    pack.put(p.HEATING_SWITCH, controls >> _HEATING_BIT & 1)
    pack.put(p.TEMP_SENSORS_DISABLED, controls >> _SENSORS_BIT & 1)
    pack.put(p.GPS_HEARTBEAT, controls >> _GPS_BIT & 1)
    pack.put(p.SPECIAL_CHARGER, controls >> _CHARGER_BIT & 1)
    for row in range(0, len(_REQUESTED), 2):
        mv = u32le(buf, at + _REQUESTED[row])
        if 0 < mv <= _MAX_CELL_MV:
            pack.put(_REQUESTED[row + 1], mv)
        else:
            pack.drop(_REQUESTED[row + 1])
    for row in range(0, len(_BYTES), 3):
        register = _BYTES[row + 1]
        # Older firmware keeps other things in these bytes (jk.md §3.10).
        if capabilities[register >> 3] >> (register & 7) & 1:
            pack.put(_BYTES[row + 2], s8(buf, at + _LATE + _BYTES[row]) * 10)
        else:
            pack.drop(_BYTES[row + 2])

"""What both ANT protocols share: MOS and balance codes, µAh, sensors (ant.md §1.4)."""

from bms import alarms as a
from bms import pack as p
from compat import const

MOS_ON = const(1)
MOS_FULL = const(4)  # charge MOS only
NO_ALARM = const(255)

# Canonical alarm by code of the charge and of the discharge MOS. 15, off by hand, is none.
CHARGE_ALARMS = bytes(
    (NO_ALARM, NO_ALARM, a.CELL_OVERVOLTAGE, a.CHARGE_OVERCURRENT, NO_ALARM, a.PACK_OVERVOLTAGE)
    + (a.CHARGE_OVERTEMP, a.MOS_OVERTEMP, a.CURRENT_SENSOR_FAULT, a.OPEN_WIRE)
    + (a.BOARD_OVERTEMP, NO_ALARM, a.CHARGE_MOS_FAULT, a.DISCHARGE_MOS_FAULT, NO_ALARM, NO_ALARM)
    + (a.CELL_OVERVOLTAGE, a.CHARGE_UNDERTEMP, a.CELL_DELTA)
)
DISCHARGE_ALARMS = bytes(
    (NO_ALARM, NO_ALARM, a.CELL_UNDERVOLTAGE, a.DISCHARGE_OVERCURRENT, a.DISCHARGE_OVERCURRENT)
    + (a.PACK_UNDERVOLTAGE, a.DISCHARGE_OVERTEMP, a.MOS_OVERTEMP, a.CURRENT_SENSOR_FAULT)
    + (a.OPEN_WIRE, a.BOARD_OVERTEMP, NO_ALARM, a.SHORT_CIRCUIT, a.DISCHARGE_MOS_FAULT)
    + (a.DISCHARGE_MOS_FAULT, NO_ALARM, a.CELL_UNDERVOLTAGE, a.DISCHARGE_UNDERTEMP, a.CELL_DELTA)
)

_BOTH = bytes((1, 1))  # two slots that are known
_ABSENT_C = const(-40)
_MAX_C = const(150)  # the sensors' range ends at 125 °C
_LIMIT = const(0x3FFFFFFF)  # where the getters saturate


def store_mos(pack, charge, discharge):
    """Stores the MOS states, and raises the alarms that the codes imply."""
    values = pack.values
    values[p.CHARGE_MOS_CODE] = charge
    values[p.DISCHARGE_MOS_CODE] = discharge
    values[p.CHARGE_ON] = charge == MOS_ON
    values[p.DISCHARGE_ON] = discharge == MOS_ON
    pack.valid[p.CHARGE_ON : p.DISCHARGE_ON + 1] = _BOTH
    pack.valid[p.CHARGE_MOS_CODE : p.DISCHARGE_MOS_CODE + 1] = _BOTH
    if 1 < charge < len(CHARGE_ALARMS) and CHARGE_ALARMS[charge] != NO_ALARM:
        pack.raise_alarm(CHARGE_ALARMS[charge])
    if 1 < discharge < len(DISCHARGE_ALARMS) and DISCHARGE_ALARMS[discharge] != NO_ALARM:
        pack.raise_alarm(DISCHARGE_ALARMS[discharge])


def is_balancing(code):
    """True for the balance codes in which cells are being bled."""
    return code == 1 or code == 2 or code == 4 or code == 5


def store_mask(pack, high, low):
    """Stores which cells are being bled, given as two words; returns True if any is."""
    pack.values[p.BALANCE_MASK] = (high & 0x3FFF) << 16 | low
    pack.values[p.BALANCE_MASK_HIGH] = high >> 14
    pack.valid[p.BALANCE_MASK : p.BALANCE_MASK_HIGH + 1] = _BOTH
    return high | low != 0


def mah(high, low):
    """Returns (high << 16 | low) µAh in mAh, rounded, without an integer that needs the heap."""
    return high * 65 + (high * 536 + low + 500) // 1000  # 65536 = 65 * 1000 + 536


def store_temp(pack, sensor, celsius):
    """Stores battery sensor `sensor` (0-based) of a reading in whole °C."""
    known = _ABSENT_C < celsius <= _MAX_C
    pack.temp_valid[sensor] = known
    if known:
        pack.temps_dc[sensor] = celsius * 10


def store_board_temp(pack, slot, celsius):
    """Stores the MOS's or the balancer's temperature, given in whole °C."""
    pack.values[slot] = celsius * 10
    pack.valid[slot] = _ABSENT_C < celsius <= _MAX_C


def store_amounts(pack, capacity_mah, cycle_capacity_mah):
    """Stores full and cycled capacity and the cycles that follow; a capacity of 0 is unknown."""
    pack.values[p.CAPACITY_MAH] = capacity_mah
    pack.valid[p.CAPACITY_MAH] = capacity_mah > 0
    put_known(pack, p.CYCLE_CAPACITY_MAH, cycle_capacity_mah)
    if capacity_mah and pack.valid[p.CYCLE_CAPACITY_MAH]:
        pack.put(p.CYCLES, cycle_capacity_mah // capacity_mah)
    else:
        pack.drop(p.CYCLES)


def put_known(pack, slot, value):
    """Stores a figure, or marks it unknown if it is past what the getters can tell."""
    pack.values[slot] = value
    pack.valid[slot] = 0 <= value < _LIMIT

"""Canonical alarm names. The position in NAMES is the bit in PackState.alarms.

Sources: jk.md tables gps_alarms, disp_a55a and ble_alarms. Dialects translate their own bits to
these; the BMS's raw word stays available beside them.
"""

from compat import const

LOW_SOC = const(0)
MOS_OVERTEMP = const(1)
PACK_OVERVOLTAGE = const(2)
PACK_UNDERVOLTAGE = const(3)
BATTERY_OVERTEMP = const(4)
CHARGE_OVERCURRENT = const(5)
DISCHARGE_OVERCURRENT = const(6)
CELL_DELTA = const(7)
BOX_OVERTEMP = const(8)
BATTERY_UNDERTEMP = const(9)
CELL_OVERVOLTAGE = const(10)
CELL_UNDERVOLTAGE = const(11)
AFE_PROTECTION_A = const(12)
AFE_PROTECTION_B = const(13)
OVERCURRENT = const(14)
SHORT_CIRCUIT = const(15)
INTERNAL_COMM = const(16)
WIRE_RESISTANCE = const(17)
CELL_COUNT_MISMATCH = const(18)

NAMES = (
    "low_soc",
    "mos_overtemp",
    "pack_overvoltage",
    "pack_undervoltage",
    "battery_overtemp",
    "charge_overcurrent",
    "discharge_overcurrent",
    "cell_delta",
    "box_overtemp",
    "battery_undertemp",
    "cell_overvoltage",
    "cell_undervoltage",
    "afe_protection_a",
    "afe_protection_b",
    "overcurrent",
    "short_circuit",
    "internal_comm",
    "wire_resistance",
    "cell_count_mismatch",
)

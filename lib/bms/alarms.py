"""Canonical alarm names. The line in NAMES is the bit in PackState.alarms.

Sources: jk.md tables gps_alarms, disp_a55a and ble_alarms, ant.md §1.4 and §2.4. Dialects
translate their own bits to these; the BMS's raw word stays available beside them.
"""

from compat import const

_BYTES = const(8)

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
CURRENT_SENSOR = const(19)
CHARGE_SHORT_CIRCUIT = const(20)
CHARGE_OVERTEMP = const(21)
CHARGE_UNDERTEMP = const(22)
DISCHARGE_SHORT_CIRCUIT = const(23)
DISCHARGE_OVERTEMP = const(24)
CHARGE_MOS_FAULT = const(25)
DISCHARGE_MOS_FAULT = const(26)
GPS_DISCONNECTED = const(27)
CHANGE_PASSWORD = const(28)
DISCHARGE_ON_FAILED = const(29)
TEMP_SENSOR_FAULT = const(30)
PCL_MODULE_FAULT = const(31)
SCP_RELEASE_FAILED = const(32)
DISCHARGE_OCP2 = const(33)
DISCHARGE_OCP3 = const(34)
DISCHARGE_UNDERTEMP = const(35)
GPS_REMOTE_LOCK = const(36)
CELL_TYPE_UNSET = const(37)
OPEN_WIRE = const(38)
CURRENT_SENSOR_FAULT = const(39)
INTERNAL_COMM_FAULT = const(40)
PRECHARGE_FAULT = const(41)
CHARGER_COMM_FAULT = const(42)
TELEMATICS_LOST = const(43)
ANTI_SPARK_FAULT = const(44)
FIRMWARE_UPDATE_NEEDED = const(45)
RELAY_PRECHARGE_FAULT = const(46)
RELAY_STUCK = const(47)
DISCHARGE_FUSE = const(48)
CHARGE_FUSE = const(49)
MODULE_LOST = const(50)
EXPIRED = const(51)
LOAD_LOCK = const(52)
AFE_FAULT = const(53)
BOARD_OVERTEMP = const(54)
CELL_VOLTAGE_IMPLAUSIBLE = const(55)
BALANCER_OVERTEMP = const(56)
SYSTEM_ERROR = const(57)
CLOCK_FAULT = const(58)
COMM_UNSTABLE = const(59)
LOW_VOLTAGE_SHUTDOWN = const(60)
EXPIRING = const(61)

NAMES = (
    b"low_soc\n"
    b"mos_overtemp\n"
    b"pack_overvoltage\n"
    b"pack_undervoltage\n"
    b"battery_overtemp\n"
    b"charge_overcurrent\n"
    b"discharge_overcurrent\n"
    b"cell_delta\n"
    b"box_overtemp\n"
    b"battery_undertemp\n"
    b"cell_overvoltage\n"
    b"cell_undervoltage\n"
    b"afe_protection_a\n"
    b"afe_protection_b\n"
    b"overcurrent\n"
    b"short_circuit\n"
    b"internal_comm\n"
    b"wire_resistance\n"
    b"cell_count_mismatch\n"
    b"current_sensor\n"
    b"charge_short_circuit\n"
    b"charge_overtemp\n"
    b"charge_undertemp\n"
    b"discharge_short_circuit\n"
    b"discharge_overtemp\n"
    b"charge_mos_fault\n"
    b"discharge_mos_fault\n"
    b"gps_disconnected\n"
    b"change_password\n"
    b"discharge_on_failed\n"
    b"temp_sensor_fault\n"
    b"pcl_module_fault\n"
    b"scp_release_failed\n"
    b"discharge_ocp2\n"
    b"discharge_ocp3\n"
    b"discharge_undertemp\n"
    b"gps_remote_lock\n"
    b"cell_type_unset\n"
    b"open_wire\n"
    b"current_sensor_fault\n"
    b"internal_comm_fault\n"
    b"precharge_fault\n"
    b"charger_comm_fault\n"
    b"telematics_lost\n"
    b"anti_spark_fault\n"
    b"firmware_update_needed\n"
    b"relay_precharge_fault\n"
    b"relay_stuck\n"
    b"discharge_fuse\n"
    b"charge_fuse\n"
    b"module_lost\n"
    b"expired\n"
    b"load_lock\n"
    b"afe_fault\n"
    b"board_overtemp\n"
    b"cell_voltage_implausible\n"
    b"balancer_overtemp\n"
    b"system_error\n"
    b"clock_fault\n"
    b"comm_unstable\n"
    b"low_voltage_shutdown\n"
    b"expiring"
)


def mask(bits):
    """Returns a set of alarms as bytes that can be compared with PackState.alarms."""
    made = bytearray(_BYTES)
    for bit in bits:
        made[bit >> 3] |= 1 << (bit & 7)
    return bytes(made)


# What asks for something without anything being wrong now: kept apart, as PackState.notices. Most
# healthy new units say CHANGE_PASSWORD for ever (jk.md §7 F4).
NOTICES = mask((CHANGE_PASSWORD, EXPIRING, FIRMWARE_UPDATE_NEEDED, TELEMATICS_LOST, CLOCK_FAULT))

"""The pack as a Victron GX device takes it: a "Generic MQTT" battery of its driver.

That is dbus-serialbattery, bms/generic_mqtt.py of mr-manuel/venus-os_dbus-serialbattery, names and
types as in July 2026. With it go the charge current that the cells allow, and the heater.
Loaded only where the settings ask for it, on boards with PSRAM: a message takes some kB of heap.
"""

from bms import alarms as a
from bms import pack as p
from compat import const

# The driver's names of what protects a battery, and our alarms that mean it.
_MEANT = (
    ("high_voltage", (a.PACK_OVERVOLTAGE,)),
    ("high_cell_voltage", (a.CELL_OVERVOLTAGE,)),
    ("low_voltage", (a.PACK_UNDERVOLTAGE, a.LOW_VOLTAGE_SHUTDOWN)),
    ("low_cell_voltage", (a.CELL_UNDERVOLTAGE,)),
    ("low_soc", (a.LOW_SOC,)),
    ("high_charge_current", (a.CHARGE_OVERCURRENT, a.CHARGE_SHORT_CIRCUIT)),
    (
        "high_discharge_current",
        (a.DISCHARGE_OVERCURRENT, a.DISCHARGE_OCP2, a.DISCHARGE_OCP3, a.OVERCURRENT)
        + (a.SHORT_CIRCUIT, a.DISCHARGE_SHORT_CIRCUIT, a.SCP_RELEASE_FAILED),
    ),
    ("cell_imbalance", (a.CELL_DELTA,)),
    ("high_charge_temperature", (a.CHARGE_OVERTEMP,)),
    ("low_charge_temperature", (a.CHARGE_UNDERTEMP, a.BATTERY_UNDERTEMP)),
    ("high_temperature", (a.BATTERY_OVERTEMP, a.DISCHARGE_OVERTEMP, a.BOX_OVERTEMP)),
    ("low_temperature", (a.DISCHARGE_UNDERTEMP,)),
    ("high_internal_temperature", (a.MOS_OVERTEMP, a.BOARD_OVERTEMP, a.BALANCER_OVERTEMP)),
    ("fuse_blown", (a.CHARGE_FUSE, a.DISCHARGE_FUSE)),
)
_NAMED = a.mask([bit for _, bits in _MEANT for bit in bits])
# As masks of PackState.alarms; the last has what the driver knows no name for.
_PROTECTION = tuple([(name, a.mask(bits)) for name, bits in _MEANT]) + (
    ("internal_failure", bytes([byte ^ 0xFF for byte in _NAMED])),
)
_ALARM = const(2)  # the driver's words for it; 0 is well
_TEMPS = const(4)  # the driver has so many


class Description:
    """What is told of a pack. serial: by which the GX device knows it, str; limit: a
    relay.charge_limit.ChargeLimit or None; meter: a bms.meter.Meter, None where it counts several
    packs."""

    def __init__(self, pack, serial, limit, meter):
        self._pack = pack
        self._serial = serial
        self._limit = limit
        self._meter = meter

    def figures(self):
        """Returns them as a dict; None if one that the driver cannot do without is missing."""
        pack = self._pack
        wanted = (p.CAPACITY_MAH, p.PACK_MV, p.CURRENT_MA, p.SOC_PCT, p.CHARGE_ON, p.DISCHARGE_ON)
        temps = [pack.temps_dc[i] / 10 for i in range(pack.temps) if pack.temp_valid[i]]
        if not pack.cells or not temps or not all([pack.valid[slot] for slot in wanted]):
            return None
        values = pack.values
        told = {
            "serial_number": self._serial,
            "cell_count": pack.cells,
            "capacity": values[p.CAPACITY_MAH] / 1000,
            "voltage": values[p.PACK_MV] / 1000,
            "current": values[p.CURRENT_MA] / 1000,
            "soc": values[p.SOC_PCT],
            "charge_fet": bool(values[p.CHARGE_ON]),
            "discharge_fet": bool(values[p.DISCHARGE_ON]),
            "cells": _cells(pack),
            "protection": _protection(pack),
            "history": self._history(pack),
        }
        for i in range(min(len(temps), _TEMPS)):
            told["temperature_%d" % (i + 1)] = temps[i]
        self._add_what_is_known(told, pack)
        return told

    def _add_what_is_known(self, told, pack):
        for name, slot, scale in (
            ("capacity_remain", p.REMAINING_MAH, 1000),
            ("soh", p.SOH_PCT, 1),
            ("temperature_mos", p.MOS_TEMP_DC, 10),
        ):
            if pack.valid[slot]:
                told[name] = pack.values[slot] / scale
        balances = pack.get(p.BALANCE_SWITCH, pack.get(p.BALANCING))
        if balances is not None:
            told["balance_fet"] = bool(balances)
        version = pack.text(p.HW_VERSION)
        if version:
            told["hardware_version"] = version
        if self._limit is not None:
            ma, _ = self._limit.judge(pack.get(p.TEMP_MIN_DC), pack.get(p.TEMP_MAX_DC))
            told["max_battery_charge_current"] = ma / 1000

    def _history(self, pack):
        history = {}
        if pack.valid[p.CYCLES]:
            history["charge_cycles"] = pack.values[p.CYCLES]
        if self._meter is not None:
            wh_in, wh_out, _, mah_out = self._meter.told
            history["charged_energy"] = wh_in / 1000
            history["discharged_energy"] = wh_out / 1000
            history["total_ah_drawn"] = -mah_out / 1000
        return history


def _cells(pack):
    mask = pack.get(p.BALANCE_MASK) or 0
    high = pack.get(p.BALANCE_MASK_HIGH) or 0
    cells = []
    for i in range(pack.cells):
        cell = {"voltage": pack.cell_mv[i] / 1000}
        if pack.valid[p.BALANCE_MASK]:
            cell["balance"] = bool((mask >> i if i < 30 else high >> i - 30) & 1)
        cells.append(cell)
    return cells


def _protection(pack):
    raised = pack.alarms
    told = {}
    for name, mask in _PROTECTION:
        told[name] = _ALARM if any([raised[i] & mask[i] for i in range(len(mask))]) else 0
    return told

"""What a simulated BMS has measured at one moment; every dialect's frames are laid out from it.

A copy, so that a frozen BMS can repeat it, and so that all frames of one scan agree.
"""

import copy

# Names of the bits of the plant's alarm word (jk.md table gps_alarms).
_ALARMS = (
    "low_soc mos_overtemp pack_overvoltage pack_undervoltage battery_overtemp charge_overcurrent "
    "discharge_overcurrent cell_delta box_overtemp battery_undertemp cell_overvoltage "
    "cell_undervoltage afe_protection_a afe_protection_b"
).split()

# What the plant does not count.
CYCLES = 37
CYCLE_CAPACITY_MAH = 3_700_000


class Picture:
    """Figures of a tools.plant.Plant at this moment, under its names and in its units.

    Beside those: `temps_fine_dc` and `mos_fine_dc`, in steps of 0.1 °C where the plant's own are
    whole; `temps_cut_dc` and `mos_cut_dc`, whole °C cut off instead of rounded; `alarms`, the set
    of names in its alarm word; `remaining_mah`, `cycles`, `cycle_capacity_mah`; `bms`, a copy of
    its thresholds and switches. None: the sensor is absent.
    """

    def __init__(self, plant):
        self.time_s = plant.time_s
        self.charger_on = bool(plant.charger_on)
        self.cells = plant.cells
        self.cell_mv = list(plant.cell_mv)
        self.pack_mv = plant.pack_mv
        self.current_ma = plant.current_ma
        self.soc_pct = plant.soc_pct
        self.capacity_mah = plant.capacity_mah
        self.remaining_mah = round(plant.capacity_mah * plant.soc)
        self.cycles = CYCLES
        self.cycle_capacity_mah = CYCLE_CAPACITY_MAH
        self.runtime_s = plant.runtime_s
        self.charge_on = bool(plant.charge_on)
        self.discharge_on = bool(plant.discharge_on)
        self.alarms_raw = plant.alarms_raw
        self.alarms = {name for bit, name in enumerate(_ALARMS) if plant.alarms_raw >> bit & 1}
        self.temps_dc = list(plant.temps_dc)
        self.mos_temp_dc = plant.mos_temp_dc
        self.temps_fine_dc = self._of_sensors(plant, lambda temp_c: round(10 * temp_c))
        self.temps_cut_dc = self._of_sensors(plant, lambda temp_c: 10 * int(temp_c))
        self.mos_fine_dc = round(10 * plant.mos_c)
        self.mos_cut_dc = 10 * int(plant.mos_c)
        self.bms = copy.copy(plant.bms)
        self.bms_heater_a = plant.bms_heater_a

    def _of_sensors(self, plant, shown):
        return [
            None if known is None else shown(temp_c)
            for known, temp_c in zip(self.temps_dc, plant.sensed_c, strict=True)
        ]

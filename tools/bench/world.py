"""The true pack in virtual time, and what is wired between it and the board."""

from tools.plant import Plant


class World:
    """Keeps the plant's time with the bench's and counts what the heater output did.

    `heater_changes` counts every switching; `heater_changed_us` is when the last one was;
    `heater_log` holds (t_us, on) of the last thousand.
    """

    def __init__(self, plant):
        self.plant = plant if plant is not None else Plant()
        self.heater_changes = 0
        self.heater_changed_us = 0
        self._heater_us = 0
        self.heater_log = []
        self._t_us = 0

    def advance(self, t_us):
        """Moves the plant on to virtual time `t_us`."""
        if t_us > self._t_us:
            self.plant.step((t_us - self._t_us) / 1e6)
            self._t_us = t_us

    def set_heater(self, on, t_us):
        """The heater's output has changed."""
        if on == self.plant.heater_on:
            return
        self.advance(t_us)
        self._heater_us = self.heater_on_us(t_us)
        self.plant.heater_on = on
        self.heater_changes += 1
        self.heater_changed_us = t_us
        self.heater_log.append((t_us, on))
        del self.heater_log[:-1000]

    def heater_on_us(self, t_us):
        """Returns how long the output has been on in all, in µs."""
        return self._heater_us + (t_us - self.heater_changed_us if self.plant.heater_on else 0)

    def truth(self):
        """Returns the plant's figures: the vocabulary's names, and what no BMS says.

        temps_true_dc: both halves of the cells, coldest_dc the colder; mat_dc; heater_mw: what
        the mat takes.
        """
        plant = self.plant
        bms = plant.bms
        return {
            "cell_mv": plant.cell_mv,
            "pack_mv": plant.pack_mv,
            "current_ma": plant.current_ma,
            "soc_pct": plant.soc_pct,
            "temps_dc": plant.temps_dc,
            "mos_temp_dc": plant.mos_temp_dc,
            "charge_on": plant.charge_on,
            "discharge_on": plant.discharge_on,
            "charge_switch": bms.charge_switch,
            "discharge_switch": bms.discharge_switch,
            "alarms_raw": plant.alarms_raw,
            "charge_utp_dc": bms.charge_utp_dc,
            "charge_utpr_dc": bms.charge_utpr_dc,
            "temps_true_dc": [round(10 * temp_c) for temp_c in plant.temps_c],
            "coldest_dc": round(10 * min(plant.temps_c)),
            "mat_dc": round(10 * plant.mat_c),
            "ambient_dc": round(10 * plant.ambient_c),
            "heater_mw": round(1000 * plant.heater_w),
            "charger_on": bool(plant.charger_on),
            "load_w": plant.load_w,
        }

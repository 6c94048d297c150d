"""A heater on a pack whose figures a script changes, second by second."""

import harness

from bms import pack as p
from compat import ticks_add
from heat.heater import Heater
from settings import table as settings_table


class Verdict:
    plausible = True
    still = False
    mat = None


class Scene:
    """changes: of the settings. Each step is `stride_ms` later."""

    stride_ms = 1000

    def __init__(self, **changes):
        raw = {"heater_output": "gpio", "heater_mode": "charger_or_soc"}
        raw.update({"heater_mat_mohm": 20_000, "pack_wh": 100_000})
        raw.update(changes)
        self.settings, errors = settings_table.load(raw)
        harness.check_equal(errors, [], "settings")
        self.heater = Heater(self.settings, 10_000, 500_000)
        self.heater.load({})
        self.pack = p.PackState()
        self.check = Verdict()
        self.link_up = True
        self.frames = True
        self.now = (1 << 30) - 20_000  # the tick counter turns over within the run
        self.put(-20, -10)

    def put(self, first_dc, second_dc):
        """Puts two temperatures and what a heater must know into the pack."""
        pack = self.pack
        pack.temps = 2
        pack.put_temp(0, first_dc)
        pack.put_temp(1, second_dc)
        pack.put(p.PACK_MV, 99_999)  # the most volts, and amperes enough to pass 2**30 if wrong
        pack.put(p.CURRENT_MA, 0)
        pack.put(p.SOC_PCT, 80)
        pack.put(p.CELL_MIN_MV, 3200)
        pack.put(p.CELL_UVPR_MV, 2900)
        pack.put(p.CHARGE_UTP_DC, 0)
        pack.put(p.CHARGE_UTPR_DC, 50)

    def step(self):
        """Steps the heater; returns whether its output may be on."""
        self.now = ticks_add(self.now, self.stride_ms)
        if self.frames:
            self.pack.touch(p.STATUS, self.now)
        return self.heater.step(self.pack, self.check, self.link_up, None, self.now)

"""A heater through days and weeks: the real law and guard on a plant, in steps as long as may be.

After each switching of a mat whose current the pack shows the steps are a second; in between they
are longer, since nothing in pack or heater is quick. The lease that ends a late step is lengthened
for that; the campaign (lab.py) goes second by second, and host_tests/heat/test_heater_season.py
holds both against each other.
"""

import heat.inputs
import words as s
from bms import pack as p
from bms.pack import PackState
from compat import ticks_add
from heat.heater import Heater
from tools import vocabulary
from tools.heater_lab.lab import PLANT, make_settings
from tools.plant import Plant

FINE_S = 1
FINE_FOR_S = 16  # four seconds left out, four readings, and some
HEATED_S = 20
IDLE_S = 60
# Where the BMS's board is, whose temperature it tells: with the cells, in the cold air, or it
# does not tell.
WITH_CELLS, OUTSIDE, UNTOLD = "with the cells", "outside", "untold"


class Verdict:
    """Stands for bms.check.Check: what a plant says is plausible."""

    plausible = True
    still = False
    mat = None


class LongSteps:
    """While this context lasts, a step may be as late as IDLE_S without a start all over."""

    def __enter__(self):
        self._kept = heat.inputs._GAP_MS
        heat.inputs._GAP_MS = 1000 * (IDLE_S + 1)

    def __exit__(self, *_):
        heat.inputs._GAP_MS = self._kept


class Season:
    """`settings` and `plant` are changes to the laboratory's own (lab.SETTINGS, lab.PLANT).

    `each`: a function of this that brings weather, loads and chargers, called before every step.
    Figures: `hot_c`, of the truly hottest cell; `chargeable_s`, `cold_s` (true cells below 0 °C);
    `latches`, a list of (time, reason), each acknowledged an hour later; `told_s`, the seconds in
    each state by its text; `warned`, how often a look at the mat was asked for.
    """

    def __init__(self, settings=None, plant=None, each=None, limits=(0, 0)):
        self.settings = make_settings(settings or {})
        self.plant = Plant(**(PLANT | (plant or {})), substep_s=HEATED_S)
        self.each = each
        self.pin_wired = True
        self.board = WITH_CELLS
        self.acknowledges = True
        self.heater = Heater(self.settings, *limits)
        self.heater.load({})
        self.heater.inputs.lease_ms = 1000 * IDLE_S
        self.pack = PackState()
        self.t_s = 0
        self.now = 0
        self.on = False
        self.hot_c = -99.0
        self.chargeable_s = self.cold_s = self.charger_s = 0
        self.latches = []
        self.told_s = {}
        self.warned = 0
        self._warning = False
        self._fine_until_s = FINE_FOR_S
        self._was_on = False

    def run(self, seconds):
        """Lets time pass; returns self."""
        end_s = self.t_s + seconds
        with LongSteps():
            while self.t_s < end_s:
                self._step()
        return self

    @property
    def text(self):
        """The heater's state as text."""
        return vocabulary.heater_text(self.heater.state, self.heater.reason)

    def _step(self):
        if self.each is not None:
            self.each(self)
        plant = self.plant
        if self.on != self._was_on and self.heater.guard.electric is not None:
            self._was_on = self.on
            self._fine_until_s = self.t_s + FINE_FOR_S
        step_s = FINE_S
        if self.t_s >= self._fine_until_s:
            step_s = HEATED_S if self.on else IDLE_S
        plant.step(step_s)
        self.t_s += step_s
        self.now = ticks_add(self.now, 1000 * step_s)
        self._feed()
        pin = int(plant.charger_on) if self.pin_wired else None
        self.on = self.heater.step(self.pack, Verdict, True, pin, self.now)
        plant.heater_on = self.on
        self._note(step_s)

    def _feed(self):
        """What the BMS sends: all that the heater asks for."""
        pack, plant, bms = self.pack, self.plant, self.plant.bms
        pack.temps = 2
        for i, dc in enumerate(plant.temps_dc):
            pack.put_temp(i, dc)
        pack.put(p.PACK_MV, plant.pack_mv)
        pack.put(p.CURRENT_MA, plant.current_ma)
        pack.put(p.SOC_PCT, plant.soc_pct)
        pack.put(p.CHARGE_ON, int(plant.charge_on))
        pack.put(p.CHARGE_SWITCH, int(bms.charge_switch))
        pack.put(p.CELL_MIN_MV, plant.pack_mv // plant.cells)
        pack.put(p.CELL_UVPR_MV, bms.cell_uvpr_mv)
        pack.put(p.CELL_OVP_MV, bms.cell_ovp_mv)
        if self.board == WITH_CELLS:
            pack.put(p.MOS_TEMP_DC, plant.mos_temp_dc)
        elif self.board == OUTSIDE:
            pack.put(p.MOS_TEMP_DC, 10 * round(plant.ambient_c))
        pack.put(p.CHARGE_UTP_DC, bms.charge_utp_dc)
        pack.put(p.CHARGE_UTPR_DC, bms.charge_utpr_dc)
        pack.clear_alarms()
        if bms.cold:
            pack.raise_alarm(9)
        pack.touch(p.STATUS, self.now)
        pack.touch(p.SETTINGS, self.now)

    def _note(self, step_s):
        plant = self.plant
        self.hot_c = max(self.hot_c, plant.near_c, plant.far_c)
        self.chargeable_s += step_s * plant.charge_on
        self.charger_s += step_s * plant.charger_on
        self.cold_s += step_s * (min(plant.near_c, plant.far_c) < 0)
        text = self.text
        self.told_s[text] = self.told_s.get(text, 0) + step_s
        warning = self.heater.warnings >> s.WARMS_OFF - 1 & 1
        self.warned += warning and not self._warning
        self._warning = warning
        if text == "fault:internal":
            self.heater._step(self.pack, Verdict, True, None, self.now)  # raises what it was
        if self.heater.latched and text.startswith("fault"):
            if not self.latches or self.latches[-1][2]:
                self.latches.append([self.t_s, text.partition(":")[2], False])
            elif self.acknowledges and self.t_s - self.latches[-1][0] >= 3600:
                self.latches[-1][2] = True
                self.heater.acknowledge()

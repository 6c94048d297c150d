"""The law: when the pack wants heat, and what it may be heated from (heater.md, law).

It never judges whether heating is safe; that is the guard's alone.
"""

from compat import const
from heat.charger import ChargerSense
from words import LEAST_SPAN_DC, MODE_CHARGER_OR_SOC, MODE_NAMES, MODE_OFF, find

_SOC_HYSTERESIS_PCT = const(5)
# A cell this far above the BMS's under-voltage recovery can pay for heat.
_CELL_SPARE_MV = const(50)
_LONG_MS = const(86_400_000)
# A BMS of whole °C judges more finely than it sends: it cuts charging at -0.3 °C and says 0, and
# does not yet allow it at 4.7 °C and says 5. Stopped at recovery, with the BMS still holding its
# low-temperature alarm after a rest, the heater tops up, by one step of the resolution at most;
# otherwise a pack could be kept just under recovery for ever, and never be charged.
_RESOLUTION_DC = const(10)
_TOP_UP_REST_MS = const(300_000)


class Law:
    """Decides from one step's inputs whether the output is wanted.

    `cold`: heat is needed, whatever there is to heat from. `supplied`: there is something to
    heat from. `resting`: the minimum off time is not over. `on_dc`, `off_dc`: the temperatures
    in force in 0.1 °C, None while unknown.

    For `boost_ms` to come, and while `preheating`, the pack is brought to `off_dc` and kept
    there, in any mode, from a charger or from the pack. `active`: that, or a mode other than off.
    """

    def __init__(self, settings):
        self.mode = find(MODE_NAMES, settings["heater_mode"])
        self.charger = ChargerSense(settings)
        self.cold = False
        self.supplied = False
        self.resting = False
        self.on_dc = None
        self.off_dc = None
        self.boost_ms = 0
        self.preheating = False
        self.active = False
        self._below = False  # an episode that began below on_dc
        self._warming = True  # what is to be brought to off_dc is not there yet
        self._lead_dc = settings["heater_lead_dc"]
        self._min_on_ms = settings["heater_min_on_s"] * 1000
        self._min_off_ms = settings["heater_min_off_s"] * 1000
        self._floor_pct = settings["heater_soc_floor_pct"]
        self._soc_ok = False
        self._soc_known = False
        self._stopped = True  # at recovery, while the alarm that is there went on
        self._topping = False
        self.on_for_ms = 0
        self.off_for_ms = 0  # a restart begins an off time: reset loops do not wear the relay

    def step(self, inputs):
        """Returns True if the output is wanted until the next step."""
        self._clock(inputs)
        self._thresholds(inputs)
        forced = self.boost_ms > 0 or self.preheating
        self.active = forced or self.mode != MODE_OFF
        self._judge_cold(inputs, forced)
        self._judge_soc(inputs)
        pack_ok = self._soc_ok and _cells_can_pay(inputs)
        self.charger.step(inputs, self.cold and self.active, pack_ok)
        self.supplied = self.charger.present or self.charger.testing
        if (forced or self.mode == MODE_CHARGER_OR_SOC) and pack_ok:
            self.supplied = True
        self.resting = False
        if not self.active or not self.cold or inputs.sensors.cold_dc is None:
            return False
        if inputs.heating:
            return self.supplied or self.on_for_ms < self._min_on_ms
        self.resting = self.supplied and self.off_for_ms < self._min_off_ms
        return self.supplied and not self.resting

    def _clock(self, inputs):
        self.boost_ms = max(self.boost_ms - inputs.elapsed_ms, 0)
        if inputs.heating:
            self.on_for_ms = min(self.on_for_ms + inputs.elapsed_ms, _LONG_MS)
            self.off_for_ms = 0
        else:
            self.on_for_ms = 0
            if inputs.heating_ms:  # its lease ran out before this step
                self.off_for_ms = 0
            off_ms = inputs.elapsed_ms - inputs.heating_ms
            self.off_for_ms = min(self.off_for_ms + off_ms, _LONG_MS)

    def _thresholds(self, inputs):
        if inputs.protect_dc is None:
            self.on_dc = None
            self.off_dc = None
            return
        self.on_dc = inputs.protect_dc + self._lead_dc
        self.off_dc = max(inputs.recover_dc, self.on_dc + LEAST_SPAN_DC)

    def _judge_cold(self, inputs, forced):
        cold_dc = inputs.sensors.cold_dc
        if not forced:
            self._warming = True
        if cold_dc is not None and self.on_dc is not None:
            self._judge_episode(inputs, cold_dc)
            if cold_dc >= self.off_dc:
                self._warming = not forced
            elif cold_dc <= self.off_dc - LEAST_SPAN_DC:
                self._warming = True
        # Without readings, an episode goes on where it was when they are back.
        self.cold = self._below or (forced and self._warming)

    def _judge_episode(self, inputs, cold_dc):
        held = inputs.from_bms and inputs.held
        if not held:
            self._stopped = self._topping = False
        elif self._stopped and not self._below and self.off_for_ms >= _TOP_UP_REST_MS:
            self._topping = True
        target_dc = self.off_dc + _RESOLUTION_DC if self._topping else self.off_dc
        if cold_dc >= target_dc:
            self._stopped = held
            self._below = self._topping = False
        elif cold_dc < self.on_dc or self._topping:
            self._below = True
        elif held and cold_dc <= self.off_dc - LEAST_SPAN_DC:
            self._below = True

    def _judge_soc(self, inputs):
        pct = inputs.soc_pct
        if pct is None:
            self._soc_ok = False
            self._soc_known = False
            return
        if pct < self._floor_pct:
            self._soc_ok = False
        elif pct >= self._floor_pct + _SOC_HYSTERESIS_PCT or not self._soc_known:
            self._soc_ok = True
        self._soc_known = True


def _cells_can_pay(inputs):
    cell = inputs.cell_min_mv
    recovery = inputs.cell_uvpr_mv
    return cell is not None and recovery is not None and cell >= recovery + _CELL_SPARE_MV

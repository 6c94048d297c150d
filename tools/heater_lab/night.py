"""A winter night: the pack cools, the cold cuts charging, the heater gives it back."""

from tools.heater_lab.lab import Lab
from tools.heater_lab.trace import Trace
from tools.heater_lab.weather import Winter

HOURS = 24
_NOON_C = 4.0
_SUNSET_S = 4.5 * 3600
_AWAKE_S = 40
_BEFORE_S = 720  # of heating before a fault strikes
_AFTER_S = 600


class Day:
    """A winter's day in a van on shore power: what comes to its plant from outside."""

    def __init__(self, plant, seed):
        self._plant = plant
        self._winter = Winter(seed, mean_c=-9.0)
        plant.set_temp(_NOON_C)
        plant.set_soc(25)
        plant.charger_a = 6.0
        plant.charger_on = True

    def bring(self, t_s):
        """Sets what it is like `t_s` seconds after noon."""
        self._plant.ambient_c = self._winter.air_c(t_s)
        evening = _SUNSET_S < t_s < _SUNSET_S + 4 * 3600
        self._plant.load_w = 90.0 if evening else 25.0


def play(seed=1, hours=HOURS):
    """Plays a day from noon to noon; returns its Trace."""
    lab = Lab()
    day = Day(lab.plant, seed)
    trace = Trace(lab, 20)
    trace.run(hours * 3600, lambda lab: day.bring(lab.t_ms // 1000))
    return trace


def play_fault(fault):
    """Plays a fault that strikes in the middle of an episode; returns its Trace."""
    lab = Lab()
    lab.plant.ambient_c = -12.0
    lab.plant.set_temp(-2.0)
    lab.plant.charger_on = True
    lab.tick(_AWAKE_S)
    trace = Trace(lab, 2)
    trace.run(_BEFORE_S)
    trace.mark(fault.name)
    fault.begin(lab)
    struck_ms = lab.t_ms
    longest_s = max(fault.bound_s or 0, 2 * (fault.alarm_s or 0), _AFTER_S)
    while lab.t_ms - struck_ms < 1600 * longest_s:
        trace.run(60)
        # Long enough to see what follows, and no longer.
        after_ms = max(lab.t_ms - lab.off_ms - _AFTER_S * 1000, 0)
        if not fault.alarm_s and not lab.on and after_ms > (lab.off_ms - struck_ms) // 4:
            break
    return trace

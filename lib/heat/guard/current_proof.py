"""Does the mat's current come and go in the pack's? Loaded where the BMS can measure it.

A switched mat is a step in the pack's current, unless a charger carries it: one that holds its
voltage gives what the mat takes, and the pack sees nothing. And loads make steps of their own. So
an edge counts only if the current was calm for four readings before and after. A step of about
the mat's current is seen, whoever else is there; one that fails to come proves something only
while the pack is being discharged by more than an error of the shunt, for then no charger has
anything to spare, or where flag or pin tell that there is none. All else is undecided.

A load that happens to switch the other way within these ten seconds hides the mat's step. So:

- open_circuit takes THREE edges "on" in a row without the step; after the first, the guard pauses
  for a minute to make the next, so that it takes minutes and not the days of natural edges;
- off without the step back makes the mat `suspect`: with that, a warming by 1.5 K instead of 4
  is enough for stuck_on (stuck.py); or the next edge "on", if that misses its step, too, and
  nothing else could draw as much: the pack was quiet before the mat. One edge alone is not
  enough: a wire that broke while heating, or a kettle, would look the same.

Measured with random loads (test_heat_current.py; 36,000 edges of a healthy mat): with ten loads
switched in an hour 0.05 % of the edges miss their step by coincidence, with sixty 0.3 %, and a
quarter of them is undecided. Three in a row are then one in thirty million; none was seen.
"""

from array import array

from compat import const
from heat.charger import CHARGING_MA, DISCHARGING_MA, SKIP_MS
from heat.thermal import seen_ma

# Verdicts of an edge.
UNDECIDED = const(0)
SEEN = const(1)
MISSING = const(2)

_READINGS = const(4)
_FULL_PCT = const(90)  # a charger that is there charges a pack less full
_MISSES = const(3)
_SUSPECT_MS = const(7_200_000)  # a mat that is on has warmed the pack by then


class CurrentProof:
    """Judges the edges. `verdict`: of the last one.

    `works`: the step was seen when the mat was last switched on. `suspect`: it did not go back.
    `is_stuck`: that is confirmed. `missed`: edges "on" in a row without a step.
    """

    def __init__(self, settings):
        self.verdict = UNDECIDED
        self.works = False
        self.suspect = False
        self.is_stuck = False
        self.missed = 0
        self._quiet = False  # before the mat was last seen to come
        self._mat_mohm = settings["heater_mat_mohm"]
        self._ma = array("i", (0,) * _READINGS)
        self._next = 0
        self._count = 0
        self._suspect_ms = 0
        self._on = False
        self._edge_ms = -1  # since an edge that is to be judged; -1: none
        self._before_ma = 0
        self._before_most_ma = 0
        self._charge_on = None

    def restart(self):
        """Forgets what it has found."""
        self.verdict = UNDECIDED
        self.works = self.suspect = self.is_stuck = False
        self.missed = 0
        self._drop()

    @property
    def is_open(self):
        """True when the mat's current has failed to come too often."""
        return self.missed >= _MISSES

    def disproves(self, inputs):
        """True if the mat cannot be on: neither the pack nor a charger feeds it."""
        ma = seen_ma(inputs.pack_mv, self._mat_mohm)
        now_ma = inputs.current_ma
        if ma is None or now_ma is None or now_ma <= -ma // 2 or now_ma >= CHARGING_MA:
            return False
        return _has_no_charger(inputs)

    def step(self, inputs):
        """Takes a step; returns True when an edge "on" has just been found to miss its step."""
        ma = seen_ma(inputs.pack_mv, self._mat_mohm)
        if not inputs.trusted or inputs.current_ma is None or ma is None:
            self._drop()
            self._on = inputs.on
            return False
        self._watch_suspect(inputs)
        if inputs.on != self._on:
            self._on = inputs.on
            if self._on:
                self.works = False
            self._begin(inputs, ma)
        if self._edge_ms >= 0:
            self._edge_ms += inputs.elapsed_ms
            if self._edge_ms <= SKIP_MS:
                return False
        if inputs.reading:
            self._take(inputs.current_ma)
            if self._edge_ms >= 0 and self._count == _READINGS:
                return self._judge(inputs, ma)
        return False

    def _drop(self):
        self._count = 0
        self._edge_ms = -1

    def _watch_suspect(self, inputs):
        if self.suspect:
            self._suspect_ms += inputs.elapsed_ms
            if self._suspect_ms >= _SUSPECT_MS or self.disproves(inputs):
                self.suspect = False

    def _take(self, now_ma):
        self._ma[self._next] = now_ma
        self._next = (self._next + 1) % _READINGS
        if self._count < _READINGS:
            self._count += 1

    def _begin(self, inputs, ma):
        """Notes the current before an edge, if it was calm; what comes now is after."""
        calm = self._edge_ms < 0 and self._count == _READINGS and self._is_calm(ma)
        self._before_ma = sum(self._ma) // _READINGS
        self._before_most_ma = max(self._ma)
        self._charge_on = inputs.charge_on
        self.verdict = UNDECIDED
        self._drop()
        if calm:
            self._edge_ms = 0

    def _is_calm(self, ma):
        return 4 * (max(self._ma) - min(self._ma)) <= ma

    def _judge(self, inputs, ma):
        self._edge_ms = -1
        if not self._is_calm(ma) or inputs.charge_on != self._charge_on:
            return False
        after_ma = sum(self._ma) // _READINGS
        step_ma = after_ma - self._before_ma
        if self._on:
            step_ma = -step_ma
        if 2 * ma <= 3 * step_ma and 2 * step_ma <= 3 * ma:
            self._see(ma)
        elif -ma <= 4 * step_ma <= ma and self._must_show(inputs):
            self.verdict = MISSING
            return self._miss(after_ma, ma)
        return False

    def _must_show(self, inputs):
        """True if no charger can have fed the mat instead of the pack."""
        most_ma = max(self._before_most_ma, max(self._ma))
        return most_ma <= -DISCHARGING_MA or (most_ma < CHARGING_MA and _has_no_charger(inputs))

    def _see(self, ma):
        self.verdict = SEEN
        if self._on:
            self._quiet = 2 * self._before_ma >= -ma
            self.works = True
        self.suspect = False
        self.missed = 0

    def _miss(self, after_ma, ma):
        if self._on:
            self.missed += 1
            self.is_stuck = self.suspect and self._quiet and 4 * after_ma <= -3 * ma
            return True
        # A mat that is still on draws its current; less than that has been open before the edge.
        self.suspect = self.suspect or (self.works and 4 * after_ma <= -3 * ma)
        self._suspect_ms = 0
        return False


def _has_no_charger(inputs):
    """True where a flag or a pin says so, or it would be charging what is not nearly full."""
    if inputs.charger_flag == 0 or inputs.charger_pin == 0:
        return True
    soc = inputs.soc_pct
    return inputs.charge_on == 1 and not inputs.cut and soc is not None and soc < _FULL_PCT

"""A probe of our own, as a veto; loaded only where the settings tell of one.

On the mat it sees what no sensor on a cell sees in time. On a cell it counts as one more sensor of
the pack (see Sensors.take), and for a BMS without any, as the one that must be there. Wherever it
is, without its reading the heater is off: who fitted one relies on it.
"""

import words as s
from compat import const

_HOTTEST_MAT_DC = const(550)
# Hot without being on: by the sun at worst, unless it is that much hotter than the cells.
_ABOVE_CELLS_DC = const(200)


class ProbeCheck:
    """`place`: "mat" or "cell"; `on_cell`: the latter."""

    def __init__(self, place):
        self.on_cell = place == "cell"

    def step(self, dc, inputs, guard):
        """Returns the reason for the output to be off, NONE if there is none; may trip the guard.

        `dc`: what the probe says, 0.1 °C, None while unknown.
        """
        if dc is None:
            return s.PROBE_LOST
        if self.on_cell or dc <= _HOTTEST_MAT_DC:
            return s.NONE
        hot_dc = inputs.sensors.hot_dc
        if inputs.on or inputs.on_ms or (hot_dc is not None and dc - hot_dc > _ABOVE_CELLS_DC):
            guard.trip(s.OVER_TEMPERATURE)
        return s.TOO_WARM

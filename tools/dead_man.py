"""The hardware dead-man between the heater's pin and its switch (docs/heater/building.md).

A capacitor lets only the pin's *edges* through: each rising one lifts the gate's capacitor a
little, a resistor empties it. With a pin that stands still, at whichever level, the switch opens.
Voltages in V at the gate, times in µs.
"""

import math

# Parts, and what their data sheets allow: BAT54S at some µA, BSS138 from hardly to surely on.
SUPPLY_V = 3.3
DIODE_V = (0.15, 0.25)
THRESHOLD_V = (0.8, 1.6)
PUMP_F = 220e-9
HOLD_F = 1e-6
LEAK_OHM = 1.8e6
TOLERANCE = 0.15  # of leak times hold


class DeadMan:
    """`threshold_v`, `diode_v`: of these parts; `scale`: of the time constant."""

    def __init__(self, threshold_v=1.3, diode_v=0.2, scale=1.0):
        self.volt = 0.0
        self._threshold_v = threshold_v
        self._full_v = SUPPLY_V - 2 * diode_v
        self._share = PUMP_F / (PUMP_F + HOLD_F)
        self._constant_us = 1e6 * LEAK_OHM * HOLD_F * scale
        self._level = False
        self._t_us = 0

    def set_pin(self, level, t_us):
        """The pin is driven high (True), or low or not at all (False)."""
        self._pass(t_us)
        if level and not self._level and self.volt < self._full_v:
            self.volt += (self._full_v - self.volt) * self._share
        self._level = level

    def is_on(self, t_us):
        """True while the switch conducts."""
        self._pass(t_us)
        return self.volt > self._threshold_v

    def off_us(self):
        """Returns when it opens if no edge comes any more; None if it is open."""
        if self.volt <= self._threshold_v:
            return None
        return self._t_us + self._constant_us * math.log(self.volt / self._threshold_v) + 1

    def _pass(self, t_us):
        if t_us > self._t_us:
            self.volt *= math.exp((self._t_us - t_us) / self._constant_us)
            self._t_us = t_us


def worst(pulses):
    """Returns (shortest, longest) µs from the last of so many pulses at once to the opening."""
    found = []
    for threshold_v, diode_v, scale in (
        (THRESHOLD_V[1], DIODE_V[1], 1 - TOLERANCE),
        (THRESHOLD_V[0], DIODE_V[0], 1 + TOLERANCE),
    ):
        dead_man = DeadMan(threshold_v, diode_v, scale)
        for _ in range(pulses):
            dead_man.set_pin(True, 0)
            dead_man.set_pin(False, 0)
        found.append(dead_man.off_us())
    return tuple(found)

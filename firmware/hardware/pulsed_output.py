"""The heater's output through a dead-man of capacitors: pulses instead of a level.

Each step in which every check passed makes a burst; between two the pin is low. What is behind it
(docs/heater/building.md) conducts for a moment after a burst and then opens by itself, whatever
the pin and this chip do. Nothing but renew() may make pulses: a PWM unit would go on without us.
Imported only where the settings ask for it.
"""

from time import sleep_us

from compat import const, ticks_add
from hardware.heater_output import HeaterOutput
from heat.inputs import LEASE_MS

PULSES = const(24)  # each adds a fifth of what is left to a full capacitor
_HALF_US = const(60)  # three time constants of 100 Ω and 0.18 µF


class PulsedOutput(HeaterOutput):
    """See the module and HeaterOutput; "off" comes as late as the capacitor empties."""

    def renew(self, now):
        """Fills the capacitor: on, or kept on. Takes 2.8 ms."""
        if not self._enabled:
            return
        self._until_ms = ticks_add(now, LEASE_MS)
        self.on = True
        pin = self._pin
        for _ in range(PULSES):
            pin.value(self._on_level)
            sleep_us(_HALF_US)
            pin.value(self._off_level)
            sleep_us(_HALF_US)

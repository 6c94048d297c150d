"""The heater's output: a lease that a hardware timer ends.

The pin is on only while a step in which every check passed has renewed the lease. If the loop
dies, the timer drops the pin; its callback runs in the virtual machine, so that if that is stuck,
too, the watchdog must end it (supervisor): 1.2 s after the step. Its reset releases the pin, and
the gate's pull-down holds the mat off; where it cannot (timer_group), the pin keeps its level
until boot.py sets it, 0.9 s later.
"""

from time import ticks_ms

from machine import Pin, Timer

from compat import const, ticks_add, ticks_diff
from heat.inputs import LEASE_MS

_POLL_MS = const(100)
_TIMER_ID = const(0)


class HeaterOutput:
    """One GPIO that switches the mat. With `enabled` False it can only be off."""

    def __init__(self, pin_number, active_level, enabled):
        self.on = False
        self.expired = 0  # leases that nobody renewed in time
        self._enabled = enabled
        self._on_level = active_level
        self._off_level = 1 - active_level
        self._until_ms = 0
        self._pin = Pin(pin_number, Pin.OUT, value=self._off_level)
        self._timer = None
        if enabled:
            # The callback is bound once: a timer interrupt must not allocate.
            self._timer = Timer(_TIMER_ID)
            self._timer.init(mode=Timer.PERIODIC, period=_POLL_MS, callback=self._expire)

    def renew(self, now):
        """Switches on, or keeps on, for LEASE_MS from `now`."""
        if self._enabled:
            self._until_ms = ticks_add(now, LEASE_MS)
            self.on = True
            self._pin.value(self._on_level)

    def off(self):
        """Switches off at once."""
        self._pin.value(self._off_level)
        self.on = False

    def close(self):
        """Switches off for good; for the way out of the application."""
        self._enabled = False
        self.off()
        if self._timer is not None:
            self._timer.deinit()

    def _expire(self, _timer):
        if self.on and ticks_diff(ticks_ms(), self._until_ms) >= 0:
            self.off()
            self.expired += 1

"""A push button to ground, polled."""

from machine import Pin

from compat import const, ticks_diff

NOTHING = const(0)
SHORT = const(1)
LONG = const(2)  # reported while still held

_LONG_MS = const(2000)


class Button:
    """Call `step` ten times a second or more: a tap lasts a tenth. `held_ms`: how long it is held
    by now, 0 while it is not.

    A pin that is low from the start is a missing pull-up (GPIO 34 to 39 of an ESP32 have none of
    their own) or a jammed button, not a press.
    """

    def __init__(self, pin_number):
        self._pin = Pin(pin_number, Pin.IN, Pin.PULL_UP)
        self._pressed = self._pin.value() == 0
        self._told = True
        self._since_ms = 0
        self.held_ms = 0

    def step(self, now):
        """Returns SHORT when a short press ends, LONG once when a press gets long, or NOTHING."""
        pressed = self._pin.value() == 0
        if pressed and not self._pressed:
            self._since_ms = now
            self._told = False
        was_pressed = self._pressed
        self._pressed = pressed
        self.held_ms = 0
        if pressed and not self._told:
            self.held_ms = ticks_diff(now, self._since_ms)
            if self.held_ms >= _LONG_MS:
                self._told = True
                return LONG
        return SHORT if was_pressed and not pressed and not self._told else NOTHING

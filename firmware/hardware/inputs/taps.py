"""The touch panel as a button, beside the one that there is: where nothing is to be swiped."""

# Not every board has these facts.
# pyright: reportAttributeAccessIssue=false

import board

from hardware.inputs.buttons import Button


class Taps:
    """A buttons.Button of two: one at a pin, and the interrupt of a touch panel, which is
    low while that is touched. An XPT2046 has it on from the moment when it gets power."""

    def __init__(self, button):
        self._button = button
        self._glass = Button(board.TOUCH_IRQ)
        self.held_ms = 0

    def step(self, now):
        """See buttons.Button.step."""
        tap = self._glass.step(now)
        press = self._button.step(now)
        self.held_ms = self._glass.held_ms or self._button.held_ms
        return tap or press

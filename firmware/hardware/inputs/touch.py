"""The touch panel and the button beside it, as one."""

from time import ticks_ms

from compat import const
from hardware.inputs import buttons
from screen import gestures as g

_START_MS = const(500)  # until a panel that was reset has something to tell
_IDLE_MS = const(50)
_TOUCHED_MS = const(20)  # a quick swipe takes a tenth of a second
_SIDE = const(3)  # the left third


class Touch:
    """A buttons.Button: a tap is a short press, a finger that stays a long one, and a
    swipe goes to the screen at once. `run` is a task.

    device: has `screen` and `model`. pen: the panel's driver (docs/panels.md). axes:
    screen.axes.Axes. width: of the picture. sides: the screen can go back, which is what a tap in
    the left third does, and change its brightness, by a swipe up or down.
    """

    def __init__(self, button, device, pen, axes, width, sides):
        self._button = button
        self._device = device
        self._pen = pen
        self._axes = axes
        self._gestures = g.Gestures(width)
        self._side = width // _SIDE if sides else 0
        self._gesture = g.NOTHING
        self.held_ms = 0

    def run(self):
        """Follows the finger."""
        yield _START_MS
        while True:
            self._look(ticks_ms())
            yield _TOUCHED_MS if self._gestures.held_ms else _IDLE_MS

    def _look(self, now):
        axes = self._axes
        touched = self._pen.touched()
        if touched:
            axes.put(self._pen.across, self._pen.down)
        gesture = self._gestures.step(touched, axes.x, axes.y, now)
        if gesture:
            self._gesture = gesture

    def step(self, now):
        """See buttons.Button.step."""
        press = self._button.step(now)
        self.held_ms = self._gestures.held_ms or self._button.held_ms
        gesture = self._gesture
        self._gesture = g.NOTHING
        if gesture == g.LONG:
            return buttons.LONG
        if gesture:
            return self._obey(gesture) or press
        return press

    def _obey(self, gesture):
        """Has the screen do what the finger asks for; returns the press that a tap is."""
        screen = self._device.screen
        model = self._device.model
        if gesture == g.LEFTWARDS:
            screen.swipe(model, 1)
        elif gesture == g.RIGHTWARDS:
            screen.swipe(model, -1)
        elif gesture == g.TAP and self._gestures.x >= self._side:
            return buttons.SHORT
        elif gesture == g.TAP:
            screen.back(model)
        elif self._side:
            screen.brighter(model)
        return buttons.NOTHING

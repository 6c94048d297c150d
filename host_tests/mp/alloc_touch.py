"""A finger on the glass allocates nothing: the panel's driver, the task, and what comes of it."""

import sys

now = [5000]
levels = {36: 1, 39: 0}


class Pin:
    """Inputs have the levels above; outputs go nowhere."""

    OUT = IN = PULL_UP = 0

    def __init__(self, number, mode, pull=None, value=None):
        self._number = number

    def __call__(self, level=None):
        return levels[self._number] if level is None else None

    value = __call__


class Screen:
    """Counts what it is asked for."""

    swipes = backs = lights = 0

    def swipe(self, model, step):
        self.swipes += 1

    def back(self, model):
        self.backs += 1

    def brighter(self, model):
        self.lights += 1


class Machine:
    """The module."""


Machine.Pin = Pin


class Board:
    """Pins of the touch panel."""

    TOUCH_CS, TOUCH_CLK, TOUCH_DIN, TOUCH_DOUT, TOUCH_IRQ = 33, 25, 32, 39, 36


class Device:
    """What the touch panel needs of it."""

    screen = Screen()
    model = None


sys.modules["machine"] = Machine
sys.modules["board"] = Board

import harness  # noqa: E402

from hardware import buttons, touch, xpt2046  # noqa: E402
from screen.axes import Axes  # noqa: E402

touch.ticks_ms = lambda: now[0]


class Moving:
    """A driver whose finger goes from right to left, then up, then rests."""

    across = down = 0

    def touched(self):
        at = now[0] % 1000
        if at >= 300:
            return False
        turn = now[0] // 1000 % 3
        self.across = 4000 - 10 * at if turn == 0 else 2000
        self.down = 4000 - 10 * at if turn == 1 else 2000
        return True


pen = xpt2046.Pen()


def read():
    levels[36] = 1 - levels[36]
    pen.touched()


harness.check_no_alloc("xpt2046", read)
panel = touch.Touch(buttons.Button(36), Device, Moving(), Axes(0x28, 0xE8, 320, 240), 320, True)
run = panel.run()
next(run)
pressed = [0]


def three_strokes():
    for _ in range(150):
        now[0] += 20
        next(run)
        pressed[0] += panel.step(now[0])


harness.check_no_alloc("task and gestures", three_strokes, warm_up=3, rounds=10)
screen = Device.screen
harness.check(screen.swipes > 9 and screen.lights > 9 and pressed[0] > 9, "strokes were known")
print("OK")

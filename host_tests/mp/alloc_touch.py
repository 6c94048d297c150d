"""A finger on the glass allocates nothing: the panel's driver, the task, and what comes of it."""

import sys

now = [5000]
levels = {36: 1, 39: 0}


class Pin:
    """Inputs have the levels above; outputs go nowhere."""

    OUT = IN = PULL_UP = 0

    def __init__(self, number, mode=0, pull=None, value=None):
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


class I2C:
    """Has a finger that moves."""

    def __init__(self, number, scl, sda, freq):
        self._at = 0

    def readfrom_mem_into(self, address, register, buf):
        self._at = self._at + 1 & 0xFF
        buf[0] = self._at & 1
        buf[1] = 0x80
        buf[2] = buf[4] = self._at


class Machine:
    """The module."""


Machine.Pin = Pin
Machine.I2C = I2C


class Board:
    """Pins of the touch panel."""

    TOUCH_CS, TOUCH_CLK, TOUCH_DIN, TOUCH_DOUT, TOUCH_IRQ = 33, 25, 32, 39, 36
    PANEL_I2C, PANEL_SCL, PANEL_SDA, TOUCH_WIDTH, TOUCH_HEIGHT = 1, 36, 36, 320, 240


class Device:
    """What the touch panel needs of it."""

    screen = Screen()
    model = None


sys.modules["machine"] = Machine
sys.modules["board"] = Board

import harness  # noqa: E402

from hardware.inputs import buttons, ft6336u, touch, xpt2046  # noqa: E402
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
other = ft6336u.Pen()
harness.check_no_alloc("ft6336u", lambda: other.touched())
harness.check(other.across > 0, "no finger was seen")
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

"""Driver of a touch panel with an XPT2046: a tap is a press of the button.

Sections are those of the XPTEK XPT2046 data sheet, 2007.5. The bus is clocked by hand: two dozen
clocks a tap, on pins that no SPI of the chip need have.
"""

import board
from machine import Pin

from compat import const
from hardware.buttons import SHORT, Button

# Start, input X, 12 bits, differential, power down in between with the pen's interrupt enabled
# (control byte, PD1 and PD0 = 0).
_READ_X = const(0xD0)
_BITS = const(12)
_LEFT = const(1365)  # a third of what it can read: there a tap goes back


class Touch:
    """The panel and the button beside it as one: see hardware.buttons.Button. A tap in the left
    third goes back, where the screen can. device: has `screen` and `model`."""

    def __init__(self, button, device, sides):
        self._button = button
        self._device = device
        self._sides = sides
        self._cs = Pin(board.TOUCH_CS, Pin.OUT, value=1)
        self._clock = Pin(board.TOUCH_CLK, Pin.OUT, value=0)
        self._out = Pin(board.TOUCH_DIN, Pin.OUT, value=0)
        self._in = Pin(board.TOUCH_DOUT, Pin.IN)
        self._pen = Button(board.TOUCH_IRQ)  # low while the panel is touched
        self._x = 0
        self.held_ms = 0
        self._read()  # whatever it did before: from now on the pen's interrupt is on

    def step(self, now):
        """See Button.step."""
        press = self._pen.step(now)
        if self._sides and self._pen.held_ms:
            self._x = self._read()
        other = self._button.step(now)
        self.held_ms = self._pen.held_ms or self._button.held_ms
        if press == SHORT and self._sides and self._x < _LEFT:
            self._device.screen.back(self._device.model)
            return other
        return press or other

    def _read(self):
        """Returns where the panel is touched from left to right, 0 to 4095."""
        self._cs(0)
        for bit in range(7, -1, -1):
            self._out(_READ_X >> bit & 1)  # taken at the clock's rise
            self._tick()
        self._out(0)
        self._tick()  # busy
        x = 0
        for _ in range(_BITS):
            x = x << 1 | self._in()  # changes at the clock's fall
            self._tick()
        for _ in range(3):
            self._tick()
        self._cs(1)
        return x

    def _tick(self):
        self._clock(1)
        self._clock(0)

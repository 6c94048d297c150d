"""Driver of a resistive touch panel's XPT2046, as docs/panels.md has it.

Sections are those of the XPTEK XPT2046 data sheet, 2007.5. The bus is clocked by hand: two dozen
clocks a reading, on pins that no SPI of the chip need have.
"""

# Not every board has these facts.
# pyright: reportAttributeAccessIssue=false

import board
from machine import Pin

from compat import const

# Start, which input, 12 bits, differential, power down in between with the pen's interrupt enabled
# (control byte, PD1 and PD0 = 0). Its Y goes along the longer side of such a panel.
_READ_X = const(0xD0)
_READ_Y = const(0x90)
_BITS = const(12)


class Pen:
    """`across`, `down`: where the panel was touched last, 0 to 4095."""

    def __init__(self):
        self.across = self.down = 0
        self._cs = Pin(board.TOUCH_CS, Pin.OUT, value=1)
        self._clock = Pin(board.TOUCH_CLK, Pin.OUT, value=0)
        self._out = Pin(board.TOUCH_DIN, Pin.OUT, value=0)
        self._in = Pin(board.TOUCH_DOUT, Pin.IN)
        self._irq = Pin(board.TOUCH_IRQ, Pin.IN)  # low while the panel is touched
        self._read(_READ_X)  # whatever it did before: from now on the pen's interrupt is on

    def touched(self):
        """Returns True if the panel is touched; then `across` and `down` are where."""
        if self._irq():
            return False
        across = self._read(_READ_Y)
        down = self._read(_READ_X)
        if self._irq():
            return False  # lifted meanwhile: that was no place
        self.across = across
        self.down = down
        return True

    def _read(self, control):
        """Returns where the panel is touched along one side, 0 to 4095."""
        self._cs(0)
        for bit in range(7, -1, -1):
            self._out(control >> bit & 1)  # taken at the clock's rise
            self._tick()
        self._out(0)
        self._tick()  # busy
        place = 0
        for _ in range(_BITS):
            place = place << 1 | self._in()  # changes at the clock's fall
            self._tick()
        for _ in range(3):
            self._tick()
        self._cs(1)
        return place

    def _tick(self):
        self._clock(1)
        self._clock(0)

"""Driver of a mono panel of 128 x 64 pixels with an SSD1306, on I2C (docs/panels.md).

Sections are those of the Solomon Systech SSD1306 datasheet, revision 1.1. Its start is that of the
application note in it (Appendix, "Software configuration"), for the charge pump.
"""

# Not every board has these facts.
# pyright: reportAttributeAccessIssue=false

import board
from machine import I2C, Pin

from compat import const

_ADDRESS = const(0x3C)  # 8.1.5: with SA0 low, as the modules have it
_HZ = const(400_000)
_COMMANDS = const(0x00)  # control bytes, 8.1.5.2
_DATA = const(0x40)
_CONTRAST = const(0x81)  # 10.1.7
_OFFSET = const(0xD3)  # 10.1.15: by so many rows the picture stands higher
_OFF = const(0xAE)  # 10.1.12
_ON = const(0xAF)
_ROW = const(0xB0)  # 10.1.13

# By how many rows the picture is moved, in turn: one pixel glows as long as its neighbours. What
# leaves at one edge comes in at the other, so that a page leaves its outermost rows black.
_SHIFTS = b"\x00\x01\x00\x3f"


class Panel:
    """A mono panel on the board's I2C; dark until `light`. If none answers, nothing happens."""

    width = 128
    height = 64
    STRIDE = 129  # bytes from row to row of `picture`: before each row stands its control byte
    _left = 0  # the first column of the controller's memory that the glass shows
    # Clock, rows, offset, first line, charge pump on, page addressing, mirrored both ways (the
    # usual module's cable is below), pins of the rows, precharge, deselect level, memory, normal.
    _setup = (
        b"\x00\xae\xd5\x80\xa8\x3f\xd3\x00\x40\x8d\x14\x20\x02"
        b"\xa1\xc8\xda\x12\xd9\xf1\xdb\x40\xa4\xa6"
    )

    def __init__(self):
        self._step = 0
        self._lit = False
        rows = memoryview(bytearray(8 * self.STRIDE + 1))
        self.picture = rows[1:]  # eight rows of 128 bytes: a byte is a column of eight pixels
        self._rows = [rows[at * self.STRIDE :][: self.STRIDE] for at in range(8)]
        for row in self._rows:
            row[0] = _DATA
        self._place = bytearray(4)
        self._pair = bytearray(3)
        self._bus = I2C(
            board.PANEL_I2C, scl=Pin(board.PANEL_SCL), sda=Pin(board.PANEL_SDA), freq=_HZ
        )
        self._write(self._setup)

    def send_row(self, number):
        """Sends row 0...7 of `picture` to the glass; takes 3 ms. Allocates nothing."""
        place = self._place
        place[1] = _ROW | number
        place[2] = self._left & 15
        place[3] = 0x10 | self._left >> 4
        self._write(place)
        self._write(self._rows[number])

    def light(self, brightness_pct=100):
        """Sets the brightness, 0: off; the first call shows what was sent so far."""
        self._order(_CONTRAST, 255 * brightness_pct // 100, 3)
        lit = brightness_pct > 0
        if lit != self._lit:
            self._lit = lit
            self._order(_ON if lit else _OFF, 0, 2)

    def shift(self):
        """Has the picture stand a pixel higher or lower, the next of three ways."""
        self._step = (self._step + 1) % len(_SHIFTS)
        self._order(_OFFSET, _SHIFTS[self._step], 3)

    def _order(self, command, parameter, size):
        pair = self._pair
        pair[1] = command
        pair[2] = parameter
        if size == 2:
            pair[2] = 0xE3  # no operation, 10.1.20
        self._write(pair)

    def _write(self, data):
        try:
            self._bus.writeto(_ADDRESS, data)
        except OSError:
            pass  # heater and relay do without

"""Driver of an ST7789 panel on SPI; docs/panels.md has what the screen wants of a driver.

Sections are those of the Sitronix ST7789V datasheet, version 1.3.
"""

import time

import board
from machine import PWM, SPI, Pin

from compat import const

_SWRESET = const(0x01)  # 9.1.2
_SLPOUT = const(0x11)  # 9.1.12
_NORON = const(0x13)  # 9.1.14
_INVOFF = const(0x20)  # 9.1.15
_INVON = const(0x21)  # 9.1.16
_DISPON = const(0x29)  # 9.1.19
_CASET = const(0x2A)  # 9.1.20: first and last column
_RASET = const(0x2B)  # 9.1.21: first and last row
_RAMWR = const(0x2C)  # 9.1.22
_MADCTL = const(0x36)  # 9.1.28: which way memory is read
_COLMOD = const(0x3A)  # 9.1.32
_RGB565 = const(0x55)  # COLMOD's parameter: 16 bits on both interfaces

_RESET_PULSE_MS = const(1)  # 7.4.5: at least 10 µs
_RESET_MS = const(120)  # 7.4.5, 9.1.2: a panel that was awake needs 120 ms before SLPOUT
_WAKE_MS = const(5)  # 9.1.12: supplies and clocks settle before the next command
_PWM_HZ = const(5000)
_FULL_DUTY = const(65535)

# Offsets of the picture in turn, so that no bright edge stays on the same pixels for hours: x + 1
# in the high digit, y + 1 in the low one. A walk around the middle, where it starts.
_SHIFTS = b"\x11\x21\x22\x12\x02\x01\x00\x10\x20"


class Panel:
    """An ST7789 wired as the board says; takes about 130 ms. The glass is dark until `light`."""

    width = board.PANEL_WIDTH
    height = board.PANEL_HEIGHT

    def __init__(self):
        self._lit = False
        self._step = 0
        self._left = board.PANEL_X
        self._top = board.PANEL_Y
        self._dc = Pin(board.PANEL_DC, Pin.OUT, value=0)
        self._cs = Pin(board.PANEL_CS, Pin.OUT, value=1)
        self._backlight = PWM(Pin(board.PANEL_BL), freq=_PWM_HZ, duty_u16=0)
        # miso=None: the default would take the pin that is MOSI on this board.
        self._spi = SPI(
            board.SPI_ID,
            baudrate=board.SPI_HZ,
            sck=Pin(board.SPI_SCK),
            mosi=Pin(board.SPI_MOSI),
            miso=None,
        )
        self._byte = bytearray(1)
        self._window = bytearray(4)
        self._start()

    def _start(self):
        if board.PANEL_POWER >= 0:
            Pin(board.PANEL_POWER, Pin.OUT, value=1)
        if board.PANEL_RST >= 0:
            reset = Pin(board.PANEL_RST, Pin.OUT, value=0)
            time.sleep_ms(_RESET_PULSE_MS)
            reset(1)
        else:  # the panel's reset is the chip's own
            self._command(_SWRESET)
        time.sleep_ms(_RESET_MS)
        self._command(_SLPOUT)
        time.sleep_ms(_WAKE_MS)
        self._command(_COLMOD, bytes((_RGB565,)))
        self._command(_MADCTL, bytes((board.PANEL_MADCTL,)))
        self._command(_INVON if board.PANEL_INVERT else _INVOFF)
        self._command(_NORON)

    def send(self, x, y, w, h, pixels):
        """Shows a box of pixels: RGB565, high byte first, row by row. Allocates nothing.

        Holds the caller for the bytes' time and some 0.4 ms.
        """
        self._set_window(_CASET, self._left + x, w)
        self._set_window(_RASET, self._top + y, h)
        self._command(_RAMWR, pixels)

    def light(self, brightness_pct=100):
        """Sets the brightness; the first call shows what was sent so far."""
        if not self._lit:
            self._lit = True
            self._command(_DISPON)
        self._backlight.duty_u16(brightness_pct * _FULL_DUTY // 100)

    def shift(self):
        """Has what is sent from now on stand a pixel further, the next of nine ways.

        Where the controller's memory has no margin around the glass, all stays where it is.
        """
        if not board.PANEL_X or not board.PANEL_Y:
            return
        self._step = (self._step + 1) % len(_SHIFTS)
        shift = _SHIFTS[self._step]
        self._left = board.PANEL_X + (shift >> 4) - 1
        self._top = board.PANEL_Y + (shift & 15) - 1

    def _set_window(self, command, first, count):
        window = self._window
        window[0] = first >> 8
        window[1] = first & 0xFF
        first += count - 1
        window[2] = first >> 8
        window[3] = first & 0xFF
        self._command(command, window)

    def _command(self, command, data=None):
        self._cs(0)
        self._dc(0)
        self._byte[0] = command
        self._spi.write(self._byte)
        if data is not None:
            self._dc(1)
            self._spi.write(data)
        self._cs(1)

"""Driver of an ST7789 panel on SPI: sends the changed bands of a canvas, one a call.

A band is converted from 4 bits to RGB565 by framebuf, in C: `blit` takes each pixel through a
palette. framebuf takes RGB565 low byte first and the panel wants the high byte first; since the
palette's entries are kept as the panel wants them, nothing has to be swapped.

Sections are those of the Sitronix ST7789V datasheet, version 1.3.
"""

import time

import board
import framebuf
from machine import PWM, SPI, Pin

from compat import const
from screen.canvas import BAND_ROWS
from screen.palette import RGB565

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
_RESET_MS = const(120)  # 7.4.5: a panel that was awake needs 120 ms before SLPOUT
_WAKE_MS = const(5)  # 9.1.12: supplies and clocks settle before the next command
_PWM_HZ = const(5000)
_FULL_DUTY = const(65535)

# Offsets of the picture in turn, so that no bright edge stays on the same pixels for hours: x + 1
# in the high digit, y + 1 in the low one. A walk around the middle, where it starts.
_SHIFTS = b"\x11\x21\x22\x12\x02\x01\x00\x10\x20"


class Panel:
    """An ST7789 wired as the board says, showing a screen.canvas.Canvas.

    Takes about 130 ms; the picture stays dark until its first complete pass has been sent.
    """

    def __init__(self, canvas, brightness_pct):
        self._canvas = canvas
        self._step = 0
        self._dy = 0
        self._duty = brightness_pct * _FULL_DUTY // 100
        self._lit = False
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
        width = canvas.width
        self._band_bytes = bytearray(width * BAND_ROWS * 2)
        self._band = framebuf.FrameBuffer(self._band_bytes, width, BAND_ROWS, framebuf.RGB565)
        self._palette = (RGB565, 16, 1, framebuf.RGB565)
        self._start()

    def _start(self):
        if board.PANEL_POWER >= 0:
            Pin(board.PANEL_POWER, Pin.OUT, value=1)
        reset = Pin(board.PANEL_RST, Pin.OUT, value=0)
        time.sleep_ms(_RESET_PULSE_MS)
        reset(1)
        time.sleep_ms(_RESET_MS)
        self._command(_SLPOUT)
        time.sleep_ms(_WAKE_MS)
        self._command(_COLMOD, bytes((_RGB565,)))
        self._command(_MADCTL, bytes((board.PANEL_MADCTL,)))
        self._command(_INVON if board.PANEL_INVERT else _INVOFF)
        self._command(_NORON)
        self._place()

    def refresh_slice(self):
        """Sends one changed band; returns True while more are waiting.

        Holds the caller for about 1.5 ms at 20 MHz on an ESP32 and allocates nothing.
        """
        canvas = self._canvas
        y = canvas.take_band()
        if y < 0:
            return False
        # The stubs want bytes for a palette; it is like the source (docs, framebuf.blit).
        self._band.blit(canvas.fb, 0, -y, -1, self._palette)  # pyright: ignore[reportArgumentType]
        y += board.PANEL_Y + self._dy
        self._set_window(_RASET, y, y + BAND_ROWS - 1)
        self._command(_RAMWR, self._band_bytes)
        more = canvas.any_changed()
        if not more and not self._lit:
            self._lit = True
            self._command(_DISPON)
            self._backlight.duty_u16(self._duty)
        return more

    def shift(self):
        """Moves the picture by a pixel, the next of nine ways; call every few minutes.

        The canvas' black margin is what goes over the edge of the glass, and what stays there.
        """
        self._step = (self._step + 1) % len(_SHIFTS)
        self._place()

    def _place(self):
        """Sends the columns for the present shift and has everything drawn anew."""
        shift = _SHIFTS[self._step]
        left = board.PANEL_X + (shift >> 4) - 1
        self._dy = (shift & 15) - 1
        self._set_window(_CASET, left, left + self._canvas.width - 1)
        self._canvas.mark(0, self._canvas.height)

    def _set_window(self, command, first, last):
        window = self._window
        window[0] = first >> 8
        window[1] = first & 0xFF
        window[2] = last >> 8
        window[3] = last & 0xFF
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

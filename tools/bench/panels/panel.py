"""An emulated panel: SPI commands and data in, the picture that a person sees out.

Pure. Sources: the datasheets of Sitronix's ST7789VW and of ILITEK's ILI9341 and ILI9342C, command
list and frame memory. 16 bits per pixel only.

The picture memory is kept in the orientation in which the panel is mounted, given by the MADCTL
value that shows an upright picture there, so that drawing with that value is a copy of whole rows.
Other MADCTL values draw mirrored or turned, as on the glass.
"""

import sys
from array import array
from typing import NamedTuple

from tools.bench.panels import ili9341_commands, png, st7789_commands

_MY = 0x80
_MX = 0x40
_MV = 0x20
_TURNS = _MY | _MX | _MV
_BGR = 0x08

_SWRESET = 0x01
_SLPIN = 0x10
_SLPOUT = 0x11
_RAMWR = 0x2C
_RAMWRC = 0x3C
_SETTLE_US = 5_000  # no command for so long after a reset, and after going to sleep or waking
_SLEEP_US = 120_000  # from a reset or SLPIN to SLPOUT, and from that to SLPIN
_WHOLE = (0x2A, 0x2B, 0x36, 0x3A)  # commands that are nothing without all their parameters
_MAKERS = 0xB0  # from this code on: makers' registers
_MOST_ERRORS = 20

_RGB = []  # RGB bytes of each RGB565 value, made at first use


def _rgb_table():
    if not _RGB:
        for value in range(65536):
            red, green, blue = value >> 11, value >> 5 & 63, value & 31
            _RGB.append(bytes((red * 255 // 31, green * 255 // 63, blue * 255 // 31)))
    return _RGB


class Controller(NamedTuple):
    """What a controller is: the size of its memory as MADCTL 0 sees it, its commands, and what
    has to be sent before its makers' registers listen: (command, parameters)."""

    columns: int
    rows: int
    commands: dict
    key: tuple = ()


ST7789 = Controller(240, 320, st7789_commands.COMMANDS)
ILI9341 = Controller(240, 320, ili9341_commands.COMMANDS)
ILI9342C = Controller(
    320,
    240,
    ili9341_commands.COMMANDS_9342C,
    (ili9341_commands.SETEXTC, ili9341_commands.KEY),
)
# By the driver's module, board.PANEL.
CONTROLLERS = {
    "hardware.panels.st7789": ST7789,
    "hardware.panels.ili9341": ILI9341,
    "hardware.panels.ili9342c": ILI9342C,
    "hardware.panels.m5_core2": ILI9342C,
    "hardware.panels.no_panel": ST7789,  # to which nobody talks
}


class Panel:
    """A glass of `width` x `height` whose first pixel is at (x, y) of the controller's memory.

    `mount`: MADCTL that shows an upright picture. `inverting`: the glass (IPS) shows true colours
    with INVON. `seq` changes whenever the picture may have; `errors` lists what the controller
    would not have understood (the first 20; `error_count` counts all).
    """

    def __init__(
        self, width=240, height=135, x=40, y=53, mount=0x70, inverting=True, controller=ST7789
    ):
        self.width = width
        self.height = height
        self.seq = 0
        self.errors = []
        self.error_count = 0
        self._x = x
        self._y = y
        self._mount = mount
        self._inverting = inverting
        self._commands = controller.commands
        self._key = controller.key
        self._size = (controller.columns, controller.rows)
        self._across = controller.rows if mount & _MV else controller.columns
        self._ram = bytearray(2 * controller.columns * controller.rows)
        self._picture = None
        self._settled_us = 0
        self._asleep_us = self._awake_us = None  # since when it sleeps, or does not
        self.hard_reset()

    def hard_reset(self, t_us=None):
        """The RST pin went low: registers to their defaults; the memory stays."""
        self._asleep_us = t_us
        if t_us is not None:
            self._settled_us = t_us + _SETTLE_US
        self.on = False
        self.asleep = True
        self.inverted = False
        self._madctl = 0
        self._colmod = 0x66
        self._columns = (0, self._size[0] - 1)
        self._rows = (0, self._size[1] - 1)
        self._open = not self._key
        self._command = 0x00
        self._parameters = bytearray()
        self._half = b""
        self._rewind()
        self.seq += 1

    def feed(self, dc, data, t_us=None):
        """Takes the bytes of one transfer; dc 0: commands, 1: their parameters or pixels.

        `t_us`, where given, is used to check the settling times after a reset and a wake-up.
        """
        if dc and self._command in (_RAMWR, _RAMWRC):
            self._pixels(data)
        elif dc:
            for byte in data:
                self._parameter(byte)
        else:
            for byte in data:
                self._start(byte, t_us)

    # -- commands -------------------------------------------------------------------------------

    def _start(self, code, t_us):
        if self._command not in (_RAMWR, _RAMWRC):
            self._check_complete()
        if t_us is not None:
            self._check_time(code, t_us)
        self._command = code
        self._parameters = bytearray()
        if code not in self._commands:
            self._error(f"undefined command {code:02X}")
        elif code >= _MAKERS and not self._open and code != self._key[0]:
            self._error(f"{code:02X} before {self._key[0]:02X} has unlocked it")
        elif code == _SWRESET:
            self.hard_reset(t_us)
        elif code in (_SLPIN, _SLPOUT):
            self.asleep = code == _SLPIN
            self.seq += 1
        elif code in (0x20, 0x21):
            self.inverted = code == 0x21
            self.seq += 1
        elif code in (0x28, 0x29):
            self.on = code == 0x29
            self.seq += 1
        elif code in (_RAMWR, _RAMWRC):
            self._begin_pixels(code)

    def _begin_pixels(self, code):
        if self._colmod & 7 != 5:
            self._error(f"{code:02X} before 3A has chosen 16 bits per pixel")
        if code == _RAMWR:
            self._half = b""
            self._rewind()

    def _check_time(self, code, t_us):
        if t_us < self._settled_us:
            self._error(f"command {code:02X} {self._settled_us - t_us} us too early")
        since_us = self._asleep_us if code == _SLPOUT else self._awake_us
        if code in (_SLPIN, _SLPOUT):
            if since_us is not None and t_us < since_us + _SLEEP_US:
                self._error(f"command {code:02X} {since_us + _SLEEP_US - t_us} us too early")
            self._asleep_us = t_us if code == _SLPIN else None
            self._awake_us = t_us if code == _SLPOUT else None
        self._settled_us = t_us + _SETTLE_US if code in (_SWRESET, _SLPIN, _SLPOUT) else 0

    def _check_complete(self):
        want = self._commands.get(self._command, ("", 0))[1]
        if self._command in _WHOLE and len(self._parameters) < want:
            self._error(f"{self._command:02X} with {len(self._parameters)} parameters")

    def _parameter(self, byte):
        name, most = self._commands.get(self._command, (None, 0))
        if name is None:
            return  # reported already
        if len(self._parameters) >= most:
            self._error(f"too many parameters for {name}")
            return
        self._parameters.append(byte)
        if len(self._parameters) == most:
            self._apply()

    def _apply(self):
        data = self._parameters
        if not self._open and self._command == self._key[0]:
            self._open = data == self._key[1]
        elif self._command == 0x36:
            self._madctl = data[0]
        elif self._command == 0x3A:
            self._colmod = data[0]
            if data[0] & 7 != 5:
                self._error(f"COLMOD {data[0]:02X}: only 16 bits per pixel are emulated")
        elif self._command in (0x2A, 0x2B):
            first, last = data[0] << 8 | data[1], data[2] << 8 | data[3]
            turned = bool(self._madctl & _MV)
            limit = self._size[(self._command == 0x2B) ^ turned]
            if first > last or last >= limit:
                self._error(f"{self._command:02X} {first}..{last} of {limit}")
            elif self._command == 0x2A:
                self._columns = (first, last)
            else:
                self._rows = (first, last)

    def _error(self, text):
        self.error_count += 1
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append(text)

    # -- memory ---------------------------------------------------------------------------------

    def _rewind(self):
        self._at_x = self._columns[0]
        self._at_y = self._rows[0]

    def _pixels(self, data):
        if self._colmod & 7 != 5:
            return
        data = self._half + bytes(data)
        whole = len(data) & ~1
        self._half = data[whole:]
        at = 0
        straight = not (self._madctl ^ self._mount) & _TURNS
        while at < whole:
            if self._at_y > self._rows[1]:
                self._error(f"{whole - at} bytes more than the window holds")
                break
            n = min((whole - at) >> 1, self._columns[1] - self._at_x + 1)
            if straight:
                start = 2 * (self._at_y * self._across + self._at_x)
                self._ram[start : start + 2 * n] = data[at : at + 2 * n]
            else:
                self._scatter(data[at : at + 2 * n])
            at += 2 * n
            self._at_x += n
            if self._at_x > self._columns[1]:
                self._at_x = self._columns[0]
                self._at_y += 1
        self.seq += 1

    def _scatter(self, data):
        """Draws pixels of one row with a MADCTL other than the mounting's."""
        for i in range(len(data) >> 1):
            column, row = _to_glass(self._madctl, self._at_x + i, self._at_y, self._size)
            x, y = _from_glass(self._mount, column, row, self._size)
            at = 2 * (y * self._across + x)
            self._ram[at : at + 2] = data[2 * i : 2 * i + 2]

    # -- picture --------------------------------------------------------------------------------

    @property
    def lit(self):
        """True while the glass shows the memory (the backlight aside)."""
        return self.on and not self.asleep

    def rgb(self):
        """Returns the picture, 3 bytes a pixel, row by row; black while off."""
        if self._picture is None or self._picture[0] != self.seq:
            self._picture = (self.seq, self._render())
        return self._picture[1]

    def png(self, scale=1):
        """Returns the picture as PNG bytes."""
        return png.encode(self.width, self.height, self.rgb(), scale)

    def _render(self):
        if not self.lit:
            return bytes(3 * self.width * self.height)
        table = _rgb_table()
        flip = 0 if self.inverted == self._inverting else 0xFFFF
        out = []
        for y in range(self._y, self._y + self.height):
            start = 2 * (y * self._across + self._x)
            row = array("H", bytes(self._ram[start : start + 2 * self.width]))
            if sys.byteorder == "little":
                row.byteswap()
            out.extend(table[value ^ flip] for value in row)
        picture = b"".join(out)
        return _swap_red_and_blue(picture) if (self._madctl ^ self._mount) & _BGR else picture


def _swap_red_and_blue(picture):
    swapped = bytearray(picture)
    swapped[0::3], swapped[2::3] = picture[2::3], picture[0::3]
    return bytes(swapped)


def _to_glass(madctl, x, y, size):
    """Returns (column, row) of the glass for a logical position under `madctl`."""
    column, row = (y, x) if madctl & _MV else (x, y)
    if madctl & _MX:
        column = size[0] - 1 - column
    if madctl & _MY:
        row = size[1] - 1 - row
    return column, row


def _from_glass(madctl, column, row, size):
    """The inverse of `_to_glass`."""
    if madctl & _MX:
        column = size[0] - 1 - column
    if madctl & _MY:
        row = size[1] - 1 - row
    return (row, column) if madctl & _MV else (column, row)

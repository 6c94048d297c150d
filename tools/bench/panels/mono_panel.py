"""An emulated mono panel of 128 x 64 pixels: what comes over its I2C in, the picture out.

Pure. Sources: the datasheets of the SSD1306 (Solomon Systech, revision 1.1, chapters 8 to 10 and
the application note) and of the SH1106 (Sino Wealth, version 2.3, its table of commands).
"""

from typing import NamedTuple

from tools.bench.panels import png

_ON = 0xAF
_OFF = 0xAE
_MOST_ERRORS = 20


class Controller(NamedTuple):
    """columns: of its memory; left: the first that the glass shows; commands: {first byte: most
    parameters}; pump: the command for its own supply, and the parameter that switches it on."""

    columns: int
    left: int
    commands: dict
    pump: tuple


_BOTH = {
    **dict.fromkeys(range(0x00, 0x20), 0),  # column, low and high
    **dict.fromkeys(range(0x40, 0x80), 0),  # first line
    **dict.fromkeys(range(0xB0, 0xB8), 0),  # row
    **dict.fromkeys((0xA0, 0xA1, 0xA4, 0xA5, 0xA6, 0xA7, 0xAE, 0xAF, 0xC0, 0xC8, 0xE3), 0),
    **dict.fromkeys((0x81, 0xA8, 0xD3, 0xD5, 0xD9, 0xDA, 0xDB), 1),
}
SSD1306 = Controller(128, 0, {**_BOTH, 0x20: 1, 0x21: 2, 0x22: 2, 0x2E: 0, 0x8D: 1}, (0x8D, 0x14))
SH1106 = Controller(
    132, 2, {**_BOTH, **dict.fromkeys(range(0x30, 0x34), 0), 0xAD: 1}, (0xAD, 0x8B)
)
CONTROLLERS = {"hardware.panels.ssd1306": SSD1306, "hardware.panels.sh1106": SH1106}

# Parameters that a module of 128 x 64 bears: (lowest, highest), or those there are.
_BEARABLE = {
    0x81: range(256),
    0xA8: (63,),
    0xD3: range(64),
    0xD5: range(256),
    0xD9: range(256),
    0xDA: (0x12,),  # rows alternate on these modules; the other bits are fixed
    0x20: (0x02,),  # the other two ways of addressing are not emulated
}


class MonoPanel:
    """The glass at one address. `errors`: what the controller would not have understood, the first
    20 (`error_count` counts all); `seq` changes whenever the picture may have."""

    width = 128
    height = 64

    def __init__(self, controller):
        self.errors = []
        self.error_count = self.seq = 0
        self.on = False
        self.contrast = 0x7F
        self.offset = 0
        self._made = controller
        self._powered = self._asked = False
        self._mirrored = [False, False]
        self._inverted = False
        self._row = self._column = 0
        self._pages = [bytearray(controller.columns) for _ in range(8)]
        self._pending = []

    def take(self, data):
        """Takes the bytes of one transfer, behind the address."""
        self.seq += 1
        if self._pending:
            self._error(f"{self._pending[0]:02X} without its parameters")
            self._pending = []
        if data[0] == 0x40:
            self._data(data[1:])
        elif data[0] == 0x00:
            for byte in data[1:]:
                self._command(byte)
        else:
            self._error(f"control byte {data[0]:02X}")

    def _command(self, byte):
        self._pending.append(byte)
        wanted = self._made.commands.get(self._pending[0])
        if wanted is None:
            self._error(f"undefined command {byte:02X}")
            self._pending = []
        elif len(self._pending) > wanted:
            code, *parameters = self._pending
            self._pending = []
            self._apply(code, parameters)

    def _apply(self, code, parameters):
        if parameters and parameters[0] not in _BEARABLE.get(code, range(256)):
            self._error(f"{code:02X} {parameters[0]:02X}")
        if code < 0x20 or 0xB0 <= code < 0xB8:
            self._move(code)
        elif code == 0x81:
            self.contrast = parameters[0]
        elif code == 0xD3:
            self.offset = parameters[0]
        elif code in (0xA0, 0xA1, 0xC0, 0xC8):
            self._mirrored[code >= 0xC0] = code in (0xA1, 0xC8)
        elif code in (0xA6, 0xA7):
            self._inverted = code == 0xA7
        elif code == self._made.pump[0]:
            if self.on:
                self._error(f"{code:02X} while the display is on")
            self._powered = parameters[0] == self._made.pump[1]
        elif code in (_ON, _OFF):
            if code == _ON and not self._powered:
                self._error("on without a supply for the glass")
            self.on = code == _ON

    def _move(self, code):
        if code < 0x10:
            self._column = self._column & 0xF0 | code
        elif code < 0x20:
            self._column = self._column & 0x0F | (code & 15) << 4
        else:
            self._row = code & 7

    def _data(self, data):
        row = self._pages[self._row]
        if self._column + len(data) > len(row):
            self._error(f"{len(data)} bytes from column {self._column}")
            data = data[: max(0, len(row) - self._column)]
        row[self._column : self._column + len(data)] = data
        self._column += len(data)

    def _error(self, text):
        self.error_count += 1
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append(text)

    def glows(self, x, y):
        """True if a pixel glows, as a person sees it whose module's cable is below."""
        if not self.on:
            return False
        line = (y + self.offset) % self.height
        if not self._mirrored[1]:
            line = self.height - 1 - line
        column = self._made.left + (x if self._mirrored[0] else self.width - 1 - x)
        return bool(self._pages[line >> 3][column] >> (line & 7) & 1) != self._inverted

    @property
    def lit(self):
        """True while the glass shows the memory."""
        return self.on

    def hard_reset(self, t_us=None):
        """It has no reset pin."""

    def rgb(self):
        """Returns the picture, 3 bytes a pixel, row by row."""
        rows = [self.glows(x, y) for y in range(self.height) for x in range(self.width)]
        return b"".join(b"\xd8\xf0\xff" if glows else b"\0\0\0" for glows in rows)

    def png(self, scale=1):
        """Returns the picture as PNG bytes."""
        return png.encode(self.width, self.height, self.rgb(), scale)

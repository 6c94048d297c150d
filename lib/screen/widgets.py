"""Parts of a page. Each remembers what it last drew and draws only if that changes."""

from compat import const
from screen import model as m
from screen import palette as pal
from screen.text import Text

# Icons, by their number in tools/icon_shapes.py.
CHARGE = const(0)
DISCHARGE = const(1)
HEAT = const(2)
WIFI = const(3)
CLOUD = const(4)
_STRUCK = const(5)  # added to the number of an icon: the same, struck out

# What a tile says.
UNKNOWN = const(0)
IDLE = const(1)  # off, as it should be
OFF = const(2)  # off, and worth a look
ON = const(3)
FAULT = const(4)

_TEXT_ROOM = const(64)
_UNIT_GAP = const(3)
_PAD = const(4)  # between the edge of a filled box and its text
_DASH = b"-"

_figure = Text()  # where figures are put together, one after the other
_QUESTION = b"?"


class Number:
    """A figure with its unit, from the left edge x or, with `right`, ending at x + w.

    y is the top of the digits. None is shown as a dash, and so is what has no room: figures of a
    real pack have, and a part of a number would be a lie.
    """

    def __init__(self, canvas, x, y, w, font, unit_font, right=False):
        self._canvas = canvas
        self._x = x
        self._y = y
        self._w = w
        self._font = font
        self._unit_font = unit_font
        self._right = right
        self._value = 0
        self._decimals = 0
        self._unit = None
        self._ink = None

    def reset(self):
        """Forgets what was drawn: the page was cleared."""
        self._ink = None

    def show(self, value, decimals, unit, ink, plus=False):
        """Shows value / 10**decimals; `plus` puts a + before what is above zero."""
        if value == self._value and ink is self._ink:
            if decimals == self._decimals and unit is self._unit:
                return
        self._value = value
        self._decimals = decimals
        self._unit = unit
        self._ink = ink
        text = _figure.start(b"+" if plus and value is not None and value > 0 else b"")
        if value is None:
            text.add(_DASH)
        else:
            text.fixed(value, decimals)
        self._draw(text, unit, ink)

    def _draw(self, text, unit, ink):
        font = self._font
        small = self._unit_font
        canvas = self._canvas
        extra = small.width(unit, 0, len(unit)) + _UNIT_GAP if len(unit) else 0
        width = font.width(text.buf, 0, text.n) + extra
        if width > self._w:
            text.start(_DASH)
            width = font.width(text.buf, 0, text.n) + extra
        # Round digits stand out by a pixel above and below.
        canvas.fill(self._x, self._y - 1, self._w, font.height + 2, 0)
        x = self._x + self._w - width if self._right else self._x
        x = font.draw(canvas.fb, text.buf, 0, text.n, x, self._y, ink) + _UNIT_GAP
        y = self._y + font.height - small.height
        small.draw(canvas.fb, unit, 0, len(unit), x, y, pal.GREY)


class Line:
    """A line of text in a box, which is filled with the ground of the ink. Too much is cut."""

    def __init__(self, canvas, x, y, w, h, font, right=False):
        self._canvas = canvas
        self._x = x
        self._y = y
        self._w = w
        self._h = h
        self._font = font
        self._right = right
        self._last = bytearray(_TEXT_ROOM)
        self._n = 0
        self._ink = None

    def reset(self):
        """Forgets what was drawn: the page was cleared."""
        self._ink = None

    def show(self, text, ink):
        """Shows a Text in an ink."""
        if ink is self._ink and text.n == self._n:
            i = 0
            while i < text.n and text.buf[i] == self._last[i]:
                i += 1
            if i == text.n:
                return
        self._ink = ink
        self._n = text.n
        self._last[:] = text.buf
        canvas = self._canvas
        font = self._font
        canvas.fill(self._x, self._y, self._w, self._h, ink.key)
        pad = _PAD if ink.key else 0
        end = text.n
        while font.width(text.buf, 0, end) > self._w - 2 * pad:
            end -= 1
        x = self._x + pad
        if self._right:
            x += self._w - font.width(text.buf, 0, end)
        # A little high, since descenders need more room below than accents do above.
        y = self._y + max(1, (self._h - font.height) // 2 - 1)
        font.draw(canvas.fb, text.buf, 0, end, x, y, ink)


class Gauge:
    """A bar that is filled in proportion to 0..100; None leaves it empty."""

    def __init__(self, canvas, x, y, w, h):
        self._canvas = canvas
        self._x = x
        self._y = y
        self._w = w
        self._h = h
        self._filled = 0
        self._ink = None

    def reset(self):
        """Forgets what was drawn: the page was cleared."""
        self._ink = None

    def show(self, percent, ink):
        """Shows a percentage in an ink."""
        if percent is None or percent < 0:
            percent = 0
        filled = min(percent, 100) * self._w // 100
        if filled == self._filled and ink is self._ink:
            return
        self._filled = filled
        self._ink = ink
        self._canvas.fill(self._x, self._y, filled, self._h, ink.full)
        self._canvas.fill(self._x + filled, self._y, self._w - filled, self._h, pal.DIM)


class Tile:
    """A symbol in a box: filled when on, an outline otherwise, struck out when off."""

    W = 23
    H = 19

    def __init__(self, canvas, x, y, icons, icon, font):
        self._canvas = canvas
        self._x = x
        self._y = y
        self._icons = icons
        self._icon = icon
        self._font = font
        self._state = UNKNOWN
        self._ink = None

    def reset(self):
        """Forgets what was drawn: the page was cleared."""
        self._ink = None

    def show(self, state, ink):
        """Shows one of the states above in an ink (for ON and FAULT one with a ground)."""
        if state == self._state and ink is self._ink:
            return
        self._state = state
        self._ink = ink
        self._box(ink.key if ink.key else pal.DIM)
        if ink.key == 0:
            self._canvas.fb.fill_rect(self._x + 1, self._y + 1, self.W - 2, self.H - 2, 0)
        fb = self._canvas.fb
        if state == UNKNOWN:
            self._font.draw(fb, _QUESTION, 0, 1, self._x + 9, self._y + 3, ink)
            return
        icon = self._icon + _STRUCK if state == OFF or state == FAULT else self._icon
        self._icons.glyph(fb, icon, self._x + 4, self._y + 2, ink)

    def _box(self, colour):
        """Fills the box, without its corners."""
        self._canvas.fill(self._x, self._y, self.W, self.H, colour)
        right = self._x + self.W - 1
        bottom = self._y + self.H - 1
        fb = self._canvas.fb
        fb.pixel(self._x, self._y, 0)
        fb.pixel(right, self._y, 0)
        fb.pixel(self._x, bottom, 0)
        fb.pixel(right, bottom, 0)


class Icon:
    """A symbol without a box; nothing while `ink` is None."""

    SIZE = 15

    def __init__(self, canvas, x, y, icons, icon):
        self._canvas = canvas
        self._x = x
        self._y = y
        self._icons = icons
        self._icon = icon
        self._ink = None
        self._struck = False

    def reset(self):
        """Forgets what was drawn: the page was cleared."""
        self._ink = None

    def show(self, ink, struck=False):
        """Shows the symbol, struck out on demand."""
        if ink is self._ink and struck == self._struck:
            return
        self._ink = ink
        self._struck = struck
        self._canvas.fill(self._x, self._y, self.SIZE, self.SIZE, 0)
        if ink is not None:
            icon = self._icon + _STRUCK if struck else self._icon
            self._icons.glyph(self._canvas.fb, icon, self._x, self._y, ink)


class Links:
    """Wi-Fi and MQTT, one symbol below or (`across`) beside the other."""

    def __init__(self, canvas, x, y, icons, across=False):
        self._wifi = Icon(canvas, x, y, icons, WIFI)
        if across:
            x += 18
        else:
            y += 18
        self._cloud = Icon(canvas, x, y, icons, CLOUD)

    def reset(self):
        """Forgets what was drawn: the page was cleared."""
        self._wifi.reset()
        self._cloud.reset()

    def show(self, model):
        """Shows both: nothing where not used, struck out where not connected."""
        _show_link(self._wifi, model.wifi)
        _show_link(self._cloud, model.mqtt)


def _show_link(icon, state):
    if state == m.NOT_USED:
        icon.show(None)
    elif state == m.CONNECTED:
        icon.show(pal.GREEN)
    else:
        icon.show(pal.AMBER, True)

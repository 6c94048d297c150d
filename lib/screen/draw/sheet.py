"""Parts of a page. What a part last showed is kept in a slot; it is drawn only if that changes."""

from array import array

from compat import const
from screen import model as m
from screen import palette as pal
from screen.font import FACES, HEIGHT, Pen, width
from screen.fonts.barlow import ICONS, SMALL
from screen.text import Text

# Icons, by their number in tools/icon_shapes.py.
CHARGE = const(0)
DISCHARGE = const(1)
HEAT = const(2)
WIFI = const(3)
CLOUD = const(4)
_STRUCK = const(5)  # added to the number of an icon: the same, struck out
_ICON_SIZE = const(15)

# What a tile says.
UNKNOWN = const(0)
IDLE = const(1)  # off, as it should be
OFF = const(2)  # off, and worth a look
ON = const(3)
FAULT = const(4)

TILE_W = const(23)
TILE_H = const(19)

# Slots that all pages use; the others are each page's own.
AGE_SLOT = const(0)
_WIFI_SLOT = const(1)
_CLOUD_SLOT = const(2)
_SLOTS = const(17)

_NEVER = const(-1)  # no ink: nothing was drawn
_PAD = const(4)  # between the edge of a filled box and its text


class Widgets:
    """Draws on a canvas. `text` is where texts are put together, one after the other.

    `glyphs` is what font.Pen takes; None if there are none.
    """

    def __init__(self, canvas, glyphs):
        self.canvas = canvas
        if glyphs is None:
            from screen.plain import Letters  # hardly ever needed: not in memory otherwise

            self.pen = Letters(canvas.fb)
        else:
            self.pen = Pen(canvas.fb, glyphs)
        self.text = Text()
        self._shown = array("i", [0] * (2 * _SLOTS))

    def clear(self):
        """Makes the canvas black and has every part drawn anew."""
        self.canvas.clear()
        for i in range(2 * _SLOTS):
            self._shown[i] = _NEVER

    def changed(self, slot, what, how):
        """True if a slot showed something else, or in another way; remembers the new.

        `how` is not negative; both fit into 31 bits.
        """
        shown = self._shown
        at = 2 * slot
        if shown[at] == what and shown[at + 1] == how:
            return False
        shown[at] = what
        shown[at + 1] = how
        return True

    def line(self, face, x, y, w, h, ink, right=False):
        """Shows `text` in a box that is filled with the ground of the ink. Too much is cut."""
        text = self.text
        self.canvas.fill(x, y, w, h, ink >> 12)
        pad = _PAD if ink >> 12 else 0
        end = text.n
        while width(face, text.buf, 0, end) > w - 2 * pad:
            end -= 1
        if right:
            x += w - width(face, text.buf, 0, end)
        # A little high, since descenders need more room below than accents do above.
        y += max(1, (h - FACES[face][HEIGHT]) // 2 - 1)
        self.pen.draw(face, text.buf, 0, end, x + pad, y, ink)

    def gauge(self, slot, x, y, w, h, percent, ink):
        """Shows a bar that is filled in proportion to 0..100; None leaves it empty."""
        if percent is None or percent < 0:
            percent = 0
        filled = min(percent, 100) * w // 100
        if self.changed(slot, filled, ink):
            self.canvas.fill(x, y, filled, h, ink & 15)
            self.canvas.fill(x + filled, y, w - filled, h, pal.DIM)

    def tile(self, slot, x, y, icon, state, ink):
        """Shows a symbol in a box: filled when on, an outline otherwise, struck out when off.

        `state` is one of those above; for ON and FAULT the ink has a ground.
        """
        if not self.changed(slot, state, ink):
            return
        ground = ink >> 12
        self.canvas.fill(x, y, TILE_W, TILE_H, ground if ground else pal.DIM)
        fb = self.canvas.fb
        for corner in range(4):
            fb.pixel(x + (corner & 1) * (TILE_W - 1), y + (corner >> 1) * (TILE_H - 1), 0)
        if ground == 0:
            fb.fill_rect(x + 1, y + 1, TILE_W - 2, TILE_H - 2, 0)
        if state == UNKNOWN:
            self.pen.draw(SMALL, b"?", 0, 1, x + 9, y + 3, ink)
            return
        if state == OFF or state == FAULT:
            icon += _STRUCK
        self.pen.glyph(ICONS, icon, x + 4, y + 2, ink)

    def links(self, model, x, y, dx, dy):
        """Shows Wi-Fi and, moved by dx and dy, MQTT."""
        self._link(_WIFI_SLOT, x, y, WIFI, model.wifi)
        self._link(_CLOUD_SLOT, x + dx, y + dy, CLOUD, model.mqtt)

    def _link(self, slot, x, y, icon, state):
        """Shows nothing where a link is not used; struck out where it is not connected."""
        if not self.changed(slot, state, 0):
            return
        self.canvas.fill(x, y, _ICON_SIZE, _ICON_SIZE, 0)
        if state == m.CONNECTED:
            self.pen.glyph(ICONS, icon, x, y, pal.GREEN)
        elif state != m.NOT_USED:
            self.pen.glyph(ICONS, icon + _STRUCK, x, y, pal.AMBER)

"""What pages beyond the simple ones draw with: fields by the pixel, and drawings in a field.

Only on boards that have memory for it: see screen.book.
"""

from array import array

from compat import const
from screen.draw import palette as pal
from screen.draw.brush import Brush
from screen.draw.sheet import (
    BARE_DEGREES,
    DEGREES,
    Sheet,
)
from words import PAGE_TEXTS

FIELDS = const(40)
_ART = const(-1)  # in the place of a bar's mark


class Painter(Brush):
    """A Brush that also takes rows in pixels (screen.flow), and draws `art` in the place of a bar:
    anything with `paint(box, left, wide, w, h)`, which draws a field of w × h pixels into a
    framebuf of which `wide` columns count, the first of them column `left` of the field. The
    outermost pixels are to stay black.
    """

    def __init__(self, panel, framebuf, glyphs):
        super().__init__(panel, framebuf, glyphs)
        self.art = None

    def take(self, rows, field):
        """See Brush.take."""
        if isinstance(rows, bytes):
            super().take(rows, field)
            return
        at = 6 * field
        self.begin(rows[at], rows[at + 1], rows[at + 2], rows[at + 3], rows[at + 4])

    def recolour(self, colours):
        """Has what is drawn from now on be in these colours (as palette.COLOURS)."""
        pal.COLOURS = colours
        pal.put_levels(self._grey[0], pal.GREY)
        self._inked = pal.NO_INK

    def _paint_bar(self, box, left):
        if self.tick2 == _ART:
            self.art.paint(box, left, self.wide, self._w, self._h)  # pyright: ignore[reportOptionalMemberAccess, reportAttributeAccessIssue]
        else:
            super()._paint_bar(box, left)


class WideSheet(Sheet):
    """A Sheet with more fields, with drawings, and with temperatures as their owner likes them."""

    def __init__(self, brush, texts, fahrenheit):
        super().__init__(brush, texts)
        self._shown = array("i", bytes(8 * FIELDS))
        self._fahrenheit = fahrenheit

    def figure(self, slot, value, decimals, unit, ink, plus=False):
        """See Sheet.figure."""
        if unit == DEGREES or unit == BARE_DEGREES:
            value = self.degrees(value)
        if not super().figure(slot, value, decimals, unit, ink, plus):
            return False
        if unit == DEGREES and self._fahrenheit:
            text = self.text
            text.n = text.unit
            text.small(b"^F")
        return True

    def degrees(self, dc):
        """Returns 0.1 °C in tenths of what temperatures are shown in; None stays None."""
        if dc is None or not self._fahrenheit:
            return dc
        return dc * 9 // 5 + 320

    def title(self, slot, number, ink=pal.GREY):
        """Shows a text of these pages (screen.titles); none for -1."""
        if number >= 0:
            return self.line(slot, PAGE_TEXTS, number, ink)
        return self.changed(slot, number, ink)

    def put(self, number):
        """Appends a text of these pages to the one being put together; returns that."""
        self.texts.put(self.text, PAGE_TEXTS, number)
        return self.text

    def art(self, slot, art, what):
        """Shows a drawing; `what` is another number whenever it has changed."""
        if not self.changed(slot, what, pal.WHITE):
            return False
        self.brush.art = art
        self.brush.tick2 = _ART
        return True

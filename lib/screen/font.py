"""Draws glyphs of the modules that tools/make_font.py makes. Drawing allocates nothing."""

from compat import const
from screen.palette import GS2_HMSB

_FIRST = const(32)
_FIELDS = const(5)  # bytes of METRICS a glyph: width, rows, left + 64, top + 64, advance
_BIAS = const(64)
_ABSENT = const(0xFF)


class Font:
    """One size of the typeface; `height` is that of its capitals and digits in pixels.

    framebuf can only blit a whole source. One memoryview a glyph (16 bytes of heap on an ESP32)
    over the module's bitmap costs less than separate bitmaps would, and less time than cutting
    the glyph out by way of a scratch buffer. The list given to blit is changed, never rebuilt.
    """

    def __init__(self, module):
        self.height = module.HEIGHT
        self._index = module.INDEX
        self._metrics = module.METRICS
        self._views = _cut(module.METRICS, module.BITMAP)
        self._source = [self._views[0], 1, 1, GS2_HMSB]

    def has(self, code):
        """True if the font has a glyph for a byte of text."""
        return 0 <= code - _FIRST < len(self._index) and self._index[code - _FIRST] != _ABSENT

    def width(self, text, start, end):
        """Returns the width in pixels of text[start:end] (bytes; absent glyphs have none)."""
        metrics = self._metrics
        total = 0
        for i in range(start, end):
            if self.has(text[i]):
                total += metrics[self._index[text[i] - _FIRST] * _FIELDS + 4]
        return total

    def draw(self, fb, text, start, end, x, y, ink):
        """Draws text[start:end], its left edge at x and the top of capitals at y; returns the end.

        Absent glyphs are left out. The caller has cleared the place to the ink's ground.
        """
        for i in range(start, end):
            if self.has(text[i]):
                x += self.glyph(fb, self._index[text[i] - _FIRST], x, y, ink)
        return x

    def glyph(self, fb, number, x, y, ink):
        """Draws the glyph with this number; returns its advance in pixels."""
        metrics = self._metrics
        at = number * _FIELDS
        source = self._source
        source[0] = self._views[number]
        source[1] = metrics[at]
        source[2] = metrics[at + 1]
        x += metrics[at + 2] - _BIAS
        y += metrics[at + 3] - _BIAS
        fb.blit(source, x, y, ink.key, ink.palette)
        return metrics[at + 4]


def _cut(metrics, bitmap):
    """Returns one memoryview a glyph."""
    view = memoryview(bitmap)
    views = []
    at = 0
    for i in range(0, len(metrics), _FIELDS):
        size = (metrics[i] + 3) // 4 * metrics[i + 1]
        views.append(view[at : at + size])
        at += size
    return tuple(views)

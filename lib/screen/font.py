"""Draws the glyphs that tools/make_font.py made. Drawing allocates nothing."""

from compat import const
from screen.fonts.barlow import FACES
from screen.palette import GS2_HMSB, GS4_HMSB, GS8

# What a face is made of; the generated module tells more.
HEIGHT = const(0)
_FIRST = const(1)
_INDEX = const(2)
_METRICS = const(3)
_DATA = const(4)

_FIELDS = const(7)  # bytes of metrics a glyph
_BIAS = const(64)
_ABSENT = const(0xFF)
_CELL_BYTES = const(144)  # of the largest bitmap of a glyph


def width(face, text, start, end):
    """Returns the width in pixels of text[start:end] (bytes; absent glyphs have none)."""
    first = FACES[face][_FIRST]
    index = FACES[face][_INDEX]
    metrics = FACES[face][_METRICS]
    total = 0
    for i in range(start, end):
        at = text[i] - first
        if 0 <= at < len(index) and index[at] != _ABSENT:
            total += metrics[index[at] * _FIELDS + 4]
    return total


class Pen:
    """Draws text on a framebuf.

    framebuf can only blit a whole picture. A glyph is cut out of its face's bitmap into a cell
    first, by a blit of single bytes; a memoryview for each glyph would take 3 kB.
    """

    def __init__(self, fb):
        self._fb = fb
        cell = bytearray(_CELL_BYTES)
        # framebuf.FrameBuffer, which nothing here may import.
        self._cell = type(fb)(cell, _CELL_BYTES, 1, GS8)
        self._source = [cell, 1, 1, GS2_HMSB]
        self._levels = bytearray(2)
        self._palette = (self._levels, 4, 1, GS4_HMSB)

    def draw(self, face, text, start, end, x, y, ink):
        """Draws text[start:end], its left edge at x and the top of capitals at y; returns the end.

        Absent glyphs are left out. The caller has cleared the place to the ink's ground.
        """
        first = FACES[face][_FIRST]
        index = FACES[face][_INDEX]
        for i in range(start, end):
            at = text[i] - first
            if 0 <= at < len(index) and index[at] != _ABSENT:
                x += self.glyph(face, index[at], x, y, ink)
        return x

    def glyph(self, face, number, x, y, ink):
        """Draws the glyph with this number; returns its advance in pixels."""
        metrics = FACES[face][_METRICS]
        data = FACES[face][_DATA]
        at = number * _FIELDS
        start = metrics[at + 5] << 8 | metrics[at + 6]
        x += metrics[at + 2] - _BIAS
        y += metrics[at + 3] - _BIAS
        if isinstance(data, bytes):
            self._runs(data, start, x, x + metrics[at], y, ink)
        else:
            source = self._source
            source[1] = metrics[at]
            source[2] = metrics[at + 1]
            self._levels[0] = ink >> 8
            self._levels[1] = ink & 0xFF
            self._cell.blit(data, -start, 0)
            self._fb.blit(source, x, y, ink >> 12, self._palette)
        return metrics[at + 4]

    def _runs(self, data, at, x, end, y, ink):
        """Draws the columns x … end - 1 of a glyph whose runs start at data[at]."""
        fb = self._fb
        while x < end:
            columns = data[at] >> 5
            last = at + (data[at] & 31)
            top = y
            while at < last:
                at += 1
                run = data[at]
                if run > 63:
                    fb.fill_rect(x, top, columns, run & 63, ink >> 12 - (run >> 6 << 2) & 15)
                top += run & 63
            at += 1
            x += columns

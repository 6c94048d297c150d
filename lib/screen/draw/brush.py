"""Draws the glyphs that tools/make_font.py made. Drawing allocates nothing."""

from compat import const
from screen.fonts.barlow import FACES
from screen.palette import GS2_HMSB, GS4_HMSB

# What a face is made of; the generated module tells more.
HEIGHT = const(0)
_FIRST = const(1)
_INDEX = const(2)
_ADVANCES = const(3)
_START = const(4)
_RECORD = const(5)

_BIAS = const(64)
_ABSENT = const(0xFF)
_HEAD_BYTES = const(4)  # of a record, before the bitmap
_CELL_BYTES = const(160)  # holds all but the largest face's glyphs in one piece


def width(face, text, start, end):
    """Returns the width in pixels of text[start:end] (bytes; absent glyphs have none)."""
    first = FACES[face][_FIRST]
    index = FACES[face][_INDEX]
    advances = FACES[face][_ADVANCES]
    total = 0
    for i in range(start, end):
        at = text[i] - first
        if 0 <= at < len(index) and index[at] != _ABSENT:
            total += advances[index[at]]
    return total


class Pen:
    """Draws text on a framebuf.

    `glyphs` is what fonts.glyphs.DATA are read from, as an open binary file: seek, readinto. What
    cannot be read is left out.
    """

    def __init__(self, fb, glyphs):
        self._fb = fb
        self._glyphs = glyphs
        self._head = bytearray(_HEAD_BYTES)
        self._cell = bytearray(_CELL_BYTES)
        self._source = [self._cell, 1, 1, GS2_HMSB]
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
        self._levels[0] = ink >> 8
        self._levels[1] = ink & 0xFF
        try:
            self._blit(FACES[face][_START] + number * FACES[face][_RECORD], x, y, ink >> 12)
        except OSError:
            pass
        return FACES[face][_ADVANCES][number]

    def _blit(self, at, x, y, ground):
        """Draws the record at this offset, as many rows at a time as the cell has room for."""
        glyphs = self._glyphs
        head = self._head
        source = self._source
        glyphs.seek(at)
        glyphs.readinto(head)
        at += _HEAD_BYTES
        source[1] = head[0]
        x += head[2] - _BIAS
        y += head[3] - _BIAS
        stride = (head[0] + 3) >> 2
        left = head[1]
        while left:
            rows = min(left, _CELL_BYTES // stride)
            source[2] = rows
            glyphs.seek(at)
            glyphs.readinto(self._cell)
            self._fb.blit(source, x, y, ground, self._palette)
            at += rows * stride
            y += rows
            left -= rows

"""The 16 colours of the canvas, and inks: a colour with the two levels that smooth its edges.

Every colour has three levels, a third, two thirds and full, so that the fonts' two bits a pixel
can be drawn in it. Index 0 is the background.
"""

from compat import const

GS2_HMSB = const(5)  # the numbers of framebuf's formats, which CPython does not have
GS4_HMSB = const(2)

# fmt: off
RGB = bytes((
    0, 0, 0,
    88, 92, 98,    166, 170, 178,  255, 255, 255,  # 1-3 white
    16, 88, 34,    30, 158, 62,    52, 224, 96,    # 4-6 green
    104, 66, 0,    184, 122, 0,    255, 176, 16,   # 7-9 amber
    110, 22, 20,   190, 42, 36,    255, 76, 64,    # 10-12 red
    24, 72, 112,   44, 126, 188,   86, 184, 255,   # 13-15 blue
))
# fmt: on


class Ink:
    """How a glyph is drawn: the palette index of each of its four levels.

    `full` is the colour itself. `key` is the index that is not drawn: the background's.
    """

    def __init__(self, ground, low, high, full):
        self.key = ground
        self.full = full
        self.palette = (bytes((ground << 4 | low, high << 4 | full)), 4, 1, GS4_HMSB)


WHITE = Ink(0, 1, 2, 3)
GREEN = Ink(0, 4, 5, 6)
AMBER = Ink(0, 7, 8, 9)
RED = Ink(0, 10, 11, 12)
BLUE = Ink(0, 13, 14, 15)
GREY = Ink(0, 1, 1, 2)
# Black on a filled box of that colour.
ON_WHITE = Ink(3, 2, 1, 0)
ON_GREEN = Ink(6, 5, 4, 0)
ON_AMBER = Ink(9, 8, 7, 0)
ON_RED = Ink(12, 11, 10, 0)
ON_BLUE = Ink(15, 14, 13, 0)
ON_GREY = Ink(2, 1, 1, 0)

DIM = const(1)  # index of outlines


def rgb565_big_endian(out):
    """Fills `out` (32 bytes) with the palette as RGB565, high byte first as panels want it."""
    for i in range(16):
        red = RGB[3 * i]
        green = RGB[3 * i + 1]
        blue = RGB[3 * i + 2]
        out[2 * i] = red & 0xF8 | green >> 5
        out[2 * i + 1] = green << 3 & 0xE0 | blue >> 3

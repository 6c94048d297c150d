"""The 16 colours of the screen, and inks: a colour with the two levels that smooth its edges.

Every colour has three levels, a third, two thirds and full, so that the fonts' two bits a pixel
can be drawn in it. Index 0 is the background.
"""

from compat import const

RGB565 = const(1)  # the numbers of framebuf's formats, which CPython does not have
GS2_HMSB = const(5)

# The colours as a panel wants them: RGB565, high byte first. framebuf takes the low byte first, so
# that its functions are given the bytes exchanged (see `value`), and nothing has to be swapped.
COLOURS = (
    b"\x00\x00"
    b"\x5a\xec\xa5\x56\xff\xff"  # 1-3 white
    b"\x12\xc4\x1c\xe7\x37\x0c"  # 4-6 green
    b"\x6a\x00\xbb\xc0\xfd\x82"  # 7-9 amber
    b"\x68\xa2\xb9\x44\xfa\x68"  # 10-12 red
    b"\x1a\x4e\x2b\xf7\x55\xdf"  # 13-15 blue
)

# An ink is the index of each of a glyph's four levels, the background's in the highest digit.
# `ink >> 12` is what surrounds the glyph, `ink & 15` the colour itself.
WHITE = const(0x0123)
GREEN = const(0x0456)
AMBER = const(0x0789)
RED = const(0x0ABC)
BLUE = const(0x0DEF)
GREY = const(0x0112)
# Black on a filled box of that colour.
ON_GREEN = const(0x6540)
ON_AMBER = const(0x9870)
ON_RED = const(0xCBA0)
ON_BLUE = const(0xFED0)
ON_GREY = const(0x2110)
NO_INK = const(0)  # nothing is drawn, or was: black on black

DIM = const(1)  # index of outlines


def value(index):
    """Returns a colour as framebuf's functions take it."""
    return COLOURS[2 * index] | COLOURS[2 * index + 1] << 8


def put_levels(levels, ink):
    """Writes the four colours of an ink to `levels`, 8 bytes, as framebuf's blit reads them."""
    at = 8
    while at:
        at -= 2
        colour = 2 * (ink & 15)
        levels[at] = COLOURS[colour]
        levels[at + 1] = COLOURS[colour + 1]
        ink >>= 4

"""Finds words on a panel's picture by drawing them with the screen's own fonts."""

from io import BytesIO

from screen.font import Pen, width
from screen.fonts.barlow import TEXT
from screen.fonts.glyphs import DATA
from tools import cpython_framebuf as framebuf
from tools.render_lcd import rgb

_HEIGHT = 20


def word(text, ink):
    """Returns a word as rows of RGB pixels, as the lowest line shows it, without margins."""
    said = text.encode()
    wide = width(TEXT, said, 0, len(said))
    buf = bytearray((wide + 1) // 2 * _HEIGHT)
    fb = framebuf.FrameBuffer(buf, wide + wide % 2, _HEIGHT, framebuf.GS4_HMSB)
    fb.fill(ink >> 12)
    Pen(fb, BytesIO(DATA)).draw(TEXT, said, 0, len(said), 0, 3, ink)
    rows = [b"".join(bytes(rgb(fb.pixel(x, y))) for x in range(1, wide - 1)) for y in range(3, 17)]
    return rows


def shows(picture, text, ink):
    """True if the picture (see Bench.picture) shows `text` in that ink, wherever it is."""
    _, wide, high, pixels = picture
    wanted = word(text, ink)
    lines = [pixels[3 * wide * y : 3 * wide * (y + 1)] for y in range(high)]
    for y in range(high - len(wanted) + 1):
        x = lines[y].find(wanted[0])
        while x >= 0:
            end = x + len(wanted[0])
            if all(lines[y + i][x:end] == row for i, row in enumerate(wanted)):
                return True
            x = lines[y].find(wanted[0], x + 1)
    return False

"""Finds words on a panel's picture by drawing them with the screen's own brush."""

from io import BytesIO

from screen.draw.brush import Brush
from screen.draw.fonts.barlow import TEXT
from screen.draw.fonts.glyphs import DATA
from screen.pages.errors import width
from tools.draw import cpython_framebuf as framebuf
from tools.draw.render_lcd import rgb_of
from tools.draw.scenes import Glass

_HEIGHT = 22


def word(text, ink):
    """Returns a word as rows of RGB pixels, as a line of the screen shows it, without margins."""
    said = text.encode()
    wide = width(TEXT, said, 0, len(said)) + 12
    glass = Glass(wide, _HEIGHT)
    pen = Brush(glass, framebuf, BytesIO(DATA))
    pen.text.start(said)
    pen.ink = ink
    pen.begin(0, 0, wide, _HEIGHT, TEXT)
    while pen.pieces:
        pen.step()
    left = 7 if ink >> 12 else 3
    rows = []
    for y in range(2, _HEIGHT - 2):
        row = b""
        for x in range(left, wide - 9):
            at = 2 * (y * wide + x)
            row += bytes(rgb_of(glass.pixels[at] << 8 | glass.pixels[at + 1]))
        rows.append(row)
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

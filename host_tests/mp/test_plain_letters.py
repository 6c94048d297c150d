"""Without glyphs the screen draws framebuf's own letters, one beside the other."""

import framebuf

from screen import palette as pal
from screen.font import width
from screen.fonts.barlow import HUGE, ICONS, TEXT
from screen.plain import Letters

WIDTH = 200
HEIGHT = 80


def picture(fb):
    return [bytes([fb.pixel(x, y) for x in range(WIDTH)]) for y in range(HEIGHT)]


def columns(rows):
    return [x for x in range(WIDTH) if any(row[x] for row in rows)]


fb = framebuf.FrameBuffer(bytearray(WIDTH * HEIGHT // 2), WIDTH, HEIGHT, framebuf.GS4_HMSB)
letters = Letters(fb)

said = b"glyphs.bin: missing"
assert width(TEXT, said, 0, len(said)) >= 8 * len(said)  # none over the other
end = letters.draw(TEXT, said, 0, len(said), 4, 2, pal.GREEN)
assert end == 4 + width(TEXT, said, 0, len(said))
drawn = picture(fb)
fb.fill(0)
fb.text(said.decode(), 4, 7, pal.GREEN & 15)
assert columns(drawn)[0] == columns(picture(fb))[0]
assert {c for row in drawn for c in row} == {0, pal.GREEN & 15}

fb.fill(0)
letters.draw(HUGE, b"87", 0, 2, 0, 2, pal.WHITE)
assert {y for y, row in enumerate(picture(fb)) if any(row)} <= set(range(56, 64))  # at the foot

fb.fill(0)
letters.glyph(ICONS, 2, 10, 10, pal.AMBER)
plain = picture(fb)
fb.fill(0)
letters.glyph(ICONS, 7, 10, 10, pal.AMBER)
struck = picture(fb)
assert any(map(any, plain)) and plain != struck

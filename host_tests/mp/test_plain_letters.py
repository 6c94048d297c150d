"""Without glyphs the screen draws framebuf's own letters, one beside the other."""

import framebuf

from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw.fonts.barlow import HUGE, TEXT
from screen.draw.plain import Letters

WIDTH = 240
HEIGHT = 135


class Glass:
    width = WIDTH
    height = HEIGHT

    def __init__(self):
        self.buf = bytearray(2 * WIDTH * HEIGHT)
        self.fb = framebuf.FrameBuffer(self.buf, WIDTH, HEIGHT, 1)

    def send(self, x, y, w, h, pixels):
        self.fb.blit((pixels, w, h, 1), x, y)


def rows_of(buf):
    return [bytes(buf[at : at + 2 * WIDTH]) for at in range(0, len(buf), 2 * WIDTH)]


def drawn(text, box, look, icon=-1):
    glass = Glass()
    pen = Letters(glass, framebuf)
    pen.ink = pal.GREEN
    pen.icon = icon
    pen.text.start(text)
    pen.begin(*box, look)
    while pen.pieces:
        pen.step()
    return rows_of(glass.buf)


def columns(rows):
    return [x for x in range(WIDTH) if any(any(row[2 * x : 2 * x + 2]) for row in rows)]


want = bytearray(2 * WIDTH * 8)
plain = framebuf.FrameBuffer(want, WIDTH, 8, 1)
plain.text("glyphs.bin: missing", 2, 0, pal.value(pal.GREEN & 15))
found = drawn(b"glyphs.bin: missing", (0, 0, 240, 22), TEXT)
assert found[7:15] == rows_of(want), "letters"
assert not any(map(any, found[:7])) and not any(map(any, found[15:]))

assert columns(drawn(b"87", (0, 0, 120, 66), HUGE + b.RIGHT))[-1] >= 110
struck = drawn(b"", (0, 0, 22, 24), b.ICON, b.HEAT + b.STRUCK)
assert any(map(any, struck)) and struck != drawn(b"", (0, 0, 22, 24), b.ICON, b.HEAT)
assert any(map(any, drawn(b"", (0, 0, 30, 26), b.TILE, b.QUESTION)))
# Letters that framebuf does not have are shown by those that are like them.
assert drawn(bytes((127, 133)), (10, 10, 100, 22), TEXT) == drawn(b"as", (10, 10, 100, 22), TEXT)
print("OK")

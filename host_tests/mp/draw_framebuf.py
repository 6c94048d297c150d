"""Draws many things with framebuf, deterministically: real and stand-in must agree byte by byte.

`run(framebuf)` returns the buffers; as a script under MicroPython it prints them in hex.
"""

GS4 = 2
GS2 = 5
MONO = 3
RGB565 = 1
GS8 = 6
FORMATS = ((GS4, 4), (GS2, 2), (MONO, 1), (RGB565, 16), (GS8, 8))


class Dice:
    """A small linear congruential generator, the same everywhere."""

    def __init__(self, seed):
        self._state = seed

    def roll(self, low, high):
        """Returns a number from low to high, both included."""
        self._state = (self._state * 25173 + 13849) % 65536
        return low + (self._state >> 3) % (high - low + 1)


def picture(framebuf, dice, format, bits, width, height):
    """Returns (buffer, FrameBuffer) with random content."""
    stride = (width + 7) // 8 * 8
    buffer = bytearray([dice.roll(0, 255) for _ in range(stride * height * bits // 8)])
    if dice.roll(0, 1):
        return buffer, framebuf.FrameBuffer(buffer, width, height, format, stride)
    return buffer, framebuf.FrameBuffer(buffer, width, height, format)


def shapes(fb, dice, bits):
    """Draws random shapes, also across and beyond the edges."""
    top = (1 << bits) - 1
    for _ in range(12):
        x = dice.roll(-9, 40)
        y = dice.roll(-9, 30)
        colour = dice.roll(0, top)
        fb.fill_rect(x, y, dice.roll(0, 20), dice.roll(0, 12), colour)
        fb.pixel(dice.roll(-2, 36), dice.roll(-2, 26), dice.roll(0, top))
        fb.hline(dice.roll(-5, 30), dice.roll(-2, 26), dice.roll(0, 50), colour)
        fb.vline(dice.roll(-2, 36), dice.roll(-5, 20), dice.roll(0, 50), colour)


def blits(framebuf, fb, dice, bits):
    """Blits pictures of every format, through palettes and with keys."""
    top = (1 << bits) - 1
    for format, source_bits in FORMATS:
        width = dice.roll(1, 30)
        height = dice.roll(1, 20)
        buffer, source = picture(framebuf, dice, format, source_bits, width, height)
        x = dice.roll(-25, 35)
        y = dice.roll(-15, 25)
        if source_bits > 4:
            fb.blit(source, x, y, dice.roll(-1, top))
            continue
        entries = bytearray([dice.roll(0, 255) for _ in range(32)])
        palette = framebuf.FrameBuffer(entries, 16, 1, (GS4, RGB565)[bits == 16])
        fb.blit(source, x, y, dice.roll(-1, top), palette)
        size = (width + 7) // 8 * source_bits * height
        if len(buffer) >= size:
            fb.blit([memoryview(buffer), width, height, format], y, x, 0, (entries, 16, 1, GS4))


def run(framebuf):
    """Returns the bytes of 40 pictures."""
    out = []
    for seed in range(40):
        dice = Dice(seed * 977 + 5)
        format, bits = FORMATS[seed % 5]
        buffer, fb = picture(framebuf, dice, format, bits, dice.roll(1, 33), dice.roll(1, 24))
        if seed % 7 == 0:
            fb.fill(dice.roll(0, 255))
        shapes(fb, dice, bits)
        blits(framebuf, fb, dice, bits)
        seen = [fb.pixel(x, 0) for x in range(-1, 34)]
        out.append(bytes(buffer) + repr(seen).encode())
    return out


if __name__ == "__main__":
    import binascii

    import framebuf

    for data in run(framebuf):
        print(binascii.hexlify(data).decode())

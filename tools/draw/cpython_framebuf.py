"""MicroPython's framebuf for CPython, as far as the screen uses it.

Written after the documentation and proved byte for byte against the real module by
host_tests/screen/test_screen_framebuf.py. Formats: RGB565, GS4_HMSB, GS2_HMSB, GS8,
MONO_HLSB.
"""

RGB565 = 1
GS4_HMSB = 2
MONO_HLSB = 3
GS2_HMSB = 5
GS8 = 6

_BITS = {RGB565: 16, GS4_HMSB: 4, MONO_HLSB: 1, GS2_HMSB: 2, GS8: 8}


class FrameBuffer:
    """A picture in a caller's buffer; drawing outside it is clipped."""

    def __init__(self, buffer, width, height, format, stride=None):
        if format not in _BITS:
            raise ValueError("invalid format")
        bits = _BITS[format]
        per_byte = max(1, 8 // bits)
        stride = width if stride is None else stride
        if width < 1 or height < 1 or stride < width:
            raise ValueError
        self._stride = (stride + per_byte - 1) // per_byte * per_byte
        last = (width + per_byte - 1) // per_byte * per_byte
        if ((height - 1) * self._stride + last) * bits // 8 > len(buffer):
            raise ValueError
        self._buf = memoryview(buffer).cast("B")
        self._width = width
        self._height = height
        self._format = format

    def _get(self, x, y):
        at = x + y * self._stride
        if self._format == GS4_HMSB:
            byte = self._buf[at >> 1]
            return byte & 0x0F if x & 1 else byte >> 4
        if self._format == GS2_HMSB:
            return self._buf[at >> 2] >> (x & 3) * 2 & 3
        if self._format == MONO_HLSB:
            return self._buf[at >> 3] >> 7 - (x & 7) & 1
        if self._format == GS8:
            return self._buf[at]
        return self._buf[2 * at] | self._buf[2 * at + 1] << 8

    def _set(self, x, y, colour):
        at = x + y * self._stride
        if self._format == GS4_HMSB:
            shift = 0 if x & 1 else 4
            self._put(at >> 1, 0x0F << shift, (colour & 0x0F) << shift)
        elif self._format == GS2_HMSB:
            shift = (x & 3) * 2
            self._put(at >> 2, 3 << shift, (colour & 3) << shift)
        elif self._format == MONO_HLSB:
            shift = 7 - (x & 7)
            self._put(at >> 3, 1 << shift, (colour != 0) << shift)
        elif self._format == GS8:
            self._buf[at] = colour & 0xFF
        else:
            self._buf[2 * at] = colour & 0xFF
            self._buf[2 * at + 1] = colour >> 8 & 0xFF

    def _put(self, at, mask, bits):
        self._buf[at] = self._buf[at] & ~mask & 0xFF | bits

    def pixel(self, x, y, colour=None):
        """Sets a pixel, or returns it if no colour is given."""
        if not (0 <= x < self._width and 0 <= y < self._height):
            return None
        if colour is None:
            return self._get(x, y)
        return self._set(x, y, colour)

    def fill(self, colour):
        """Fills everything."""
        self.fill_rect(0, 0, self._width, self._height, colour)

    def fill_rect(self, x, y, w, h, colour):
        """Fills a box."""
        if self._format == RGB565:
            return self._fill_rows(x, y, w, h, bytes((colour & 0xFF, colour >> 8 & 0xFF)))
        for row in range(max(y, 0), min(y + h, self._height)):
            for column in range(max(x, 0), min(x + w, self._width)):
                self._set(column, row, colour)

    def _fill_rows(self, x, y, w, h, colour):
        """Fills a box of whole bytes, row by row."""
        left = max(x, 0)
        data = colour * (min(x + w, self._width) - left)
        for row in range(max(y, 0), min(y + h, self._height)):
            at = 2 * (left + row * self._stride)
            self._buf[at : at + len(data)] = data

    def hline(self, x, y, w, colour):
        """Draws a horizontal line."""
        self.fill_rect(x, y, w, 1, colour)

    def vline(self, x, y, h, colour):
        """Draws a vertical line."""
        self.fill_rect(x, y, 1, h, colour)

    def blit(self, source, x, y, key=-1, palette=None):
        """Draws another picture (or its constructor's arguments as a tuple or list) over this.

        Its colours go through row 0 of `palette` first; pixels of colour `key` are left out.
        """
        source = _picture(source)
        palette = None if palette is None else _picture(palette)
        for row in range(max(y, 0), min(y + source._height, self._height)):
            for column in range(max(x, 0), min(x + source._width, self._width)):
                colour = source._get(column - x, row - y)
                if palette is not None:
                    colour = palette._get(colour, 0)
                if colour != key:
                    self._set(column, row, colour)


def _picture(given):
    return given if isinstance(given, FrameBuffer) else FrameBuffer(*given)

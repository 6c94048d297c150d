"""Letters for when the glyphs cannot be read: framebuf's own, 8 × 8. Drawing them allocates."""

from compat import const
from screen.font import HEIGHT, width
from screen.fonts.barlow import FACES

_SIZE = const(8)
_ICON_TOP = const(3)
_STRUCK = const(5)  # icons from here on are struck out
_ICONS = b"CDHWM"  # charge, discharge, heat, Wi-Fi, MQTT


class Letters:
    """Draws like font.Pen, with all faces as small as they are wide."""

    def __init__(self, fb):
        self._fb = fb
        for i, (height, first, index, advances, start, record) in enumerate(FACES):
            wide = bytes([max(_SIZE, advance) for advance in advances])
            FACES[i] = (height, first, index, wide, start, record)

    def draw(self, face, text, start, end, x, y, ink):
        """Draws text[start:end] as font.Pen does; returns the end."""
        y += FACES[face][HEIGHT] - _SIZE
        for i in range(start, end):
            self._fb.text(bytes((text[i],)), x, y, ink & 15)
            x += width(face, text, i, i + 1)
        return x

    def glyph(self, _face, number, x, y, ink):
        """Draws an initial instead of an icon; what is struck out has a line through it."""
        letter = _ICONS[number % _STRUCK : number % _STRUCK + 1]
        self._fb.text(letter, x + _ICON_TOP, y + _ICON_TOP, ink & 15)
        if number >= _STRUCK:
            self._fb.fill_rect(x, y + _ICON_TOP + _SIZE // 2, 2 * _SIZE, 1, ink & 15)

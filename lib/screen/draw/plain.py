"""Letters for when the glyphs cannot be read: framebuf's own, 8 × 8. Drawing them allocates."""

from compat import const
from screen.draw.brush import STRUCK, Brush

_SIZE = const(8)
_LAST = const(126)  # that framebuf has
_OTHERS = b"aouAOUs"  # for screen.draw.letters.LETTERS, which it does not have
_ICONS = b"CDHWM"  # charge, discharge, heat, Wi-Fi, MQTT


class Letters(Brush):
    """A Brush for all of whose faces one size serves."""

    def __init__(self, panel, framebuf):
        super().__init__(panel, framebuf, None)
        self.was = None  # each text is drawn wholly

    def _measure(self, text, _face):
        for i in range(text.n + 1):
            self._left[i] = i * _SIZE
        return text.n * _SIZE

    def _paint_text(self, box, x):
        text = self.text
        y = (self._h - _SIZE) // 2
        for i in range(text.n):
            code = text.buf[i]
            if code > _LAST:
                code = _OTHERS[(code - _LAST - 1) % len(_OTHERS)]
            box.text(chr(code), x + i * _SIZE, y, self._level(3))

    def _paint_symbol(self, box, icon, x, y):
        """Draws an initial instead of an icon; what is struck out has a line through it."""
        letter = chr(_ICONS[icon % STRUCK]) if icon < 2 * STRUCK else "?"
        box.text(letter, x + 5, y + 5, self._level(3))
        if STRUCK <= icon < 2 * STRUCK:
            box.fill_rect(x, y + 8, 18, 1, self._level(3))

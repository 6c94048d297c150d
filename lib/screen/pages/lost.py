"""The page instead of old figures: NO DATA, since when, and what comes in on the line."""

from compat import const
from screen import palette as pal
from screen.font import width
from screen.fonts.barlow import HUGE, LARGE, TEXT

# Slots; 0 to 2 are those of screen.widgets. The clock is drawn in two parts.
_LEFT = const(3)
_RIGHT = const(4)
_SINCE = const(5)
_WHY = const(6)

# The clock's box.
_X = const(3)
_Y = const(32)
_WIDTH = const(234)
_HEIGHT = const(65)

_TITLE = b"NO DATA"
_MINUTES_END_S = const(6000)  # from 100 minutes on: hours


class Lost:
    """Shows how long there have been no figures, or that there never were any."""

    def __init__(self, widgets, footer):
        self._widgets = widgets
        self._footer = footer
        self._left = 0  # width of the clock's left part

    def open(self):
        """Draws what stays; the canvas is black."""
        self._widgets.pen.draw(LARGE, _TITLE, 0, len(_TITLE), 3, 4, pal.RED)

    def show(self, model, _live):
        """Shows the age of the last figures (mm:ss; hours from 100 minutes on)."""
        widgets = self._widgets
        text = widgets.text
        hours = self._clock(model.age_s)
        if widgets.changed(_WHY, model.why, model.shown):
            text.start(b"").word(model.whys, model.why)
            widgets.line(TEXT, 3, 97, 234, 18, pal.GREY)
        if widgets.changed(_SINCE, model.seen, hours):
            text.start(b"" if model.seen else b"since start")
            text.add(b"  hours" if hours else b"")
            widgets.line(TEXT, 114, 10, 90, 18, pal.GREY)
        widgets.links(model, 204, 4, 18, 0)
        self._footer.show(model, False, False)

    def _clock(self, seconds):
        """Shows mm:ss, or hh:mm from 100 minutes on; returns True for that."""
        widgets = self._widgets
        text = widgets.text
        hours = seconds >= _MINUTES_END_S
        if hours:
            seconds //= 60
        # A glyph of this size takes some 3 ms on an ESP32: what did not change stays.
        if widgets.changed(_LEFT, seconds // 60, hours):
            text.start(b"")
            if hours:
                text.fixed(seconds // 60, 0)
            else:
                text.two(seconds // 60)
            text.add(b":")
            widgets.line(HUGE, _X, _Y, _WIDTH, _HEIGHT, pal.WHITE)
            self._left = width(HUGE, text.buf, 0, text.n)
        if widgets.changed(_RIGHT, seconds, hours):
            text.start(b"").two(seconds % 60)
            left = self._left
            widgets.line(HUGE, _X + left, _Y, _WIDTH - left, _HEIGHT, pal.WHITE)
        return hours

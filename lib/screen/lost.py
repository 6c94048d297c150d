"""The page instead of old figures: NO DATA, since when, and what comes in on the line."""

from compat import const
from screen import model as m
from screen import palette as pal
from screen.text import Text
from screen.widgets import Line, Links

_TITLE = b"NO DATA"
_HOUR_S = const(3600)
_MINUTES_END_S = const(6000)  # from 100 minutes on: hours


class Lost:
    """Shows how long there have been no figures, or that there never were any."""

    def __init__(self, canvas, fonts, footer):
        self._canvas = canvas
        self._fonts = fonts
        self._footer = footer
        self._text = Text()
        self._clock = Line(canvas, 3, 32, 234, 65, fonts.huge)
        self._since = Line(canvas, 114, 10, 90, 18, fonts.text)
        self._links = Links(canvas, 204, 4, fonts.icons, across=True)
        self._why = Line(canvas, 3, 97, 234, 18, fonts.text)

    def open(self):
        """Clears the canvas and draws everything anew at the next `show`."""
        self._canvas.clear()
        large = self._fonts.large
        large.draw(self._canvas.fb, _TITLE, 0, len(_TITLE), 3, 4, pal.RED)
        self._clock.reset()
        self._since.reset()
        self._links.reset()
        self._why.reset()
        self._footer.reset()

    def show(self, model):
        """Shows the age of the last figures (mm:ss; hours from 100 minutes on)."""
        text = self._text
        age = model.age_s
        if age < _MINUTES_END_S:
            text.start(b"").two(age // 60).add(b":").two(age % 60)
        else:
            text.start(b"").fixed(age // _HOUR_S, 0).add(b":").two(age % _HOUR_S // 60)
        self._clock.show(text, pal.WHITE)
        if model.link == m.SILENT:
            text.start(b"the BMS is silent")
        elif model.link == m.NOISE:
            text.start(b"bytes, but no good frame")
        else:
            text.start(b"frames, but no figures")
        self._why.show(text, pal.GREY)
        text.start(b"" if model.seen else b"since start")
        self._since.show(text.add(b"  hours" if age >= _MINUTES_END_S else b""), pal.GREY)
        self._links.show(model)
        self._footer.show(model, False, False)

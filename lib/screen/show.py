"""The screen: chooses the page and keeps it up to date."""

from compat import const
from screen.footer import Footer
from screen.glance import Glance
from screen.lost import Lost
from screen.widgets import Widgets

LOST_S = const(60)

# Pages.
_NOTHING = const(0)
_ERRORS = const(1)
_GLANCE = const(2)
_LOST = const(3)


class Screen:
    """Everything that is shown on a canvas of 240 × 135.

    `names` is a footer.Names, `glyphs` what the pictures of letters are read from (font.Pen), None
    if they cannot be: all letters are small then. Settings used: name, data_max_age_s. Settings
    errors (str) are shown first, long enough to be read twice; after that the lowest line mentions
    them, and `button` brings them back.
    """

    def __init__(self, canvas, settings, names, glyphs, errors=()):
        self._names = names
        self._max_age_ms = settings["data_max_age_s"] * 1000
        self._widgets = Widgets(canvas, glyphs)
        self._footer = Footer(self._widgets, names, settings["name"])
        self._footer.errors = len(errors)
        self._glance = Glance(self._widgets, self._footer)
        self._lost = Lost(self._widgets, self._footer)
        self._errors = None
        self._errors_s = 0  # how long the page of errors stays
        if errors:
            from screen.errors import Errors  # rarely needed: not in memory otherwise

            self._errors = Errors(self._widgets, errors)
            self._errors_s = self._errors.seconds()
        self._errors_until_s = self._errors_s
        self._page = _NOTHING

    def button(self, model):
        """Leaves the page of settings errors, or shows it again if there are any."""
        if self._page == _ERRORS:
            self._errors_until_s = 0
        else:
            self._errors_until_s = model.uptime_s + self._errors_s

    def update(self, model):
        """Draws what has changed since the last call; the canvas knows which rows. 4 Hz is good.

        Allocates nothing.
        """
        page = self._choose(model)
        if page != self._page:
            self._page = page
            self._widgets.clear()
            self._footer.reset()
            if page == _ERRORS:
                self._errors.reset()
            elif page == _LOST:
                self._lost.open()
            else:
                self._glance.open()
        if page == _ERRORS:
            self._errors.show(model.uptime_s)
        elif page == _LOST:
            self._lost.show(model)
        else:
            model.withheld = self._names.withheld(model.verdict)
            self._glance.show(model, model.age_ms <= self._max_age_ms and not model.frozen)

    def _choose(self, model):
        if model.uptime_s < self._errors_until_s:
            return _ERRORS
        if not model.seen:
            return _LOST
        if model.age_s >= LOST_S and model.age_ms > self._max_age_ms:
            return _LOST
        return _GLANCE

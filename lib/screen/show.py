"""The screen: chooses the page and keeps it up to date."""

from compat import const
from screen.errors import Errors
from screen.font import Font
from screen.fonts import huge, icons, large, medium, small, text
from screen.footer import Footer
from screen.glance import Glance
from screen.lost import Lost

LOST_S = const(60)

# Pages.
_NOTHING = const(0)
_ERRORS = const(1)
_GLANCE = const(2)
_LOST = const(3)


class Fonts:
    """The sizes of the typeface and the icons."""

    def __init__(self):
        self.huge = Font(huge)
        self.large = Font(large)
        self.medium = Font(medium)
        self.small = Font(small)
        self.text = Font(text)
        self.icons = Font(icons)


class Screen:
    """Everything that is shown on a canvas of 240 × 135.

    `names` is a footer.Names. Settings used: name, data_max_age_s. Settings errors (str) are
    shown first, long enough to be read twice; after that the lowest line mentions them, and
    `button` brings them back.
    """

    def __init__(self, canvas, settings, names, errors=()):
        fonts = Fonts()
        self._names = names
        self._max_age_ms = settings["data_max_age_s"] * 1000
        self._footer = Footer(canvas, fonts, names, settings["name"])
        self._footer.errors = len(errors)
        self._glance = Glance(canvas, fonts, self._footer)
        self._lost = Lost(canvas, fonts, self._footer)
        self._errors = Errors(canvas, fonts)
        self._errors.set(errors)
        self._errors_until_s = self._errors.seconds
        self._page = _NOTHING

    def button(self, model):
        """Leaves the page of settings errors, or shows it again if there are any."""
        if self._page == _ERRORS:
            self._errors_until_s = 0
        else:
            self._errors_until_s = model.uptime_s + self._errors.seconds

    def update(self, model):
        """Draws what has changed since the last call; the canvas knows which rows. 4 Hz is good.

        Allocates nothing.
        """
        page = self._choose(model)
        if page != self._page:
            self._page = page
            if page == _ERRORS:
                self._errors.open()
            elif page == _LOST:
                self._lost.open()
            else:
                self._glance.open()
        if page == _ERRORS:
            self._errors.show(model.uptime_s)
        elif page == _LOST:
            self._lost.show(model)
        else:
            if self._names.withheld(model.verdict):
                model.clear()
            self._glance.show(model, model.age_ms <= self._max_age_ms and not model.frozen)

    def _choose(self, model):
        if model.uptime_s < self._errors_until_s:
            return _ERRORS
        if not model.seen:
            return _LOST
        if model.age_s >= LOST_S and model.age_ms > self._max_age_ms:
            return _LOST
        return _GLANCE

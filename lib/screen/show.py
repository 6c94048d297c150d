"""The screen: chooses the page and keeps it up to date."""

import screen
from compat import const
from screen.footer import Footer
from screen.glance import Glance
from screen.lost import Lost
from screen.widgets import Widgets

LOST_S = const(60)

_STAY_S = const(60)  # what the button asked for
_PEEK_S = const(10)  # the same over a fault or a hand-over
_CLEARED_S = const(5)
_LEAN_S = const(30)  # without a page that found no memory

# Pages. The modules of those from _HEATER on are in memory only while they are shown.
_NOTHING = const(0)
_GLANCE = const(1)
_LOST = const(2)
_ERRORS = const(3)
_HEATER = const(4)
_REPORT = const(5)
_HANDED = const(6)
_FAULT = const(7)
_CLEARED = const(8)
_SELDOM = ("heater", "report", "handed", "fault")


class Screen:
    """Everything that is shown on a canvas of 240 × 135.

    `names` is a footer.Names, `glyphs` what the pictures of letters are read from (font.Pen), None
    if they cannot be: all letters are small then. Settings used: name, data_max_age_s. Settings
    errors (str) are shown first, long enough to be read twice; after that the lowest line mentions
    them, and `button` brings them back. A latched fault of the heater comes before everything.
    `modules` is sys.modules, from which the pages that are seldom shown are dropped.
    """

    def __init__(self, canvas, settings, names, glyphs, errors, modules):
        self._names = names
        self._max_age_ms = settings["data_max_age_s"] * 1000
        self._modules = modules
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
        self._page = _NOTHING
        self._shown = self._glance
        self._asked = _ERRORS  # by the button; at first by nobody
        self._until_s = self._errors_s
        self._failed = False
        self._latched = 0
        self._cleared_until_s = 0
        self._lean_until_s = 0

    def button(self, model):
        """Goes on to the next page: heater, its report, settings errors, and back to the first."""
        page = self._page
        self._cleared_until_s = 0
        self._until_s = 0
        if page == _ERRORS or page == _CLEARED or page == _REPORT and not self._errors_s:
            return
        over = self._failed or model.handed_over_s
        self._until_s = model.uptime_s + (_PEEK_S if over else _STAY_S)
        if page == _REPORT:
            self._asked = _ERRORS
            self._until_s = model.uptime_s + self._errors_s
        elif page == _HEATER:
            self._asked = _REPORT
        elif page <= _LOST:
            self._asked = _HEATER
        else:
            self._asked = _GLANCE

    def update(self, model):
        """Draws what has changed since the last call; the canvas knows which rows. 4 Hz is good.

        Returns True if there is more to draw, so that no call takes long. Allocates nothing but
        the pages that are seldom shown.
        """
        page = self._choose(model)
        if page != self._page:
            self._turn_to(page, model)
        model.withheld = self._names.withheld(model.verdict)
        return self._shown.show(model, model.age_ms <= self._max_age_ms and not model.frozen)

    def _choose(self, model):
        now = model.uptime_s
        failed = self._footer.heater_failed(model)
        latched = model.heater.latched if failed else 0
        if failed and not self._failed or latched & ~self._latched:
            self._until_s = 0  # a new fault: nothing hides it
        if self._failed and not failed:
            self._cleared_until_s = now + _CLEARED_S
        self._failed = failed
        self._latched = latched
        figures = _LOST if self._is_lost(model) else _GLANCE
        page = figures
        if now < self._until_s:
            if self._asked != _GLANCE:
                page = self._asked
        elif failed:
            page = _FAULT
        elif now < self._cleared_until_s:
            page = _CLEARED
        elif model.handed_over_s:
            page = _HANDED
        return figures if page >= _HEATER and now < self._lean_until_s else page

    def _is_lost(self, model):
        return not model.seen or model.age_s >= LOST_S and model.age_ms > self._max_age_ms

    def _turn_to(self, page, model):
        if self._page >= _HEATER:
            self._drop()
        if page >= _HEATER:
            try:
                self._shown = self._load(page)
            except (MemoryError, ImportError, OSError):  # or its file is missing or damaged
                self._drop()
                self._lean_until_s = model.uptime_s + _LEAN_S
                page = _LOST if self._is_lost(model) else _GLANCE
        if page == _GLANCE:
            self._shown = self._glance
        elif page == _LOST:
            self._shown = self._lost
        elif page == _ERRORS:
            self._shown = self._errors
        self._page = page
        self._widgets.clear()
        self._footer.reset()
        self._shown.open()

    def _load(self, page):
        if page == _HEATER:
            from screen.heater import HeaterPage as Page
        elif page == _REPORT:
            from screen.report import Report as Page
        elif page == _HANDED:
            from screen.handed import Handed as Page
        elif page == _FAULT:
            from screen.fault import Fault as Page
        else:
            from screen.fault import Cleared as Page
        return Page(self._widgets, self._footer, self._names)

    def _drop(self):
        """Gives the memory of a page that is seldom shown back, its import finished or not."""
        self._shown = None
        for name in _SELDOM:
            if self._modules.pop("screen." + name, None) is not None:
                try:
                    delattr(screen, name)  # a submodule is an attribute of its package, too
                except (AttributeError, KeyError):
                    pass  # the import was not finished

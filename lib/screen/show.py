"""The screen: chooses the page and keeps it up to date, a piece of a field a call."""

import words as w
from compat import const
from screen.draw.brush import ROW
from screen.draw.sheet import Sheet
from screen.pages import fault, glance, heater, lost
from screen.pages.footer import Footer, is_withheld

LOST_S = const(60)

_STAY_S = const(60)  # what the button asked for
_PEEK_S = const(10)  # the same over a fault or a hand-over
_CLEARED_S = const(5)
_WHAT = const(5)  # where a row has the number for its function

# Pages, in the order of Screen's list. The button goes through those from the first to _ERRORS.
NOTHING = const(-1)
GLANCE = const(0)
FIGURES = const(1)
LOST = const(2)
HEATER = const(3)
REPORT = const(4)
ERRORS = const(5)
HANDED = const(6)
FAULT = const(7)
CLEARED = const(8)


class Screen:
    """Everything that is shown.

    brush: draw.brush.Brush, with the panel. texts: draw.language.Language. Settings used: name,
    data_max_age_s. Settings errors (str) are shown first, long enough to be read twice; after that
    the lowest line mentions them, and `button` brings them back. A latched fault of the heater
    comes before everything. `radio`: a BMS comes by radio, and can be left to a phone. `footer`:
    what makes a pages.footer.Footer of sheet and title.
    """

    def __init__(self, brush, settings, texts, errors, radio, footer=Footer):
        self.brush = brush
        self._max_age_ms = settings["data_max_age_s"] * 1000
        self.sheet = sheet = Sheet(brush, texts)
        foot = footer(sheet, settings["name"])
        foot.errors = len(errors)
        sheet.footer = foot  # pyright: ignore[reportAttributeAccessIssue]
        told = None
        if errors:
            from screen.pages.errors import Errors

            told = Errors(errors)
        handed = None
        if radio:
            from screen.pages.handed import HANDED as handed
        self._pages = (
            glance.GLANCE,
            glance.FIGURES,
            lost.LOST,
            heater.HEATER,
            heater.REPORT,
            told and told.page,
            handed,
            fault.FAULT,
            fault.CLEARED,
        )
        self.page = NOTHING
        self._field = 0  # the next to be looked at; 0: a new round begins
        self._errors_s = told.seconds() if told else 0
        self._asked = ERRORS  # by the button; at first by nobody
        self._until_s = self._errors_s
        self._failed = False
        self._latched = 0
        self._cleared_until_s = 0
        # What the last round has shown: without a change of these there is nothing to look at.
        self._seq = self._second = self._age_s = -1

    def button(self, model):
        """Goes on to the next page: figures, heater, its report, settings errors, the first."""
        page = self.page
        self._second = -1
        self._cleared_until_s = 0
        self._until_s = 0
        over = self._failed or model.handed_over_s
        if page == ERRORS or page == CLEARED or page == REPORT and not self._errors_s:
            return
        self._until_s = model.uptime_s + (_PEEK_S if over else _STAY_S)
        if page == REPORT:
            self._asked = ERRORS
            self._until_s = model.uptime_s + self._errors_s
        elif page == HEATER:
            self._asked = REPORT
        elif page == FIGURES or page == LOST:
            self._asked = HEATER
        elif page == GLANCE:
            self._asked = HEATER if over else FIGURES
        else:
            self._asked = GLANCE

    def swipe(self, model, step):
        """A finger goes across the glass. step: 1 to the left, -1 to the right; here that is all
        one."""
        self.button(model)

    def shift(self):
        """Moves the picture by a pixel against burning in; call every few minutes."""
        self.brush.panel.shift()
        self.sheet.reset()
        self._second = -1

    def update(self, model):
        """Draws a piece of what has changed; call again at once while it returns True, then some
        four times a second. No call takes long, and none allocates in the long run."""
        brush = self.brush
        if not brush.pieces and not self._find(model):
            return False
        brush.step()
        return True

    def _find(self, model):
        """Has the brush take up the next changed field; returns False at a round's end."""
        if self._field == 0:
            if self._is_told(model):
                return False
            page = self._choose(model)
            if page != self.page:
                self.page = page
                self.sheet.reset()
                self.brush.wipe()
                self._second = -1  # this round only wipes
                return True
        brush = self.brush
        model.withheld = is_withheld(model.verdict)
        live = model.age_ms <= self._max_age_ms and not model.frozen
        page = self._pages[self.page]
        rows = page[0]
        shows = page[1]
        for field in range(self._field, len(shows)):
            what = rows[ROW * field + _WHAT]
            if shows[field](self.sheet, field, what, model, live):
                brush.take(rows, field)
                if brush.pieces:
                    self._field = field + 1
                    return True
        self._field = 0
        return False

    def _is_told(self, model):
        """True if the last round has seen all there is: between two frames and two seconds only
        the button changes anything."""
        seq = model.pack.seq
        second = model.uptime_s
        age_s = model.age_s
        if second == self._second and seq == self._seq and age_s == self._age_s:
            return not model.held_ms
        self._second = second
        self._seq = seq
        self._age_s = age_s
        return False

    def _choose(self, model):
        now = model.uptime_s
        failed = model.heater.state == w.FAULT
        latched = model.heater.latched if failed else 0
        if failed and not self._failed or latched & ~self._latched:
            self._until_s = 0  # a new fault: nothing hides it
        if self._failed and not failed:
            self._cleared_until_s = now + _CLEARED_S
        self._failed = failed
        self._latched = latched
        figures = LOST if self._is_lost(model) else GLANCE
        if now < self._until_s:
            asked = self._asked
            return figures if asked == GLANCE or asked == FIGURES and figures == LOST else asked
        if failed:
            return FAULT
        if now < self._cleared_until_s:
            return CLEARED
        return HANDED if model.handed_over_s else figures

    def _is_lost(self, model):
        return not model.seen or model.age_s >= LOST_S and model.age_ms > self._max_age_ms

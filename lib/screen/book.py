"""The screen of boards that have memory for it: all pages, the night, a second button, the sleep.

A board without PSRAM has screen.show alone (tools/small/groups.py).
"""

from bms import pack as p
from compat import const
from screen import show
from screen.draw import night_colours
from screen.draw import palette as pal
from screen.draw.fonts.barlow import TEXT
from screen.draw.painter import WideSheet
from screen.flow import lay
from screen.lamp import Lamp
from screen.more import (
    about,
    advice,
    big,
    cells,
    connections,
    degrees,
    energy,
    past,
    warmth,
    which,
)
from screen.pages.footer import Footer
from screen.pages.glance import foot

# Pages behind those of screen.show.
BIG = const(9)
CELLS = const(10)
WARMTH = const(11)
ENERGY = const(12)
ALARMS = const(13)
LINKS = const(14)
ABOUT = const(15)
WELCOME = const(16)
HISTORY = const(17)
WHICH = const(18)

_STAY_S = const(60)  # what a button asked for
_PEEK_S = const(10)  # the same over a fault or a hand-over
_WHICH_S = const(2)

# Without figures these say so instead.
_OF_FIGURES = (show.GLANCE, show.FIGURES, BIG, CELLS, WARMTH, ENERGY)
_OF_ONE_PACK = _OF_FIGURES + (show.LOST, ALARMS, WHICH)  # or of all: a swipe goes through them
# Of several packs these have a lowest line that says which one it is, where there is room; else
# WHICH says it after a swipe.
_UNNAMED = (cells.PAGE, warmth.PAGE, energy.PAGE, advice.PAGE)
_UNNAMED_AT = (CELLS, WARMTH, ENERGY, ALARMS, WHICH)
_FOOT = ((22, (100, TEXT, 0, foot)),)
_TALL = const(240)
FIRSTS = ("glance", "big")  # settings["screen_first"]


def described():
    """Returns [(name, page)] of the pages behind those of screen.show, in order: see flow."""
    return [
        ("BIG", big.PAGE),
        ("CELLS", cells.PAGE),
        ("WARMTH", warmth.PAGE),
        ("ENERGY", energy.PAGE),
        ("ADVICE", advice.PAGE),
        ("LINKS", connections.PAGE),
        ("ABOUT", about.PAGE),
        ("WELCOME", about.WELCOME),
        ("HISTORY", past.PAGE),
        ("WHICH", which.PAGE),
    ]


class Book(show.Screen):
    """A Screen with more pages. brush: draw.painter.Painter; the model is a facts.Facts.

    Settings beside those of Screen: the screen_… ones, heater_output. `new`: nothing is set up
    yet. `bank`: of several packs (bms.bank), else None. `light`: a function that tells how bright
    it is around, 0 to 100, or None. `history`: the model has a curve of the last day.
    """

    def __init__(
        self,
        brush,
        settings,
        texts,
        errors,
        radio,
        new=False,
        bank=None,
        light=None,
        history=False,
    ):
        wide = WideSheet(brush, texts, settings["temperature_unit"] == "fahrenheit")

        def footer(_sheet, title):
            if bank is None:
                return Footer(wide, title)
            from screen.pages.packs import PacksFooter

            return PacksFooter(wide, title, bank)

        self._day = pal.COLOURS
        super().__init__(brush, settings, texts, errors, radio, footer)  # pyright: ignore[reportArgumentType]
        wide.footer = self.sheet.footer
        self.sheet = wide
        panel = brush.panel
        self._pages = self._pages[: show.HEATER] + (degrees.HEATER,) + self._pages[show.REPORT :]
        pages = [page for _, page in described()]
        if bank is not None and panel.height >= _TALL:
            pages = [page + _FOOT if page in _UNNAMED else page for page in pages]
        self._pages += tuple([lay(page, panel.width, panel.height) for page in pages])
        self._first = BIG if settings["screen_first"] == "big" else show.GLANCE
        self._order = self._in_order(settings["heater_output"] != "none", history)
        self._at = 0  # in `_order`, of what was asked for
        self._new = new
        self._bank = bank
        self._light = light
        self._pack_until_s = self._which_until_s = 0
        past.PAST.forget()
        self.lamp = Lamp(settings)
        self._lit_pct = self.lamp.light_pct
        self._night = False
        self._looked_s = -1

    def _in_order(self, heats, keeps):
        """Returns the pages that the buttons go through."""
        order = [self._first, show.GLANCE + BIG - self._first, show.FIGURES, CELLS, WARMTH]
        if heats:
            order += [show.HEATER, show.REPORT]
        order.append(ENERGY)
        if keeps:
            order.append(HISTORY)
        order += [ALARMS, LINKS, ABOUT]
        if self._errors_s:
            order.append(show.ERRORS)
        return tuple(order)

    # -- the buttons -----------------------------------------------------------------------------

    def button(self, model):
        """Goes on to the next page, or pack; a panel that is off only lights up."""
        if not self.lamp.touch(model.uptime_s):
            self._turn(model, 1)

    def back(self, model):
        """Goes back by a page."""
        if not self.lamp.touch(model.uptime_s):
            self._turn(model, -1)

    def swipe(self, model, step):
        """Goes to the next pack (step 1) or the one before (-1), all of them included, where there
        are several and the page shows one; else to the next page or the one before."""
        if self.lamp.touch(model.uptime_s):
            return
        if self._bank is None or self.page not in _OF_ONE_PACK:
            self._turn(model, step)
            return
        if self.page in _UNNAMED_AT and self.brush.panel.height < _TALL:
            self._which_until_s = model.uptime_s + _WHICH_S
        model.shown = (model.shown + step) % (model.packs + 1)
        self._second = -1
        self._pack_until_s = model.uptime_s + _STAY_S
        if model.uptime_s < self._until_s:
            self._until_s = self._pack_until_s  # the page stays as long as the pack does

    def brighter(self, model):
        """Goes to the next brightness."""
        if not self.lamp.touch(model.uptime_s):
            self.lamp.brighter()

    def _turn(self, model, step):
        now = model.uptime_s
        asked = now < self._until_s and self.page not in (show.FAULT, show.HANDED)
        over = self._failed or model.handed_over_s
        self._second = -1
        self._cleared_until_s = self._which_until_s = 0
        at = self._at if asked else 0
        if self._bank is not None and at == 0 and step > 0 and not over:
            if model.shown < model.packs:
                model.shown += 1
                self._pack_until_s = now + _STAY_S
                return
        model.shown = 0
        if self.page == show.CLEARED or self.page == show.ERRORS and self._asked == show.ERRORS:
            at = 0  # whatever comes, is the first page
        elif self.page == show.FAULT or self.page == show.HANDED:
            at = 0
        else:
            at = (at + step) % len(self._order)
        self._at = at
        self._asked = self._order[at]
        self._until_s = now + (_PEEK_S if over else _STAY_S)
        if self._asked == show.ERRORS:
            self._until_s = now + self._errors_s
        elif at == 0 and not over:
            self._until_s = 0

    # -- what is shown ---------------------------------------------------------------------------

    def _choose(self, model):
        page = super()._choose(model)
        asked = model.uptime_s < self._until_s
        if page == show.HANDED and self._bank is not None and self._bank.good:
            page = show.GLANCE  # a hand-over hides no pack that goes on answering on the wire
        if page == show.GLANCE and not (asked and self._asked == show.GLANCE):
            page = self._first
        if page in _OF_FIGURES and self._is_lost(model):
            page = show.LOST
        if page == show.LOST and self._new and not model.seen:
            page = WELCOME
        if page in _OF_ONE_PACK and model.uptime_s < self._which_until_s:
            page = WHICH
        return page

    def update(self, model):
        """See Screen.update. Nothing is drawn while the panel is off."""
        if model.uptime_s != self._looked_s:
            self._looked_s = model.uptime_s
            self._look(model)
        lamp = self.lamp
        if lamp.night != self._night and not self.brush.pieces:
            self._night = lamp.night
            self.brush.recolour(night_colours.COLOURS if lamp.night else self._day)
            self._draw_anew()
        if lamp.light_pct != self._lit_pct:
            if not self._lit_pct:
                self._draw_anew()
            self._lit_pct = lamp.light_pct
            self.brush.panel.light(lamp.light_pct)
        if lamp.asleep and not self.brush.pieces:
            return False
        if self.page == HISTORY and not self.brush.pieces and past.PAST.step(model):
            self._second = -1
            return True
        return super().update(model)

    def _draw_anew(self):
        self.page = show.NOTHING
        self._field = 0
        self._second = -1

    def _look(self, model):
        if model.shown and model.uptime_s >= self._pack_until_s:
            model.shown = 0
        live = self._is_live(model)
        wrong = advice.count(model, live) + (model.heater.latched != 0) + self._is_lost(model)
        around = None if self._light is None else self._light()
        ma = model.get(p.CURRENT_MA) if live else None
        self.lamp.look(model.uptime_s, model.day_min, around, ma, wrong)

    def _is_live(self, model):
        return model.age_ms <= self._max_age_ms and not model.frozen

"""The screen of several packs: the whole at first; the button goes through them one by one.

Loaded only where there are several.
"""

from compat import const
from screen import palette as pal
from screen.footer import Footer
from screen.glance import Glance
from screen.lost import Lost
from screen.show import Screen

_STAY_S = const(60)  # what the button asked for
_TURN_S = const(2)  # each of two messages stays this long
# As screen.show numbers its pages.
_GLANCE = const(1)
_FIGURES = const(2)  # the pages up to here are about the pack
_HANDED = const(6)


class PacksFooter(Footer):
    """A Footer that says in turn which pack is shown, or which have no figures, or how long the
    phone has those by radio. `bank`: bms.bank."""

    def __init__(self, widgets, names, title, bank):
        super().__init__(widgets, names, title)
        self._bank = bank

    def _message(self, text, model, live):
        bad = model.packs - self._bank.good
        if model.uptime_s // _TURN_S % 2 or not (model.shown or bad or model.handed_over_s):
            return super()._message(text, model, live)
        if model.shown:
            text.add(b"pack ").fixed(model.shown, 0).add(b" of ").fixed(model.packs, 0)
            return pal.WHITE
        if model.handed_over_s:
            text.add(b"the phone has it: ").two(model.handed_over_s // 60)
            text.add(b":").two(model.handed_over_s % 60)
            return pal.ON_BLUE
        text.add(b"no good figures: ")
        for i in range(model.packs):
            if not self._bank.ok[i]:
                text.fixed(i + 1, 0)
                bad -= 1
                text.add(b", " if bad else b"")
        return pal.ON_AMBER


class PacksScreen(Screen):
    """A Screen for several packs, whose whole is `bank`; it sets the model's `shown`."""

    def __init__(self, bank, canvas, settings, names, glyphs, errors, modules):
        super().__init__(canvas, settings, names, glyphs, errors, modules)
        self._footer = PacksFooter(self._widgets, names, settings["name"], bank)
        self._footer.errors = len(errors)
        self._shown = self._glance = Glance(self._widgets, self._footer)
        self._lost = Lost(self._widgets, self._footer)
        self._bank = bank
        self._pack_until_s = 0

    def button(self, model):
        """Goes through the packs, and then on as Screen does."""
        if self._page <= _FIGURES and model.shown < model.packs:
            model.shown += 1
            self._pack_until_s = model.uptime_s + _STAY_S
            return
        model.shown = 0
        super().button(model)

    def _choose(self, model):
        """A hand-over hides no pack that goes on answering on the wire."""
        page = super()._choose(model)
        if page != _HANDED or not self._bank.good:
            return page
        return _FIGURES if self._is_lost(model) else _GLANCE

    def update(self, model):
        """See Screen.update."""
        if model.shown and model.uptime_s >= self._pack_until_s:
            model.shown = 0
        return super().update(model)

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
_FIGURES = const(2)  # the pages up to here are about the pack


class PacksFooter(Footer):
    """A Footer that says in turn which pack is shown, or how many are good. `bank`: bms.bank."""

    def __init__(self, widgets, names, title, bank):
        super().__init__(widgets, names, title)
        self._bank = bank

    def _message(self, text, model, live):
        good = self._bank.good
        if model.uptime_s // _TURN_S % 2 or not model.shown and good == model.packs:
            return super()._message(text, model, live)
        if model.shown:
            text.add(b"pack ").fixed(model.shown, 0).add(b" of ").fixed(model.packs, 0)
            return pal.WHITE
        text.fixed(good, 0).add(b" of ").fixed(model.packs, 0).add(b" packs are good")
        return pal.ON_AMBER


class PacksScreen(Screen):
    """A Screen for several packs, whose whole is `bank`; it sets the model's `shown`."""

    def __init__(self, bank, canvas, settings, names, glyphs, errors, modules):
        super().__init__(canvas, settings, names, glyphs, errors, modules)
        self._footer = PacksFooter(self._widgets, names, settings["name"], bank)
        self._footer.errors = len(errors)
        self._shown = self._glance = Glance(self._widgets, self._footer)
        self._lost = Lost(self._widgets, self._footer)
        self._pack_until_s = 0

    def button(self, model):
        """Goes through the packs, and then on as Screen does."""
        if self._page <= _FIGURES and model.shown < model.packs:
            model.shown += 1
            self._pack_until_s = model.uptime_s + _STAY_S
            return
        model.shown = 0
        super().button(model)

    def update(self, model):
        """See Screen.update."""
        if model.shown and model.uptime_s >= self._pack_until_s:
            model.shown = 0
        return super().update(model)

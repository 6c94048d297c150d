"""The screen of several packs: the whole at first; the button goes through them one by one.

Loaded only where there are several.
"""

import words as w
from compat import const
from screen import labels, show
from screen.draw import palette as pal
from screen.pages.footer import Footer

_STAY_S = const(60)  # what the button asked for
_TURN_S = const(2)  # each of two messages stays this long
# Codes of what is shown, beside those of Footer.
_PACK = const(1 << 24)
_PHONE = const(1 << 23)
_BAD = const(1 << 22)
_BLIND = const(1 << 21)
_LAX = const(1 << 20)


class PacksFooter(Footer):
    """A Footer that says in turn which pack is shown, or which have no figures, or how long the
    phone has those by radio, or which may be charged in the cold. `bank`: bms.bank."""

    def __init__(self, sheet, title, bank):
        super().__init__(sheet, title)
        self.bank = bank

    def show(self, slot, model, live):
        """See Footer.show."""
        bad = model.packs - self.bank.good
        too_cold = model.heater.warnings >> w.BMS_TOO_COLD - 1 & 1
        lax = self.bank.heated.lax_pack if too_cold else 0
        if model.uptime_s // _TURN_S % 2 or not (model.shown or bad or model.handed_over_s or lax):
            return super().show(slot, model, live)
        sheet = self.sheet
        if model.shown:
            if not sheet.changed(slot, _PACK | model.shown << 4 | model.packs, pal.WHITE):
                return False
            sheet.say(labels.PACK).add(b" ").fixed(model.shown, 0).add(b" ")
            sheet.say(labels.OF).add(b" ").fixed(model.packs, 0)
            return True
        if model.handed_over_s:
            if not sheet.changed(slot, _PHONE | model.handed_over_s, pal.ON_BLUE):
                return False
            text = sheet.say(labels.PHONE_HAS).add(b" ").two(model.handed_over_s // 60)
            text.add(b":").two(model.handed_over_s % 60)
            return True
        if bad:
            return self._show_bad(slot, model.packs, bad)
        if not sheet.changed(slot, _LAX | lax, pal.ON_AMBER):
            return False
        text = sheet.say(labels.PACK).add(b" ").fixed(lax, 0).add(b": ")
        sheet.texts.put(text, w.WARNING_TEXTS, w.BMS_TOO_COLD)
        return True

    def _show_heater(self, slot, model):
        """See Footer; a pack that sees nothing is named."""
        blind = self.bank.blind
        if not blind or model.heater.reason != w.NO_SENSOR:
            return super()._show_heater(slot, model)
        if not self.sheet.changed(slot, _BLIND | blind, pal.AMBER):
            return False
        text = self.sheet.say(labels.PACK).add(b" ").fixed(blind, 0).add(b": ")
        self.sheet.texts.put(text, w.REASON_TEXTS, w.NO_SENSOR)
        return True

    def _show_bad(self, slot, packs, bad):
        what = _BAD
        for i in range(packs):
            what |= (not self.bank.ok[i]) << i
        if not self.sheet.changed(slot, what, pal.ON_AMBER):
            return False
        text = self.sheet.say(labels.WITHOUT).add(b" ")
        for i in range(packs):
            if not self.bank.ok[i]:
                text.fixed(i + 1, 0)
                bad -= 1
                text.add(b", " if bad else b"")
        return True


class PacksScreen(show.Screen):
    """A Screen for several packs, whose whole is `bank`; it sets the model's `shown`."""

    def __init__(self, bank, brush, settings, texts, errors, radio):
        def footer(sheet, title):
            return PacksFooter(sheet, title, bank)

        super().__init__(brush, settings, texts, errors, radio, footer)  # pyright: ignore[reportArgumentType]
        self.bank = bank
        self._pack_until_s = 0

    def button(self, model):
        """Goes through the packs, and then on as Screen does."""
        if self.page <= show.LOST and self.page != show.FIGURES and model.shown < model.packs:
            model.shown += 1
            self._second = -1
            self._pack_until_s = model.uptime_s + _STAY_S
            return
        model.shown = 0
        super().button(model)

    def swipe(self, model, step):
        """Goes to the next pack (step 1), or to the one before (-1), where the page shows one."""
        if self.page > show.LOST:
            self.button(model)
            return
        model.shown = (model.shown + step) % (model.packs + 1)
        self._second = -1
        self._pack_until_s = model.uptime_s + _STAY_S

    def _choose(self, model):
        """A hand-over hides no pack that goes on answering on the wire."""
        page = super()._choose(model)
        if page != show.HANDED or not self.bank.good:
            return page
        return show.LOST if self._is_lost(model) else show.GLANCE

    def update(self, model):
        """See Screen.update."""
        if model.shown and model.uptime_s >= self._pack_until_s:
            model.shown = 0
        return super().update(model)

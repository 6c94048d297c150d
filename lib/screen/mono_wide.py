"""The pages of a mono panel where there is memory for more: °F, the last day, the night's light,
the sleep, and a second button for the brightness. A board without PSRAM has screen.mono alone
(tools/small/groups.py).
"""

from bms import pack as p
from compat import const
from screen.lamp import Lamp
from screen.mono import MonoScreen

_STAY_S = const(60)  # the last day


class WideMonoScreen(MonoScreen):
    """A MonoScreen; settings beside those: temperature_unit, the screen_… ones of screen.lamp. The
    model is a facts.Facts. `light`, `history`: see book.Book."""

    def __init__(self, canvas, settings, texts, errors, light=None, history=False):
        super().__init__(canvas, settings, texts, errors)
        self._light = light
        self._past = None
        self._past_until_s = 0
        if history:
            from screen.mono_past import MonoPast

            self._past = MonoPast(canvas)
        self._fahrenheit = settings["temperature_unit"] == "fahrenheit"
        self.lamp = Lamp(settings)
        self._lit_pct = self.lamp.light_pct
        self._looked_s = -1

    def button(self, model):
        """Lights up a panel that is off; else goes to the last day for a minute, where that is
        kept, and back."""
        if self.lamp.touch(model.uptime_s) or self._past is None:
            return
        looked_at = model.uptime_s < self._past_until_s
        self._past_until_s = 0 if looked_at else model.uptime_s + _STAY_S
        self._second = -1

    def back(self, model):
        """The same: there are two pages."""
        self.button(model)

    def brighter(self, model):
        """Goes to the next brightness."""
        if not self.lamp.touch(model.uptime_s):
            self.lamp.brighter()

    def update(self, model):
        """See Screen.update. Nothing is drawn while the panel is off."""
        if model.uptime_s != self._looked_s:
            self._looked_s = model.uptime_s
            self._look(model)
        lamp = self.lamp
        if lamp.light_pct != self._lit_pct:
            if not self._lit_pct:
                self._second = -1  # what it shows is old
            self._lit_pct = lamp.light_pct
            self._canvas.panel.light(lamp.light_pct)
        if lamp.asleep:
            return False
        if model.uptime_s < self._past_until_s and not self._is_lost(model):
            return self._update_past(model)
        return super().update(model)

    def _update_past(self, model):
        """Shows the last day, a step a call; once a second, as the other page."""
        canvas = self._canvas
        if canvas.step() or self._past.step(model):  # pyright: ignore[reportOptionalMemberAccess]
            return True
        if model.uptime_s == self._second:
            return False
        self._second = model.uptime_s
        self._past.draw(model)  # pyright: ignore[reportOptionalMemberAccess]
        canvas.show()
        return True

    def _look(self, model):
        live = self._is_live(model)
        alarms = model.alarm_count if live else 0
        wrong = alarms + (model.heater.latched != 0) + self._is_lost(model)
        around = None if self._light is None else self._light()
        ma = model.get(p.CURRENT_MA) if live else None
        self.lamp.look(model.uptime_s, model.day_min, around, ma, wrong)

    def _temperature(self, dc, letter, end):
        if self._fahrenheit:
            letter = b"F"
            if dc is not None:
                dc = dc * 9 // 5 + 320
        super()._temperature(dc, letter, end)

"""The page of a mono panel where there is memory for more: °F, the night's light, the sleep, and a
second button for the brightness. Without PSRAM there is screen.mono alone (tools/small/groups.py).
"""

from bms import pack as p
from screen.lamp import Lamp
from screen.mono import MonoScreen


class WideMonoScreen(MonoScreen):
    """A MonoScreen; settings beside those: temperature_unit, the screen_… ones of screen.lamp. The
    model is a facts.Facts."""

    def __init__(self, canvas, settings, texts, errors):
        super().__init__(canvas, settings, texts, errors)
        self._fahrenheit = settings["temperature_unit"] == "fahrenheit"
        self.lamp = Lamp(settings)
        self._lit_pct = self.lamp.light_pct
        self._looked_s = -1

    def button(self, model):
        """Lights up a panel that is off."""
        self.lamp.touch(model.uptime_s)

    def back(self, model):
        """The same: there is no other page."""
        self.lamp.touch(model.uptime_s)

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
        return False if lamp.asleep else super().update(model)

    def _look(self, model):
        live = self._is_live(model)
        alarms = model.alarm_count if live else 0
        wrong = alarms + (model.heater.latched != 0) + self._is_lost(model)
        self.lamp.look(
            model.uptime_s, model.day_min, None, model.get(p.CURRENT_MA) if live else None, wrong
        )

    def _temperature(self, dc, letter, end):
        if self._fahrenheit:
            letter = b"F"
            if dc is not None:
                dc = dc * 9 // 5 + 320
        super()._temperature(dc, letter, end)

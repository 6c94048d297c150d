"""The cold-charge report: how long too cold to be charged, and what was charged there.

Too cold is what the cells' chemistry says, not what the BMS is set to: 20 Ah charged at -12 °C
have harmed LiFePO4 cells, whatever preset allowed it.
"""

from compat import const
from heat.charger import CHARGING_MA

_MINUTE_MS = const(60_000)
_SAVE_EVERY_MIN = const(60)  # together with the energy of the day
_MAS_MAH = const(3600)  # mA·s
HIGHEST = const(100_000_000)


class ColdReport:
    """`cold_min`: minutes below `limit_dc`; `charged_mah`: charge taken meanwhile.

    `dirty`, hourly at most: to be saved. A reset costs an hour of the report, and not the flash.
    """

    def __init__(self, limit_dc):
        self.limit_dc = limit_dc
        self.cold_min = 0
        self.charged_mah = 0
        self.dirty = False
        self._changed = False
        self._minute = 0
        self._ms = 0
        self._mas = 0

    def restore(self, cold_min, charged_mah):
        """Takes up a report begun before a restart, or begins a new one with zeros."""
        self.cold_min = cold_min
        self.charged_mah = charged_mah
        self._ms = self._mas = 0

    def saved(self):
        """Takes note that all has been saved."""
        self.dirty = self._changed = False

    def step(self, inputs, minute):
        """Counts a step, if what it knows can be trusted. `minute` is that of the EnergyDay."""
        if minute != self._minute:
            self._minute = minute
            if minute % _SAVE_EVERY_MIN == 0 and self._changed:
                self.dirty = True
        cold_dc = inputs.sensors.cold_dc
        if not inputs.trusted or cold_dc is None or cold_dc >= self.limit_dc:
            return
        elapsed = inputs.elapsed_ms
        self._ms += elapsed
        if self._ms >= _MINUTE_MS:
            self._ms -= _MINUTE_MS
            if self.cold_min < HIGHEST:
                self.cold_min += 1
                self._changed = True
        ma = inputs.current_ma
        if ma is not None and ma >= CHARGING_MA:
            self._mas += ma // 1000 * elapsed + ma % 1000 * elapsed // 1000
            if self._mas >= _MAS_MAH:
                mah = self.charged_mah + self._mas // _MAS_MAH
                self.charged_mah = mah if mah < HIGHEST else HIGHEST
                self._mas %= _MAS_MAH
                self._changed = True

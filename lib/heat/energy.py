"""Energy that the mat took, counted by the day of the device's own time.

There is no wall clock: a day is 24 hours of uptime, kept over restarts. Time spent without power
does not count, so that a day can only be longer than it is, and its budget tighter.
"""

from compat import const

_WH_MJ = const(3_600_000)  # millijoules
_MINUTE_MS = const(60_000)
DAY_MIN = const(1440)
_SAVE_EVERY_MIN = const(60)


class EnergyDay:
    """Wh since the day began, and where in the day we are."""

    def __init__(self):
        self.wh = 0
        self.minute = 0
        self.dirty = False
        self._mj = 0
        self._ms = 0
        self._saved_wh = 0

    def step(self, elapsed_ms, on_ms, mw):
        """Adds `on_ms` at `mw` (None: unknown, adds nothing)."""
        if mw is not None:
            self._mj += mw // 1000 * on_ms + mw % 1000 * on_ms // 1000
            while self._mj >= _WH_MJ:
                self._mj -= _WH_MJ
                self.wh += 1
        self._ms += elapsed_ms
        while self._ms >= _MINUTE_MS:
            self._ms -= _MINUTE_MS
            self._next_minute()

    def restore(self, wh, minute):
        """Takes up a day begun before a restart."""
        self.wh = wh
        self._saved_wh = wh
        self.minute = minute % DAY_MIN

    def _next_minute(self):
        self.minute += 1
        if self.minute >= DAY_MIN:
            self.minute = 0
            self.wh = 0
        # Hourly, and only if something was heated: flash wears.
        if self.minute % _SAVE_EVERY_MIN == 0 and self.wh != self._saved_wh:
            self._saved_wh = self.wh
            self.dirty = True

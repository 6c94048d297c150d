"""What is counted in uptime, there being no wall clock: the day's energy, and restarts."""

from compat import const

_MINUTE_MS = const(60_000)
_WH_MJ = const(3_600_000)  # millijoules
DAY_MIN = const(1440)
_SAVE_ENERGY_EVERY_MIN = const(60)

MAX_RESETS = const(5)  # within an hour
_HOUR_MIN = const(60)
_SAVE_BOOTS_EVERY_MIN = const(10)


class EnergyDay:
    """Energy that the mat took: Wh since the day began, and where in the day we are.

    A day is 24 hours of uptime, kept over restarts. Time spent without power does not count, so
    that a day can only be longer than it is, and its budget tighter.
    """

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
        if self.minute % _SAVE_ENERGY_EVERY_MIN == 0 and self.wh != self._saved_wh:
            self._saved_wh = self.wh
            self.dirty = True


class Boots:
    """Marks of crashes: `ages_min[0:count]`, the youngest first, each under an hour.

    Each boot after a crash (watchdog, brown-out, exception) leaves a mark with its age in minutes
    of uptime since; being switched on leaves none. They are saved every ten minutes while there
    are any.
    """

    def __init__(self):
        self.dirty = False
        self.ages_min = bytearray(MAX_RESETS + 1)
        self.count = 0
        self._ms = 0
        self._minute = 0

    @property
    def unstable(self):
        """True after more than MAX_RESETS crashes within an hour of uptime."""
        return self.count > MAX_RESETS

    def restore(self, ages_min, crashed):
        """Takes up earlier marks (a list of minutes), and adds one if a crash led to this boot."""
        self.count = 1 if crashed else 0
        self.ages_min[0] = 0
        for age in ages_min:
            if age < _HOUR_MIN and self.count <= MAX_RESETS:
                self.ages_min[self.count] = age
                self.count += 1
        self.dirty = crashed

    def forget(self):
        """Drops all marks."""
        self.count = 0
        self.dirty = True

    def saved(self):
        """Returns the marks as a list for restore(). Allocates."""
        return [self.ages_min[i] for i in range(self.count)]

    def step(self, elapsed_ms):
        """Lets the marks age."""
        if self.count == 0:
            return
        self._ms += elapsed_ms
        while self._ms >= _MINUTE_MS:
            self._ms -= _MINUTE_MS
            self._next_minute()

    def _next_minute(self):
        kept = 0
        for i in range(self.count):
            age = self.ages_min[i] + 1
            if age < _HOUR_MIN:
                self.ages_min[kept] = age
                kept += 1
        if kept != self.count:
            self.count = kept
            self.dirty = True
        self._minute += 1
        if self._minute >= _SAVE_BOOTS_EVERY_MIN:
            self._minute = 0
            self.dirty = self.dirty or kept > 0

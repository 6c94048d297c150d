"""What is counted in time: a stretch of heating, the day's energy, and restarts."""

from compat import const
from heat.thermal import energy_mj

_MINUTE_MS = const(60_000)
_SLACK_S = const(21_600)
_LONGEST_S = const(86_400)
_LONG_MS = const(500_000_000)
_PAUSE_MS = const(600_000)
_WH_MJ = const(3_600_000)  # millijoules
DAY_MIN = const(1440)
_FADES_MIN = const(960)
_JUMPING_MWH = const(2500)  # for each Wh of the budget
_MOST_WH = const(100_000)
_SAVE_ENERGY_EVERY_MIN = const(10)
_SAVE_SHARE = const(64)
_SAVE_LEAST_MWH = const(2000)

MAX_RESETS = const(5)  # within an hour
_HOUR_MIN = const(60)
_SAVE_BOOTS_EVERY_MIN = const(10)


class Stretch:
    """Heating at a stretch: pauses of under ten minutes are a part of it, and do not count.

    It may last as long as its owner allows; without such a bound twice the forecast and six hours,
    and these alone where nothing can be forecast. `ms`: so far, of `limit_ms`; `pause_ms`: since
    the mat was on; `most_ms`: the owner's bound, 0 for none.
    """

    def __init__(self, max_on_min):
        self.forecast = False  # there was one: being late is no fault of the mat's
        self.most_ms = max_on_min * _MINUTE_MS
        self.limit_ms = self.most_ms or _SLACK_S * 1000
        self.ms = 0
        self.pause_ms = 0

    @property
    def is_over(self):
        """True when it has lasted for too long."""
        return self.ms >= self.limit_ms

    @property
    def is_new(self):
        """True while nothing of it has been counted."""
        return self.ms == 0

    def restart(self):
        """Begins a new one."""
        self.ms = 0

    def expect(self, seconds):
        """Takes the forecast for a new one (None: unknown)."""
        if self.most_ms:
            return
        self.forecast = seconds is not None
        self.limit_ms = _SLACK_S * 1000
        if seconds is not None:
            self.limit_ms += 2000 * min(seconds, _LONGEST_S)

    def step(self, inputs):
        """Counts a step."""
        if inputs.heating_ms:
            self.ms = min(self.ms + inputs.on_ms, _LONG_MS)
            self.pause_ms = 0
        else:
            self.pause_ms = min(self.pause_ms + inputs.elapsed_ms, _PAUSE_MS)
            if self.pause_ms >= _PAUSE_MS:
                self.ms = 0


class EnergyDay:
    """Energy that the mat took: `wh` since the day began, `minute` of uptime in it.

    `spent_wh` is what the day's budget is held against. Where the date is known, a day is one of
    the calendar, and that is `wh`; a clock that jumps from date to date makes new days of it up to
    2.5 budgets, which true days never reach (two meet at midnight). Else a day is 24 hours of
    uptime, which may be a fortnight in a van with a main switch: then what was spent fades with 16
    hours of uptime (by 1/e), which bears mats that are on all day at 1.5 times the budget, and no
    more. That figure, `spent_mwh`, is saved, too: over a restart it neither fades nor comes back.
    """

    def __init__(self):
        self.wh = 0
        self.minute = 0
        self.day = 0  # of the calendar, 0 while unknown
        self.dirty = False
        self.spent_mwh = 0
        self._mj = 0
        self._ms = 0
        self._saved_mwh = 0

    @property
    def spent_wh(self):
        """What counts against the day's budget, Wh."""
        if self.day:
            return max(self.wh, self.spent_mwh // _JUMPING_MWH)
        return self.spent_mwh // 1000

    def step(self, elapsed_ms, on_ms, mw, day=None):
        """Adds `on_ms` at `mw` (None: unknown, adds nothing). `day`: of the calendar, if known."""
        if day is not None and day != self.day:
            if self.day:
                self._begin()
            else:  # of what uptime's day has counted, so much may have been today
                self.wh = min(self.wh, self.spent_wh)
            self.day = day
        if mw is not None:
            self._mj += energy_mj(mw, on_ms)
            while self._mj >= _WH_MJ:
                self._mj -= _WH_MJ
                self.wh += 1
                self.spent_mwh += 1000
        self._ms += elapsed_ms
        while self._ms >= _MINUTE_MS:
            self._ms -= _MINUTE_MS
            self._next_minute(day)

    def restore(self, wh, minute, day=0, spent_mwh=None):
        """Takes up a day begun before a restart; without `spent_mwh` none of it has faded."""
        self.wh = wh
        self.minute = minute % DAY_MIN
        self.day = day
        if spent_mwh is None:
            spent_mwh = min(wh, _MOST_WH) * 1000
        self.spent_mwh = self._saved_mwh = spent_mwh

    def _begin(self):
        self.minute = 0
        self.wh = 0

    def _next_minute(self, day):
        self.minute += 1
        self.spent_mwh -= self.spent_mwh // _FADES_MIN
        if self.minute >= DAY_MIN:
            self.minute = 0
            if not self.day:
                self._begin()
            elif day is None:
                self.day = 0  # nobody has told of the next one
        # Only if it has moved, up or down: flash wears. A power cut gives and takes no more.
        if self.minute % _SAVE_ENERGY_EVERY_MIN == 0:
            saved_mwh = self._saved_mwh
            if abs(self.spent_mwh - saved_mwh) > _SAVE_LEAST_MWH + saved_mwh // _SAVE_SHARE:
                self._saved_mwh = self.spent_mwh
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

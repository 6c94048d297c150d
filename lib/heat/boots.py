"""How often did the device restart within the last hour?

There is no wall clock: what counts is uptime. Each boot leaves a mark with its age in minutes of
uptime since; the marks are saved every ten minutes while there is more than the one of this boot,
or this boot is young. After an hour without a restart only this boot's own mark is left, and
nothing more is written.
"""

from compat import const

MAX_RESETS = const(5)  # within an hour
_HOUR_MIN = const(60)
_SAVE_EVERY_MIN = const(10)
_MINUTE_MS = const(60_000)


class Boots:
    """Marks of boots: `ages_min[0:count]`, the youngest first, each under an hour."""

    def __init__(self):
        self.dirty = False
        self.ages_min = bytearray(MAX_RESETS + 1)
        self.count = 1
        self._ms = 0
        self._minute = 0

    @property
    def unstable(self):
        """True after more than MAX_RESETS restarts within an hour of uptime."""
        return self.count > MAX_RESETS

    def restore(self, ages_min):
        """Takes up the marks of earlier boots (a list of minutes) and adds this boot's."""
        self.count = 1
        self.ages_min[0] = 0
        for age in ages_min:
            if age < _HOUR_MIN and self.count <= MAX_RESETS:
                self.ages_min[self.count] = age
                self.count += 1
        self.dirty = True

    def forget(self):
        """Drops all marks but this boot's."""
        self.count = 1
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
        if self._minute >= _SAVE_EVERY_MIN:
            self._minute = 0
            self.dirty = self.dirty or kept > 0

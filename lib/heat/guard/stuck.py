"""Does the pack warm as a heated one does, although the mat is off?

A switch that fails conducts. Whatever the mat hangs at, the pack then goes on warming as it did.
What else warms a pack, and is told apart: its own current (such times do not count), the heat
that mat and cells still hold (a lag), and the day (which is slower than a mat). A van that is
heated and a slow sensor look the same: so this warns. It is certain where the pack's current says
so, too, or where the pack climbs on to 30 °C, which no air does that people live in. Switches fail
when they are used: only the three hours after heating, or after a restart with a cold pack, are
watched.
"""

from compat import const
from heat.thermal import MEASURED_MW

_LAG_MS = const(900_000)
_SOON_MS = const(300_000)
_RISE_DC = const(40)  # of the mean of the sensors
_CERTAIN_DC = const(300)
_COOLS_DC = const(10)  # below its highest: it is not heated any more
_SUSPECT_DC = const(15)  # with the current's step already missing
# Slower than expected it may rise as well, if it would have fallen.
_WINDOWS = const(3)
_SLOWEST_S = const(14_000)  # a mat that needs longer is no danger, and no different from a day
_WATCH_MS = const(10_800_000)  # since the mat was last on, or since a restart in the cold


class OffWatch:
    """Call step() with each step whose inputs are trusted and settled.

    `warns`: the pack warms as if it were heated, and nothing else says so. `watch_ms`: for so long
    yet it watches.
    """

    def __init__(self):
        self.warns = False
        self.peak_dc = 0
        self.off_ms = 0
        self.watch_ms = _WATCH_MS
        self._fall_ckh = 0  # how it last cooled; warmed by the mat, it will be seen not to
        self._fresh = True
        self.epoch = -1
        self.base_dc = 0
        self._ms = 0

    def restart(self, was_stuck):
        """Forgets what it has seen; the lag begins again, and after an alarm the watch, too."""
        self.off_ms = 0
        self.warns = False
        if was_stuck:
            self.watch_ms = _WATCH_MS

    def step(self, inputs, thermal, mw, is_cold, suspect, disproved):
        """Returns True when the mat must be on.

        `is_cold`: the pack is one to be heated; `suspect`: the current says that the mat did not
        go off; `disproved`: that it cannot be on.
        """
        self._watch(inputs, thermal, is_cold)
        if inputs.heating_ms:
            self.off_ms = 0
            self.warns = False
            return False
        if self.off_ms < _LAG_MS:
            self.off_ms += inputs.elapsed_ms
        mean_dc = inputs.sensors.mean_dc
        if self.warns:
            self.peak_dc = max(self.peak_dc, mean_dc)
            self.warns = not disproved and self.peak_dc - mean_dc < _COOLS_DC
            if self.warns and mean_dc >= _CERTAIN_DC:
                return True
        if self._is_warmed(inputs, thermal, mw, suspect, disproved):
            if suspect:
                return True
            self.warns = True
            self.peak_dc = mean_dc
        return False

    def _watch(self, inputs, thermal, is_cold):
        """Keeps account of when it may have failed, and of how the pack last cooled."""
        if inputs.heating_ms or self.warns:
            self.watch_ms = _WATCH_MS
        elif self.watch_ms > 0:
            self.watch_ms -= inputs.elapsed_ms
        else:
            self._fall_ckh = 0
        if not is_cold and self._fresh:
            self.watch_ms = 0  # started warm
        self._fresh = False
        if thermal.fall_ckh is not None and thermal.fall_ckh > 0:
            self._fall_ckh = thermal.fall_ckh

    def _is_warmed(self, inputs, thermal, mw, suspect, disproved):
        """True when the pack has just warmed by as much, and as fast, as the mat makes it."""
        sensors = inputs.sensors
        need_dc = _SUSPECT_DC if suspect else _RISE_DC
        seconds = thermal.heated_s(mw, need_dc) if self.watch_ms > 0 else None
        if seconds is None or not self._is_watching(seconds, suspect):
            self.epoch = -1
            return False
        lost = disproved or self.epoch != sensors.epoch or not thermal.is_calm(inputs)
        if lost or sensors.mean_dc < self.base_dc or self._ms // 1000 > _WINDOWS * seconds:
            self.epoch = sensors.epoch
            self.base_dc = sensors.mean_dc
            self._ms = 0
        self._ms += inputs.elapsed_ms
        rise_dc = sensors.mean_dc - self.base_dc
        if rise_dc < need_dc:
            return False
        took_s = self._ms // 1000
        self.epoch = -1
        if took_s <= seconds:
            return True
        if not self._fall_ckh or not thermal.j_k or mw is None or mw > MEASURED_MW:
            return False
        return thermal.is_warmed(mw, self._fall_ckh, rise_dc, took_s)

    def _is_watching(self, seconds, suspect):
        if seconds > _SLOWEST_S:
            return False
        lag_ms = min(_LAG_MS, max(_SOON_MS, seconds * 1000))
        return self.off_ms >= (_SOON_MS if suspect else lag_ms)

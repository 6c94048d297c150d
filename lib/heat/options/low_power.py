"""Does the pack rest, so that its companion may save power? What is then done: power_saver.py."""

from compat import const

AFTER_MS = const(300_000)
_COLD_DC = const(50)  # charging below this is watched wide awake
_LONGEST_MS = const(10_000)  # between two steps; what is longer was a hold-up


class Resting:
    """The pack rests once nothing has happened for five minutes: a current below `most_ma`, fresh
    figures, no heat, no charging in the cold, and no news. It wakes with the first that does.
    """

    def __init__(self, most_ma):
        self._most_ma = most_ma
        self._calm_ms = 0
        self._news = -1

    def wake(self):
        """Somebody has pressed a button, or something failed."""
        self._calm_ms = 0

    def step(self, elapsed_ms, current_ma, cold_dc, heats, news):
        """Returns True while the pack rests; call twice a second.

        current_ma, cold_dc: current and coldest sensor, None where unknown or old. heats: the
        output is on, or is to be. news: a number that changes with what is worth a look (alarms,
        faults, states).
        """
        busy = heats or news != self._news or current_ma is None
        if current_ma is not None:
            if not -self._most_ma < current_ma < self._most_ma:
                busy = True
            if current_ma > 0 and (cold_dc is None or cold_dc < _COLD_DC):
                busy = True
        self._news = news
        if busy:
            self._calm_ms = 0
        elif self._calm_ms < AFTER_MS:
            self._calm_ms += min(elapsed_ms, _LONGEST_MS)
        return self._calm_ms >= AFTER_MS

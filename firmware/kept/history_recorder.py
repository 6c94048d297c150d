"""Keeps the history of the pack in the flash: history.ring and history.keeper, run once a second.

Imported only where the settings ask for it, on boards with PSRAM.
"""

from time import ticks_ms

from bms import pack as p
from bms.check import PLAUSIBLE
from compat import const
from kept import pause
from kept.guarded import each_second

# While the mat is on, which pauses for a write, records wait for each other so long at most, as
# does all that is to be saved (device.save_if_due); likewise the books of what was delivered.
_TOGETHER_S = const(600)
_SLACK_S = const(120)  # a record may be later than it had to be
_AGAIN_S = const(60)  # after a write that failed


class Recorder:
    """ring: a history.ring.Ring; keeper: a history.keeper.Keeper of the same; rest_s: the longest
    that it leaves between two records.

    `failures`: writes that failed; `missed`: seconds in which a record was due and had no room.
    """

    def __init__(self, ring, keeper, rest_s):
        self.ring = ring
        self._rest_s = rest_s
        self.failures = 0
        self.missed = 0
        self._keeper = keeper
        self._written_s = 0
        self._failed = False

    def day_s(self, device):
        """Returns the time of day in s since 2024, None while it is unknown."""
        clock = device.clock
        return None if clock is None else clock.since_2024_s()

    def make_curve(self):
        """Returns a history.curve.Curve of the last day, for a page: some 4 kB. Begin it with
        `curve.begin(device.uptime_s, recorder.day_s(device))`."""
        from history.curve import Curve  # for a page only

        return Curve(self.ring, hold_s=self._rest_s + _SLACK_S)

    def step(self, device, now):
        """Makes a record if one is due, and writes what is to be written."""
        bms = device.bms
        fresh = bms.pack.fresh(p.STATUS, now, device.max_age_ms) and not bms.check.frozen
        good = fresh and bms.check.verdict == PLAUSIBLE
        on = device.output.on
        state = device.heater.state
        uptime_s = device.uptime_s
        if not self._keeper.look(bms.pack, good, on, state, uptime_s, self.day_s(device)):
            self.missed += 1
        if self._is_due(on, uptime_s - self._written_s):
            self._write(device, uptime_s)

    def _is_due(self, on, since_s):
        if self._failed:
            return since_s >= (_TOGETHER_S if on else _AGAIN_S)
        if not self.ring.waiting():
            return self.ring.stale() and since_s >= _TOGETHER_S
        return not on or self.ring.full() or since_s >= _TOGETHER_S

    def _write(self, device, uptime_s):
        self._failed = False
        self._written_s = uptime_s
        try:
            pause.write(device, self.ring.commit)
        except (OSError, MemoryError) as error:
            self._failed = True
            self.failures += 1
            print("history not written:", error)


def run(device):
    """The task."""
    return each_second(
        lambda: device.recorder.step(device, ticks_ms()),
        "history: no more records until the next start",
    )

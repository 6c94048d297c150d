"""Slow on and off that holds a mean power; loaded only where the settings limit it.

For a mat that is too strong for its feed, or for the pack's box. It never makes a mat fit whose
current is too high for the switch: while on, all of it flows.

Each time on leaves a debt of time off, which is paid before the next: however the heater is wanted
and vetoed in between, what was taken is never more than the limit and one slot's worth.
"""

from compat import const

_LONGEST_S = const(7200)  # a period, stretched by the least times on and off
_MOST_OWED_MS = const(86_400_000)


class Pwm:
    """`duty_permille`: what the limit leaves of the mat's power now; `period_s`: of on and off.

    `slot_ms`: on, without a break; `owed_ms`: time off that is due; `pause_ms`: off, so far.
    """

    def __init__(self, settings):
        self.duty_permille = 1000
        self._max_mw = settings["heater_max_w"] * 1000
        self.period_s = settings["heater_pwm_s"]
        self._min_on_s = settings["heater_min_on_s"]
        self._min_off_s = settings["heater_min_off_s"]
        self.slot_ms = 0  # on, without a break
        self.pause_ms = _MOST_OWED_MS
        self.owed_ms = 0

    def step(self, wanted, held, inputs, mw):
        """Returns True if the output may be on until the next step.

        `wanted`: law and guard agree to heat; `held`: without a pause, for what a pause would
        spoil; `mw`: the mat's power (None: unknown, and nothing can be held).
        """
        if mw is None:
            self.duty_permille = 0
            wanted = False
        else:
            per_mille = (mw + 999) // 1000
            duty = self._max_mw // per_mille if per_mille else 1000
            self.duty_permille = min(max(duty, 1), 1000)
        self._count(inputs.on_ms, inputs.elapsed_ms)
        if wanted and inputs.on and (held or self.slot_ms < self._slot_s() * 1000):
            return True
        self.slot_ms = 0
        if not wanted or inputs.on:
            return False
        return self.owed_ms == 0 and self.pause_ms >= self._min_off_s * 1000

    def mean_mw(self, mw):
        """Returns the part of the mat's power that the limit leaves; None if that is unknown."""
        if mw is None:
            return None
        return mw // 1000 * self.duty_permille + mw % 1000 * self.duty_permille // 1000

    def _count(self, on_ms, elapsed_ms):
        duty = self.duty_permille
        if on_ms and duty:
            self.slot_ms = min(self.slot_ms + on_ms, _MOST_OWED_MS)
            self.owed_ms += (on_ms * (1000 - duty) + duty - 1) // duty
            self.owed_ms = min(self.owed_ms, _MOST_OWED_MS)
            self.pause_ms = 0
        off_ms = elapsed_ms - on_ms
        self.owed_ms = self.owed_ms - off_ms if self.owed_ms > off_ms else 0
        self.pause_ms = min(self.pause_ms + off_ms, _MOST_OWED_MS)

    def _slot_s(self):
        """Returns how long to stay on: both parts of the period last as long as they must."""
        duty = self.duty_permille
        if duty == 1000:
            return _MOST_OWED_MS // 1000 + 1
        period = max(self.period_s, self._min_on_s * 1000 // duty)
        period = max(period, self._min_off_s * 1000 // (1000 - duty))
        on_s = min(period, _LONGEST_S) * duty // 1000
        return max(on_s, self._min_on_s, 1)

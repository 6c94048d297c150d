"""Does the pack warm while the mat is on, as the guard watches it? (heater.md, guard)"""

from array import array

from compat import const
from heat.sensors import SENSORS

# Verdicts of Proof.step().
WAITING = const(0)
RISEN = const(1)
NO_RISE = const(2)
FALLING = const(3)

_RISE_DC = const(10)  # of any one sensor: the resolution of the GPS port
_TURN_DC = const(20)  # ... or from its lowest: a slow sensor falls on for a while
_FALL_DC = const(20)  # of every sensor
# What was cooling goes on cooling until mat, cells and sensors have followed.
_LAG_MS = const(600_000)
_FALL_AFTER_MS = const(1_800_000)
_TURN_MS = const(900_000)  # more, for one that has turned
_PAUSED_MS = const(60_000)
# A pause shorter than this is one and the same attempt: a fault that comes and goes must not
# start the clock anew each time.
_PAUSE_MS = const(600_000)
_REBASE_MS = const(120_000)  # and after this it need not make good what the pause has lost


class Proof:
    """Follows attempts to heat: each must show a rise within its window of on-time.

    After a verdict, `took_s` is the on-time since the temperatures that it compares with, and
    `change_dc` how the mean of the sensors has changed. `shown` is the caller's: what
    this attempt has shown, 1 a rise, 2 one that only the mat makes. `started`: there is an
    attempt; `on_ms`: its on-time; `off_ms`: since the mat was on.
    """

    def __init__(self):
        self.took_s = 0
        self.change_dc = 0
        self.shown = 0
        self.on_ms = 0
        self._paused_ms = 0
        self._mean_dc = 0
        self.off_ms = _PAUSE_MS
        self.lag_ms = _LAG_MS
        self.epoch = -1  # of the temperatures that it compares with; -1: there is no attempt
        self.base_dc = array("h", bytes(2 * SENSORS))
        self.low_dc = array("h", bytes(2 * SENSORS))

    def restart(self):
        """Forgets the attempt; the next one begins with the temperatures of its first step."""
        self.epoch = -1

    def step(self, inputs, window_ms, is_full=False):
        """Takes a step whose inputs are trusted and settled; returns a verdict.

        `is_full`: no more heat may be put in for now (balance.py). NO_RISE and FALLING end the
        attempt.
        """
        if inputs.heating_ms == 0:
            self.off_ms = min(self.off_ms + inputs.elapsed_ms, _PAUSE_MS)
            if self.off_ms >= _PAUSE_MS:
                self.restart()
            self._paused_ms = min(self._paused_ms + inputs.elapsed_ms, _PAUSED_MS)
            return WAITING
        sensors = inputs.sensors
        if self.off_ms >= _REBASE_MS:
            self._rebase(sensors)
        self.off_ms = 0
        if self.epoch < 0:
            self.shown = 0
        if self.epoch != sensors.epoch:
            self._begin(sensors, _LAG_MS)
            return WAITING
        self.on_ms += inputs.heating_ms
        self.took_s = self.on_ms // 1000
        self.change_dc = sensors.mean_dc - self._mean_dc
        return self._judge(sensors, window_ms, is_full)

    def _judge(self, sensors, window_ms, is_full):
        # Only before its first rise: sensors that go up and down for ever show no heat.
        first = self.lag_ms > 0
        risen = turning = False
        falling = True
        for i in range(SENSORS):
            if sensors.accepted[i]:
                dc = sensors.temps_dc[i]
                low_dc = min(self.low_dc[i], dc)
                self.low_dc[i] = low_dc
                change = dc - self.base_dc[i]
                risen = risen or change >= _RISE_DC or (first and dc - low_dc >= _TURN_DC)
                turning = turning or (first and dc - low_dc >= _RISE_DC)
                falling = falling and change <= -_FALL_DC and dc == low_dc
        if risen:
            self._begin(sensors, 0)
            return RISEN
        # What was lost in pauses says nothing.
        if falling and self.on_ms >= _FALL_AFTER_MS and self._paused_ms < _PAUSED_MS:
            self.restart()
            return FALLING
        if is_full and first:  # the window that is left would never end
            window_ms = 0
        late_ms = _TURN_MS if turning else 0
        if self.on_ms >= window_ms + self.lag_ms + late_ms:
            self.restart()
            return NO_RISE
        return WAITING

    def _begin(self, sensors, lag_ms):
        self.epoch = sensors.epoch
        self.lag_ms = lag_ms
        self.on_ms = 0
        self._paused_ms = 0
        self._rebase(sensors)

    def _rebase(self, sensors):
        self._mean_dc = sensors.mean_dc
        for i in range(SENSORS):
            self.base_dc[i] = self.low_dc[i] = sensors.temps_dc[i]

"""Does the pack warm while the mat is on? (heater.md, guard; research.md §4.2)"""

from array import array

from bms.pack import MAX_TEMPS
from compat import const

# Verdicts of step().
WAITING = const(0)
RISEN = const(1)
NO_RISE = const(2)
FALLING = const(3)

_RISE_DC = const(10)  # of any one sensor: the resolution of the GPS port
_FALL_DC = const(20)  # of every sensor
# What was cooling goes on cooling until mat, cells and sensors have followed.
_LAG_MS = const(300_000)
_FALL_AFTER_MS = const(600_000)
# A pause shorter than this is one and the same attempt: a fault that comes and goes must not
# start the clock anew each time.
PAUSE_MS = const(600_000)


class Proof:
    """Follows attempts to heat: each must show a rise within its window of on-time."""

    def __init__(self):
        self.on_ms = 0
        self._off_ms = PAUSE_MS
        self._lag_ms = _LAG_MS
        self._started = False
        self._epoch = 0
        self._base_dc = array("h", bytes(2 * MAX_TEMPS))

    def restart(self):
        """Forgets the attempt; the next one begins with the temperatures of its first step."""
        self._started = False

    def step(self, inputs, window_ms):
        """Takes a step whose inputs are trusted and settled; returns a verdict.

        NO_RISE and FALLING end the attempt.
        """
        if inputs.on_ms == 0:
            self._off_ms = min(self._off_ms + inputs.elapsed_ms, PAUSE_MS)
            if self._off_ms >= PAUSE_MS:
                self._started = False
            return WAITING
        self._off_ms = 0
        sensors = inputs.sensors
        if not self._started or self._epoch != sensors.epoch:
            self._begin(sensors, _LAG_MS)
            return WAITING
        self.on_ms += inputs.on_ms
        return self._judge(sensors, window_ms)

    def _judge(self, sensors, window_ms):
        risen = False
        falling = True
        for i in range(MAX_TEMPS):
            if sensors.accepted[i]:
                change = sensors.temps_dc[i] - self._base_dc[i]
                if change >= _RISE_DC:
                    risen = True
                if change > -_FALL_DC:
                    falling = False
        if risen:
            self._begin(sensors, 0)
            return RISEN
        if falling and self.on_ms >= _FALL_AFTER_MS:
            self._started = False
            return FALLING
        if self.on_ms >= window_ms + self._lag_ms:
            self._started = False
            return NO_RISE
        return WAITING

    def _begin(self, sensors, lag_ms):
        self._started = True
        self._epoch = sensors.epoch
        self._lag_ms = lag_ms
        self.on_ms = 0
        for i in range(MAX_TEMPS):
            self._base_dc[i] = sensors.temps_dc[i]

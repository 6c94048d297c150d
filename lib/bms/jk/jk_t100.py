"""Temperature codes of the JK UART protocol, resolved by context (jk.md §1.6, heater.md).

0…98 is +raw °C and 101…140 is -(raw - 100) °C. 99 and 100 mean about 0 °C or +99/+100 °C,
depending on the firmware: a table cannot tell, so that the sensor's own last readings decide, or
its neighbour's where it has none. Without them there is no reading at all, and none that is near
zero while the BMS says that something is hot.
"""

from array import array

from compat import const, ticks_diff

MOS = const(0)  # sensors: the MOSFETs, then the battery's two
_SENSORS = const(3)

_AMBIGUOUS = const(99)
_BASE = const(100)
_LAST = const(140)
_NEAR_ZERO_DC = const(50)
# A MOSFET, unlike a cell, can be at 99 °C: if it was about that hot before.
_MOS_HOT_DC = const(850)
# Older readings are no context: the longest for which the settings let data count at all.
_CONTEXT_MS = const(60_000)

# What the sensors' context was when it was last known.
_NEVER = const(0)
_KNOWN = const(1)
_EXPIRED = const(2)


def is_ambiguous(raw):
    """True for the codes that only their context can resolve."""
    return _AMBIGUOUS <= raw <= _BASE


class TempCodes:
    """Resolves the codes of one BMS's sensors; `last_dc[sensor]` is the last good reading.

    In one frame, take the clear codes before the ambiguous ones.
    """

    def __init__(self):
        self.last_dc = array("h", bytes(2 * _SENSORS))
        self._last_ms = array("i", bytes(4 * _SENSORS))
        self._known = bytearray(_SENSORS)

    def reset(self):
        """Forgets every reading; for a link that was lost."""
        for sensor in range(_SENSORS):
            self._known[sensor] = _NEVER

    def take(self, sensor, raw, now, hot):
        """Takes a code; returns True if it is a reading, which is then in last_dc[sensor].

        `hot`: an alarm of the BMS says that something is too hot, or a sensor broken.
        """
        if raw < _AMBIGUOUS:
            dc = raw * 10
        elif _BASE < raw <= _LAST:
            dc = (_BASE - raw) * 10
        elif raw > _LAST:
            return False
        elif not hot and self._is_cold(sensor, now):
            dc = (_AMBIGUOUS - raw) * 10  # 99: about 0 °C, 100: about -1 °C
        elif sensor == MOS and self._recent(MOS, now) and self.last_dc[MOS] >= _MOS_HOT_DC:
            dc = raw * 10
        else:
            return False
        self.last_dc[sensor] = dc
        self._last_ms[sensor] = now
        self._known[sensor] = _KNOWN
        return True

    def settle(self, now):
        """Lets old readings expire; call at least once a day, so that no age can wrap."""
        for sensor in range(_SENSORS):
            if self._known[sensor] == _KNOWN and not self._recent(sensor, now):
                self._known[sensor] = _EXPIRED

    def _recent(self, sensor, now):
        if self._known[sensor] != _KNOWN:
            return False
        return 0 <= ticks_diff(now, self._last_ms[sensor]) <= _CONTEXT_MS

    def _is_cold(self, sensor, now):
        """True if the sensor must be near zero: by its own past, or else by its neighbour's."""
        if self._near_zero(sensor, now):
            return True
        # A sensor that was last seen warm may have gone to 99 °C whatever its neighbour says.
        if sensor == MOS or (self._known[sensor] != _NEVER and not self._was_near_zero(sensor)):
            return False
        return self._near_zero(3 - sensor, now)

    def _near_zero(self, sensor, now):
        return self._recent(sensor, now) and self._was_near_zero(sensor)

    def _was_near_zero(self, sensor):
        return -_NEAR_ZERO_DC <= self.last_dc[sensor] <= _NEAR_ZERO_DC

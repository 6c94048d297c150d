"""Temperature codes of the JK UART protocol, resolved by context (jk.md §1.6, heater.md).

0…98 is +raw °C and 101…140 is -(raw - 100) °C. 99 and 100 mean about 0 °C or +99/+100 °C,
depending on the firmware: a table cannot tell, so that the sensor's own last readings, or its
neighbour's, decide, and without them there is no reading at all.
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
# Older readings are no context. A pack cannot get from 0 to 99 °C in this time.
_CONTEXT_MS = const(600_000)


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

    def take(self, sensor, raw, now):
        """Takes a code; returns True if it is a reading, which is then in last_dc[sensor]."""
        if raw < _AMBIGUOUS:
            dc = raw * 10
        elif _BASE < raw <= _LAST:
            dc = (_BASE - raw) * 10
        elif raw > _LAST:
            return False
        elif self._near_zero(sensor, now) or (sensor and self._near_zero(3 - sensor, now)):
            dc = (_AMBIGUOUS - raw) * 10  # 99: about 0 °C, 100: about -1 °C
        elif sensor == MOS and self._recent(MOS, now) and self.last_dc[MOS] >= _MOS_HOT_DC:
            dc = raw * 10
        else:
            return False
        self.last_dc[sensor] = dc
        self._last_ms[sensor] = now
        self._known[sensor] = 1
        return True

    def settle(self, now):
        """Forgets old readings; call at least once a day, so that no age can wrap."""
        for sensor in range(_SENSORS):
            if self._known[sensor] and not self._recent(sensor, now):
                self._known[sensor] = 0

    def _recent(self, sensor, now):
        return self._known[sensor] and ticks_diff(now, self._last_ms[sensor]) <= _CONTEXT_MS

    def _near_zero(self, sensor, now):
        dc = self.last_dc[sensor]
        return self._recent(sensor, now) and -_NEAR_ZERO_DC <= dc <= _NEAR_ZERO_DC

"""The time of day, from the network; imported only where something is planned by it.

MicroPython's `ntptime` blocks for as long as a name server and a time server like. It runs in a
thread of its own, which ends with the answer and gives its stack back.
"""

import _thread
import sys
import time

import ntptime

from compat import const, ticks_diff

_STACK_BYTES = 8192 if sys.platform == "esp32" else 0
_AGAIN_MS = const(60_000)  # after a failure
_RENEW_MS = const(21_600_000)  # crystals are off by seconds a day
_VALID_MS = const(172_800_000)
_DAY_S = const(86_400)


class Clock:
    """Knows the time for two days after it has been told last. `failures`: times it was not."""

    def __init__(self, utc_offset_min):
        self.failures = 0
        self._offset_s = utc_offset_min * 60
        self._known = False
        self._good_ms = 0
        self._tried = False
        self._tried_ms = 0
        self._asking = False
        self._told = False  # by the thread: it has set the clock

    def step(self, up, now):
        """Asks for the time when it is due and the network is `up`. Call once a second."""
        if self._told:
            self._told = False
            self._known = True
            self._good_ms = now
        if self._known and not 0 <= ticks_diff(now, self._good_ms) <= _VALID_MS:
            self._known = False
        if not up or self._asking or not self._is_due(now):
            return
        self._tried = self._asking = True
        self._tried_ms = now
        _thread.stack_size(_STACK_BYTES)
        try:
            _thread.start_new_thread(self._ask, ())
        except (OSError, MemoryError):  # no memory for its stack
            self._asking = False
            self.failures += 1
        finally:
            _thread.stack_size(0)

    def _is_due(self, now):
        if not self._tried:
            return True
        since = ticks_diff(now, self._tried_ms)
        fresh = self._known and 0 <= ticks_diff(now, self._good_ms) < _RENEW_MS
        return not fresh and not 0 <= since < _AGAIN_MS

    def _ask(self):
        try:
            ntptime.settime()
            self._told = True
        except Exception:  # an answer that is none, no answer, no such name
            self.failures += 1
        self._asking = False

    def day_s(self):
        """Returns the seconds since local midnight, None while nobody has told the time."""
        return (int(time.time()) + self._offset_s) % _DAY_S if self._known else None

"""When to read again what seldom changes, so that a unit is not bothered.

A JK beeps at each command over Bluetooth, and settings change when somebody changes them: they are
read once, and then seldom. A unit that does not give them is asked less and less often.
"""

from compat import const, ticks_add, ticks_diff

EVERY_MS = const(3_600_000)
RETRY_MS = const(5000)


class Reread:
    """`every_ms`: between two readings of what is known, and at most so between two in vain;
    `retry_ms`: after the first one in vain, then twice as long, and so on. `known`: it was read.
    """

    def __init__(self, retry_ms=RETRY_MS):
        self.every_ms = EVERY_MS
        self.asked = self.known = False
        self._retry_ms = retry_ms
        self._asked_ms = 0
        self._wait_ms = 0

    def reset(self):
        """Has it read at the next chance: the unit may be another, or somebody wrote to it."""
        self.asked = self.known = False
        self._wait_ms = 0

    def due(self, now):
        """True if it is to be read now; then it counts as asked for."""
        if self.asked and ticks_diff(now, self._asked_ms) < self._wait_ms:
            return False
        self.asked = True
        self._asked_ms = now
        self._wait_ms = min(max(2 * self._wait_ms, self._retry_ms), self.every_ms)
        return True

    def found(self):
        """Notes that it has been read."""
        self.known = True
        self._wait_ms = self.every_ms

    def miss(self):
        """Notes that what was read is of no use any more: the unit fell silent."""
        if self.known:
            self.known = False
            self._wait_ms = 0

    def settle(self, now):
        """Keeps the time from wrapping; call each second."""
        if ticks_diff(now, self._asked_ms) > self._wait_ms:
            self._asked_ms = ticks_add(now, -self._wait_ms)

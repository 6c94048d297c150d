"""What MQTT may cost a month, and how slow it has to be for that.

A bucket holds a day's ration, and fills as fast as the month's budget is to last; what goes over
the line is taken out of it. While it is full, messages keep their intervals; each tenth of a
ration that is gone doubles them. So after a quiet night the morning is told in detail, and
whatever is sent, a month of 30 days costs no more than its budget, whichever day it begins at.
Only time in which the device runs counts.
"""

from array import array

from compat import const

MONTH_DAYS = const(30)
DAY_S = const(86_400)
DAY_MS = const(86_400_000)
HEART_MS = const(3_600_000)  # what has nothing else to tell is told so often
_REFILLED_PERMILLE = const(960)  # of the budget in a month; the rest is a full bucket
_SAVES = const(1000)  # a month: what a power cut can leave uncounted is a thousandth
_DOUBLINGS = const(10)  # from a full bucket to an empty one
_PARTS = const(16)  # of a doubling
_LEAST_PING_S = const(30)
_MOST_PING_S = const(600)
_PING_PART = const(4)  # of the budget at most
PING_BYTES = const(124)  # and its answer, with what TCP and IP add


class Budget:
    """mb: megabytes a month, 1…1000. saved: what `as_list` gave before the restart; anything
    else begins with a full bucket.

    `left`: bytes in the bucket, below zero if more than a day's ration was needed.
    """

    def __init__(self, mb, saved=None):
        self.bytes = mb * 1_000_000
        self.ration = self.bytes // MONTH_DAYS
        self._per_s = self.bytes // 1000 * _REFILLED_PERMILLE // (MONTH_DAYS * DAY_S // 1000)
        self._rest = 0  # thousandths of a byte on the way to the next
        self._days = array("i", [0] * MONTH_DAYS)  # bytes of each, today's first
        self._today_s = 0
        self._unsaved = 0
        self.left = self.ration
        if _is_saved(saved):
            self.left, self._today_s = saved[:2]
            self._days = array("i", saved[2:])
            self.spend(self.bytes // _SAVES)  # it may have gone uncounted

    def spend(self, size):
        """Counts bytes that went over the line, in whichever direction."""
        self.left -= size
        self._days[0] += size
        self._unsaved += size

    def step(self, seconds):
        """Counts time."""
        found = self._rest + self._per_s * seconds
        self._rest = found % 1000
        self.left = min(self.left + found // 1000, self.ration)
        self._today_s += seconds
        while self._today_s >= DAY_S:
            self._today_s -= DAY_S
            for day in range(MONTH_DAYS - 1, 0, -1):
                self._days[day] = self._days[day - 1]
            self._days[0] = 0

    def stretched(self, interval_ms):
        """Returns how long to wait now between two messages that are due so often, up to a day."""
        gone = _DOUBLINGS * _PARTS
        if self.left > 0:
            gone = (self.ration - self.left) * _DOUBLINGS // (self.ration // _PARTS)
        doublings = gone // _PARTS
        if interval_ms > DAY_MS >> doublings + 1:
            return DAY_MS
        slow_ms = interval_ms << doublings
        return slow_ms + slow_ms // _PARTS * (gone % _PARTS)

    def lets(self, since_ms, interval_ms, moved):
        """True if a message may go that is due each interval_ms, and went so long ago. moved: it
        has something else to tell than last time."""
        if 0 <= since_ms < self.stretched(interval_ms):
            return False
        return moved or not 0 <= since_ms < HEART_MS

    def overdrawn(self):
        """True while even what is told at once has used up more than a day's ration ahead."""
        return self.left < -self.ration

    def spent(self):
        """Returns the bytes of the last 30 days, this one included."""
        return sum(self._days)

    def ping_s(self):
        """Returns how often to ask whether the broker is there, in s: for a part of the budget."""
        pings = self.bytes // _PING_PART // PING_BYTES
        return max(_LEAST_PING_S, min(-(-MONTH_DAYS * DAY_S // pings), _MOST_PING_S))

    def is_to_save(self):
        """True when so much was counted since the last time that it is worth a write."""
        return self._unsaved >= self.bytes // _SAVES

    def as_list(self):
        """Returns what is to be kept, as a list of whole numbers."""
        return [self.left, self._today_s] + list(self._days)

    def saved(self):
        """What as_list gave just now is in the flash."""
        self._unsaved = 0


def _is_saved(saved):
    """True for what `as_list` gives."""
    if not isinstance(saved, list) or len(saved) != 2 + MONTH_DAYS:
        return False
    good = all([type(value) is int and abs(value) < 1 << 30 for value in saved])
    return good and 0 <= saved[1] < DAY_S and min(saved[2:]) >= 0

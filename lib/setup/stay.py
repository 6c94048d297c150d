"""For how long a device waits for somebody who sets it up, before it gets on with its work."""

from compat import const, ticks_diff

LONELY_MS = const(300_000)  # without anybody at the page
MOST_MS = const(3_600_000)  # in all: a phone left nearby asks for the page for ever


class Stay:
    """From `now` on; `visited` when somebody was at the page."""

    def __init__(self, now):
        self._began_ms = self._seen_ms = now

    def visited(self, now):
        """Somebody is there."""
        self._seen_ms = now

    def is_over(self, now):
        """True once it is time to go."""
        lonely = ticks_diff(now, self._seen_ms) >= LONELY_MS
        return lonely or ticks_diff(now, self._began_ms) >= MOST_MS

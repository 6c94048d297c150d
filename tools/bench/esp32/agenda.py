"""Things to be done at virtual times, in order."""

import heapq
import itertools


class Agenda:
    """Callbacks by the time in µs at which they are due; equal times in order of entry."""

    def __init__(self):
        self._entries = []
        self._order = itertools.count()

    def at(self, t_us, callback):
        """Enters `callback()` for time `t_us`."""
        heapq.heappush(self._entries, (int(t_us), next(self._order), callback))

    def every(self, start_us, period_us, callback):
        """Enters `callback()` for `start_us` and every `period_us` from then on."""

        def again():
            nonlocal start_us
            start_us += period_us
            self.at(start_us, again)
            callback()

        self.at(start_us, again)

    def next_us(self, otherwise):
        """Returns when the next entry is due, or `otherwise` if there is none."""
        return self._entries[0][0] if self._entries else otherwise

    def run(self, t_us):
        """Does everything due by `t_us`."""
        entries = self._entries
        while entries and entries[0][0] <= t_us:
            heapq.heappop(entries)[2]()

"""History for the plot: a bounded ring of recent samples, and a thinner one of what was before.

A sample is a list in the order of `FIELDS`; temperatures in 0.1 °C, None where unknown. `heater`
and `charger` tell whether they were on at any moment of the sample, so that thinning out cannot
hide that the heater ran.
"""

import collections
import threading

FIELDS = (
    "t_s",
    "true_dc",
    "sensed_dc",
    "believed_dc",
    "protect_dc",
    "recover_dc",
    "ambient_dc",
    "heater",
    "charger",
)
_FLAGS = (FIELDS.index("heater"), FIELDS.index("charger"))
FINE_S = 5
COARSE_S = 60


class Recorder:
    """Keeps `fine_room` samples as they come and `coarse_room` of one a minute before that.

    Times are virtual seconds. `add` and `history` may be called from different threads.
    """

    def __init__(self, fine_room=1440, coarse_room=2880):
        self._fine = collections.deque(maxlen=fine_room)
        self._coarse = collections.deque(maxlen=coarse_room)
        self._lock = threading.Lock()

    def add(self, sample):
        """Takes a sample; one that is not newer than the last is ignored."""
        with self._lock:
            if self._fine and sample[0] <= self._fine[-1][0]:
                return
            if len(self._fine) == self._fine.maxlen:
                self._thin(self._fine[0])
            self._fine.append(sample)

    def history(self, since_s=None):
        """Returns all samples in order of time, or those newer than `since_s`."""
        with self._lock:
            samples = list(self._coarse) + list(self._fine)
        if since_s is None:
            return samples
        return [sample for sample in samples if sample[0] > since_s]

    def _thin(self, sample):
        """Moves a sample that leaves the fine ring into the coarse one."""
        minute = sample[0] // COARSE_S
        if self._coarse and self._coarse[-1][0] // COARSE_S == minute:
            before = self._coarse.pop()
            sample = list(sample)
            for flag in _FLAGS:
                sample[flag] = int(bool(sample[flag] or before[flag]))
        self._coarse.append(sample)

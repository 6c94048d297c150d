"""What the broker does not have yet, one record after the other, the oldest first.

Records that were made before the time of day was known have it corrected by the mark behind them;
it is looked for ahead, a few records a step. Where none is, since the power went first, it stays
unknown, and is told as such, with the number of the start; of the first records the mark of that
may be behind us, told by an earlier start of ours.

A record that is not in the flash yet is not told either: after a power cut another one has its
number.
"""

from compat import const
from history import record as r
from history.ring import Window

NOTHING = const(0)
WORKING = const(1)  # call again
READY = const(2)

_CHUNK = const(16)
_UNKNOWN = const(-1)


class Replay:
    """ring: a history.ring.Ring. When `step` says READY: `record`, its `number`; `time_s`: in s
    since 2024, None if that is unknown: then record.time_s counts from start number `boot` (None
    if that is unknown, too).
    """

    def __init__(self, ring):
        self.record = r.Record()
        self.number = ring.delivered
        self.time_s = None
        self.boot = None
        self._ring = ring
        self._window = Window(ring)
        self._ahead = Window(ring)
        self._mark = r.Record()
        self._behind = self.number - 1  # what to look at next for the start; before `first`: found
        self._seen = 0  # up to there it has been looked ahead
        self._run_end = 0  # records before it are from one start, without the time of day,
        self._offset_s = _UNKNOWN  # which is their own time and this

    def step(self, patient):
        """Goes on to the next record; returns READY, NOTHING, or WORKING.

        patient: the time of this start may become known yet, so that records wait for it.
        """
        ring = self._ring
        if self.number < ring.first:
            self.number = ring.first
        if self.number >= ring.safe:
            return NOTHING
        if self._behind >= ring.first:
            self._look_behind()
            return WORKING
        record = self.record
        if not self._window.read(self.number, record):
            self._skip()
            return WORKING
        if record.kind != r.FIGURED:
            self.boot = record.first if record.kind == r.STARTED else None
            self._skip()
            return WORKING
        if record.of_day:
            self.time_s = record.time_s
            return READY
        return self._correct(record, patient)

    def acknowledged(self):
        """The broker has the record: on to the next one."""
        self._skip()

    def _skip(self):
        # An answer can come when the record is gone already: then it was counted as lost.
        self.number = max(self.number + 1, self._ring.first)
        self._ring.delivered = self.number

    def _correct(self, record, patient):
        if self.number >= self._run_end:
            found = self._look_ahead()
            if found == WORKING or found == NOTHING and patient:
                return found
        self.time_s = None
        if self.number < self._run_end and self._offset_s != _UNKNOWN:
            self.time_s = record.time_s + self._offset_s
        return READY

    def _look_behind(self):
        """Looks for the start that the first records are of."""
        mark = self._mark
        for _ in range(_CHUNK):
            found = self._ahead.read(self._behind, mark)
            self._behind -= 1
            if found and (mark.of_day or mark.kind != r.FIGURED):
                self._behind = _UNKNOWN
                if mark.kind == r.STARTED:
                    self.boot = mark.first
            if self._behind < self._ring.first:
                return

    def _look_ahead(self):
        """Looks for the end of the run; returns READY if it has been found, NOTHING at the ring's
        end, WORKING in between."""
        ring = self._ring
        mark = self._mark
        if self._seen < self.number:
            self._seen = self.number
        for _ in range(_CHUNK):
            if self._seen >= ring.next:
                return NOTHING
            if self._ahead.read(self._seen, mark):
                timed = mark.kind == r.TIMED
                if timed or mark.of_day or mark.kind == r.STARTED and self._seen > self.number:
                    self._run_end = self._seen
                    self._offset_s = mark.time_s - mark.first if timed else _UNKNOWN
                    return READY
            self._seen += 1
        return WORKING

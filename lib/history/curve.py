"""The last day for a picture: charge, power and temperature in so many columns.

    curve = Curve(ring)
    curve.begin(uptime_s, day_s)        # and again when it is to be drawn anew
    while curve.step(): yield 0         # a few records each: some milliseconds
    for column in range(curve.columns):
        if curve.known[column] & SOC: … curve.soc_pct[column]

The last column is now. A record holds until the next one, as long as that is no later than it had
to be; where nothing was recorded a column is unknown, not 0. A column has the mean of the powers
in it, the charge at its end, and the lowest temperature.
"""

from array import array

from compat import const
from history import record as r
from history.ring import Window

# Bits in `known`.
SOC = const(1)
POWER = const(2)
TEMP = const(4)

_DAY_S = const(86_400)
_COLUMNS = const(240)
_STEP = const(16)
_UNKNOWN = const(-1)


class Curve:
    """ring: a history.ring.Ring; span_s in so many columns; hold_s: the longest between two
    records, with some slack.

    soc_pct, temp_dc: the columns, each meaningful where `known` has its bit, as is power_w().
    `busy`: it is being made; what is there is not all.
    """

    def __init__(self, ring, span_s=_DAY_S, columns=_COLUMNS, hold_s=1000):
        self.columns = columns
        self.span_s = span_s
        self.busy = False
        self.known = bytearray(columns)
        self.soc_pct = bytearray(columns)
        self.temp_dc = array("h", bytes(2 * columns))
        self._sum_w = array("i", bytes(4 * columns))
        self._count = array("h", bytes(2 * columns))  # of powers in a column
        self._hold_s = hold_s
        self._ring = ring
        self._window = Window(ring)
        self._record = r.Record()
        self._number = 0
        self._uptime_s = self._day_s = 0
        self._newer_s = 0  # the age of the record behind, which was read before
        self._newer_at = columns  # and its column
        self._this_start = False  # what is read now is of this start
        self._offset_s = _UNKNOWN  # what is to be added to times that are not of the day

    def begin(self, uptime_s, day_s):
        """Begins anew. uptime_s, day_s: now, as for history.keeper.Keeper.look, which must have
        had its first look."""
        self.busy = True
        for i in range(self.columns):
            self.known[i] = self._count[i] = self._sum_w[i] = 0
        self._number = self._ring.next
        self._uptime_s = uptime_s
        self._day_s = day_s
        self._newer_s = 0
        self._newer_at = self.columns
        self._this_start = True
        self._offset_s = _UNKNOWN

    def step(self):
        """Reads a few records, from the newest backwards; returns False when it is done."""
        for _ in range(_STEP):
            self._number -= 1
            if not self.busy or self._number < self._ring.first:
                self.busy = False
                return False
            if self._window.read(self._number, self._record):
                self._take(self._record)
        return True

    def power_w(self, column):
        """Returns the mean power in a column, in W, where it is known; positive while charging."""
        return self._sum_w[column] // self._count[column]

    def _take(self, record):
        if record.kind == r.TIMED:
            self._offset_s = record.time_s - record.first
        elif record.kind == r.STARTED:
            self._this_start = False
            self._offset_s = _UNKNOWN
        elif record.kind == r.FIGURED:
            age_s = self._age_s(record)
            if age_s > self.span_s:
                self.busy = False
            elif age_s != _UNKNOWN:
                self._draw(record, age_s)
        if record.of_day:
            self._this_start = False

    def _age_s(self, record):
        """Returns how old a record is, _UNKNOWN if that cannot be told."""
        age_s = _UNKNOWN
        if self._this_start and not record.of_day:
            age_s = self._uptime_s - record.time_s
        elif self._day_s is not None and (record.of_day or self._offset_s != _UNKNOWN):
            age_s = self._day_s - record.time_s
            if not record.of_day:
                age_s -= self._offset_s
        else:
            return _UNKNOWN
        return max(age_s, 0)

    def _draw(self, record, age_s):
        at = self.columns - 1 - min(age_s * self.columns // self.span_s, self.columns - 1)
        if age_s - self._newer_s <= self._hold_s:
            for column in range(at + 1, self._newer_at):
                self._fill(record, column)
        self._fill(record, at)
        self._newer_s = age_s
        self._newer_at = at

    def _fill(self, record, at):
        values = record.values
        valid = record.valid
        known = self.known
        if valid[r.SOC_PCT] and not known[at] & SOC:
            self.soc_pct[at] = values[r.SOC_PCT]
            known[at] |= SOC
        if valid[r.TEMP_MIN_DC]:
            dc = values[r.TEMP_MIN_DC]
            if not known[at] & TEMP or dc < self.temp_dc[at]:
                self.temp_dc[at] = dc
            known[at] |= TEMP
        mw = record.power_mw()
        if mw is not None:
            self._sum_w[at] += mw // 1000
            self._count[at] += 1
            known[at] |= POWER

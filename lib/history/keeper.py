"""Which records are made, and when: seldom while nothing moves, at once when something happens."""

from compat import const
from history import record as r
from history.ring import Window

# What has to move for a record to be made before the long interval is over.
_SOC_PCT = const(1)
_MV_PART = const(200)  # of the pack's voltage
_MA_PART = const(10)  # of the current, and
_LEAST_MA = const(500)
_DC = const(10)
_CELL_MV = const(10)
_SOON = const(6)  # what switches is told after this part of the interval,
_SOONEST_S = const(10)  # and no sooner: the flash bears that for years

_LOOK_BACK = const(16)
_BACK_S = const(3600)  # a clock that goes back further is believed


class Keeper:
    """ring: a history.ring.Ring; interval_s: between two records while figures move; rest_s: while
    nothing does; boot: the number of this start.

    Times are those of the day as soon as they are known, and never go back by less than an hour.
    Before, they count from the start, behind a mark of the start; and another mark, when the time
    is known, lets whoever reads them correct them.
    """

    def __init__(self, ring, interval_s, rest_s, boot):
        self._ring = ring
        self._interval_s = interval_s
        self._rest_s = rest_s
        self._boot = boot
        self._record = r.Record()
        self._last = r.Record()
        self._mark = r.Record()
        self._begun = False  # there is a last one, of this start
        self._last_s = 0  # when it was made, in s since the start
        self._untimed = False  # records of this start have no time of day yet
        self._told_s = 0  # the last time of day in the ring
        self._look_back()

    def _look_back(self):
        ring = self._ring
        window = Window(ring)
        for number in range(max(ring.first, ring.next - _LOOK_BACK), ring.next):
            if window.read(number, self._last) and self._last.of_day:
                self._told_s = self._last.time_s

    def look(self, pack, good, heater_on, heater_state, uptime_s, day_s):
        """Looks at the figures of now; makes a record if one is due. Returns False if it had to be
        left out, since the ring has no room.

        pack: a bms.pack.PackState, `good` if it can be believed; uptime_s: s since the start;
        day_s: s since 2024, None while the time is unknown.
        """
        record = self._record
        record.take(pack, good, heater_on, heater_state)
        if self._begun and not self._is_due(record, uptime_s - self._last_s):
            return True
        if not self._stamp(record, uptime_s, day_s) or not self._ring.put(record):
            return False
        self._record = self._last
        self._last = record
        self._begun = True
        self._last_s = uptime_s
        return True

    def _is_due(self, record, since_s):
        if since_s >= self._rest_s:
            return True
        if has_switched(record, self._last):
            return since_s >= max(self._interval_s // _SOON, _SOONEST_S)
        return since_s >= self._interval_s and has_moved(record, self._last)

    def _stamp(self, record, uptime_s, day_s):
        """Gives the record its time, and the ring a mark where it needs one; False: no room."""
        if day_s is None or not 0 <= day_s <= r.MOST_S:
            record.of_day = False
            record.time_s = uptime_s
            if not self._untimed:
                self._untimed = self._put_mark(r.STARTED, self._boot, 0, record)
                return self._untimed
            return True
        if 0 < self._told_s - day_s < _BACK_S:
            day_s = self._told_s
        record.of_day = True
        record.time_s = self._told_s = day_s
        if self._untimed:
            self._untimed = not self._put_mark(r.TIMED, uptime_s, self._boot, record)
            return not self._untimed
        return True

    def _put_mark(self, kind, first, second, record):
        mark = self._mark
        mark.of_day = record.of_day
        mark.time_s = record.time_s
        mark.mark(kind, first, second)
        return self._ring.put(mark)


def has_switched(record, last):
    """True if a switch, an alarm or the heater's state changed, or figures are known no more.

    That the mat is on does not count: by slow on and off it may be so every ten seconds.
    """
    if record.heater_state != last.heater_state:
        return True
    if record.alarm != last.alarm or record.valid != last.valid:
        return True
    for figure in range(r.CHARGE_ON, r.FIGURES):
        if record.valid[figure] and record.values[figure] != last.values[figure]:
            return True
    return False


def has_moved(record, last):
    """True if a figure is further from the last one than need not be told."""
    mv = last.values[r.PACK_MV] // _MV_PART
    ma = max(abs(last.values[r.CURRENT_MA]) // _MA_PART, _LEAST_MA)
    return (
        record.heater_on != last.heater_on
        or _apart(record, last, r.SOC_PCT, _SOC_PCT)
        or _apart(record, last, r.PACK_MV, mv)
        or _apart(record, last, r.CURRENT_MA, ma)
        or _apart(record, last, r.TEMP_MIN_DC, _DC)
        or _apart(record, last, r.TEMP_MAX_DC, _DC)
        or _apart(record, last, r.CELL_MIN_MV, _CELL_MV)
        or _apart(record, last, r.CELL_MAX_MV, _CELL_MV)
    )


def _apart(record, last, figure, least):
    return record.valid[figure] and abs(record.values[figure] - last.values[figure]) >= least

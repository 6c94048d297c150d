"""Counts what goes through a pack: energy and charge, in and out, each for itself.

From one status to the next power and current are taken to change evenly: where one changes its
sign, some went in and some out. A gap of more than GAP_MS is not bridged: what nobody has seen is
not made up. A BMS's own totals are never mixed in.

What is told is what has been kept in the flash, so that no total ever goes back, whatever cuts the
power: what was counted since then is lost, and was never told. Whole Wh and mAh; over 2**30 of
them a total begins anew.
"""

from array import array

from bms import pack as p
from compat import const, ticks_diff

# Totals: the places in `told`.
WH_IN = const(0)
WH_OUT = const(1)
MAH_IN = const(2)
MAH_OUT = const(3)
TOTALS = const(4)

GAP_MS = const(30_000)
_MJ_WH = const(3_600_000)
_MAS_MAH = const(3600)
WRAP = const(0x3FFFFFFF)


class Meter:
    """`told`: the totals as they were kept last. `saved`: what save() gave before the restart;
    anything else begins at zero."""

    def __init__(self, saved):
        good = isinstance(saved, list) and len(saved) == TOTALS and all(map(_is_total, saved))
        self.told = array("i", saved if good else [0] * TOTALS)
        self._totals = array("i", self.told)
        self._rest = array("i", [0] * TOTALS)  # mJ and mA·s on the way to the next Wh and mAh
        self._thousandths = array("i", [0] * TOTALS)  # of these
        self._started = False
        self._seq = -1
        self._last_ms = self._mw = self._ma = 0

    def step(self, pack, good, now):
        """Takes the pack's figures; call it at least as often as they come. `good`: they can be
        believed."""
        if good and pack.seq == self._seq:
            return
        self._seq = pack.seq
        if not good or not pack.valid[p.POWER_MW]:
            self._started = False
            return
        mw = pack.values[p.POWER_MW]
        ma = pack.values[p.CURRENT_MA]
        ms = ticks_diff(now, self._last_ms)
        if self._started and 0 < ms <= GAP_MS:
            self._split(WH_IN, self._mw, mw, ms, _MJ_WH)
            self._split(MAH_IN, self._ma, ma, ms, _MAS_MAH)
        self._started = True
        self._last_ms = now
        self._mw = mw
        self._ma = ma

    def _split(self, total, old, new, ms, per):
        """Counts what went in, and what went out to the total behind that one: means of all the
        time, which differ by the mean of both figures."""
        mean = (old + new) // 2
        inward = max(mean, 0)
        if (old < 0) != (new < 0):
            high = max(old, new)
            inward = _share(high, high, abs(new - old)) // 2
        self._count(total, inward, ms, per)
        self._count(total + 1, inward - mean, ms, per)

    def _count(self, total, milli, ms, per):
        """Adds `milli` mW or mA for `ms` to a total of which one is `per` mJ or mA·s."""
        part = self._thousandths[total] + milli % 1000 * ms
        self._thousandths[total] = part % 1000
        rest = self._rest[total] + milli // 1000 * ms + part // 1000
        self._rest[total] = rest % per
        self._totals[total] = self._totals[total] + rest // per & WRAP

    def changed(self):
        """True if more has been counted than was kept."""
        return self._totals != self.told

    def save(self):
        """Returns what is to be kept, as a list of whole numbers."""
        return list(self._totals)

    def kept(self):
        """What save() gave last is in the flash now: it may be told."""
        self.told[:] = self._totals


def _share(number, part, whole):
    """Returns number * part // whole, for 0 <= number, part <= whole < 2**28; the product itself
    would take heap."""
    quotient = rest = 0
    for bit in range(27, -1, -1):
        rest = 2 * rest + (part if number >> bit & 1 else 0)
        quotient = 2 * quotient + rest // whole
        rest %= whole
    return quotient


def _is_total(value):
    return type(value) is int and 0 <= value <= WRAP

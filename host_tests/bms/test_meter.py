"""What a pack has taken and given: exact, honest about gaps, and never going back."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bms import meter as m
from bms.pack import CURRENT_MA, PACK_MV, POWER_MW, STATUS, PackState
from compat import ticks_add

START_MS = (1 << 30) - 5000  # the ticks wrap while it counts


class Rig:
    """A pack whose figures come one after the other."""

    def __init__(self, saved=None):
        self.pack = PackState()
        self.meter = m.Meter(saved)
        self.now = START_MS

    def take(self, ms, mv, ma, good=True):
        self.now = ticks_add(self.now, ms)
        pack = self.pack
        for slot, value in ((PACK_MV, mv), (CURRENT_MA, ma)):
            if value is None:
                pack.drop(slot)
            else:
                pack.put(slot, value)
        pack.summarise()
        pack.derive()
        pack.touch(STATUS, self.now)
        self.meter.step(pack, good, self.now)
        self.meter.step(pack, good, ticks_add(self.now, 100))  # it is called more often

    def totals(self):
        """In Wh and mAh: in, out, in, out."""
        return self.meter.save()


def test_an_hour_of_charging_and_two_of_a_load():
    rig = Rig()
    for _ in range(3601):
        rig.take(1000, 52_000, 10_000)
    for _ in range(2 * 3600):
        rig.take(1000, 51_200, -5000)
    assert rig.totals() == [520, 511, 10_000, 9998]


def test_what_a_restart_finds_goes_on():
    rig = Rig()
    for _ in range(1801):
        rig.take(1000, 50_000, 20_000)
    assert list(rig.meter.told) == [0, 0, 0, 0]  # nothing has been kept yet
    assert rig.meter.changed()
    kept = rig.meter.save()
    rig.meter.kept()
    assert list(rig.meter.told) == kept == [500, 0, 10_000, 0]
    assert not rig.meter.changed()
    for _ in range(60):
        rig.take(1000, 50_000, 20_000)
    assert list(rig.meter.told) == kept  # a cut of the power here loses what nobody was told
    again = Rig(kept)
    for _ in range(1801):
        again.take(1000, 50_000, 20_000)
    assert again.totals() == [1000, 0, 20_000, 0]


def test_a_record_that_is_none_begins_at_zero():
    for saved in (None, [], [1, 2, 3], [1, 2, 3, -4], [1, 2, 3, True], [1, 2, 3, 1 << 40], "1234"):
        assert Rig(saved).totals() == [0, 0, 0, 0]


def test_a_gap_is_not_bridged():
    rig = Rig()
    rig.take(0, 50_000, 36_000)
    rig.take(m.GAP_MS, 50_000, 36_000)
    assert rig.totals() == [15, 0, 300, 0]
    rig.take(m.GAP_MS + 1, 50_000, 36_000)
    rig.take(1_000_000, 50_000, 36_000)
    assert rig.totals() == [15, 0, 300, 0]


def test_what_cannot_be_believed_counts_nothing_and_bridges_nothing():
    rig = Rig()
    rig.take(0, 50_000, 36_000)
    for good, ma in ((False, 36_000), (True, None)):
        rig.take(1000, 50_000, ma, good)
        rig.take(10_000, 50_000, 36_000)
        assert rig.totals() == [0, 0, 0, 0]
    rig.take(10_000, 50_000, 36_000)
    assert rig.totals() == [5, 0, 100, 0]


def test_a_total_begins_anew_after_2_to_the_30():
    rig = Rig([m.WRAP, 0, m.WRAP, 0])
    rig.take(0, 50_000, 72_000)
    rig.take(1000, 50_000, 72_000)
    assert rig.totals() == [0, 0, 19, 0]


def test_a_load_and_a_charger_that_take_turns_are_both_counted():
    rig = Rig()
    for i in range(3601):
        rig.take(1000, 51_200, -20_000 if i % 2 else 20_000)
    assert rig.totals() == [256, 256, 5000, 5000]


readings = st.lists(
    st.tuples(
        st.integers(1, m.GAP_MS),
        st.integers(10_000, 160_000),
        st.one_of(st.integers(-900_000, 900_000), st.integers(-50, 50)),
    ),
    min_size=2,
    max_size=60,
)


def areas(old, new, ms):
    """Returns what lies above 0 of the straight line from one figure to the next, and below."""
    if old * new >= 0:
        area = Fraction(old + new) * ms / 2
        return max(area, 0), max(-area, 0)
    crossing = Fraction(-old) / (new - old) * ms
    parts = (Fraction(old) * crossing / 2, Fraction(new) * (ms - crossing) / 2)
    return max(parts), -min(parts)


@given(readings)
def test_it_is_the_integral(readings):
    rig = Rig()
    exact = [Fraction(0)] * m.TOTALS
    before = None
    for ms, mv, ma in readings:
        rig.take(ms, mv, ma)
        figures = rig.pack.get(POWER_MW), ma
        if before is not None:
            for total, old, new in zip((m.WH_IN, m.MAH_IN), before, figures, strict=True):
                for side, area in enumerate(areas(old, new, ms)):
                    exact[total + side] += area
        before = figures
    time_ms = sum(ms for ms, _, _ in readings[1:])
    for total, counted in enumerate(rig.totals()):
        per = 3_600_000_000 if total < m.MAH_IN else 3_600_000
        # In and out are known to a mW and a mA each; whole ones are told, and the rest is kept.
        low, high = exact[total] - time_ms, exact[total] + time_ms
        assert low // per <= counted <= high // per

"""Several BMSs as one: what is shown is of the good ones, what is heated by is of all or none."""

import pytest

from bms import bank
from bms import check as c
from bms import pack as p
from bms.check import Check
from bms.pack import PackState
from compat import ticks_add
from host_tests.filled_pack import fill
from links.several import Several
from links.unit import Unit

MAX_AGE_MS = 10_000


class Dialect:
    """One that has decoded what the test wants."""

    unanswered = 0

    def __init__(self):
        self.pack = PackState()
        self.resets = 0

    def feed(self, buf, n, now):
        return 0

    def request(self, now, out):
        return 0

    def settle(self, now):
        pass

    def reset(self):
        self.resets += 1


class Link:
    up = True
    sending = renewed = False
    losses = 2
    pending = 0
    bytes = 0

    def readinto(self, buf):
        return self.bytes

    def free_bus(self, now):
        pass

    def watch(self, answering, dialect):
        self.answering = answering


class Rig:
    """Three units, whose packs have the figures that `hear` gives them."""

    def __init__(self):
        dialects = [Dialect() for _ in range(3)]
        self.links = [Link() for _ in dialects]
        self.units = [
            Unit(dialect, Check(dialect.pack, 120), link, link, MAX_AGE_MS)
            for dialect, link in zip(dialects, self.links, strict=True)
        ]
        self.several = Several(self.units, MAX_AGE_MS)
        self.heard = True

    def hear(self, now, *figures):
        """Gives packs their figures, None for none; and looks."""
        for unit, known in zip(self.units, figures, strict=True):
            if known is not None:
                fill(unit.pack, now, **known)
        self.heard = self.several.look(now)
        self.several.watch(now)


@pytest.fixture
def rig():
    return Rig()


def test_all_good(rig):
    rig.hear(0, {"temps": (50,)}, {"temps": (-30,)}, {})
    several = rig.several
    assert rig.heard and several.answering and several.check.plausible
    assert several.check.verdict == c.PLAUSIBLE and not several.check.frozen
    assert several.pack.get(p.TEMP_MIN_DC) == -30 and several.link.reason == 0
    assert several.link.losses == 6
    assert several.units == tuple(rig.units)


def test_one_that_is_silent_is_a_link_that_is_down_for_the_heater_only(rig):
    rig.hear(0, {}, {}, {})
    for now in range(1000, 12_000, 1000):
        rig.hear(now, {}, None, {"temps": (-50,)})
        assert rig.heard == (now <= MAX_AGE_MS)
    several = rig.several
    assert not several.answering and several.pack.fresh(p.STATUS, 11_000, MAX_AGE_MS)
    assert several.check.verdict == c.PLAUSIBLE and several.pack.get(p.TEMP_MIN_DC) == -50
    assert bank.NAMES.split(b"\n")[several.link.reason] == b"incomplete"


def test_a_link_that_is_down(rig):
    rig.links[2].up = False
    rig.hear(0, {}, {}, {})
    assert not rig.heard


def test_one_that_is_implausible_is_so_for_the_heater_only(rig):
    rig.hear(0, {}, {"pack_mv": 40_000}, {})
    several = rig.several
    assert rig.heard and not several.check.plausible
    assert several.check.verdict == c.PLAUSIBLE and several.pack.has(p.TEMP_MIN_DC)
    rig.hear(1000, {"pack_mv": 40_000}, {"pack_mv": 40_000}, {"pack_mv": 40_000})
    assert several.check.verdict == c.CELL_SUM and not several.check.plausible


def test_one_that_stands_still(rig):
    for now in range(0, 122_000, 1000):
        for i, unit in enumerate(rig.units):
            unit.pack.fingerprint = 0 if i == 1 else now
        rig.hear(now, {}, {}, {})
    several = rig.several
    assert not several.check.plausible and not several.check.frozen
    assert several.bank.good == 2
    for _ in range(122):
        now = ticks_add(now, 1000)
        rig.hear(now, {}, {}, {})
    assert several.check.frozen and several.bank.good == 0


def test_a_renewed_link_makes_its_dialect_forget(rig):
    rig.links[1].renewed = True
    rig.hear(0, {}, {}, {})
    assert [unit.dialect.resets for unit in rig.units] == [0, 1, 0]
    assert not rig.links[1].renewed


def test_the_unit_with_the_most_to_do_is_served_soonest(rig):
    rig.links[1].bytes = 128
    rig.units[2].dialect.unanswered = 1
    assert [unit.serve(0) for unit in rig.units] == [100, 0, 20]

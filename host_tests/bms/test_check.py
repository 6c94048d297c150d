"""Plausibility: each contradiction is found, and what a healthy pack shows is not one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bms import check
from bms import pack as p
from bms.check import Check, judge
from bms.pack import PackState
from host_tests.jk_gps_rig import feed, listen
from tools.mp import frames
from tools.vocabulary import words

PERIOD = 1 << 30


def pack(cells=(3300,) * 16, temps=(200, 190), **figures):
    """Returns a plausible pack with some figures replaced; None makes one unknown."""
    made = PackState()
    values = {
        "pack_mv": sum(cells),
        "current_ma": -5000,
        "soc_pct": 50,
        "cell_count": len(cells),
        "capacity_mah": 280_000,
        "remaining_mah": 140_000,
    }
    for name, value in (values | figures).items():
        if value is not None:
            made.put(getattr(p, name.upper()), value)
    for i, mv in enumerate(cells):
        made.cell_mv[i] = mv
    made.cells = len(cells)
    for i, dc in enumerate(temps):
        made.put_temp(i, dc)
    made.temps = len(temps)
    made.summarise()
    made.touch(p.STATUS, 0)
    return made


def test_names():
    for verdict, name in enumerate(words(check.NAMES)):
        assert getattr(check, name.upper()) == verdict


@pytest.mark.parametrize(
    "made",
    [
        {},
        {"cells": (2000,) * 4},  # LTO
        {"cells": (500, 5000)},
        {"cells": (3300,) * 32},
        {"cell_count": None},
        {"soc_pct": None},
        {"temps": ()},
        {"temps": (-450, 1300)},
        {"current_ma": None},
        {"current_ma": 999_999},
        {"current_ma": -999_999},
        {"pack_mv": 52_800 + 1056 + 200},  # 2 % and 200 mV
        {"pack_mv": 52_800 - 1056 - 200},
        {"soc_pct": 65},
        {"soc_pct": 35},
        {"remaining_mah": None},
        {"capacity_mah": None},
        {"capacity_mah": 999, "remaining_mah": 0},  # not a capacity: nothing to compare with
        {"soc_pct": 0, "remaining_mah": 0},
        {"soc_pct": 100, "remaining_mah": 280_000},
    ],
)
def test_plausible(made):
    assert judge(pack(**made)) == check.PLAUSIBLE


@pytest.mark.parametrize(
    "made, verdict",
    [
        ({"cells": ()}, check.CELL_COUNT),
        ({"cell_count": 15}, check.CELL_COUNT),
        ({"cell_count": 17}, check.CELL_COUNT),
        ({"cells": (3300, 499, 3300)}, check.CELL_RANGE),
        ({"cells": (3300, 5001, 3300)}, check.CELL_RANGE),
        ({"cells": (3300, 0, 3300)}, check.CELL_RANGE),
        ({"pack_mv": 52_800 + 1056 + 201}, check.CELL_SUM),
        ({"pack_mv": 52_800 - 1056 - 201}, check.CELL_SUM),
        ({"pack_mv": 5280}, check.CELL_SUM),
        ({"pack_mv": None}, check.PACK_RANGE),
        ({"current_ma": 1_000_000}, check.CURRENT_RANGE),
        ({"current_ma": -1_000_000}, check.CURRENT_RANGE),
        ({"soc_pct": 101}, check.SOC_RANGE),
        ({"soc_pct": -1}, check.SOC_RANGE),
        ({"temps": (200, -451)}, check.TEMP_RANGE),
        ({"temps": (1301, 200)}, check.TEMP_RANGE),
        ({"soc_pct": 66}, check.CAPACITY),
        ({"soc_pct": 34}, check.CAPACITY),
        ({"remaining_mah": 2_800_000}, check.CAPACITY),
        ({"capacity_mah": 1000, "remaining_mah": 140_000}, check.CAPACITY),
    ],
)
def test_contradictions(made, verdict):
    assert judge(pack(**made)) == verdict


def test_no_status_no_verdict():
    assert judge(PackState()) == check.NO_DATA
    made = pack()
    fresh = Check(made)  # looks at what comes from now on
    assert fresh.step(0) is False and fresh.verdict == check.NO_DATA and not fresh.plausible
    assert not fresh.frozen and not fresh.still and fresh.content_ms == 0 and fresh.mat is None


def test_judges_each_new_frame_and_only_that():
    made = PackState()
    checker = Check(made)
    target = listen()
    target.pack = made
    feed(target, frames.whole(), 0)
    assert checker.step(0) is True and checker.plausible
    made.put(p.PACK_MV, 1)  # not announced by a frame
    assert checker.step(1) is True
    feed(target, frames.whole({0x83: 100}), 2)
    assert checker.step(2) is False and checker.verdict == check.CELL_SUM
    feed(target, frames.whole(), 3)
    assert checker.step(3) is True
    checker.reset()
    assert checker.step(4) is False and checker.verdict == check.NO_DATA


@given(
    st.lists(st.integers(0, 0xFFFF), max_size=32),
    st.integers(0, 999_999),
    st.integers(-999_999, 999_999),
    st.integers(0, 255),
    st.integers(0, (1 << 30) - 1),
    st.integers(0, (1 << 30) - 1),
    st.lists(st.integers(-0x8000, 0x7FFF), max_size=8),
)
def test_never_raises_and_never_passes_nonsense(cells, mv, ma, soc, full, remaining, temps):
    made = pack(
        tuple(cells),
        tuple(temps),
        pack_mv=mv,
        current_ma=ma,
        soc_pct=soc,
        capacity_mah=full,
        remaining_mah=remaining,
    )
    if judge(made) == check.PLAUSIBLE:
        assert cells and min(cells) >= 500 and max(cells) <= 5000
        assert abs(sum(cells) - mv) <= sum(cells) * 2 // 100 + 201
        assert soc <= 100 and all(-450 <= dc <= 1300 for dc in temps)


# -- frozen content -------------------------------------------------------------------------------


def frozen_after(start, seconds, freeze_s=300, minutes=False):
    """Feeds a frame a second from `start` on; returns the second at which content is frozen."""
    target = listen()
    checker = Check(target.pack, freeze_s)
    for second in range(seconds):
        now = (start + second * 1000) % PERIOD
        runtime = 99_000 + (second // 60 if minutes else 0)
        feed(target, frames.whole({0xB6: runtime}), now)
        assert checker.step(now) is True
        if checker.frozen:
            return second
    return None


@pytest.mark.parametrize("start", [0, PERIOD - 100_000])
def test_content_that_never_changes_is_frozen(start):
    assert frozen_after(start, 400) == 300
    assert frozen_after(start, 400, freeze_s=120) == 120


def test_the_minute_counter_alone_keeps_content_alive():
    assert frozen_after(PERIOD - 400_000, 1000, minutes=True) is None


def test_frozen_until_the_content_changes_even_as_the_tick_counter_wraps():
    target = listen()
    checker = Check(target.pack, 300)
    for hours in range(0, 24 * 14):  # past half the counter's period and the whole of it
        now = hours * 3_600_000 % PERIOD
        feed(target, frames.whole(), now)
        checker.step(now)
        assert checker.frozen == (hours > 0), hours
    feed(target, frames.whole({0xB6: 99_044}), now)
    checker.step(now)
    assert not checker.frozen


def test_what_a_lost_link_had_shown_is_not_held_against_it_when_it_is_back():
    target = listen()
    checker = Check(target.pack, 300)
    for now in range(0, 310_000, 10_000):
        feed(target, frames.whole(), now)
        checker.step(now)
    assert checker.frozen and checker.still
    checker.reset()
    assert not checker.frozen and not checker.still and checker.content_ms == 0
    feed(target, frames.whole(), 900_000)
    assert checker.step(900_000) is True
    assert not checker.frozen and not checker.still and checker.content_ms == 0


def test_silence_is_not_frozen_content():
    target = listen()
    checker = Check(target.pack, 300)
    feed(target, frames.whole(), 0)
    for now in range(0, 600_000, 1000):
        checker.step(now)
    assert not checker.frozen

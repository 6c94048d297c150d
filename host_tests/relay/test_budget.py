"""The law of a month's data: whatever is sent, and whenever, the budget is held."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay import budget as b

HOUR_S = 3_600
KB = 1_000


def live(budget, days, want, interval_ms=15_000, step_s=15, moves=lambda second: True):
    """Lives for some days with one message of `want` bytes; returns [bytes of each hour]."""
    hours = []
    since_ms = 0
    for second in range(0, int(days * b.DAY_S), step_s):
        if second % HOUR_S == 0:
            hours.append(0)
        budget.step(step_s)
        since_ms += 1000 * step_s
        if budget.lets(since_ms, interval_ms, moves(second)):
            budget.spend(want)
            hours[-1] += want
            since_ms = 0
    return hours


@pytest.mark.parametrize("mb", [1, 5, 20, 1000])
def test_a_month_of_constant_wishes_costs_no_more_than_its_budget(mb):
    budget = b.Budget(mb)
    spent = sum(live(budget, b.MONTH_DAYS, 2_100, step_s=60))
    assert budget.spent() <= spent <= budget.bytes
    free = 2_100 * b.MONTH_DAYS * b.DAY_S // 60
    assert spent > 0.9 * min(budget.bytes, free)  # and it is used


def test_a_plan_that_is_large_enough_slows_nothing():
    budget = b.Budget(1000)
    hours = live(budget, 2, 2_100)
    assert min(hours) == 2_100 * HOUR_S // 15


@pytest.mark.parametrize("begin", range(0, 40, 7))
def test_any_thirty_days_are_within_it(begin):
    """Wild at times and at rest at others; the plan's month may begin at any day."""
    chance = random.Random(begin)
    budget = b.Budget(10)
    wild = [chance.random() < 0.4 for _ in range(80)]
    hours = live(
        budget,
        80,
        2_100,
        step_s=60,
        moves=lambda second: wild[second // b.DAY_S] or second % 7 == 0,
    )
    days = [sum(hours[n : n + 24]) for n in range(0, len(hours), 24)]
    for first in range(begin, begin + 30):
        assert sum(days[first : first + 30]) <= budget.bytes


def test_after_a_quiet_night_the_morning_is_told_in_detail():
    budget = b.Budget(20)
    hours = live(budget, 3, 2_100, moves=lambda second: second // HOUR_S % 24 >= 8)
    night, morning, evening = hours[50], hours[56], hours[71]
    assert night <= 2_100
    assert morning > 3 * evening > 0


def test_what_has_nothing_else_to_tell_is_told_each_hour():
    budget = b.Budget(1000)
    assert live(budget, 1, 2_100, moves=lambda second: False) == [2_100] * 24


def test_each_tenth_of_a_ration_doubles_the_intervals():
    budget = b.Budget(30)
    found = []
    for tenth in range(11):
        budget.left = budget.ration - budget.ration * tenth // 10
        found.append(budget.stretched(16_000) / 16_000)
    assert found == pytest.approx([2**n for n in range(11)], rel=0.07)
    budget.left = -5 * budget.ration
    assert budget.stretched(16_000) == 1024 * 16_000
    assert budget.stretched(3_600_000) == b.DAY_MS


@given(st.integers(-(10**9), 10**9), st.integers(50, b.DAY_MS), st.sampled_from([1, 7, 100, 1000]))
def test_intervals_only_ever_grow_up_to_a_day(left, interval_ms, mb):
    budget = b.Budget(mb)
    budget.left = min(left, budget.ration)
    now_ms = budget.stretched(interval_ms)
    assert interval_ms <= now_ms <= b.DAY_MS
    budget.spend(budget.ration // 10)
    assert now_ms <= budget.stretched(interval_ms) <= b.DAY_MS


def test_restarts_lose_no_byte_and_power_cuts_a_thousandth():
    chance = random.Random(5)
    budget = b.Budget(10)
    spent = 0
    kept = None
    for _ in range(400):
        for _ in range(chance.randrange(1, 40)):
            size = chance.randrange(200, 3_000)
            budget.spend(size)
            spent += size
            if budget.is_to_save():
                kept = budget.as_list()
                budget.saved()
        budget = b.Budget(10, kept)  # the power goes
        assert budget.spent() >= spent
        budget.step(chance.randrange(2_000))
    assert budget.spent() < 2.2 * spent


def test_flash_is_written_a_thousand_times_a_month_at_most():
    budget = b.Budget(5)
    writes = 0
    for _ in range(b.MONTH_DAYS * 24 * 60):
        budget.step(60)
        if budget.lets(60_000, 60_000, True):
            budget.spend(2_100)
        if budget.is_to_save():
            writes += 1
            budget.saved()
    assert 500 < writes <= 1000


def test_days_go_by():
    budget = b.Budget(10)
    budget.spend(5 * KB)
    for day in range(b.MONTH_DAYS):
        assert budget.spent() == 5 * KB, day
        budget.step(b.DAY_S)
    assert budget.spent() == 0
    assert budget.left == budget.ration


@pytest.mark.parametrize("mb, ping_s", [(1, 600), (5, 258), (20, 65), (1000, 30)])
def test_pings_take_no_more_than_a_quarter(mb, ping_s):
    budget = b.Budget(mb)
    assert budget.ping_s() == ping_s
    if mb > 2:
        assert b.MONTH_DAYS * b.DAY_S // ping_s * b.PING_BYTES <= budget.bytes / 4


@pytest.mark.parametrize(
    "saved", [None, 7, {}, [], [1] * 31, [1.0] * 32, [-1] * 32, [1 << 40] * 32]
)
def test_what_was_not_saved_by_it_begins_anew(saved):
    budget = b.Budget(10, saved)
    assert budget.left == budget.ration and budget.spent() == 0


def test_what_was_saved_is_taken_up():
    budget = b.Budget(10)
    budget.spend(100 * KB)
    budget.step(100_000)
    budget.spend(7 * KB)
    again = b.Budget(10, budget.as_list())
    assert again.spent() == 107 * KB + 10 * KB  # and what may not have been counted
    assert again.left == budget.left - 10 * KB

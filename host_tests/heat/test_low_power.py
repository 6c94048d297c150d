"""When the pack rests: only after five quiet minutes, and not one step longer than it is quiet."""

import pytest

from heat.options.low_power import AFTER_MS, Resting

CALM = {"elapsed_ms": 500, "current_ma": 20, "cold_dc": 150, "heats": False, "news": 3}


def rested(**about):
    """Returns a Resting that rests."""
    resting = Resting(500)
    for _ in range(AFTER_MS // 500 + 1):
        rests = resting.step(**{**CALM, **about})
    assert rests
    return resting


def test_it_takes_five_minutes():
    resting = Resting(500)
    steps = 0
    while not resting.step(**CALM):
        steps += 1
    assert steps * 500 == pytest.approx(AFTER_MS, abs=1000)


@pytest.mark.parametrize(
    "change",
    [
        {"current_ma": 500},
        {"current_ma": -500},
        {"current_ma": None},
        {"heats": True},
        {"news": 4},
        {"current_ma": 1, "cold_dc": 49},
        {"current_ma": 1, "cold_dc": None},
    ],
)
def test_whatever_happens_wakes_at_once_and_for_five_minutes(change):
    resting = rested()
    assert not resting.step(**{**CALM, **change})
    assert not resting.step(**CALM)
    for _ in range(AFTER_MS // 500 - 2):
        assert not resting.step(**CALM)


def test_it_rests_in_the_cold_while_nothing_charges():
    rested(current_ma=0, cold_dc=-200)
    rested(current_ma=-499, cold_dc=-200)
    rested(current_ma=400, cold_dc=50)


def test_a_button_wakes():
    resting = rested()
    resting.wake()
    assert not resting.step(**CALM)


def test_a_hold_up_is_not_five_minutes_of_rest():
    resting = Resting(500)
    resting.step(**CALM)
    assert not resting.step(**{**CALM, "elapsed_ms": 10 * AFTER_MS})

"""Healthy heaters through random winter days, among loads, chargers and weather: none latches."""

import pytest

from tools.heater_lab.weather import DAY_S
from tools.heater_lab.winter import KINDS, Home

# By kind of home: a seed with which it heats for hours within two days.
HOMES = dict.fromkeys(KINDS, 0) | {"blind_told": 1, "mild": 2}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_latches_in_a_healthy_winter(kind):
    season = Home(kind, HOMES[kind]).season.run(2 * DAY_S)
    assert season.latches == []
    assert season.told_s["heating"] > 1800


@pytest.mark.parametrize(
    "kind, seed, days", [("weak_mat", 17, 1), ("weak_mat", 6, 4), ("weak_mat_15", 15, 3)]
)
def test_a_weak_mat_is_never_called_dead(kind, seed, days):
    """Homes whose mats were: weeks went by between two windows without a rise."""
    season = Home(kind, seed).season.run(days * DAY_S)
    assert season.latches == []
    assert season.told_s["blocked:too_weak"] > 3000


@pytest.mark.parametrize(
    "kind, seed, hours", [("weak_mat", 1, 12), ("van", 1, 12), ("bus", 1, 12)]
)
def test_a_mat_that_dies_in_any_weather_is(kind, seed, hours):
    season = Home(kind, seed).season.run(37 * 3600)
    assert season.latches == []
    season.plant.mat_open = True
    season.run(hours * 3600)
    assert season.latches[0][1] in ("not_heating", "open_circuit")

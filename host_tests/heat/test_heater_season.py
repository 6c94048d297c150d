"""Long steps (season.py) and seconds (lab.py) tell the same story of a cold night."""

import pytest

from tools.heater_lab import night
from tools.heater_lab.lab import Lab
from tools.heater_lab.season import Season

HOURS = 12
SEED = 3


@pytest.fixture(scope="module")
def trace():
    """Half a winter's day, second by second."""
    return night.play(SEED, HOURS)


def test_a_night_is_heated_through(trace):
    assert {"idle", "heating"} <= set(trace.state)
    assert min(trace.far_c) > -0.7  # the sensors' whole degrees, and the lag
    assert max(trace.near_c) < 10
    assert min(trace.air_c) < -10


def test_long_steps_end_where_seconds_do(trace):
    season = Season()
    day = night.Day(season.plant, SEED)
    season.each = lambda season: day.bring(season.t_s)
    season.run(3600 * HOURS)
    heated_s = trace.every_s * trace.state.count("heating")
    assert heated_s > 3600  # the night is one that tells something
    assert season.told_s["heating"] == pytest.approx(heated_s, rel=0.05)
    assert season.hot_c == pytest.approx(max(trace.near_c), abs=0.5)
    assert season.plant.near_c == pytest.approx(trace.near_c[-1], abs=0.5)
    assert not trace.lab.heater.latched and not season.latches


def test_long_steps_find_an_open_mat_as_soon_as_seconds_do():
    lab, season = Lab(), Season()
    for player in (lab, season):
        plant = player.plant
        plant.ambient_c = -12.0
        plant.set_temp(-2.0)
        plant.charger_on = True
        plant.load_w = 20.0
        plant.mat_open = True
    assert lab.run_until(lambda lab: lab.heater.latched, 6 * 3600)
    season.run(lab.t_ms // 1000 + 1800)
    assert [latch[1] for latch in season.latches] == [lab.text.partition(":")[2]]
    assert season.latches[0][0] == pytest.approx(lab.t_ms / 1000, abs=600)

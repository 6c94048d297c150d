"""Long steps (season.py) and seconds (lab.py) tell the same story of a cold night."""

import pytest

from tools.heater_lab.lab import Lab
from tools.heater_lab.season import Season

HOURS = 12


def lay(player):
    """Puts a player's pack into the cold, with a charger and a little load."""
    plant = player.plant
    plant.ambient_c = -12.0
    plant.set_temp(-2.0)
    plant.charger_on = True
    plant.load_w = 20.0
    return player


@pytest.mark.slow
def test_long_steps_end_where_seconds_do():
    lab = lay(Lab())
    heated_s = 0
    warmest_c = -99.0
    for _ in range(3600 * HOURS):
        lab.tick()
        heated_s += lab.on
        warmest_c = max(warmest_c, lab.plant.near_c, lab.plant.far_c)
    season = lay(Season()).run(3600 * HOURS)
    assert heated_s > 3600  # the night is one that tells something
    assert season.told_s["heating"] == pytest.approx(heated_s, rel=0.05)
    assert season.hot_c == pytest.approx(warmest_c, abs=0.5)
    assert season.plant.near_c == pytest.approx(lab.plant.near_c, abs=0.5)
    assert not lab.heater.latched and not season.latches


@pytest.mark.slow
def test_long_steps_find_an_open_mat_as_soon_as_seconds_do():
    lab = lay(Lab())
    season = lay(Season())
    for player in (lab, season):
        player.plant.mat_open = True
    assert lab.run_until(lambda lab: lab.heater.latched, 6 * 3600)
    season.run(lab.t_ms // 1000 + 1800)
    assert [latch[1] for latch in season.latches] == [lab.text.partition(":")[2]]
    assert season.latches[0][0] == pytest.approx(lab.t_ms / 1000, abs=600)

"""The unmodified firmware on the bench: it works, and whatever kills it, the mat is off in 3 s."""

import pytest

from host_tests.device.bench_rig import (
    SETTINGS,
    benches,
    configure,
    make_cold,
    wait,
    wait_for_heat,
)
from host_tests.device.panel_text import shows
from screen.draw import palette
from tools.bench.bench import Bench

DEADMAN_S = 1.2  # the watchdog, counted from the last good step

pytestmark = pytest.mark.bench


@pytest.fixture
def bench(tmp_path):
    bench = Bench(configure(tmp_path, SETTINGS, lapse=200))
    with bench:
        yield bench
    assert bench.error is None


@pytest.fixture
def heating(bench):
    """A cold pack with a charger; returns the bench once the mat is on."""
    make_cold(bench)
    wait_for_heat(bench)
    return bench


def test_runs_reads_the_bms_and_draws_without_a_mistake(bench):
    bench.run_until(120)
    state = bench.snapshot()
    assert state["chip"]["resets"] == 0, state["console"]
    assert state["uart"]["replies"] >= 100 and state["uart"]["rejected"] == 0
    assert state["uart"]["overruns"] == 0
    assert state["panel"]["on"] and state["panel"]["error_texts"] == []
    assert state["pins"]["backlight_permille"] > 0
    _, width, height, rgb = bench.picture()
    assert len(rgb) == 3 * width * height and len(set(rgb)) > 8


def test_the_panel_says_what_the_heater_does(heating):
    heating.wait_for(lambda b: shows(b.picture(), "HEATING", palette.ON_AMBER), 10)
    assert not shows(heating.picture(), "WARM ENOUGH", palette.GREY)
    heating.set("pack_dc", 100)
    heating.wait_for(lambda b: shows(b.picture(), "WARM ENOUGH", palette.GREY), 300)
    assert not shows(heating.picture(), "HEATING", palette.ON_AMBER)
    heating.set("bms_unplugged", True)
    heating.wait_for(lambda b: shows(b.picture(), "the BMS's data are old", palette.AMBER), 30)


def test_heats_a_cold_pack_until_the_bms_charges_again(heating):
    heating.set("lapse", 600)
    heating.wait_for(lambda b: not b.plant.heater_on and b.plant.charge_on, 8 * 3600)
    assert min(heating.plant.temps_dc) >= 50
    assert heating.snapshot()["chip"]["resets"] == 0


@pytest.mark.parametrize("lapse", [1, 200])
@pytest.mark.parametrize("death", ["firmware_frozen", "firmware_kill"])
def test_a_dead_firmware_is_a_cold_mat_when_the_watchdog_bites(heating, death, lapse):
    heating.set("lapse", lapse)
    heating.set(death, True)
    t_s = heating.now_s()
    assert heating.snapshot()["pins"]["heater"] is True
    off_s = heating.wait_for(lambda b: not b.plant.heater_on, 10)
    changed_s = heating.snapshot()["pins"]["heater_changed_s"]
    assert off_s - t_s <= DEADMAN_S + 0.06 and changed_s - t_s <= DEADMAN_S
    heating.wait_for(lambda b: b.conductor.state == "running", 10)
    assert heating.snapshot()["chip"]["reset_cause"] == "watchdog"


def test_an_unplugged_bms_is_a_cold_mat(heating):
    """Data older than data_max_age_s (10 s) and a step of the heater."""
    heating.set("bms_unplugged", True)
    t_s = heating.now_s()
    off_s = heating.wait_for(lambda b: not b.plant.heater_on, 30)
    assert 5 < off_s - t_s <= 12.5
    assert heating.snapshot()["chip"]["resets"] == 0


def test_a_panel_without_pages_says_so_and_the_heater_works(tmp_path):
    settings = {**SETTINGS, "screen_pages": False}
    with benches() as made:
        made.append(Bench(configure(tmp_path, settings, lapse=50)))
        made[-1].start()
        make_cold(made[-1])
        wait_for_heat(made[-1])
        wait(made[-1], lambda b: b.panel.lit, 5, "light")
        picture = made[-1].picture()
        assert shows(picture, "no pages: screen_pages", palette.GREY)
        assert made[-1].snapshot()["panel"]["errors"] == 0

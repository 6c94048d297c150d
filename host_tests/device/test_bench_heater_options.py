"""The unmodified firmware on the bench: a probe, charge inhibit, and the JK's own output."""

import json

import pytest

from heat.options.inhibit import CLAIMED, FREE, HELD
from host_tests.device.bench_rig import (
    OWN,
    SETTINGS,
    benches,
    configure,
    make_cold,
    small_pack,
    wait,
)
from tools.bench.bench import Bench

pytestmark = pytest.mark.bench


@pytest.fixture
def start(tmp_path):
    """Returns a function that starts a bench with these settings beside SETTINGS."""
    with benches() as made:

        def make(prepare=None, bms_name="jk_gps", plant=None, **settings):
            told = {**SETTINGS, **settings}
            config = configure(tmp_path, told, lapse=200, bms_name=bms_name)
            config.plant = plant or config.plant
            bench = Bench(config)
            if prepare:
                prepare(bench)
            bench.start()
            made.append(bench)
            return bench

        yield make


# -- the probe ------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["mat", "cell"])
def test_a_probe_that_is_removed_while_heating_is_off_in_time(start, place):
    bench = start(heater_probe=place)
    make_cold(bench)
    bench.run_until(100)
    assert bench.snapshot()["pins"]["heater_changes"] == 0  # without its probe it never heats
    bench.set("probe", place)
    wait(bench, lambda b: b.plant.heater_on, 200, "heating")
    bench.set("probe", "none")
    t_s = bench.now_s()
    off_s = wait(bench, lambda b: not b.plant.heater_on, 20, "off")
    assert off_s - t_s <= 8
    bench.run_until(bench.now_s() + 200)
    assert not bench.plant.heater_on
    bench.set("probe", place)
    wait(bench, lambda b: b.plant.heater_on, 200, "heating again")
    assert bench.snapshot()["chip"]["resets"] == 0


def test_a_mat_that_gets_too_hot_is_off_for_good(start):
    def strong(bench):
        bench.plant.mat_mohm = 26_200
        bench.plant._mat_w_k /= 8  # it has come off the cells

    bench = start(strong, heater_probe="mat")
    bench.set("probe", "mat")
    make_cold(bench)
    wait(bench, lambda b: b.plant.heater_on, 200, "heating")
    wait(bench, lambda b: b.plant.mat_c > 54, 3600, "hot")
    wait(bench, lambda b: not b.plant.heater_on, 60, "off")
    assert bench.plant.mat_c < 57
    wait(bench, lambda b: b.plant.mat_c < 40, 1800, "cold again")
    bench.run_until(bench.now_s() + 120)
    assert not bench.plant.heater_on


def test_a_probe_on_a_cell_stands_in_for_absent_sensors(start):
    bench = start(heater_probe="cell", **OWN)
    bench.set("sensor_absent", "both")
    bench.set("probe", "cell")
    make_cold(bench)
    wait(bench, lambda b: b.plant.heater_on, 300, "heating")
    bench.run_until(bench.now_s() + 60)
    bench.set("pack_dc", 30)
    # It pauses for a moment whenever the state is written: warm is what counts.
    wait(bench, lambda b: b.plant.sensed_c[1] >= 4, 8 * 3600, "warm")
    wait(bench, lambda b: not b.plant.heater_on, 3600, "off")
    assert bench.plant.sensed_c[1] <= 6


# -- slow on and off ------------------------------------------------------------------------------


def test_slow_on_and_off_holds_the_mean_power(start):
    bench = start(heater_max_w=40, heater_pwm_s=60, heater_min_on_s=0, heater_min_off_s=0)
    make_cold(bench)
    wait(bench, lambda b: b.plant.heater_on, 200, "heating")
    before = bench.snapshot()["pins"]
    t_s = bench.now_s()
    bench.run_until(t_s + 600)
    after = bench.snapshot()["pins"]
    share = (after["heater_on_s"] - before["heater_on_s"]) / 600
    full_w = bench.plant.pack_mv**2 / 26_200 / 1000
    assert 36 <= share * full_w <= 42
    # Ten periods, and a write to the flash, for which the mat pauses once in so long.
    assert 15 <= after["heater_changes"] - before["heater_changes"] <= 23


# -- charge inhibit -------------------------------------------------------------------------------

INHIBIT = {"heater_inhibit": True, "bms_writes": True, **OWN}


def preset(bench):
    """A JK's preset for other cells: it would charge LFP in any frost."""
    bench.plant.bms.charge_utp_dc = -200
    bench.plant.bms.charge_utpr_dc = -100


def memory(bench):
    """Returns what the flash says of the charge switch; None while there is no file."""
    try:
        with open(bench.config.run_dir + "/state.json") as file:
            return json.loads(file.readline())["heater"]["holds"] & 3
    except (OSError, ValueError, KeyError):
        return None


def test_charging_is_off_while_cold_and_given_back(start):
    bench = start(preset, **INHIBIT)
    bench.run_until(60)
    assert bench.plant.bms.charge_switch and memory(bench) == FREE
    make_cold(bench)
    wait(bench, lambda b: not b.plant.bms.charge_switch, 60, "held off")
    wait(bench, lambda b: memory(b) == HELD, 20, "remembered")
    wait(bench, lambda b: b.plant.heater_on, 200, "heating meanwhile")
    bench.set("pack_dc", 35)
    wait(bench, lambda b: b.plant.bms.charge_switch, 8 * 3600, "given back")
    assert min(bench.plant.temps_dc) >= 50
    wait(bench, lambda b: memory(b) == FREE, 20, "forgotten")
    assert bench.snapshot()["chip"]["resets"] == 0


def test_power_lost_between_memory_and_write(start):
    bench = start(preset, **INHIBIT)
    bench.run_until(60)
    bench.set("lapse", 10)

    killed = []

    def cut():
        if not killed and memory(bench) == CLAIMED:
            killed.append(bench.plant.bms.charge_switch)
            bench.conductor.reset()

    bench.every(0.02, cut)
    make_cold(bench)
    wait(bench, lambda b: killed, 60, "the moment")
    assert killed == [True]
    bench.set("lapse", 200)
    wait(bench, lambda b: memory(b) == HELD and not b.plant.bms.charge_switch, 300, "held off")
    bench.set("firmware_kill")
    bench.set("pack_dc", 100)
    wait(bench, lambda b: b.plant.bms.charge_switch, 300, "given back after a reset")


def test_who_switches_on_has_it_on_and_who_switched_off_has_it_off(start):
    bench = start(preset, **INHIBIT)
    bench.run_until(60)
    make_cold(bench)
    wait(bench, lambda b: memory(b) == HELD, 100, "held off")
    bench.call(lambda: setattr(bench.plant.bms, "charge_switch", True))
    bench.run_until(bench.now_s() + 300)
    assert bench.plant.bms.charge_switch
    bench.call(lambda: setattr(bench.plant.bms, "charge_switch", False))
    bench.set("ambient_dc", 150)
    bench.set("pack_dc", 150)
    bench.run_until(bench.now_s() + 300)
    assert not bench.plant.bms.charge_switch and memory(bench) == FREE


# -- the JK's own heating output ------------------------------------------------------------------


def start_bms_output(start):
    """Starts a bench whose mat hangs at the JK's own output."""
    pytest.importorskip("bumble")
    plant = small_pack()
    plant.mat_on_bms = True
    return start(
        None,
        "jk_ble",
        plant,
        heater_output="bms",
        bms_writes=True,
        bms_dialect="jk_ble",
        charger_pin_used=False,
    )


def test_the_jks_own_output_heats_and_ends(start):
    bench = start_bms_output(start)
    bms = bench.plant.bms
    bench.run_until(60)
    assert not bms.heating_switch
    make_cold(bench, -10)
    wait(bench, lambda b: b.plant.heater_w > 0, 300, "heating")
    assert not bench.plant.heater_on  # our own pin
    bench.set("firmware_kill")
    wait(bench, lambda b: b.conductor.state == "running", 60, "running again")
    bench.run_until(bench.now_s() + 120)
    assert bms.heating_switch and bench.plant.heater_w > 0
    wait(bench, lambda b: not bms.heating_switch, 8 * 3600, "ended by us")
    wait(bench, lambda b: b.plant.heater_w == 0, 5, "off")
    assert min(bench.plant.temps_dc) >= 40
    bench.set("ambient_dc", 150)
    bench.run_until(bench.now_s() + 300)
    assert not bms.heating_switch


def heating_by_bms(start):
    bench = start_bms_output(start)
    make_cold(bench)
    wait(bench, lambda b: b.plant.heater_w > 0, 300, "heating")
    return bench


def test_the_phone_gets_the_bms_only_when_its_heating_is_off(start):
    bench = heating_by_bms(start)
    bench.set("button_1", True)
    bench.run_until(bench.now_s() + 3)
    bench.set("button_1", False)
    wait(bench, lambda b: b.radio.units[0].connection is None, 60, "handed over")
    assert not bench.plant.bms.heating_switch and bench.plant.heater_w == 0
    bench.run_until(bench.now_s() + 60)
    assert bench.plant.heater_w == 0


def test_a_stop_at_the_console_has_the_bms_switch_off_and_says_so(start):
    bench = heating_by_bms(start)
    bench.call(lambda: bench.conductor.process.interrupt())
    wait(bench, lambda b: says(b, "stopped: the heater is off"), 60, "stopped")
    assert not bench.plant.bms.heating_switch and bench.plant.heater_w == 0


def test_a_bms_that_does_not_answer_at_the_stop_is_told_of(start):
    bench = heating_by_bms(start)
    bench.set("bms_silent", True)
    bench.call(lambda: bench.conductor.process.interrupt())
    wait(bench, lambda b: says(b, "DOES NOT SAY THAT ITS HEATING IS OFF"), 90, "stopped")
    assert bench.plant.bms.heating_switch


def says(bench, text):
    return any(text in line for _, line in bench.console.lines)


# -- pre-heating ----------------------------------------------------------------------------------


@pytest.fixture
def start_at(start):
    """Returns a function that starts a bench at 06:00, +2 °C, to be warm at a time."""

    def six(bench):
        bench.config.wall_s = 9000 * 86_400 + 5 * 3600  # August 2024, 05:00 UTC, 06:00 here

    def make(at, **controls):
        bench = start(
            six,
            preheat_at=at,
            utc_offset_min=60,
            wifi_ssid="home",
            heater_mode="charger_or_soc",
            **OWN,
        )
        for name, value in {"ambient_dc": 20, "pack_dc": 20, **controls}.items():
            bench.set(name, value)
        return bench

    return make


def test_the_pack_is_warm_at_the_time_that_was_set(start_at):
    bench = start_at("06:09", wifi_down=True, lapse=400)
    bench.run_until(100)
    assert bench.snapshot()["pins"]["heater_changes"] == 0  # nobody has told the time
    bench.set("wifi_down", False)
    on_s = wait(bench, lambda b: b.plant.heater_on, 900, "heating")
    assert on_s < 300
    bench.run_until(540)
    assert min(bench.plant.temps_dc) >= 40
    bench.run_until(540 + 1900)
    wait(bench, lambda b: not b.plant.heater_on, 60, "over")
    assert bench.snapshot()["chip"]["resets"] == 0


def test_a_jump_of_the_chip_s_own_clock_changes_nothing(start_at):
    bench = start_at("06:20")
    wait(bench, lambda b: b.plant.heater_on, 1200, "heating")
    for jump_s in (-4 * 3600, 12 * 3600, 86_400):
        bench.set("clock_jump_s", jump_s)
        bench.run_until(bench.now_s() + 60)
        assert bench.plant.heater_on
    assert bench.snapshot()["chip"]["resets"] == 0

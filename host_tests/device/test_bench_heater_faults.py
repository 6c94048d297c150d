"""The unmodified firmware on the bench: power that goes in the middle of a write; clocks wrap."""

import pytest

from host_tests import state_file
from host_tests.device import bench_rig
from tools.bench.bench import Bench
from tools.bench.esp32 import power

SETTINGS = {**bench_rig.SETTINGS, "heater_min_off_s": 0, "heater_spread_dc": 50}
SENSOR_SPREAD = 1  # the set of faults with only this one
WRAP = 1 << 30

pytestmark = pytest.mark.bench


@pytest.fixture
def make(tmp_path):
    with bench_rig.benches() as made:

        def start(**changes):
            bench = Bench(bench_rig.configure(tmp_path, SETTINGS, lapse=100, **changes))
            made.append(bench)
            bench_rig.make_cold(bench)
            bench.start()
            bench_rig.wait_for_heat(bench, 60)
            return bench

        yield start


def drift(bench, apart_c):
    """Pulls the sensors apart: at 5 °C that is a fault."""
    bench.call(lambda: setattr(bench.plant, "near_c", bench.plant.far_c + apart_c))


def record(folder):
    return state_file.get(folder)["heater"]


# At bytes of the file, before its renames, between them: what the next boot finds is old or new.
CUTS = [0, 1, 60, 250, power.BEFORE_RENAMES, power.BETWEEN_RENAMES]


@pytest.mark.parametrize("cut", CUTS)
def test_the_power_goes_while_a_fault_is_written(make, tmp_path, cut):
    bench = make()
    bench.set("power_cut", cut)
    drift(bench, 30)
    bench.wait_for(lambda b: b.conductor.resets == 1, 200)
    assert power.armed(tmp_path) is None  # it did go, in the write of the fault
    off_us = bench.call(lambda: bench.world.heater_log[-1])
    assert off_us[1] is False
    # The record is the one before, or the new one; in either case the mat stays off.
    bench.run_until(bench.now_s() + 40)
    assert bench.call(lambda: bench.world.heater_log[-1]) == off_us
    saved = record(tmp_path)
    assert saved["latched"] == SENSOR_SPREAD and saved["version"] >= 1
    assert state_file.get(tmp_path)["boots"] == 2
    console = "\n".join(bench.snapshot()["console"])
    assert "damaged" not in console and "Traceback" not in console


def test_power_that_goes_at_every_boot_for_a_while(make, tmp_path):
    bench = make()
    for cut in (10, power.BEFORE_RENAMES, 100, power.BETWEEN_RENAMES):
        bench.set("power_cut", cut)
        resets = bench.conductor.resets
        bench.set("firmware_reset")
        bench.wait_for(lambda b, n=resets: b.conductor.resets == n + 2, 30)
        bench.run_until(bench.now_s() + 15)  # the second boot writes undisturbed
    # Power that goes is no crash: nothing is latched, no record was lost, and it heats again.
    assert record(tmp_path)["latched"] == 0
    bench.wait_for(lambda b: b.plant.heater_on, 120)


@pytest.mark.parametrize("fault", ["firmware_frozen", "bms_unplugged"])
def test_faults_while_the_milliseconds_wrap(make, fault):
    bench = make(ticks_start_ms=WRAP - 75_000)
    bench.run_until(73)
    assert bench.plant.heater_on
    bench.set(fault, True)
    t_s = bench.now_s()
    assert t_s < 75.5
    off_s = bench.wait_for(lambda b: not b.plant.heater_on, 30)
    assert off_s - t_s <= (1.25 if fault == "firmware_frozen" else 12.5)


def test_heating_goes_on_through_the_wrap(make):
    bench = make(ticks_start_ms=WRAP - 90_000)
    changes = bench.call(lambda: bench.world.heater_changes)
    bench.run_until(200)
    assert bench.plant.heater_on
    assert bench.call(lambda: bench.world.heater_changes) == changes
    assert bench.snapshot()["chip"]["resets"] == 0

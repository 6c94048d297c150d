"""The unmodified firmware with each BMS on a wire: it reads, heats, and lets go of the mat."""

import pytest

from host_tests.device.bench_rig import (
    SETTINGS,
    configure,
    console,
    make_cold,
    wait,
    wait_for_heat,
    write_settings,
)
from tools.bench.bench import Bench
from tools.bench.bms import simulators

pytestmark = pytest.mark.bench


def make(tmp_path, name, **settings):
    """Returns a bench with this BMS."""
    told = {**SETTINGS, **simulators.settings(name), **settings}
    return Bench(configure(tmp_path, told, lapse=200, bms_name=name))


@pytest.mark.parametrize("name", simulators.WIRED[1:])  # the first has test_bench_app
def test_each_dialect_heats_and_fails_safe(tmp_path, name):
    with make(tmp_path, name) as bench:
        make_cold(bench, -30)
        wait_for_heat(bench, 120)
        bench.run_until(bench.now_s() + 60)
        bench.set("pack_dc", 35)  # what lies between is the same with each BMS
        wait(bench, lambda b: not b.plant.heater_on and b.plant.charge_on, 3 * 3600, "warm")
        assert min(bench.plant.temps_dc) >= 50
        bench.set("pack_dc", -30)
        bench.wait_for(lambda b: b.plant.heater_on, 300)
        bench.set("lapse", 60)
        bench.set("bms_unplugged", True)
        t_s = bench.now_s()
        off_s = bench.wait_for(lambda b: not b.plant.heater_on, 30)
        assert off_s - t_s <= 12.5
        uart = bench.snapshot()["uart"]
        assert bench.snapshot()["chip"]["resets"] == 0, console(bench)
        assert uart["overruns"] == uart["collisions"] == uart["rejected"] == 0
    assert bench.error is None


def test_a_bus_without_its_driver_enable_stays_silent(tmp_path):
    with make(tmp_path, "jk_modbus", rs485_de_used=False) as bench:
        bench.run_until(30)
        uart = bench.snapshot()["uart"]
        assert uart["requests"] == uart["replies"] == 0
        assert bench.snapshot()["chip"]["resets"] == 0


def test_another_bms_resets_the_chip_and_keeps_the_faults(tmp_path):
    with make(tmp_path, "ant_new") as bench:
        bench.run_until(10)
        assert bench.snapshot()["uart"]["replies"] > 0
        bench.set("bms_foreign", "ant_old")
        write_settings(tmp_path, {**SETTINGS, **simulators.settings("jk_display")})
        bench.set("bms", "jk_display")
        bench.run_until(bench.now_s() + 20)
        state = bench.snapshot()
        assert state["chip"]["resets"] == 1 and state["controls"]["bms"] == "jk_display"
        assert state["controls"]["bms_foreign"] == "ant_old"
        assert bench.bms.foreign.NAME == "ant_old" and state["uart"]["replies"] > 0
        with pytest.raises(ValueError, match="none but normal"):
            bench.set("bms_generation", "unknown")

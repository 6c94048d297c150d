"""The whole firmware with its BMS over Bluetooth: it heats by what comes through the air."""

import json

import pytest

pytest.importorskip("bumble")

from host_tests.ble_rig import ADDRESS
from host_tests.test_bench_app import SETTINGS
from tools.bench.ant_sim import AntNewSim
from tools.bench.bench import Bench, BenchConfig
from tools.bench.jk_ble_sim import JkBleSim
from tools.bench.radio.air import Air
from tools.bench.radio.paths import aioble_places
from tools.bench.radio.unit import Unit

pytestmark = pytest.mark.bench


@pytest.fixture(params=["jk_ble", "ant_new"])
def world(tmp_path, request):
    """A bench whose BMS is on the air; yields (bench, air, unit)."""
    radio = {"bms_link": "ble", "bms_dialect": request.param}
    (tmp_path / "settings.json").write_text(json.dumps({**SETTINGS, **radio}))
    config = BenchConfig(str(tmp_path))
    config.paths = config.paths + aioble_places()
    config.lapse = 30
    config.heap_bytes = 900_000  # the stand-ins for the radio, and all of it from source
    bench = Bench(config)
    bench.line.unplugged = True
    with Air(bench.conductor.now_us) as air:
        config.env["PACKMATE_RADIO"] = str(air.port)
        if request.param == "jk_ble":
            unit = Unit(JkBleSim(bench.plant), "jk_new", ADDRESS)
        else:
            unit = Unit(AntNewSim(bench.plant), "ant_new", ADDRESS, "ANT-BLE16")
        air.add(unit)
        with bench:
            yield bench, air, unit
    assert bench.error is None


def test_heats_by_bluetooth_and_not_without(world):
    bench, air, unit = world
    bench.set("ambient_dc", -100)
    bench.set("pack_dc", -50)
    bench.set("charger", True)
    try:
        bench.wait_for(lambda b: b.plant.heater_on, 300)
    except TimeoutError:
        pytest.fail("never heats:\n" + "\n".join(bench.snapshot()["console"]))
    unit.rssi = None  # out of range
    t_s = bench.now_s()
    off_s = bench.wait_for(lambda b: not b.plant.heater_on, 30)
    assert off_s - t_s <= 4  # the link is down: no waiting for old figures
    unit.rssi = -60
    bench.wait_for(lambda b: b.plant.heater_on, 300)
    assert unit.connections == 2 and bench.snapshot()["chip"]["resets"] == 0


def test_does_without_where_aioble_is_missing(tmp_path):
    """A boot loop would be the alternative: the screen could not say why."""
    settings = {**SETTINGS, "bms_dialect": "jk_ble"}
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    config = BenchConfig(str(tmp_path))
    config.lapse = 20
    bench = Bench(config)
    with Air(bench.conductor.now_us) as air:
        config.env["PACKMATE_RADIO"] = str(air.port)
        with bench:
            bench.run_until(20)
            snapshot = bench.snapshot()
    assert snapshot["chip"]["resets"] == 0 and snapshot["panel"]["on"], snapshot["console"]
    assert not snapshot["pins"]["heater"]

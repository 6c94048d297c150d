"""Several packs in one firmware: one on the wire, others in the air; one mat for all of them."""

import time

import pytest

pytest.importorskip("bumble")

from host_tests.device.bench_rig import small_pack
from host_tests.device.ble_app_rig import AppRig
from host_tests.device.ble_rig import ADDRESS, OTHER
from host_tests.device.panel_text import shows
from screen.draw import palette
from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig
from tools.bench.bms.ant_sim import AntNewSim
from tools.bench.bms.jk_ble_sim import JkBleSim
from tools.bench.desk import Desk

pytestmark = pytest.mark.bench

THIRD = "C8:47:8C:00:00:03"
PACKS = [
    {"bms_dialect": "jk_ble", "ble_address": ADDRESS},
    {"bms_dialect": "ant_new", "bms_link": "ble", "ble_address": OTHER},
]


class PacksRig(AppRig):
    """A pack on the wire and two in the air: their plants are `plants`, the units `units`."""

    def __init__(self, folder, **settings):
        super().__init__(folder, {"bms_dialect": "jk_gps", "packs": PACKS, **settings}, wired=True)
        self.plants = [small_pack(temp_c=15.0), small_pack(temp_c=15.0)]

    def __enter__(self):
        super().__enter__()
        first, second = self.plants
        self.units = [
            self.add(JkBleSim(first), "jk_new", ADDRESS),
            self.add(AntNewSim(second), "ant_new", OTHER, "ANT-BLE16"),
        ]
        self.bench.start()
        for plant in self.plants:
            self.bench.every(1, lambda plant=plant: plant.step(1.0))
        self.bench.set("charger", True)
        return self

    def chill(self, which, celsius):
        """Makes a pack in the air so cold, and keeps it so."""
        plant = self.plants[which]
        plant.ambient_c = celsius
        plant.set_temp(celsius)


def test_the_coldest_of_all_packs_is_heated_for(tmp_path):
    with PacksRig(tmp_path) as rig:
        bench = rig.bench
        bench.set("ambient_dc", 150)
        bench.set("pack_dc", 150)
        bench.run_until(60)
        assert [unit.connections for unit in rig.units] == [1, 1]
        assert bench.snapshot()["uart"]["replies"] > 10 and not bench.plant.heater_on
        rig.chill(1, -5.0)
        rig.wait_for(lambda b: b.plant.heater_on, 120)
        rig.chill(1, 15.0)
        rig.wait_for(lambda b: not b.plant.heater_on, 120)
        assert rig.resets == 0


@pytest.mark.parametrize("lost", ["wire", 0, 1])
def test_any_pack_that_is_not_heard_is_a_cold_mat(tmp_path, lost):
    with PacksRig(tmp_path) as rig:
        bench = rig.bench
        rig.make_cold()
        rig.chill(0, -5.0)
        rig.chill(1, -5.0)
        rig.wait_for(lambda b: b.plant.heater_on, 200)
        if lost == "wire":
            bench.set("bms_unplugged", True)
        else:
            rig.units[lost].rssi = None
        t_s = bench.now_s()
        off_s = rig.wait_for(lambda b: not b.plant.heater_on, 30)
        assert off_s - t_s <= (12.5 if lost == "wire" else 4)
        if lost == "wire":
            bench.set("bms_unplugged", False)
        else:
            rig.units[lost].rssi = -60
        rig.wait_for(lambda b: b.plant.heater_on, 300)
        assert rig.resets == 0


def test_a_fourth_pack_in_the_air(tmp_path):
    more = PACKS + [{"bms_dialect": "jk_ble", "ble_address": THIRD}]
    with PacksRig(tmp_path, packs=more) as rig:
        rig.make_cold()
        rig.bench.run_until(60)
        assert not rig.bench.plant.heater_on  # one has never been heard
        unit = rig.add(JkBleSim(rig.plants[0]), "jk_new", THIRD)
        rig.wait_for(lambda b: b.plant.heater_on, 200)
        assert unit.connections == 1


@pytest.fixture
def desk(tmp_path):
    """A pack on the wire and one in the air, told of over MQTT; yields the Desk."""
    config = BenchConfig(str(tmp_path))
    config.other_bms = ["jk_ble"]
    config.lapse = 20
    desk = Desk(Bench(config), {"mqtt_interval_s": 2, "name": "Camper"})
    desk.start()
    yield desk
    desk.stop()


def told(desk, topic, condition, limit_s=40):
    """Waits until the JSON message of a topic meets a condition; returns it."""
    end = time.monotonic() + limit_s
    message = None
    while time.monotonic() < end:
        message, _ = desk.log.latest_json(topic)
        if message is not None and condition(message):
            return message
        time.sleep(0.1)
    pytest.fail(f"{topic}: {message}\n" + "\n".join(desk.bench.snapshot()["console"]))


def test_each_pack_has_a_message_and_a_device(desk):
    end = time.monotonic() + 30
    base = None
    while base is None and time.monotonic() < end:
        time.sleep(0.1)
        base = desk.log.base_of("packmate", "availability")
    assert told(desk, f"{base}/packs", lambda m: m["packs_good"] == 2)["packs"] == 2
    whole = told(desk, f"{base}/state", lambda m: m["fresh"] and m["plausible"])
    one = told(desk, f"{base}/pack/1/state", lambda m: m["fresh"])
    two = told(desk, f"{base}/pack/2/state", lambda m: m["fresh"] and m["plausible"])
    assert len(one["cell_mv"]) == len(two["cell_mv"]) == 16 and whole["cell_mv"] == []
    assert len(whole["temps_dc"]) == 4
    assert abs(whole["capacity_mah"] - one["capacity_mah"] - two["capacity_mah"]) <= 1
    assert "heater_state" in told(desk, f"{base}/heater", lambda _: True)
    assert not [m for m in (whole, one, two) if "heater_state" in m]  # one mat for all of them
    unit = base.split("/")[1]
    config = f"homeassistant/sensor/packmate_{unit}_pack2/cell_16/config"
    device = told(desk, config, lambda _: True)["dev"]
    assert device["name"] == "Camper Pack 2" and device["via_device"] == f"packmate_{unit}"
    desk.apply("ble_away", True)
    told(desk, f"{base}/pack/2/state", lambda m: not m["fresh"] and m["link_reason"] == "absent")
    told(desk, f"{base}/packs", lambda m: m["packs_good"] == 1)
    whole = told(desk, f"{base}/state", lambda m: m["link_reason"] == "incomplete")
    assert whole["current_ma"] is None and whole["temp_min_dc"] is not None
    assert told(desk, f"{base}/pack/1/state", lambda m: m["fresh"])["current_ma"] is not None


def test_the_panel_shows_the_whole_and_each_pack(tmp_path):
    with PacksRig(tmp_path) as rig:
        bench = rig.bench
        bench.set("ambient_dc", 150)
        bench.set("pack_dc", 150)
        for plant, soc in zip([bench.plant, *rig.plants], (20, 40, 60), strict=True):
            bench.call(lambda plant=plant, soc=soc: plant.set_soc(soc))
        bench.run_until(40)
        for number in (1, 2, 3):
            bench.set("button_1")
            said = f"pack {number} of 3"
            rig.wait_for(lambda b, said=said: shows(b.picture(), said, palette.WHITE), 8)
        rig.units[1].rssi = None
        said = "without data: 3"
        bench.run_until(bench.now_s() + 60)
        rig.wait_for(lambda b: shows(b.picture(), said, palette.ON_AMBER), 60)

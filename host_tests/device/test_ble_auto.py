"""`auto` by Bluetooth: the advertisement says what is worth trying, figures prove it."""

import pytest

pytest.importorskip("bumble")

from host_tests import state_file
from host_tests.device.ble_app_rig import AppRig
from host_tests.device.ble_rig import ADDRESS, OTHER
from tools.bench.bms.ant_sim import AntNewSim, AntOldSim
from tools.bench.bms.jk_ble_sim import JkBleSim

pytestmark = pytest.mark.bench

# An older ANT has no thresholds to tell.
AUTO = {"bms_link": "ble", "bms_dialect": "auto", "heater_thresholds": "own"}
UNITS = {
    "jk_ble": (JkBleSim, "jk_new", ""),
    "ant_new": (AntNewSim, "ant_new", "ANT-BLE16"),
    "ant_old": (AntOldSim, "ant_old", "ANT-BLE16"),
    # No name and no maker: nothing but the service, which any of them may have.
    "ant_old unnamed": (AntOldSim, "ant_old", ""),
}


def add(rig, name, address=ADDRESS):
    sim, form, shown = UNITS[name]
    return rig.add(sim(rig.bench.plant), form, address, shown)


@pytest.mark.parametrize("name", UNITS)
def test_it_is_found_remembered_and_heats(tmp_path, name):
    with AppRig(tmp_path, AUTO) as rig:
        add(rig, name)
        rig.bench.start()
        rig.wait_for(lambda b: rig.resets == 1, 90)
        assert rig.remembered("bms") == [name.split()[0], 0]
        rig.make_cold()
        rig.wait_for(lambda b: b.plant.heater_on, 200)
        assert rig.resets == 1


def test_another_unit_is_found_where_one_was(tmp_path):
    state_file.put(tmp_path, {"bms": ["jk_ble", 0], "heater": {}})
    with AppRig(tmp_path, AUTO) as rig:
        add(rig, "ant_new", OTHER)
        rig.bench.start()
        rig.wait_for(lambda b: rig.remembered("bms") == ["ant_new", 0], 120)


def test_a_unit_that_stays_what_it_was_is_not_searched_for(tmp_path):
    state_file.put(tmp_path, {"bms": ["jk_ble", 0], "heater": {}})
    with AppRig(tmp_path, AUTO) as rig:
        unit = add(rig, "jk_ble")
        rig.make_cold()
        rig.bench.start()
        rig.wait_for(lambda b: b.plant.heater_on, 200)
        unit.rssi = None  # away for longer than any trial takes
        rig.bench.run_until(rig.bench.now_s() + 120)
        unit.rssi = -60
        rig.wait_for(lambda b: b.plant.heater_on, 300)
        assert rig.resets == 0 and rig.remembered("bms") == ["jk_ble", 0]

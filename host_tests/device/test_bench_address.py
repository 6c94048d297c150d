"""A unit's address on an RS485 bus: the one that is set is asked, and no other."""

import pytest

from host_tests.device.bench_rig import SETTINGS, configure, small_pack, wait
from tools.bench.bench import Bench
from tools.bench.bms import simulators
from tools.bench.bms.jk_modbus_sim import JkBusMasterSim, JkModbusSim

pytestmark = pytest.mark.bench

UNIT = 7


def make(tmp_path, address):
    told = {**SETTINGS, **simulators.settings("jk_modbus"), "bms_address": address}
    plant = small_pack()
    bms = JkModbusSim(plant, address=UNIT)
    return Bench(configure(tmp_path, told, lapse=200, plant=plant, bms=bms))


def test_the_unit_with_the_address_is_asked_at_once(tmp_path):
    with make(tmp_path, UNIT) as bench:
        wait(bench, lambda b: b.bms.replies > 5, 10, "answers")
        assert bench.snapshot()["uart"]["rejected"] == 0


def test_another_unit_of_the_bus_is_never_asked(tmp_path):
    with make(tmp_path, 3) as bench:
        bench.run_until(60)
        assert bench.bms.replies == 0 and bench.snapshot()["uart"]["requests"] > 10


def test_without_an_address_it_is_looked_for(tmp_path):
    with make(tmp_path, None) as bench:
        bench.wait_for(lambda b: b.bms.replies > 5, 60)


def test_a_masters_bus_is_heard_unit_by_unit_and_nothing_is_asked(tmp_path):
    """The mat is for all of them: it goes by the coldest, and by nothing where one is silent."""
    told = {**SETTINGS, **simulators.settings("jk_modbus_master"), "bms_address": 0}
    told["packs"] = [{"bms_dialect": "jk_modbus", "bms_address": 5}]
    plant, second = small_pack(temp_c=15.0), small_pack(temp_c=15.0)
    slave = JkModbusSim(second, address=5)
    bms = JkBusMasterSim(plant, [slave])
    with Bench(configure(tmp_path, told, lapse=60, plant=plant, bms=bms)) as bench:
        bench.every(1, lambda: second.step(1.0))
        bench.set("ambient_dc", 150)
        bench.set("pack_dc", 150)
        bench.set("charger", True)
        bench.run_until(60)
        assert not bench.plant.heater_on
        second.ambient_c = -5.0
        second.set_temp(-5.0)
        wait(bench, lambda b: b.plant.heater_on, 120, "heating for the second")
        slave.silent = True
        wait(bench, lambda b: not b.plant.heater_on, 30, "the second is not heard")
        assert bms.disturbed == 0

"""A unit's address on an RS485 bus: the one that is set is asked, and no other."""

import pytest

from host_tests.bench_rig import SETTINGS, configure, wait
from tools.bench import simulators
from tools.bench.bench import Bench
from tools.bench.jk_modbus_sim import JkModbusSim
from tools.plant import Plant

pytestmark = pytest.mark.bench

UNIT = 7


def make(tmp_path, address):
    told = {**SETTINGS, **simulators.settings("jk_modbus"), "bms_address": address}
    plant = Plant()
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

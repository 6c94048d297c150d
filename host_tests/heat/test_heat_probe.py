"""The probe's veto on the mat, and its part among the sensors of the pack on a cell."""

import pytest

import words as s
from host_tests.heat.heat_rig import Rig, faults

OWN = {"heater_thresholds": "own"}


class Probed(Rig):
    """A Rig with a probe that says `dc`."""

    def __init__(self, place, dc=0, **settings):
        self.dc = dc
        super().__init__(heater_probe=place, **settings)

    def step(self, times=1, gap_ms=1000):
        self.heater.probe_dc = self.dc
        return super().step(times, gap_ms)


@pytest.mark.parametrize("place", ["mat", "cell"])
def test_without_its_reading_there_is_no_heat(place):
    rig = Probed(place, None)
    assert not rig.step(20)
    assert rig.text == "blocked:probe_lost"
    rig.dc = 0
    assert rig.step(5)
    rig.dc = None
    assert not rig.step() and rig.text == "blocked:probe_lost"
    rig.dc = 0
    assert rig.step(5) and not rig.heater.latched


def test_a_probe_that_nobody_set_is_not_missed():
    rig = Rig()
    assert rig.step(5)


def test_a_hot_mat_while_heating_latches():
    rig = Probed("mat").started()
    rig.dc = 550
    assert rig.step()
    rig.dc = 551
    assert not rig.step()
    assert faults(rig) == {"over_temperature"}
    rig.dc = 0
    assert not rig.step(100)
    rig.heater.acknowledge()
    assert rig.step(5)


def test_a_mat_that_is_hot_while_off_latches_unless_all_is_hot():
    rig = Probed("mat", heater_mode="off")
    rig.temps = [400, 400]  # summer, in a box in the sun
    rig.dc = 580
    rig.step(20)
    assert not rig.heater.latched
    rig.temps = [200, 200]
    rig.step(20)
    assert faults(rig) == {"over_temperature"}


def test_a_hot_mat_counts_with_the_bms_silent_too():
    rig = Probed("mat").started()
    rig.link_up = False
    rig.dc = 600
    assert not rig.step()
    assert faults(rig) == {"over_temperature"}


def test_on_a_cell_it_can_be_the_coldest():
    rig = Probed("cell", -10)
    rig.temps = [60, 60]
    assert rig.step(5) and rig.heater.inputs.sensors.cold_dc == -10
    rig.dc = 30
    assert rig.step()
    rig.dc = 50
    assert not rig.step()
    assert rig.text == "idle"


def test_on_a_cell_it_can_be_the_hottest():
    rig = Probed("cell", 0).started()
    for dc in range(0, 280, 20):
        rig.dc = dc
        rig.step()
    assert rig.heater.latched and not rig.on


def test_a_disagreement_beyond_the_spread_latches():
    rig = Probed("cell", -250)
    rig.step(10)
    assert faults(rig) == {"sensor_spread"} and not rig.on


def test_a_jump_of_the_probe_waits_for_company():
    rig = Probed("cell", 0).started()
    rig.dc = 80
    assert rig.step(2)  # set aside
    rig.step(5)
    assert rig.heater.inputs.sensors.hot_dc == 80


def test_it_stands_in_for_a_bms_without_sensors():
    rig = Probed("cell", -10, **OWN)
    rig.temps = [None, None]
    assert rig.step(10)
    assert rig.heater.inputs.sensors.count == 1
    rig.dc = 50
    assert not rig.step(5)
    rig = Rig(**OWN)
    rig.temps = [None, None]
    assert not rig.step(10) and rig.text == "blocked:no_sensor"


def test_a_probe_stuck_at_one_temperature_is_found_by_the_guard():
    rig = Probed("cell", -10, **OWN)
    rig.temps = [None, None]
    assert rig.step(10)
    for _ in range(4 * 3600):
        rig.step()
        if rig.heater.latched:
            break
    assert s.NOT_HEATING == s.first_fault(rig.heater.latched)


def test_eight_sensors_and_a_probe():
    rig = Probed("cell", -10)
    rig.temps = [60] * 8
    assert rig.step(5) and rig.heater.inputs.sensors.count == 9

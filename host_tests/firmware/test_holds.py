"""firmware/heating/holds.py: held switches, a real queue of commands, and a simulated unit."""

import types

import pytest

from heat.options.inhibit import FREE, HELD, YIELDED
from heating.holds import Holds
from host_tests.command_rig import Rig as CommandRig
from host_tests.command_rig import ready, writes


class House:
    """A unit whose charge switch is held while `cold`; the flash is `saved`."""

    def __init__(self, name="jk_gps", inhibit=True, saved=0):
        self.rig: CommandRig = ready(name)
        if name == "ant_new":
            self.rig.sim.level = 5
        self.name = name
        sensors = types.SimpleNamespace(cold_dc=100)
        inputs = types.SimpleNamespace(
            sensors=sensors, trusted=True, protect_dc=0, recover_dc=50, inhibited=False
        )
        self.heater = types.SimpleNamespace(cut_discharge=False, inputs=inputs, holds=saved)
        self.device = types.SimpleNamespace(heater=self.heater, save_soon=self.save_soon)
        self.inhibit = inhibit
        self.saved = saved
        self.saves = 0
        self.flash_works = True
        self.boot()

    def boot(self):
        self.heater.holds = self.saved
        self.holds = Holds((self.rig,), self.inhibit, self.saved)

    def save_soon(self):
        """Stands for Device.save_soon."""
        if self.flash_works:
            self.saved = self.heater.holds
            self.saves += 1
        return self.flash_works

    def run(self, cold_dc, seconds=30):
        self.heater.inputs.sensors.cold_dc = cold_dc
        for _ in range(seconds):
            self.rig.run(1000)
            self.holds.step(self.device, 1000, self.rig.now)
        return self

    @property
    def bms(self):
        return self.rig.bms


@pytest.mark.parametrize("name", ["jk_gps", "jk_ble", "jk_modbus", "ant_new", "ant_old"])
def test_every_dialect_that_writes_holds_and_gives_back(name):
    house = House(name)
    house.run(100)
    assert writes(house.rig, name) == [] and house.saves == 0
    house.run(-10)
    assert not house.bms.charge_switch and house.saved == HELD
    assert house.heater.inputs.inhibited
    house.run(30)
    assert not house.bms.charge_switch
    house.run(50)
    assert house.bms.charge_switch and house.saved == FREE
    assert not house.heater.inputs.inhibited
    assert house.bms.discharge_switch and house.saves == 3


def test_what_is_not_trusted_changes_nothing():
    house = House()
    house.heater.inputs.trusted = False
    house.run(-10)
    assert house.bms.charge_switch
    house.heater.inputs.trusted = True
    house.run(-10)
    house.heater.inputs.trusted = False
    house.run(100)
    assert not house.bms.charge_switch


def test_off_by_command_of_a_person_stays_off():
    house = House().run(-10)
    house.rig.ask("charge_switch", 0)
    house.run(-10)
    assert house.saved == YIELDED
    house.run(100)
    assert not house.bms.charge_switch and house.saved == FREE


def test_on_by_command_of_a_person_stays_on():
    house = House().run(-10)
    house.rig.ask("charge_switch", 1)
    house.run(-10, 120)
    assert house.bms.charge_switch and house.saved == YIELDED
    house.boot()
    house.run(-10, 120)
    assert house.bms.charge_switch


def test_a_person_who_is_refused_has_not_decided():
    house = House("ant_new").run(-10)
    house.rig.to_bms = lambda data: b"" if data[2] == 0x51 else data
    house.rig.ask("charge_switch", 0)
    house.run(-10)
    assert house.rig.told[0] != "confirmed" or house.saved == YIELDED
    house.rig.to_bms = lambda data: data
    if house.saved == HELD:
        house.run(100, 90)
        assert house.bms.charge_switch


def test_a_reset_while_the_command_is_under_way():
    house = House()
    house.rig.to_bms = lambda data: b"" if data[8] == 2 else data  # lost on the wire
    house.run(-10, 5)
    house.boot()
    house.rig.to_bms = lambda data: data
    house.run(-10, 120)
    assert not house.bms.charge_switch and house.saved == HELD
    house.boot()
    house.run(100)
    assert house.bms.charge_switch and house.saved == FREE


def test_without_the_setting_what_was_taken_is_given_back():
    house = House(inhibit=False, saved=HELD)
    house.bms.charge_switch = False
    house.run(-10)
    assert house.bms.charge_switch and house.saved == FREE
    house.run(-10)
    assert house.bms.charge_switch


def test_discharging_is_cut_once_and_left_to_its_owner():
    house = House(inhibit=False)
    house.heater.cut_discharge = True
    house.run(100)
    assert not house.bms.discharge_switch and house.saved == HELD << 2
    house.bms.discharge_switch = True  # by its owner, on the BMS
    house.run(100, 90)
    assert house.bms.discharge_switch and house.saved == YIELDED << 2
    house.boot()
    house.run(100, 90)
    assert house.bms.discharge_switch
    house.heater.cut_discharge = False
    house.run(100)
    assert house.saved == FREE
    house.heater.cut_discharge = True
    house.run(100)
    assert not house.bms.discharge_switch
    house.heater.cut_discharge = False
    house.run(100)
    assert not house.bms.discharge_switch and house.saved == FREE


def test_what_cannot_be_remembered_is_not_done():
    house = House()
    house.flash_works = False
    house.run(-10, 90)
    assert house.bms.charge_switch
    house.flash_works = True
    house.run(-10)
    assert not house.bms.charge_switch and house.saves == 2


def test_a_unit_that_cannot_be_written_to_yet_waits():
    house = House()
    queue, house.rig.commands = house.rig.commands, None
    for _ in range(5):
        house.holds.step(house.device, 1000, house.rig.now)
    house.rig.commands = queue
    house.run(-10)
    assert not house.bms.charge_switch

"""One mat under several packs: all of them must see, and any of them can say hot."""

import pytest

from bms import alarms
from bms.check import Check
from bms.pack import PackState
from heat.heater import Heater
from host_tests.filled_pack import fill
from host_tests.heat.heat_world import make_settings
from links.several import Several
from links.unit import Unit
from tools import vocabulary


class Silence:
    """A dialect and a link of which nothing is needed here."""

    up = True
    losses = frames = bad_checksum = bad_length = dropped = 0
    renewed = False

    def __init__(self):
        self.pack = PackState()
        self.framer = self


class Bus:
    """A heater on packs that send every so many seconds."""

    def __init__(self, every_s, temps, on_mat=None, **settings):
        self.every_s = every_s
        self.temps = list(temps)
        age_s = settings.setdefault("data_max_age_s", 10)
        links = [Silence() for _ in temps]
        units = [Unit(link, Check(link.pack, 1000), link, None, 1000 * age_s) for link in links]
        self.several = Several(units, 1000 * age_s, on_mat)
        self.heater = Heater(make_settings(heater_min_on_s=0, heater_min_off_s=0, **settings))
        self.heater.load({})
        self.now = 0

    def step(self, times=1):
        """Lets seconds pass; returns whether the mat is on."""
        on = False
        for _ in range(times):
            self.now += 1000
            for i, unit in enumerate(self.several.units):
                if self.now // 1000 % self.every_s[i] == 0:
                    unit.pack.fingerprint = self.now & 0xFFFF
                    known = {"charge_utp_dc": 0, "charge_utpr_dc": 50, "charger_present": 1}
                    fill(unit.pack, self.now, temps=self.temps[i], **known)
            up = self.several.look(self.now)
            on = self.heater.step(self.several.pack, self.several.check, up, None, self.now)
        return on

    @property
    def text(self):
        """State and reason of the heater."""
        return vocabulary.heater_text(self.heater.state, self.heater.reason)


def test_all_see_and_the_mat_is_on():
    assert Bus((1, 1), ((-10,), (-5, 0))).step(10)


def test_a_pack_that_sees_nothing_blocks_with_its_number():
    bus = Bus((1, 1, 1), ((-10,), (-10,), ()))
    assert not bus.step(30)
    assert bus.text == "blocked:no_sensor" and bus.heater.inputs.blind_pack == 3
    bus.temps[2] = (-10,)
    assert bus.step(6) and bus.heater.inputs.blind_pack == 0


def test_one_whose_sensor_goes_blocks_at_once():
    bus = Bus((1, 1), ((-10,), (-10,)))
    assert bus.step(10)
    bus.temps[1] = ()
    assert not bus.step()
    assert bus.text == "blocked:no_sensor" and bus.heater.inputs.blind_pack == 2


def test_a_pack_that_its_owner_says_is_not_on_the_mat_neither_blocks_nor_counts():
    bus = Bus((1, 1), ((-10,), ()), on_mat=b"\1\0")
    assert bus.step(10)
    bus = Bus((1, 1), ((80,), (-100,)), on_mat=b"\1\0")
    assert not bus.step(10)
    assert bus.text == "idle"


@pytest.mark.parametrize("age_s, slow_s", [(10, 8), (60, 57)])
def test_hot_counts_at_once_and_not_when_the_slowest_pack_sends(age_s, slow_s):
    bus = Bus((1, slow_s), ((-10,), (-10,)), data_max_age_s=age_s)
    bus.step(5 * slow_s)  # the slow one has just sent
    assert bus.step(2)
    bus.temps[0] = (300,)
    assert not bus.step()


def test_three_readings_are_three_of_each():
    bus = Bus((1, 5), ((-10,), (-10,)))
    on = [bus.step() for _ in range(20)]
    assert on.index(True) == 14  # the third of the slow one, in the fifteenth second


def test_an_alarm_of_any_pack_counts_at_once():
    bus = Bus((1, 8), ((-10,), (-10,)))
    bus.step(42)
    bus.several.units[1].pack.raise_alarm(alarms.BATTERY_OVERTEMP)
    assert not bus.step()
    assert bus.text == "blocked:bms_alarm"

"""Boost, and thresholds by command: what they do, what they may not, and how they end."""

import json

import pytest

import words as s
from bms import pack as p
from host_tests.heat.heat_rig import Rig
from host_tests.heat.heat_world import World

OWN = {"heater_thresholds": "own", "heater_on_dc": 0, "heater_off_dc": 50}


def test_boost_heats_to_recovery_what_is_not_below_protect():
    rig = Rig()
    rig.temps = [20, 30]
    rig.step(10)
    assert rig.text == "idle"
    assert rig.heater.boost(30)
    assert rig.step() and rig.heater.boost_s == 1799
    rig.temps = [50, 60]
    assert not rig.step()
    assert rig.text == "idle"
    rig.temps = [40, 60]
    assert not rig.step(5)  # no chatter at recovery
    rig.temps = [30, 60]
    assert rig.step()  # kept warm while it lasts


@pytest.mark.parametrize("mode", ["off", "charger", "charger_or_soc"])
def test_boost_works_in_any_mode_and_ends_by_itself(mode):
    rig = Rig(heater_mode=mode)
    rig.temps = [20, 20]
    rig.step(10)
    before = rig.text
    rig.heater.boost(2)
    rig.step()
    assert rig.text == "heating"
    rig.step(118)
    assert rig.on and rig.heater.boost_s == 1
    rig.step()
    assert not rig.on and rig.heater.boost_s == 0
    assert rig.text == before and rig.heater.mode == s.find(s.MODE_NAMES, mode)


def test_boost_is_ended_by_command():
    rig = Rig(heater_mode="off")
    rig.step(10)
    rig.heater.boost(120)
    assert rig.step()
    assert rig.heater.boost(0)
    assert not rig.step() and rig.text == "off"


@pytest.mark.parametrize("before", ["off", "charger", "charger_or_soc"])
def test_boost_is_ended_by_the_mode_off_and_one_that_comes_after_it_stands(before):
    rig = Rig(heater_mode=before)
    rig.step(10)
    rig.heater.boost(120)
    assert rig.step()
    assert rig.heater.set_mode(s.MODE_OFF)
    assert not rig.step() and rig.text == "off" and rig.heater.boost_s == 0
    assert not rig.step(600)
    assert rig.heater.boost(10) and rig.step()


def test_another_mode_leaves_a_boost_as_it_is():
    rig = Rig(heater_mode="charger_or_soc")
    rig.heater.boost(120)
    rig.step(10)
    assert rig.heater.set_mode(s.MODE_CHARGER) and rig.heater.boost_s > 7000


def test_an_episode_outlives_the_boost_that_came_into_it():
    rig = Rig(**OWN).started()
    rig.temps = [20, 20]
    rig.heater.boost(1)
    assert rig.step(70)
    assert rig.heater.boost_s == 0


@pytest.mark.parametrize(
    "slots, supplied",
    [
        ({}, True),
        ({p.SOC_PCT: 39}, False),
        ({p.SOC_PCT: None}, False),
        ({p.CELL_MIN_MV: 2940}, False),
        ({p.SOC_PCT: 20, p.CURRENT_MA: 5000}, True),
    ],
)
def test_boost_is_fed_from_a_charger_or_a_pack_that_can_pay(slots, supplied):
    rig = Rig(heater_mode="charger")
    rig.slots[p.CURRENT_MA] = 0
    rig.slots.update(slots)
    rig.step(100)
    rig.heater.boost(10)
    assert rig.step() == supplied
    assert rig.text == ("heating" if supplied else "waiting_charger")


def test_the_guard_rules_a_boost_too():
    rig = Rig(heater_mode="off")
    rig.step(10)
    rig.heater.boost(10)
    assert rig.step()
    rig.link_up = False
    assert not rig.step()
    assert rig.text == "blocked:link_down"


@pytest.mark.parametrize("minutes", [-1, 121, 1 << 40, 1.5, "10", None])
def test_boosts_out_of_bounds(minutes):
    rig = Rig(heater_mode="off")
    assert not rig.heater.boost(minutes)
    assert not rig.step(10)


def test_no_boost_without_an_output_nor_over_a_fault():
    rig = Rig(heater_output="none", heater_mode="off")
    assert not rig.heater.boost(10) and not rig.step(10)
    rig = Rig()
    rig.heater.guard.trip(s.NOT_HEATING)
    assert not rig.heater.boost(10)
    assert rig.heater.boost(0)


def test_a_boost_ends_with_a_restart():
    world = World({"heater_mode": "off"})
    world.plant.set_temp(2)
    world.tick(10)
    world.heater.boost(60)
    world.tick(70)
    assert world.on
    world.restart()
    world.tick(200)
    assert world.heater.boost_s == 0 and not world.on


# -- thresholds -----------------------------------------------------------------------------------


def test_thresholds_are_changed_and_kept():
    high = OWN | {"heater_on_dc": 100, "heater_off_dc": 150}
    rig = Rig(**high)
    rig.temps = [60, 60]
    rig.step(5)
    rig.heater.save({})
    assert rig.heater.set_thresholds(80, 120)
    assert rig.heater.dirty
    assert rig.step()
    assert (rig.heater.law.on_dc, rig.heater.law.off_dc) == (80, 120)
    record = {}
    rig.heater.save(record)
    record = json.loads(json.dumps(record))
    again = Rig(saved=record, **high)
    again.step()
    assert (again.heater.law.on_dc, again.heater.law.off_dc) == (80, 120)
    # New settings are the owner's last word.
    again = Rig(saved=record, **OWN | {"heater_off_dc": 60})
    again.step()
    assert (again.heater.law.on_dc, again.heater.law.off_dc) == (0, 60)


GOOD = [(-300, -280), (200, 250), (0, 20), (-300, 250)]
BAD = [(-301, 0), (201, 250), (0, 251), (0, 19), (50, 0), (None, 50), (0, 5.0), ("0", 50)]


@pytest.mark.parametrize("pair", GOOD)
def test_thresholds_within_bounds(pair):
    assert Rig(**OWN).heater.set_thresholds(*pair)


@pytest.mark.parametrize("pair", BAD)
def test_thresholds_out_of_bounds_change_nothing(pair):
    rig = Rig(**OWN)
    rig.heater.save({})
    assert not rig.heater.set_thresholds(*pair)
    rig.step()
    assert (rig.heater.law.on_dc, rig.heater.law.off_dc) == (0, 50) and not rig.heater.dirty


def test_the_thresholds_of_the_bms_are_not_ours_to_change():
    rig = Rig()
    assert not rig.heater.set_thresholds(10, 60)


@pytest.mark.parametrize("pair", [*BAD, (-301, -281), (230, 251)])
def test_such_thresholds_of_a_record_are_never_in_force(pair):
    """Numbers that nobody can have set are a damaged record; too close together they may be what
    the settings say of thresholds that they do not use."""
    record = {}
    Rig(**OWN).heater.save(record)
    rig = Rig(saved={**record, "own_dc": [*pair, 0, 50]}, **OWN)
    possible = all(isinstance(dc, int) and -300 <= dc <= 250 for dc in pair)
    assert bool(rig.heater.latched >> s.STATE_LOST - 1 & 1) != possible
    assert rig.step(10) == possible and (rig.heater.law.on_dc, rig.heater.law.off_dc) == (0, 50)

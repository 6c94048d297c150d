"""Charger presence, source by source, and through the cut (docs/charger-presence.md)."""

import pytest

from bms import pack as p
from heat import charger as c
from host_tests.heat.heat_rig import MAT_MA, Rig
from tools.vocabulary import words

HOUR = 3600


def charging(**settings):
    """A rig that has seen the charger charge at +1 °C, a little above the limit."""
    rig = Rig(**settings)
    rig.temps = [10, 10]
    rig.step(70)
    return rig


def after_the_cut(**settings):
    """... and whose BMS has cut charging off for the cold."""
    rig = charging(**settings)
    rig.temps = [-10, -10]
    rig.cut()
    rig.step(5)
    return rig


def cut_at_night(**settings):
    """A rig that was switched on with charging cut off already."""
    rig = Rig(**settings)
    rig.cut()
    rig.step(5)
    return rig


def source(rig):
    return words(c.SOURCE_NAMES)[rig.heater.law.charger.source]


def rise(rig, seconds):
    """Steps with a rise that satisfies the guard but never ends the episode."""
    for second in range(seconds):
        if second % 900 == 899 and rig.temps[1] < 180:
            rig.temps = [rig.temps[0], rig.temps[1] + 10]
        rig.step()


def test_current():
    rig = charging()
    assert source(rig) == "current"
    rig.slots[p.CURRENT_MA] = 0
    rig.step(59)
    assert rig.heater.law.charger.present  # a cloud
    rig.step(2)
    assert not rig.heater.law.charger.present
    rig.slots[p.CURRENT_MA] = 290  # the error of a shunt at rest
    rig.step(5)
    assert not rig.heater.law.charger.present


def full(cell_mv, current_ma=0, ovp_mv=3650):
    """A rig whose pack takes no current any more, its cells at a voltage; then the cold comes."""
    rig = Rig()
    rig.temps = [10, 10]
    rig.slots[p.CURRENT_MA] = current_ma
    rig.slots[p.CELL_MIN_MV] = cell_mv
    rig.slots[p.CELL_OVP_MV] = ovp_mv
    rig.step(130)
    rig.temps = [-10, -10]
    rig.cut()
    rig.step(20)
    return rig


def test_a_full_pack_held_at_its_charge_voltage_has_a_charger():
    rig = full(3400)
    assert rig.on and source(rig) == "memory"


@pytest.mark.parametrize(
    "cell_mv, current_ma, ovp_mv",
    [
        (3399, 0, 3650),  # it may rest there for a while after a charge
        (3400, -300, 3650),  # it feeds something itself
        (3400, 0, 4200),  # not LiFePO4: a voltage in the middle of its charge
        (None, 0, 3650),
        (3400, 0, None),
        (3400, None, 3650),
    ],
)
def test_what_shows_no_charger_at_a_full_pack(cell_mv, current_ma, ovp_mv):
    rig = full(cell_mv, current_ma, ovp_mv)
    assert rig.text.startswith("waiting_charger")


def test_flag():
    rig = Rig()
    rig.slots[p.CURRENT_MA] = 0
    rig.slots[p.CHARGER_PRESENT] = 1
    assert rig.step(3)
    assert source(rig) == "flag"
    rig.slots[p.CHARGER_PRESENT] = 0
    assert not rig.step() and source(rig) == "none"


def test_nothing_is_told_of_a_charger_by_a_bms_that_is_away():
    rig = Rig()
    rig.slots[p.CHARGER_PRESENT] = 1
    rig.step(3)
    rig.link_up = False
    rig.step()
    assert source(rig) == "none" and not rig.heater.law.charger.present


@pytest.mark.parametrize("pin, on", [(1, True), (0, False), (None, False)])
def test_pin(pin, on):
    rig = cut_at_night(charger_pin_used=True)
    rig.charger_pin = pin
    assert rig.step() == on


def test_a_pin_that_is_not_wired_is_not_read():
    rig = cut_at_night()
    rig.charger_pin = 1
    assert not rig.step(5)


def test_a_pin_or_flag_is_believed_over_memory():
    rig = after_the_cut(charger_pin_used=True)
    rig.charger_pin = 0
    rig.step()
    assert rig.text.startswith("waiting_charger")
    rig.charger_pin = 1
    assert rig.step()


UNSEEN = "waiting_charger:charger_unseen"


@pytest.mark.parametrize(
    "settings, changes, told",
    [
        ({}, {}, UNSEEN),
        ({"charger_pin_used": True}, {}, "waiting_charger"),  # the pin would show one
        ({}, {p.CHARGER_PRESENT: 0}, "waiting_charger"),  # the BMS does
        ({}, {p.CHARGE_ON: 1}, "waiting_charger"),  # its current would
    ],
)
def test_after_ten_minutes_it_is_told_that_nothing_could_show_a_charger(settings, changes, told):
    rig = cut_at_night(**settings)
    rig.charger_pin = 0
    rig.slots |= changes
    rig.step(590)
    assert rig.text == "waiting_charger"
    rig.step(11)
    assert rig.text == told


def test_memory_carries_over_the_cut_for_its_time():
    rig = after_the_cut(heater_charger_hold_min=30)
    assert rig.on
    assert source(rig) == "memory"
    rise(rig, 30 * 60 - 20)
    assert rig.on
    rise(rig, 40)
    assert rig.text.startswith("waiting_charger")
    rise(rig, 2 * HOUR)
    assert rig.text.startswith("waiting_charger")


def test_no_memory_of_a_charger_that_had_gone_before_the_cut():
    rig = charging()
    rig.slots[p.CURRENT_MA] = 0
    rig.step(130)
    rig.temps = [-10, -10]
    rig.cut()
    assert rig.trace(20) == ["waiting_charger"]


def test_a_switch_that_a_person_turned_off_is_no_cut():
    rig = charging()
    rig.temps = [-10, -10]
    rig.cut()
    rig.slots[p.CHARGE_SWITCH] = 0
    rig.step(70)
    assert rig.text.startswith("waiting_charger")


def test_memory_ends_when_charging_is_possible_again():
    rig = after_the_cut()
    rig.step(60)
    rig.slots[p.CHARGE_ON] = 1
    rig.alarms = set()
    rig.step()
    assert rig.text.startswith("waiting_charger")
    rig.slots[p.CURRENT_MA] = 5000
    assert rig.step()
    assert source(rig) == "current"


def test_discharge_pauses_the_belief_and_halves_it():
    rig = after_the_cut(heater_charger_hold_min=240)
    rig.slots[p.CURRENT_MA] = -MAT_MA  # the mat itself: there is no charger
    rig.step(19)
    assert rig.on
    rig.step(2)
    assert rig.text.startswith("waiting_charger")
    assert rig.heater.law.charger.hold_ms <= 120 * 60_000
    rig.slots[p.CURRENT_MA] = 0
    rig.step(590)
    assert not rig.on
    rig.step(20)
    assert rig.on  # a kettle is done by now


def test_without_a_charger_memory_costs_minutes_of_heating():
    rig = after_the_cut(heater_charger_hold_min=720)
    heated_s = 0
    for _ in range(3 * HOUR):  # it is halved to nothing within two
        rig.slots[p.CURRENT_MA] = -MAT_MA if rig.on else 0
        heated_s += rig.step()
    assert heated_s < 180
    assert rig.text.startswith("waiting_charger")


def test_memory_survives_a_restart_but_not_its_own_time():
    rig = after_the_cut(heater_charger_hold_min=60)
    rise(rig, 1000)
    record = {}
    rig.heater.save(record)
    again = Rig(saved=record, heater_charger_hold_min=60)
    again.cut()
    assert again.step(5)
    assert source(again) == "memory"
    rise(again, 60 * 60 - 1000)
    assert not again.on
    warm = Rig(saved=record)
    warm.slots[p.CURRENT_MA] = 0  # charging is possible: what is saved is out of date
    warm.step(5)
    assert warm.text == "waiting_charger"
    warm.cut()
    assert warm.trace(5) == ["waiting_charger"]


def test_memory_running_out_is_saved_seldom():
    rig = after_the_cut(heater_charger_hold_min=120)
    writes = 0
    for _ in range(90 * 60):
        rig.step()
        rig.heater.boots.dirty = False
        if rig.heater.law.charger.dirty:
            rig.heater.save({})
            writes += 1
    assert 5 <= writes <= 8


# -- the load test ------------------------------------------------------------------------------


def simulate(rig, seconds, charger, load_ma=0):
    """Steps with the pack feeding mat and loads unless a charger does; returns seconds heated."""
    heated_s = 0
    for _ in range(seconds):
        draw = load_ma + (MAT_MA if rig.on else 0)
        rig.slots[p.CURRENT_MA] = 0 if charger else -draw
        heated_s += rig.step()
    return heated_s


def test_the_load_test_finds_a_charger_that_nobody_saw_charging():
    rig = cut_at_night(heater_feed="output")
    assert rig.text.startswith("waiting_charger")
    assert simulate(rig, 60, charger=True) > 0
    simulate(rig, 20, charger=True)
    assert source(rig) == "load_test"
    assert simulate(rig, 600, charger=True) == 600


def test_the_load_test_finds_that_there_is_none():
    rig = cut_at_night(heater_feed="output", heater_min_on_s=60)
    heated_s = simulate(rig, 4 * HOUR, charger=False)
    assert 4 <= heated_s / 60 <= 9  # a test of the minimum time each half hour
    assert rig.text.startswith("waiting_charger")
    assert simulate(rig, 1900, charger=True) > 600


def test_the_load_test_sees_the_charger_go_while_heating():
    rig = cut_at_night(heater_feed="output")
    simulate(rig, 120, charger=True)
    assert rig.on
    assert simulate(rig, 30, charger=False) < 15
    assert rig.text.startswith("waiting_charger")


def test_loads_that_no_charger_carries_fail_the_test():
    rig = cut_at_night(heater_feed="output")
    simulate(rig, 60, charger=False, load_ma=3000)
    assert simulate(rig, 30, charger=False, load_ma=3000) < 15
    assert not rig.on


@pytest.mark.parametrize("share_pct, there", [(45, True), (55, False), (80, False)])
def test_half_of_the_mats_current_from_the_pack_is_no_charger(share_pct, there):
    """A small charger gives less than the mat takes; the pack pays for the rest."""
    rig = cut_at_night(heater_feed="output")
    found = set()
    for _ in range(120):
        rig.slots[p.CURRENT_MA] = -MAT_MA * share_pct // 100 if rig.on else 0
        rig.step()
        found.add(source(rig))
    assert ("load_test" in found) == there


@pytest.mark.parametrize(
    "change",
    [
        {"heater_feed": "unknown"},
        {"heater_mat_mohm": 0},
        {"heater_mat_mohm": 60_000},  # 0.85 A: lost among loads
        {"heater_soc_floor_pct": 61},
        {"charger_pin_used": True},
        {"heater_mode": "off"},
    ],
)
def test_where_the_load_test_is_not_made(change):
    rig = cut_at_night(**({"heater_feed": "output"} | change))
    rig.charger_pin = 0
    assert simulate(rig, HOUR, charger=True) == 0


def test_a_vetoed_load_test_is_given_up_and_tried_again():
    rig = cut_at_night(heater_feed="output")
    rig.alarms.add(1)  # MOS over-temperature
    simulate(rig, 400, charger=True)
    assert not rig.heater.law.charger.testing
    rig.alarms.discard(1)
    assert simulate(rig, 1200, charger=True) == 0
    assert simulate(rig, 400, charger=True) > 0

"""Every row of the heater's law (heater.md): thresholds, hysteresis, times, modes."""

import pytest

from bms import pack as p
from host_tests.heat.heat_rig import Rig
from tools import vocabulary


def test_heats_below_protect_and_ends_at_recovery():
    rig = Rig()
    rig.temps = [10, 0]
    rig.step(10)
    assert rig.text == "idle"  # 0 is not below 0
    rig.temps = [10, -10]
    assert rig.step()
    rig.temps = [40, 40]
    assert rig.step()
    rig.temps = [60, 50]
    assert not rig.step()
    assert rig.text == "idle"
    rig.temps = [40, 10]
    assert not rig.step(10)


@pytest.mark.parametrize("coldest", [0, 1])
def test_the_coldest_sensor_rules(coldest):
    rig = Rig()
    rig.temps = [30, 30]
    rig.temps[coldest] = -10
    assert rig.step(5)


def test_lead_starts_earlier():
    rig = Rig(heater_lead_dc=20)
    rig.temps = [20, 30]
    assert not rig.step(5)
    rig.temps = [10, 30]
    assert rig.step()
    rig.temps = [40, 40]
    assert rig.step()
    rig.temps = [50, 50]
    assert not rig.step()


@pytest.mark.parametrize(
    "protect, recover, lead, on_dc, off_dc",
    [(0, 50, 0, 0, 50), (0, 10, 0, 0, 20), (0, 50, 40, 40, 60), (-200, -100, 0, -200, -100)],
)
def test_hysteresis_is_two_degrees_at_least(protect, recover, lead, on_dc, off_dc):
    rig = Rig(heater_lead_dc=lead)
    rig.slots[p.CHARGE_UTP_DC] = protect
    rig.slots[p.CHARGE_UTPR_DC] = recover
    rig.temps = [on_dc, on_dc]
    rig.step(3)
    assert (rig.heater.law.on_dc, rig.heater.law.off_dc) == (on_dc, off_dc)
    assert not rig.on
    rig.temps = [on_dc - 10, on_dc - 10]
    assert rig.step()
    for dc in range(on_dc, off_dc, 10):
        rig.temps = [dc, dc]
        assert rig.step()
    rig.temps = [off_dc, off_dc]
    assert not rig.step()


def test_own_thresholds_rule_whatever_the_bms_says():
    rig = Rig(heater_thresholds="own", heater_on_dc=20, heater_off_dc=70)
    rig.slots[p.CHARGE_UTP_DC] = None
    rig.slots[p.CHARGE_UTPR_DC] = None
    rig.temps = [10, 10]
    assert rig.step(5)
    rig.temps = [60, 60]
    assert rig.step(5)
    rig.temps = [70, 70]
    assert not rig.step()


@pytest.mark.parametrize("alarm", ["battery_undertemp", "charge_undertemp"])
def test_the_bms_alarm_starts_what_whole_degrees_hide(alarm):
    rig = Rig()  # true -0.3 °C, shown as 0
    rig.temps = [0, 0]
    assert not rig.step(30)
    rig.cut()
    rig.alarms = {vocabulary.ALARMS.index(alarm)}
    assert rig.step()
    own = Rig(heater_thresholds="own")
    own.temps = [0, 0]
    own.step(30)
    own.cut()
    assert not own.step(30)  # whoever sets thresholds gets these


@pytest.mark.parametrize("alarm", [True, False], ids=["alarm", "by its charge MOS alone"])
def test_tops_up_where_the_bms_still_holds_charging_off(alarm):
    rig = Rig(heater_min_off_s=60)
    rig.step(61)
    rig.cut()
    if not alarm:
        rig.alarms = set()
    assert rig.step()
    rig.temps = [40, 40]
    assert rig.step()
    rig.temps = [50, 50]
    assert not rig.step()  # recovery is recovery
    assert not rig.step(299)
    assert rig.step()  # ... but the BMS judged otherwise: one step of the resolution more
    rig.temps = [50, 60]
    assert rig.step(10)
    rig.temps = [60, 60]
    assert not rig.step()
    assert rig.trace(1000) == ["idle"]


def test_topping_up_ends_with_the_cut():
    rig = Rig()
    rig.step(3)
    rig.cut()
    rig.temps = [40, 40]
    rig.step(5)
    rig.temps = [50, 50]
    rig.step(310)
    assert rig.on
    rig.alarms = set()
    assert rig.step()  # the charge MOS is off still
    rig.slots[p.CHARGE_ON] = 1
    assert not rig.step()


@pytest.mark.parametrize(
    "slots, alarms",
    [
        ({p.CHARGE_SWITCH: 0}, set()),
        ({p.FULL: 1}, set()),
        ({}, {vocabulary.ALARMS.index("cell_overvoltage")}),
        ({}, {vocabulary.ALARMS.index("pack_overvoltage")}),
        ({p.CHARGE_ON: None}, set()),
    ],
    ids=["by its owner", "full", "cell full", "pack full", "unknown"],
)
def test_a_charge_mos_that_is_off_for_another_reason_is_no_cut_by_cold(slots, alarms):
    rig = Rig()
    rig.slots[p.CHARGER_PRESENT] = 1
    rig.slots[p.CHARGE_ON] = 0
    rig.slots.update(slots)
    rig.alarms = alarms
    rig.step(5)
    rig.temps = [50, 50]
    assert not rig.step(400)


@pytest.mark.parametrize("cold_dc, cut", [(0, True), (10, False), (30, False)])
def test_a_charge_mos_that_goes_off_above_the_limit_is_no_cut_by_cold(cold_dc, cut):
    rig = Rig()
    rig.slots[p.CHARGER_PRESENT] = 1
    rig.temps = [cold_dc, 30]
    rig.step(5)
    rig.slots[p.CHARGE_ON] = 0
    assert rig.trace(400) == (["heating"] if cut else ["idle"])


def test_minimum_on_time_outlives_the_charger_but_not_recovery():
    rig = Rig(heater_min_on_s=300).started()
    rig.slots[p.CURRENT_MA] = 0
    rig.charger_pin = 0
    assert rig.step(298)
    assert not rig.step(3)
    assert rig.text == "waiting_charger"
    rig = Rig(heater_min_on_s=300).started()
    rig.temps = [50, 50]
    assert not rig.step()


def test_minimum_off_time_counts_from_every_off_and_from_boot():
    rig = Rig(heater_min_off_s=120)
    rig.step(3)
    assert rig.text == "blocked:resting"
    assert not rig.step(116)
    assert rig.step(3)
    rig.check.plausible = False
    assert not rig.step()
    rig.check.plausible = True
    assert not rig.step(118)
    assert rig.step(4)


def test_mode_off_is_off():
    rig = Rig(heater_mode="off")
    assert not rig.step(20)
    assert rig.text == "off"
    assert rig.heater.set_mode(1)
    assert rig.step()
    assert rig.heater.set_mode(0)
    assert not rig.step()


def test_no_output_fitted_is_off():
    rig = Rig(heater_output="none")
    assert not rig.step(20)
    assert rig.text == "off"


@pytest.mark.parametrize("mode", [3, -1, None, "charger", 1.0])
def test_an_unknown_mode_changes_nothing(mode):
    rig = Rig()
    assert not rig.heater.set_mode(mode)
    assert rig.heater.mode == 1


def test_mode_charger_waits_for_a_charger():
    rig = Rig()
    rig.slots[p.CURRENT_MA] = 0
    assert not rig.step(20)
    assert rig.text == "waiting_charger"
    rig.slots[p.CURRENT_MA] = 1000
    assert rig.step()


def from_pack(**slots):
    rig = Rig(heater_mode="charger_or_soc")
    rig.slots[p.CURRENT_MA] = 0
    rig.slots.update({getattr(p, name): value for name, value in slots.items()})
    rig.step(5)
    return rig


@pytest.mark.parametrize(
    "slots, on",
    [
        ({"SOC_PCT": 40}, True),
        ({"SOC_PCT": 39}, False),
        ({"SOC_PCT": None}, False),
        ({"CELL_MIN_MV": 2950}, True),
        ({"CELL_MIN_MV": 2949}, False),
        ({"CELL_MIN_MV": None}, False),
        ({"CELL_UVPR_MV": None}, False),
    ],
)
def test_the_pack_pays_only_with_charge_to_spare(slots, on):
    rig = from_pack(**slots)
    assert rig.on == on
    assert rig.text == ("heating" if on else "waiting_charger")


def test_soc_floor_has_hysteresis():
    rig = from_pack()
    rig.slots[p.SOC_PCT] = 39
    assert not rig.step()
    rig.slots[p.SOC_PCT] = 44
    assert not rig.step(50)
    rig.slots[p.SOC_PCT] = 45
    assert rig.step()
    rig.slots[p.SOC_PCT] = 41
    assert rig.step(50)


def test_an_episode_goes_on_after_a_lost_link():
    rig = Rig(heater_thresholds="own").started()
    rig.temps = [30, 30]
    rig.step(3)
    rig.link_up = False
    assert not rig.step(30)
    rig.link_up = True
    rig.step(5)
    assert rig.on  # in the middle of the hysteresis, where no new episode would begin


def test_figures_for_the_owner():
    rig = Rig().started()
    heater = rig.heater
    assert 99_900 < heater.power_mw < 100_100
    # 6 K of 7 J/K·Wh · 5120 Wh at 60 W that stay.
    assert heater.ready_s == pytest.approx(7 * 5120 * 6 / 60, rel=0.01)
    rig.step(1000)
    assert heater.wh_today == 27
    rig.temps = [50, 50]
    rig.step(3)
    assert (heater.power_mw, heater.ready_s) == (0, 0)
    unknown = Rig(heater_mat_mohm=0).started()
    assert (unknown.heater.power_mw, unknown.heater.wh_today, unknown.heater.ready_s) == (
        None,
        None,
        None,
    )

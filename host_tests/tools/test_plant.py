"""The plant is what everything else is measured against: its physics and its BMS."""

import pytest

from tools.plant import COARSE_S, J_PER_K_WH, Plant, ocv_mv


def run(plant, hours, dt_s=10):
    for _ in range(int(hours * 3600 / dt_s)):
        plant.step(dt_s)
    return plant


def test_it_cools_toward_the_ambient_with_its_time_constant():
    plant = Plant(temp_c=20)
    plant.ambient_c = 0
    hours = J_PER_K_WH * plant.pack_wh / plant.loss_w_k / 3600
    run(plant, hours)
    assert sum(plant.temps_c) / 2 == pytest.approx(20 / 2.718, abs=0.5)
    run(plant, 8 * hours)
    assert plant.temps_c == pytest.approx([0, 0], abs=0.1)


def test_heat_goes_into_the_cells():
    plant = Plant(temp_c=0, loss_w_k=0.0)
    plant.ambient_c = 0
    plant.heater_on = True
    run(plant, 1)
    rise = plant.heater_w * 3600 / (J_PER_K_WH * plant.pack_wh)
    assert sum(plant.temps_c) / 2 == pytest.approx(rise, rel=0.05)
    assert plant.near_c > plant.far_c > 0
    assert plant.mat_c > plant.near_c


def test_equilibrium_is_power_over_loss():
    plant = Plant(temp_c=0, loss_w_k=5.0)
    plant.ambient_c = -10
    plant.mat_feed = "output"
    plant.charger_on = plant.heater_on = True
    run(plant, 40)
    assert sum(plant.temps_c) / 2 + 10 == pytest.approx(plant.heater_w / 5.0, rel=0.05)


@pytest.mark.parametrize("dt_s", [0.25, 1, 7, 60, 600])
def test_the_step_does_not_matter(dt_s):
    plant = Plant(temp_c=5)
    plant.ambient_c = -15
    plant.heater_on = plant.charger_on = True
    run(plant, 1, dt_s)
    again = run(make_like(plant), 1, 1)
    assert plant.temps_c == pytest.approx(again.temps_c, abs=0.05)


def make_like(plant):
    other = Plant(temp_c=5)
    other.ambient_c = plant.ambient_c
    other.heater_on, other.charger_on = plant.heater_on, plant.charger_on
    return other


@pytest.mark.parametrize("heats", [False, True])
def test_coarse_steps_are_near_enough(heats):
    coarse, fine = Plant(temp_c=5, substep_s=COARSE_S), Plant(temp_c=5)
    for hour in range(24):
        for plant in (coarse, fine):
            plant.ambient_c = -15 + hour / 2
            plant.charger_on = True
            plant.heater_on = heats and hour % 3 == 0
            plant.step(3600)
        assert coarse.temps_c == pytest.approx(fine.temps_c, abs=0.3)
        assert coarse.mat_c == pytest.approx(fine.mat_c, abs=1.0)


def test_sensors_lag_and_are_whole():
    plant = Plant(temp_c=0)
    plant.near_c = 10.0
    plant.step(1)
    assert plant.sensed_c[0] < 1
    run(plant, 0.1)
    assert plant.sensed_c[0] > 5
    assert all(dc % 10 == 0 for dc in plant.temps_dc)


@pytest.mark.parametrize(
    "rounding, shown", [("nearest", [0, -20]), ("down", [-10, -20]), ("toward zero", [0, -10])]
)
def test_rounding(rounding, shown):
    plant = Plant()
    plant.rounding = rounding
    plant.sensed_c = [-0.3, -1.7]
    assert plant.temps_dc == shown


@pytest.mark.parametrize(
    "absent, shown", [((), [80, 80]), ((0,), [None, 80]), ({1}, [80, None]), (True, [None, None])]
)
def test_absent_sensors(absent, shown):
    plant = Plant(temp_c=8)
    plant.sensor_absent = absent
    assert plant.temps_dc == shown


def test_charging_counts_and_tapers():
    plant = Plant()
    plant.charger_on = True
    plant.set_soc(50)
    run(plant, 1)
    assert plant.current_ma == pytest.approx(20_000, abs=100)
    assert plant.soc_pct == 70
    run(plant, 3)
    assert plant.soc_pct == 100
    assert plant.current_ma < 2000
    assert max(plant.cell_mv) < 3500


def test_load_and_charger_share():
    plant = Plant()
    plant.load_w = 530.0
    plant.step(1)
    assert plant.current_ma == pytest.approx(-10_050, rel=0.02)
    plant.charger_on = True
    plant.step(1)
    assert plant.current_ma == pytest.approx(10_000, rel=0.03)


def test_the_cold_cuts_charging_and_recovery_gives_it_back():
    plant = Plant(temp_c=0.4)
    plant.charger_on = True
    plant.step(60)
    assert plant.charge_on and plant.current_ma > 0
    plant.set_temp(-0.1)
    plant.step(1)
    assert not plant.charge_on and plant.discharge_on
    assert plant.current_ma == 0 or not plant.step(1) and plant.current_ma == 0
    assert plant.alarms_raw == 1 << 9
    plant.set_temp(5.0)
    run(plant, 0.02)
    assert not plant.charge_on  # above, not at
    plant.set_temp(5.3)
    plant.ambient_c = 5.3
    run(plant, 0.02)
    assert plant.charge_on and plant.alarms_raw == 0 and plant.current_ma > 0


def test_through_the_cut_a_charger_carries_the_mat_and_only_then():
    plant = Plant(temp_c=-5)
    plant.charger_on = plant.heater_on = True
    plant.step(1)
    plant.step(1)
    assert plant.current_ma == 0 and plant.heater_w > 90
    plant.charger_on = False
    plant.step(1)
    assert plant.current_ma == pytest.approx(-2020, abs=120)


def test_a_mat_on_the_cells_is_unseen_by_the_shunt():
    plant = Plant(temp_c=-5)
    plant.mat_feed = "cells"
    plant.heater_on = True
    run(plant, 5)
    assert plant.current_ma == 0
    assert plant.soc_pct == pytest.approx(50, abs=1)


def test_faults_of_the_mat():
    plant = Plant()
    plant.output_stuck = True
    plant.step(1)
    assert plant.heater_w > 90
    plant.mat_open = True
    plant.step(1)
    assert plant.heater_w == 0


def test_a_mat_that_fell_off_heats_the_box():
    plant = Plant(temp_c=0)
    plant.ambient_c = 0
    plant.output_stuck = True
    plant.mat_touches = False
    run(plant, 2)
    assert plant.temps_c == pytest.approx([0, 0], abs=0.1)
    assert 20 < plant.mat_c < 100


def test_empty_pack_stops_discharging():
    plant = Plant(temp_c=15)
    plant.set_soc(3)
    plant.load_w = 500
    run(plant, 1)
    assert not plant.discharge_on
    assert plant.current_ma == 0
    assert plant.alarms_raw & (1 << 11 | 1) == 1 << 11 | 1
    plant.heater_on = True
    plant.step(1)
    assert plant.heater_w == 0  # nothing feeds the output


def test_switches():
    plant = Plant()
    plant.charger_on = True
    plant.bms.charge_switch = False
    plant.step(1)
    assert not plant.charge_on and plant.current_ma == 0


def test_equal_seeds_give_equal_packs():
    one, two, other = Plant(seed=5), Plant(seed=5), Plant(seed=6)
    for plant in (one, two, other):
        run(plant, 0.1)
    assert one.cell_mv == two.cell_mv != other.cell_mv
    assert abs(one.pack_mv - sum(one.cell_mv)) <= 5


def test_the_curve_of_a_cell_rises():
    curve = [ocv_mv(soc / 200) for soc in range(-10, 211)]
    assert curve == sorted(curve)
    assert (curve[0], curve[-1]) == (2700, 3450)

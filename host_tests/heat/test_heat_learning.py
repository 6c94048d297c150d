"""Heat capacity, loss and what follows: learned from episodes, kept in bounds, used for words."""

import pytest

import words as s
from heat.thermal import Thermal, energy_wh
from host_tests.heat.heat_rig import Rig
from host_tests.heat.heat_world import STRIDE_S, World
from tools.plant import J_PER_K_WH

# cells, Ah, mΩ of the mat: 4S 50 Ah with 43 W, 8S 100 Ah with 69 W, 16S 100 Ah with 105 W.
SIZES = [(4, 50.0, 4000), (8, 100.0, 10_000), (16, 100.0, 26_200)]


def make_world(size, told=1.0, loss_k=25.0, **changes):
    """A cold pack whose owner overstates its energy by `told`; the mat could hold `loss_k` K."""
    cells, capacity_ah, mat_mohm = size
    chosen = {"heater_mode": "charger_or_soc", "heater_mat_mohm": mat_mohm, "heater_min_off_s": 0}
    wh = cells * 3.2 * capacity_ah
    world = World(
        settings=chosen | {"pack_wh": int(wh * told)} | changes,
        plant={
            "cells": cells,
            "capacity_ah": capacity_ah,
            "mat_mohm": mat_mohm,
            "loss_w_k": (cells * 3.28) ** 2 / (mat_mohm / 1000) / loss_k,
        },
    )
    world.plant.set_soc(90)
    world.plant.ambient_c = -8
    world.plant.set_temp(5)
    return world


def test_nothing_is_learned_at_first():
    heater = Rig().heater
    assert heater.learned_j_k == 0
    assert heater.thermal.j_k == 7 * 5120


@pytest.mark.parametrize(
    "size, told, loss_k, rounding",
    [
        (SIZES[0], 2.0, 40.0, "down"),
        (SIZES[1], 0.6, 40.0, "nearest"),
        (SIZES[1], 1.5, 20.0, "toward zero"),
        (SIZES[2], 1.0, 25.0, "nearest"),
    ],
)
def test_what_is_learned_is_true(size, told, loss_k, rounding):
    """Within a quarter: it is what the mat must warm, mat and box included."""
    world = make_world(size, told, loss_k)
    world.plant.rounding = rounding
    world.run_until(lambda w: w.heater.learned_j_k, 43_200, STRIDE_S)
    first_j_k = world.heater.learned_j_k
    true_j_k = J_PER_K_WH * world.plant.pack_wh
    assert abs(first_j_k - told * true_j_k) <= told * true_j_k / 5 + 1
    world.tick(86_400, STRIDE_S)
    assert world.heater.learned_j_k == pytest.approx(true_j_k, rel=0.25)
    assert world.heater.latched == 0


def test_with_loads_that_warm_the_pack_nothing_is_learned():
    world = make_world(SIZES[0])
    for _ in range(86_400 // 600):
        world.plant.set_soc(90)
        world.plant.load_w = 0 if world.time_s % 1200 else 200  # ten minutes in each twenty
        world.tick(600, STRIDE_S)
    assert any(on for _, on, _ in world.history)
    assert world.heater.learned_j_k == 0


def test_one_episode_changes_little_and_never_leaves_the_bounds():
    thermal = Thermal({"pack_wh": 1000})
    thermal.fall_ckh = 0
    for joule, end in ((0, 2800), (10**8, 14_000)):
        for _ in range(30):
            before = thermal.j_k
            thermal.joule = joule
            thermal.learn(30, 3600)
            assert abs(thermal.j_k - before) <= before // 5
            assert 2800 <= thermal.j_k <= 14_000
        assert thermal.j_k == end
    thermal.restore(5)
    assert thermal.j_k == thermal.learned_j_k == 2800


def test_without_a_pack_nothing_is_learned_or_taken_up():
    thermal = Thermal({"pack_wh": 0})
    thermal.fall_ckh = 0
    thermal.joule = 10**6
    thermal.learn(30, 3600)
    thermal.restore(5000)
    assert (thermal.j_k, thermal.learned_j_k) == (0, 0)
    assert thermal.rise_ckh == 300
    assert thermal.heated_s(None, 40) == 4800 * 4 // 3


def test_what_was_seen_long_ago_or_elsewhere_tells_nothing():
    thermal = Thermal({"pack_wh": 5120})
    assert thermal.is_heated(100_000, -10, 3600) is None
    thermal.fall_ckh = 500
    assert thermal.is_heated(100_000, -10, 3600) is False
    assert thermal.is_heated(100_000, 10, 3600) is True
    assert thermal.is_heated(None, 10, 3600) is None
    thermal.fall_dc = -51
    assert thermal.is_heated(100_000, 10, 3600) is None


@pytest.mark.parametrize("fall_dc, told", [(0, False), (-20, False), (-21, None), (50, False)])
def test_a_pack_that_lost_less_when_it_was_colder_proves_no_mat_dead(fall_dc, told):
    thermal = Thermal({"pack_wh": 5120})
    thermal.fall_ckh = 100
    thermal.fall_dc = fall_dc
    assert thermal.is_heated(100_000, 0, 2400) is told
    assert thermal.is_heated(100_000, 40, 2400) is True


def test_ready_in():
    """Foretold at the start, within a third of what it takes; in Wh, too."""
    world = make_world(SIZES[2])
    world.tick(43_200, STRIDE_S)
    world.run_until(lambda w: not w.on, 7200, STRIDE_S)
    world.run_until(lambda w: w.on and w.heater.ready_s > 600, 43_200, STRIDE_S)
    heater = world.heater
    foretold_s, foretold_wh = heater.ready_s, heater.ready_wh
    began_wh = heater.wh_today
    took_s = world.run_until(lambda w: w.heater.state == s.IDLE, 7200, STRIDE_S)
    assert heater.ready_s == heater.ready_wh == 0
    assert foretold_s == pytest.approx(took_s, rel=0.33)
    assert foretold_wh == pytest.approx(heater.wh_today - began_wh, rel=0.33)


def test_energy():
    assert energy_wh(100_000, 3600) == 100
    assert energy_wh(None, 3600) is None
    assert energy_wh(59_999_999, 1_000_000) == 59_999 * 16_666 // 60 < 1 << 30
    assert energy_wh(60_000_000, 1) is None


def test_never_ready_is_unknown():
    thermal = Thermal({"pack_wh": 5120})
    assert thermal.ready_s(None, 50) is None
    assert thermal.ready_s(100_000, 50) == pytest.approx(35_840 * 5 / 60, abs=2)
    thermal.fall_ckh = 500
    loss_mw = thermal.loss_mw()
    assert loss_mw == pytest.approx(35_840 * 5 / 3.6, rel=0.01)
    assert thermal.ready_s(100_000, 50) == pytest.approx(35_840 * 5e3 / (100_000 - loss_mw), abs=9)
    assert thermal.ready_s(loss_mw, 50) is None
    thermal.fall_ckh = -500  # it is getting warm by itself
    assert thermal.ready_s(100_000, 50) == pytest.approx(35_840 * 5 / 100, abs=2)

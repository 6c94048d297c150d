"""A mat that is stuck on, open or too weak, on whole packs: found in time, and by its name."""

import pytest

import words as s
from host_tests.heat.heat_world import STRIDE_S, World

# cells, Ah, mΩ, and within how many minutes a stuck mat is found by temperature alone.
SIZES = [(4, 50.0, 5000, 60), (8, 100.0, 10_000, 90), (16, 280.0, 26_200, 200)]


def make_world(size, feed="cells", load_w=0.0, loss_k=40.0, **settings):
    """A pack at 4 °C in -10 °C, whose mat could hold it `loss_k` above the ambient."""
    cells, capacity_ah, mat_mohm, _ = size
    world = World(
        settings={
            "heater_mode": "charger_or_soc",
            "heater_feed": "output" if feed == "output" else "unknown",
            "heater_mat_mohm": mat_mohm,
            "pack_wh": int(cells * 3.2 * capacity_ah),
        }
        | settings,
        plant={
            "cells": cells,
            "capacity_ah": capacity_ah,
            "mat_mohm": mat_mohm,
            "loss_w_k": (cells * 3.28) ** 2 / (mat_mohm / 1000) / loss_k,
        },
    )
    plant = world.plant
    plant.mat_feed = feed
    plant.load_w = load_w
    plant.ambient_c = -10
    plant.set_soc(85)
    plant.set_temp(4)
    return world


def heating(world):
    world.run_until(lambda w: w.on, 12 * 3600, STRIDE_S)
    return world


def minutes_to(world, condition, within_min):
    return world.run_until(condition, within_min * 60, STRIDE_S) / 60


def is_fault(world):
    return world.heater.state == s.FAULT


def warns(world):
    return world.heater.warnings >> s.WARMS_OFF - 1 & 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("when", ["while on", "at its end", "idle"])
def test_a_stuck_mat_is_warned_of_by_temperature_and_certain_when_it_is_hot(size, when):
    world = heating(make_world(size, loss_k=80.0))
    if when == "while on":
        world.tick(600, STRIDE_S)
        world.heater.set_mode(s.MODE_OFF)  # and in the mode off, too
    else:
        world.run_until(lambda w: w.heater.state == s.IDLE, 6 * 3600, STRIDE_S)
        if when == "idle":
            world.tick(1800, STRIDE_S)
    world.plant.output_stuck = True
    assert minutes_to(world, warns, size[3]) > 5
    assert world.heater.latched == 0
    assert max(world.plant.temps_c) < 20
    world.run_until(is_fault, 48 * 3600, STRIDE_S)
    assert world.text == "fault:stuck_on"
    assert 30 <= max(world.plant.temps_c) < 35


def test_a_warning_is_told_once_and_is_over_when_the_pack_cools():
    world = heating(make_world(SIZES[0]))
    world.run_until(lambda w: w.heater.state == s.IDLE, 6 * 3600, STRIDE_S)
    world.plant.output_stuck = True
    world.run_until(warns, 3 * 3600, STRIDE_S)
    world.heater.acknowledge()
    world.tick()
    assert not warns(world)
    world.plant.output_stuck = False
    world.run_until(lambda w: not w.heater.known, 3 * 3600, STRIDE_S)
    assert world.heater.latched == 0


def test_a_stuck_mat_that_is_only_acknowledged_is_found_again():
    world = heating(make_world(SIZES[0], loss_k=80.0))
    world.plant.output_stuck = True
    world.heater.set_mode(s.MODE_OFF)
    world.run_until(is_fault, 24 * 3600, STRIDE_S)
    world.tick(4 * 3600, STRIDE_S)
    world.plant.set_temp(-5)
    world.heater.acknowledge()
    world.tick()
    world.run_until(is_fault, 24 * 3600, STRIDE_S)
    assert world.text == "fault:stuck_on"


def test_a_heated_van_is_no_stuck_mat():
    """Its air warms the pack as fast as the mat does, just after that was on."""
    world = heating(make_world(SIZES[0], loss_k=25.0))
    world.run_until(lambda w: w.heater.state == s.IDLE, 6 * 3600, STRIDE_S)
    world.plant.ambient_c = 22.0
    world.run_until(warns, 6 * 3600, STRIDE_S)
    world.tick(8 * 3600, STRIDE_S)
    world.plant.ambient_c = -10.0
    world.run_until(lambda w: not warns(w), 3 * 3600, STRIDE_S)
    assert world.heater.latched == 0


@pytest.mark.parametrize("size", SIZES[1:])
def test_where_its_current_shows_a_stuck_mat_is_found_sooner(size):
    cells = size[0]
    world = heating(make_world(size, "output", load_w=2.0 * cells))
    world.tick(600, STRIDE_S)
    world.plant.output_stuck = True
    world.run_until(lambda w: not w.on, 6 * 3600, STRIDE_S)
    assert world.heater.guard.electric.works
    assert minutes_to(world, is_fault, 45) > 0
    assert world.text == "fault:stuck_on"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("feed", ["output", "cells"])
@pytest.mark.parametrize("after_s", [0, 900])
def test_an_open_mat_is_never_called_too_weak_for_long(size, feed, after_s):
    world = heating(make_world(size, feed, load_w=100.0))
    world.tick(after_s, STRIDE_S)
    world.plant.mat_open = True
    minutes_to(world, is_fault, 300)
    assert world.text in ("fault:open_circuit", "fault:not_heating")
    assert sum("too_weak" in text for _, _, text in world.history) <= 1
    if feed == "output" and after_s == 0 and size is not SIZES[0]:
        assert world.text == "fault:open_circuit"
        assert world.time_s - world.history[0][0] < 8 * 3600


@pytest.mark.parametrize(
    "size, feed, loss_k, told_w, reason",
    [
        # Seven times what a good box loses: that it is the box must be told, heater_loss_w.
        (SIZES[0], "cells", 7.0, 0, "losing_heat"),
        (SIZES[0], "cells", 7.0, 70, "too_weak"),
        (SIZES[1], "output", 9.0, 0, "too_weak"),
    ],
)
def test_a_weak_mat_is_never_called_dead(size, feed, loss_k, told_w, reason):
    world = make_world(size, feed, loss_k=loss_k, heater_loss_w=told_w)
    world.plant.set_temp(8)
    world.tick(86_400, STRIDE_S)
    assert world.heater.latched == 0, world.history[-5:]
    assert sum(text == "blocked:too_weak" for _, _, text in world.history) <= 8
    assert any(text == "blocked:" + reason for _, _, text in world.history)


def test_a_warm_day_is_no_stuck_mat():
    """Nor is the sun on the box, nor charging that warms a pack which was cold."""
    world = make_world(SIZES[1], "cells")
    plant = world.plant
    plant.set_temp(2)
    for hour in range(24):
        plant.ambient_c = -5 + 1.5 * hour  # 3 K in two hours, to 30 °C
        plant.charger_on = hour % 6 > 2
        plant.charger_a = 60.0
        if plant.soc > 0.9:
            plant.set_soc(30)
        world.tick(3600, STRIDE_S)
    assert min(plant.temps_c) > 15
    assert world.heater.latched == 0, world.history[-5:]

"""Healthy heaters through random winter days, among loads, chargers and weather: none latches."""

import math
import random

import pytest

from host_tests.heat.heat_world import World
from tools.heater_lab.weather import DAY_S
from tools.heater_lab.winter import Home

STRIDE_S = 3
# cells, Ah, mΩ of the mat
SIZES = [(16, 100.0, 26_200), (16, 280.0, 13_000), (4, 100.0, 5500), (8, 50.0, 16_000)]


class Winter:
    """A house, a van or a boat at random: its pack, its loads, its charger, its weather.

    `busy`: loads switched on in an hour, from 5 W to 1.5 kW at 51 V, for a minute or an hour.
    """

    def __init__(self, seed, busy):
        dice = self.dice = random.Random(seed)
        cells, capacity_ah, mat_mohm = dice.choice(SIZES)
        feed = dice.choice(["output", "output", "cells"])
        self.world = World(
            settings={
                "heater_mode": dice.choice(["charger", "charger_or_soc", "charger_or_soc"]),
                "heater_feed": "output" if feed == "output" else "unknown",
                # What owners know of their mat and pack.
                "heater_mat_mohm": int(mat_mohm * dice.uniform(0.9, 1.1)),
                "pack_wh": int(cells * 3.2 * capacity_ah * dice.uniform(0.8, 1.2)),
                "heater_min_off_s": dice.choice([0, 60, 600]),
                "heater_max_wh_day": 20_000,
                "heater_max_on_min": 720,
            },
            plant={
                "cells": cells,
                "capacity_ah": capacity_ah,
                "mat_mohm": mat_mohm,
                "loss_w_k": (cells * 3.28) ** 2 / (mat_mohm / 1000) / dice.uniform(10, 60),
                "temp_c": dice.uniform(-5, 8),
                "seed": seed,
            },
        )
        plant = self.plant = self.world.plant
        plant.mat_feed = feed
        plant.rounding = dice.choice(["nearest", "down", "toward zero"])
        plant.set_soc(dice.randint(40, 99))
        self.small = cells / 16
        self.busy = busy
        self.loads = []
        self.base_w = self.small * dice.choice([0, 5, 20, 60])
        self.mean_c = dice.uniform(-22, 0)
        self.swing_c = dice.uniform(0, 8)
        self.sun_a = dice.uniform(0.05, 0.5) * capacity_ah
        self.clouds = 1.0

    def pass_day(self):
        for _ in range(86_400 // STRIDE_S):
            self._switch()
            self._shine()
            self.world.tick(STRIDE_S, STRIDE_S)

    def _switch(self):
        dice = self.dice
        self.loads = [(w, left_s - STRIDE_S) for w, left_s in self.loads if left_s > STRIDE_S]
        if dice.random() < self.busy * STRIDE_S / 3600:
            watts = dice.choice(
                [dice.uniform(5, 60), dice.uniform(20, 300), dice.uniform(300, 1500)]
            )
            lasts_s = dice.expovariate(1 / dice.choice([60, 900, 5000]))
            self.loads.append((watts * self.small, lasts_s))
        if self.plant.soc < 0.15:
            self.loads = []
        load_w = sum([w for w, _ in self.loads])
        self.plant.load_w = 0 if self.plant.soc < 0.15 else self.base_w + load_w

    def _shine(self):
        plant = self.plant
        hour = self.world.time_s / 3600 % 24
        if self.dice.random() < STRIDE_S / 120:
            self.clouds = self.dice.uniform(0.2, 1)
        sun = math.sin((hour - 8) / 9 * math.pi) if 8 < hour < 17 else 0
        plant.charger_a = self.sun_a * sun * self.clouds
        plant.charger_on = plant.charger_a > 0.2
        ambient_c = self.mean_c + self.swing_c * math.sin((hour - 10) / 12 * math.pi)
        plant.ambient_c += (ambient_c - plant.ambient_c) * STRIDE_S / 1200


@pytest.mark.parametrize("seed", range(6))
def test_nothing_latches_in_a_healthy_winter(seed):
    winter = Winter(seed, busy=60 if seed % 3 == 0 else 10)
    winter.pass_day()
    assert winter.world.heater.latched == 0, winter.world.history[-6:]


@pytest.mark.parametrize(
    "kind, seed, days", [("weak_mat", 17, 1), ("weak_mat", 6, 4), ("weak_mat_15", 15, 3)]
)
def test_a_weak_mat_is_never_called_dead(kind, seed, days):
    """Homes whose mats were: weeks went by between two windows without a rise."""
    season = Home(kind, seed).season.run(days * DAY_S)
    assert season.latches == []
    assert season.told_s["blocked:too_weak"] > 3000


@pytest.mark.parametrize(
    "kind, seed, hours", [("weak_mat", 1, 12), ("van", 1, 12), ("bus", 1, 12)]
)
def test_a_mat_that_dies_in_any_weather_is(kind, seed, hours):
    season = Home(kind, seed).season.run(37 * 3600)
    assert season.latches == []
    season.plant.mat_open = True
    season.run(hours * 3600)
    assert season.latches[0][1] in ("not_heating", "open_circuit")

"""Healthy heaters through whole winters: how often one fails its owner, and what it achieves.

A home is a van, a bus or a hut at random (equal for equal seeds): its pack, mat and box, its
charger and loads, its weather, and who lives in it. Nothing is broken in any of them.
"""

import math
import random

from tools.heater_lab.season import UNTOLD, Season
from tools.heater_lab.weather import DAY_S, Winter

DAYS = 30
WANTED_C = 2.5  # what the pack is kept at, between protection and recovery

# cells, Ah, mΩ of the mat, W/K of a box with foam.
_LARGE = ((16, 100.0, 13_100, 1.5), (16, 100.0, 26_200, 1.5), (16, 280.0, 13_100, 2.5))
_SMALL = ((4, 100.0, 2900, 0.6), (4, 200.0, 2900, 1.0), (8, 50.0, 11_000, 0.7))

# By name: (text, sizes, mean of the air, °C, mat / mean loss or None: the box as it is,
# attributes of the plant or `board` of the Season, is it heated).
KINDS = {
    "van": ("a van on shore power", _LARGE, -8.0, None, {}, False),
    "heated_van": ("a van that is heated mornings and evenings", _LARGE, -20.0, None, {}, True),
    "bus": ("a small bus with a pack of 4S or 8S", _SMALL, -7.0, None, {}, False),
    "heated_bus": ("the same, heated when somebody is in", _SMALL, -20.0, None, {}, True),
    "weak_mat": ("a mat of 1.2 times the mean loss", _LARGE + _SMALL, -10.0, 1.2, {}, False),
    "weak_mat_15": ("a mat of 1.5 times the mean loss", _LARGE + _SMALL, -10.0, 1.5, {}, False),
    "weak_heated": ("1.5 times, and heated", _LARGE + _SMALL, -20.0, 1.5, {}, True),
    "slow_sensors": (
        "sensors that lag by 45 minutes",
        _LARGE,
        -8.0,
        None,
        {"lag_s": 2700.0},
        False,
    ),
    "slower": ("sensors that lag by 75 minutes", _LARGE, -6.0, None, {"lag_s": 4500.0}, False),
    "slow_heated": (
        "a lag of 45 minutes, and heated",
        _SMALL,
        -20.0,
        None,
        {"lag_s": 2700.0},
        True,
    ),
    "blind_van": (
        "a van whose BMS does not tell its board's temperature",
        _LARGE,
        -8.0,
        None,
        {"board": UNTOLD},
        False,
    ),
    "blind_bus": (
        "the same, a small bus, heated when somebody is in",
        _SMALL,
        -20.0,
        None,
        {"board": UNTOLD},
        True,
    ),
    "blind_told": (
        "such a van, a mat of 3 times the mean loss, and `heater_loss_w` set",
        _LARGE,
        -8.0,
        3.0,
        {"board": UNTOLD},
        False,
    ),
    "mild": ("a mild winter around 0 °C", _LARGE + _SMALL, 0.0, None, {}, False),
}


class Home:
    """Brings weather, people, loads and chargers to a Season: pass it as `each`."""

    def __init__(self, kind, seed, settings=None):
        _, sizes, mean_c, margin, odd, heated = KINDS[kind]
        dice = self.dice = random.Random(f"{kind} {seed}")
        cells, capacity_ah, mohm, loss_w_k = dice.choice(sizes)
        volt = cells * 3.28
        if margin:
            loss_w_k = volt * volt / (mohm / 1000) / margin / (WANTED_C - mean_c)
        feed = dice.choice(["output", "cells"])
        self.mean_c = mean_c
        self.air = Winter(dice.randrange(1 << 20), mean_c, swing_c=4.0, front_c=5.0)
        self.heated = heated
        self.small = cells / 16
        self.busy = dice.choice([2, 6, 20]) / 3600  # loads switched on in a second
        self.shore = dice.random() < 0.6
        self.sun_a = dice.uniform(0.1, 0.4) * capacity_ah
        self.loads = []
        self.base_w = self.small * dice.choice([2, 15, 40])
        self.next_s = self.cloud_s = 0
        self.clouds = 1.0
        self.in_c = mean_c
        self.last_s = 0
        chosen = {
            "heater_mode": dice.choice(["charger", "charger_or_soc"]),
            "heater_feed": "output" if feed == "output" else "unknown",
            # What owners know of their mat and pack.
            "heater_mat_mohm": int(mohm * dice.uniform(0.95, 1.05)),
            "pack_wh": int(cells * 3.2 * capacity_ah * dice.uniform(0.85, 1.15)),
            "charger_pin_used": dice.random() < 0.8,
            "heater_min_off_s": dice.choice([60, 300]),
            "heater_loss_w": math.ceil(loss_w_k * 24) if margin else 0,
        }
        size = {"cells": cells, "capacity_ah": capacity_ah, "mat_mohm": mohm}
        size |= {"loss_w_k": loss_w_k, "seed": seed, "temp_c": dice.uniform(0, 8)}
        self.season = Season(chosen | (settings or {}), size, self)
        plant = self.season.plant
        plant.mat_feed = feed
        plant.rounding = dice.choice(["nearest", "down", "toward zero"])
        plant.charger_a = 0.15 * capacity_ah
        plant.set_soc(dice.randint(30, 95))
        self.season.pin_wired = chosen["charger_pin_used"]
        for name, value in odd.items():
            setattr(self.season if name == "board" else plant, name, value)

    def __call__(self, season):
        t_s = season.t_s
        passed_s, self.last_s = t_s - self.last_s, t_s
        plant = season.plant
        hour = (t_s / 3600 + 12) % 24
        outside_c = self.air.air_c(t_s)
        people = self.heated and (6.5 <= hour < 8 or 18 <= hour < 22)
        # A van is warm in half an hour, and cold again in three.
        aim_c, slow_s = (20.0, 1800) if people else (outside_c + 2 * self.heated, 10_000)
        self.in_c += (aim_c - self.in_c) * min(passed_s / slow_s, 1)
        plant.ambient_c = self.in_c if self.heated else outside_c
        self._switch(plant, t_s)
        self._charge(plant, t_s, hour)

    def _switch(self, plant, t_s):
        dice = self.dice
        if t_s >= self.next_s:
            watts = dice.choice([(5, 60), (20, 300), (300, 1500)])
            lasts_s = dice.expovariate(1 / dice.choice([60, 900, 5000]))
            self.loads.append((t_s + lasts_s, self.small * dice.uniform(*watts)))
            self.next_s = t_s + dice.expovariate(self.busy)
        if self.loads:
            self.loads = [load for load in self.loads if load[0] > t_s]
        plant.load_w = 0.0
        if plant.soc > 0.15:
            plant.load_w = self.base_w + sum([watts for _, watts in self.loads])

    def _charge(self, plant, t_s, hour):
        if self.shore:
            # Away on a drive now and then: half a day in four.
            plant.charger_on = t_s // (DAY_S // 2) % 8 != 5
            return
        if t_s >= self.cloud_s:
            self.cloud_s = t_s + 600
            self.clouds = self.dice.uniform(0.2, 1)
        sun = math.sin((hour - 8) / 9 * math.pi) if 8 < hour < 17 else 0
        plant.charger_a = round(self.sun_a * sun * self.clouds, 1)
        plant.charger_on = plant.charger_a > 0.5


def live(chosen):
    """Lets a home (kind, seed, days) pass a winter; returns its Season."""
    kind, seed, days = chosen
    return Home(kind, seed).season.run(days * DAY_S)

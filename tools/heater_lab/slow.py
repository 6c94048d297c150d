"""Sensors that lie for days: what the truly hottest cell becomes, on packs of every size.

All sensors of the pack share the fault: one that differs from its neighbour is found by that.
"""

import math

from tools.heater_lab.season import WITH_CELLS, Season

HOURS = 36
HOTTEST_C = 35.0

# What lies, and how: attributes of the plant.
FAULTS = {
    "well": ("nothing: for comparison", {}),
    "coupled_60": (
        "60 % of the cells' warmth reach them, the rest is the air's",
        {"sensor_coupling": 0.6},
    ),
    "coupled_30": ("30 %: they hang loose in the box", {"sensor_coupling": 0.3}),
    "coupled_10": ("10 %", {"sensor_coupling": 0.1}),
    "drift_1": ("they drift down by 1 K an hour, for ever", {"sensor_drift_k_h": -1.0}),
    "drift_3": ("by 3 K an hour", {"sensor_drift_k_h": -3.0}),
    "drift_6": ("by 6 K an hour", {"sensor_drift_k_h": -6.0}),
    "lag_45": ("they follow within 45 minutes", {"lag_s": 2700.0}),
    "lag_180": ("they follow within 3 hours", {"lag_s": 10_800.0}),
    "detached": ("they hang in the cold air", {"sensor_coupling": 0.0}),
    "other_pack": (
        "they are on another pack, which warms and cools between -3 and 4 °C",
        {"sensors_at_c": lambda t_s: 0.5 + 3.5 * math.sin(t_s / 3600)},
    ),
    "other_slow": (
        "they are on another pack, which an own heater keeps between -1 and 2 °C",
        {"sensors_at_c": lambda t_s: abs(t_s / 3600 % 4 - 2) * 1.5 - 1},
    ),
}

# Pack, mat and box: name, settings, plant.
PACKS = {
    "4S 100 Ah, 60 W": (4, 100.0, 2900, 1.1),
    "4S 100 Ah, 60 W, 40 mm foam": (4, 100.0, 2900, 0.6),
    "16S 100 Ah, 100 W": (16, 100.0, 26_200, 1.5),
    "16S 100 Ah, 200 W": (16, 100.0, 13_100, 1.5),
    "16S 100 Ah, 200 W, 80 mm foam": (16, 100.0, 13_100, 0.8),
    "16S 280 Ah, 200 W": (16, 280.0, 13_100, 2.5),
}
# Air, and pack at the start, °C.
STARTS = ((-12.0, -2.0), (-25.0, 2.0), (-2.0, 8.0), (4.0, 9.0))


def play(fault, pack, start, hours=HOURS, board=WITH_CELLS):
    """Plays one; returns its Season. `board`: where the BMS's own is, see season.py."""
    cells, capacity_ah, mohm, loss_w_k = PACKS[pack]
    size = {"cells": cells, "capacity_ah": capacity_ah, "mat_mohm": mohm, "loss_w_k": loss_w_k}
    settings = {
        "heater_mat_mohm": mohm,
        "pack_wh": int(cells * 3.2 * capacity_ah),
    }
    season = Season(settings, size)
    plant = season.plant
    plant.mat_feed = "cells"
    season.board = board
    plant.ambient_c, temp_c = start
    plant.set_temp(temp_c)
    plant.charger_on = True
    plant.load_w = 20.0 * cells / 16
    season.acknowledges = False
    coupling = FAULTS[fault][1].get("sensor_coupling", 1.0)
    plant.sensed_c = [plant.ambient_c + (temp_c - plant.ambient_c) * coupling] * 2
    for name, value in FAULTS[fault][1].items():
        setattr(plant, name, value)
    return season.run(hours * 3600)

"""How fast the laboratory is: winter days in a minute, for the plant alone and for all of it."""

import time

from tools.heater_lab import night
from tools.heater_lab.lab import PLANT
from tools.heater_lab.weather import DAY_S, Winter
from tools.plant import COARSE_S, Plant

_PLANT_DAYS = 120
_FULL_HOURS = 6


def winter(days, seed=1, off_c=5.0, on_c=0.0):
    """Lets a pack pass a winter with a plain thermostat, in the plant's coarsest steps.

    Returns (kWh of heat, share of the time in which the BMS forbade charging).
    """
    plant = Plant(**PLANT, substep_s=COARSE_S)
    plant.charger_on = True
    weather = Winter(seed)
    joule = cut = 0
    for step in range(int(days * DAY_S / COARSE_S)):
        if step % 10 == 0:
            plant.ambient_c = weather.air_c(step * COARSE_S)
        coldest = min(plant.sensed_c)
        plant.heater_on = coldest < (off_c if plant.heater_on else on_c)
        plant.step(COARSE_S)
        joule += plant.heater_w * COARSE_S
        cut += not plant.charge_on
    return joule / 3.6e6, cut * COARSE_S / (days * DAY_S)


def measure():
    """Measures, and prints."""
    start = time.perf_counter()
    heat_kwh, cut = winter(_PLANT_DAYS)
    took_s = time.perf_counter() - start
    print(
        f"plant and BMS, steps of {COARSE_S:g} s: {_PLANT_DAYS * 60 / took_s:,.0f} winter days a "
        f"minute (a winter of {_PLANT_DAYS} days: {heat_kwh:.0f} kWh of heat, charging forbidden "
        f"for {100 * cut:.1f} % of it)"
    )
    start = time.perf_counter()
    night.play(hours=_FULL_HOURS)
    took_s = time.perf_counter() - start
    steps = _FULL_HOURS * 3600
    print(
        f"the whole heater, steps of 1 s: {_FULL_HOURS / 24 * 60 / took_s:,.0f} winter days a "
        f"minute ({1e6 * took_s / steps:.0f} µs a step: frame, plausibility, law, guard, plant)"
    )

"""The unmodified firmware on the bench: its settings, a cold night, and waiting that says why not.

with benches() as made:
    made.append(Bench(configure(tmp_path, SETTINGS, lapse=200)))
    made[-1].start()
    make_cold(made[-1])
    wait_for_heat(made[-1])
"""

import contextlib
import json

import pytest

from tools.bench.bench_config import BenchConfig
from tools.plant import Plant

SETTINGS = {
    "heater_output": "gpio",
    "heater_mode": "charger",
    "heater_mat_mohm": 26_200,
    "pack_wh": 1024,
    "charger_pin_used": True,
}
OWN = {"heater_thresholds": "own", "heater_on_dc": 0, "heater_off_dc": 50}


def write_settings(folder, settings):
    """Writes the settings that the firmware is to find."""
    (folder / "settings.json").write_text(json.dumps(settings))


def small_pack(**changes):
    """Returns the Plant of a pack of 1 kWh, whose nights are short; `changes`: see Plant."""
    return Plant(capacity_ah=20.0, **changes)


def configure(folder, settings, lapse, **changes):
    """Returns the BenchConfig of a firmware with these settings; `changes`: what else is told."""
    write_settings(folder, settings)
    config = BenchConfig(str(folder))
    config.lapse = lapse
    config.plant = small_pack()
    for name, value in changes.items():
        setattr(config, name, value)
    return config


@contextlib.contextmanager
def benches():
    """Gives a list for benches: at the end they are stopped, and none may have failed."""
    made = []
    yield made
    for bench in made:
        bench.stop()
        assert bench.error is None


def console(bench):
    return "\n".join(bench.snapshot()["console"])


def make_cold(bench, pack_dc=-50):
    """Makes it a night in which a charger waits for the pack to be warm."""
    bench.set("ambient_dc", -100)
    bench.set("pack_dc", pack_dc)
    bench.set("charger", True)


def wait(bench, condition, within_s, what="it"):
    """As Bench.wait_for, but what never happens fails the test with the firmware's console."""
    try:
        return bench.wait_for(condition, within_s)
    except TimeoutError as error:
        pytest.fail(f"{what}: {error}\n{console(bench)}")


def wait_for_heat(bench, within_s=300):
    return wait(bench, lambda b: b.plant.heater_on, within_s, "heat")

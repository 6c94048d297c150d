"""The radio's test rig: units in the air, and real MicroPython with a BLE link, in virtual time.

    with Rig(tmp_path, {"dialect": "jk_ble"}) as rig:
        unit = rig.add(JkBleSim(plant), "jk_new", ADDRESS)
        seen = rig.wait_for(lambda seen: seen["up"], 20)

`bumble` must be installed; the real aioble is used where it is (tools/bench/radio/paths.py).
"""

import json
import os

from tools.bench.bench import Bench
from tools.bench.bench_config import ROOT, BenchConfig
from tools.bench.radio.air import Air
from tools.bench.radio.paths import aioble_places
from tools.plant import Plant

ADDRESS = "C8:47:8C:00:00:01"
OTHER = "C8:47:8C:00:00:02"


class RadioRig:
    """A bench for this config, and the air that its radio is in: both while this is entered."""

    def __init__(self, config):
        config.paths = config.paths + aioble_places()
        self.bench = Bench(config)
        self.air = Air(self.bench.conductor.now_us)

    def __enter__(self):
        self.air.start()
        self.bench.config.env["PACKMATE_RADIO"] = str(self.air.port)
        return self

    def __exit__(self, *_):
        self.bench.stop()
        self.air.stop()
        assert self.bench.error is None


class Rig(RadioRig):
    """See the module. `lapse`: how much faster than life."""

    def __init__(self, run_dir, settings, lapse=20):
        self.run_dir = str(run_dir)
        with open(os.path.join(self.run_dir, "ble.json"), "w") as file:
            json.dump(settings, file)
        config = BenchConfig(self.run_dir)
        config.main = os.path.join(ROOT, "host_tests", "mp", "ble_program.py")
        config.lapse = lapse
        config.plant = self.plant = Plant()
        self.plant.load_w = 200.0
        super().__init__(config)

    def start(self):
        """Powers the firmware up; units should be there by now."""
        self.bench.start()

    @staticmethod
    def other_pack():
        """Returns a pack that is not ours: 13 cells, much emptier."""
        plant = Plant(cells=13)
        plant.set_soc(15)
        return plant

    def look(self):
        """Returns what the program told last, or None."""
        try:
            with open(os.path.join(self.run_dir, "seen.json")) as file:
                return json.load(file)
        except FileNotFoundError:
            return None

    def command(self, text):
        """Has the program obey a command."""
        with open(os.path.join(self.run_dir, "commands.txt"), "a") as file:
            file.write(text + "\n")

    def wait_for(self, condition, within_s):
        """Waits until what the program tells meets the condition; returns that."""
        caught = []

        def look(_):
            seen = self.look()
            if seen is not None and condition(seen):
                caught.append(seen)
            return bool(caught)

        try:
            self.bench.wait_for(look, within_s, step_s=0.25)
        except TimeoutError as error:
            lines = "\n".join(line for _, line in list(self.bench.console.lines)[-30:])
            raise AssertionError(f"{error}; seen {self.look()}\n{lines}") from None
        return caught[0]

    def pass_s(self, seconds):
        """Lets virtual time pass; returns what the program tells then."""
        self.bench.run_until(self.bench.now_s() + seconds)
        return self.look()

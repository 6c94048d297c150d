"""The whole firmware on the bench, with units in the air.

with AppRig(tmp_path, {"bms_dialect": "jk_ble"}) as rig:
    unit = rig.add(JkBleSim(rig.bench.plant), "jk_new", ADDRESS)
    rig.bench.start()
"""

import json

import pytest

from host_tests import state_file
from host_tests.test_bench_app import SETTINGS
from tools.bench.bench import Bench, BenchConfig
from tools.bench.radio.air import Air
from tools.bench.radio.paths import aioble_places
from tools.bench.radio.unit import Unit
from tools.plant import Plant


class AppRig:
    """See the module. `wired`: there is a BMS on the cable, too."""

    def __init__(self, folder, settings, wired=False, plant=None, lapse=30):
        self.folder = folder
        (folder / "settings.json").write_text(json.dumps({**SETTINGS, **settings}))
        self._config = config = BenchConfig(str(folder))
        config.paths = config.paths + aioble_places()
        config.lapse = lapse
        config.plant = plant or Plant()
        config.heap_bytes = 1_100_000  # the stand-ins for the radio, and all of it from source
        self.bench = Bench(config)
        self.bench.line.unplugged = not wired
        self.air = Air(self.bench.conductor.now_us)

    def __enter__(self):
        self.air.start()
        self._config.env["PACKMATE_RADIO"] = str(self.air.port)
        return self

    def __exit__(self, *_):
        self.bench.stop()
        self.air.stop()
        assert self.bench.error is None

    def add(self, sim, form, address, name=""):
        """Puts a unit into the air; returns it."""
        return self.air.add(Unit(sim, form, address, name))

    def make_cold(self):
        """Makes it a night in which a charger waits for the pack to be warm."""
        self.bench.set("ambient_dc", -100)
        self.bench.set("pack_dc", -50)
        self.bench.set("charger", True)

    def wait_for(self, condition, within_s, timeout_s=60):
        """Waits for a condition of the bench; returns when it held. Else: what it said."""
        try:
            return self.bench.wait_for(condition, within_s, timeout_s)
        except TimeoutError as error:
            pytest.fail(f"{error}:\n" + "\n".join(self.bench.snapshot()["console"]))

    def remembered(self, key):
        """Returns what the state file holds under a key, or None."""
        return state_file.get(self.folder).get(key)

    @property
    def resets(self):
        return self.bench.snapshot()["chip"]["resets"]

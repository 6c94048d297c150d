"""The whole firmware on the bench, with units in the air.

with AppRig(tmp_path, {"bms_dialect": "jk_ble"}) as rig:
    unit = rig.add(JkBleSim(rig.bench.plant), "jk_new", ADDRESS)
    rig.bench.start()
"""

from host_tests import state_file
from host_tests.device import bench_rig
from host_tests.device.ble_rig import RadioRig
from tools.bench.radio.bms_radio import Unit


class AppRig(RadioRig):
    """See the module. `wired`: there is a BMS on the cable, too."""

    def __init__(self, folder, settings, wired=False, plant=None, lapse=30):
        self.folder = folder
        told = {**bench_rig.SETTINGS, **settings}
        config = bench_rig.configure(folder, told, lapse, plant=plant or bench_rig.small_pack())
        config.heap_bytes = 1_100_000  # the stand-ins for the radio, and all of it from source
        super().__init__(config)
        self.bench.line.unplugged = not wired

    def add(self, sim, form, address, name=""):
        """Puts a unit into the air; returns it."""
        return self.air.add(Unit(sim, form, address, name))

    def make_cold(self):
        bench_rig.make_cold(self.bench)

    def wait_for(self, condition, within_s):
        """Waits for a condition of the bench; returns when it held. Else: what it said."""
        return bench_rig.wait(self.bench, condition, within_s)

    def remembered(self, key):
        """Returns what the state file holds under a key, or None."""
        return state_file.get(self.folder).get(key)

    @property
    def resets(self):
        return self.bench.snapshot()["chip"]["resets"]

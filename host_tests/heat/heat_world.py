"""A plant, a PackState fed from it, and a heater on it, one second at a time: for the tests.

`World.tick()` lets a second pass: the plant moves, a frame arrives (unless a fault says no), the
heater steps, its answer switches the mat under the output's lease. The faults are attributes.
"""

from bms.pack import PackState
from compat import ticks_add
from heat.heater import Heater
from settings import table as settings_table
from tools import vocabulary
from tools.heater_lab.pack_feed import feed
from tools.plant import Plant

# The longest step of a World, so that days pass quickly; after a longer one lib/heat begins anew.
STRIDE_S = 10


def make_settings(**changes):
    """Returns a complete, valid dict of settings with a heater fitted."""
    raw = {
        "heater_output": "gpio",
        "heater_mode": "charger",
        "heater_mat_mohm": 26_200,
        "pack_wh": 5120,
    }
    raw.update(changes)
    values, errors = settings_table.load(raw)
    assert errors == []
    return values


class Verdict:
    """Stands for bms.check.Check."""

    def __init__(self):
        self.plausible = True
        self.still = False
        self.mat = None


class World:
    """See the module. `settings` are changes to make_settings(); `plant` keywords of Plant."""

    def __init__(self, settings=None, plant=None, start_ms=0, saved=None):
        self.settings = make_settings(**(settings or {}))
        self.plant = Plant(**(plant or {}))
        self.now = start_ms
        self.time_s = 0
        self.silent = False  # no frame arrives
        self.link_up = True
        self.charger_pin = None
        self.readings = None  # a list: what the sensors say instead, 0.1 °C or None
        self.on = False
        self.history = []  # (time, on, state text) at each change of the text
        self.boot(saved if saved is not None else {})

    def boot(self, saved):
        """Powers the device up with what was saved; nothing else is left of before."""
        self.heater = Heater(self.settings)
        self.heater.load(saved)
        self.heater.inputs.lease_ms = 1000 * STRIDE_S  # longer than a device's
        self.pack = PackState()
        self.check = Verdict()
        self.on = False
        self.plant.heater_on = False

    def restart(self):
        """Resets the device, which keeps what it last saved."""
        record = {}
        self.heater.save(record)
        self.boot(record)

    @property
    def text(self):
        """The heater's state as text."""
        return vocabulary.heater_text(self.heater.state, self.heater.reason)

    def tick(self, seconds=1, stride_s=1):
        """Lets seconds pass, one by one; in strides of STRIDE_S at most."""
        for _ in range(seconds // stride_s):
            self.plant.step(stride_s)
            self.now = ticks_add(self.now, 1000 * stride_s)
            self.time_s += stride_s
            if not self.silent:
                feed(self.pack, self.plant, self.now)
                self._falsify()
            self.on = self.heater.step(
                self.pack, self.check, self.link_up, self.charger_pin, self.now
            )
            self.plant.heater_on = self.on
            if not self.history or self.history[-1][1:] != (self.on, self.text):
                self.history.append((self.time_s, self.on, self.text))

    def _falsify(self):
        if self.readings is None:
            return
        for i, dc in enumerate(self.readings):
            if dc is None:
                self.pack.drop_temp(i)
            else:
                self.pack.put_temp(i, dc)
        self.pack.summarise()

    def run_until(self, condition, within_s, stride_s=1):
        """Ticks until `condition(self)`; returns the seconds it took, or fails the test."""
        for took in range(0, within_s + stride_s, stride_s):
            if condition(self):
                return took
            self.tick(stride_s, stride_s)
        raise AssertionError(f"not within {within_s} s; now {self.text}, {self.history[-5:]}")

    def heat(self):
        """Cools the pack just under its limit with a charger there; returns heating."""
        self.plant.charger_on = True
        self.plant.set_temp(0.8)
        self.plant.ambient_c = -10
        self.tick(70)
        self.plant.set_temp(-1)
        self.run_until(lambda w: w.on, 120)
        return self

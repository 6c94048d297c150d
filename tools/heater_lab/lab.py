"""A device in the cold, a second at a time: plant, frames, checks, heater, lease, flash.

The heater is the real one (lib/heat) and so is the plausibility check; what is around them in the
firmware is written down here in a few lines: the loop's second, the lease that a timer ends, the
watchdog, and the state that is saved. tools/bench runs the firmware itself.

    lab = Lab()
    lab.plant.charger_on = True
    lab.tick(600)
    print(lab.text, lab.on)

Faults are attributes, and functions that falsify what arrives (faults.py has a table of them).
"""

import json

from bms import pack as p
from bms.check import Check
from bms.jk.jk_gps import JkGps
from bms.pack import PackState
from compat import ticks_add
from heat.heater import Heater
from heat.inputs import LEASE_MS
from settings import table as settings_table
from tools import vocabulary
from tools.heater_lab.pack_feed import feed
from tools.plant import Plant

TICK_MS = 1000
POLL_MS = 100  # firmware/hardware/heater_output.py: its timer looks this often after the lease
WATCHDOG_MS = 1200  # firmware/supervisor.py, while the mat is on
# Where the watchdog's bite does not release the pins: a panic's output, then the start, until
# boot.py sets them. Measured on stock 1.27.0 in an emulated ESP32.
PANIC_MS = 160 + 750
SAVE_GAP_S = 60  # firmware/app.py

# How the loop does: its exceptions end at the heater, a hang at the timer, or later at the
# watchdog if the timer hangs as well; that one's reset releases the pins, or it panics first.
RUNS, RAISES, HANGS, DIES, PANICS = "runs", "raises", "hangs", "dies", "panics"
_DEAD = (HANGS, DIES, PANICS)
_NO_TIMER = (DIES, PANICS)

PROBE_READS = "reads"  # the probe, where the settings tell of one, is on the mat

# 5 kWh with a 200 W mat, in a box that loses 1.5 W for each kelvin.
PLANT = {"cells": 16, "capacity_ah": 100.0, "mat_mohm": 13_100, "loss_w_k": 1.5}
SETTINGS = {
    "heater_output": "gpio",
    "heater_mode": "charger",
    "heater_mat_mohm": 13_100,
    "heater_feed": "output",
    "charger_pin_used": True,
    "pack_wh": 5120,
}


def make_settings(changes):
    """Returns complete settings: SETTINGS, and `changes` over them."""
    values, errors = settings_table.load(SETTINGS | changes)
    if errors:
        raise ValueError("; ".join(errors))
    return values


class Lab:
    """See the module. `settings` and `plant` are changes to SETTINGS and PLANT.

    `on`: the output's pin. `t_ms`: since power-on; `off_ms`: when the output last went off.
    `log`: (t_ms, on, text of the state) at each change of them.
    """

    def __init__(self, settings=None, plant=None, start_ms=0, max_ma=5_000, max_mw=300_000):
        self.settings = make_settings(settings or {})
        self.plant = Plant(**(PLANT | (plant or {})))
        self._limits = (max_ma, max_mw)
        # What faults change.
        self.frames = True  # they arrive
        self.replay = False  # ... but always the same one
        self.link_up = True
        self.loop = RUNS
        self.pin_wired = True
        self.probe = PROBE_READS  # or what it says instead, 0.1 °C, None for nothing
        # Pairs of a key and a function: of (lab, pack) for each frame, of (lab) for each second.
        self.falsify = []
        self.commands = []
        self.now = start_ms
        self.t_ms = 0
        self.on = False
        self.off_ms = 0
        self.boots = 0
        self.flash = None  # JSON text
        self.log = []
        self.boot()

    # -- the device -------------------------------------------------------------------------------

    def boot(self):
        """Starts the device with what it last saved; a first boot has nothing."""
        self._switch(False, self.t_ms)
        self.boots += 1
        self.heater = Heater(self.settings, *self._limits)
        self.heater.load({} if self.flash is None else json.loads(self.flash))
        self.pack = PackState()
        self.check = Check(self.pack, self.settings["data_freeze_s"] or JkGps.FREEZE_S)
        self._saved_latched = 0
        self._save_after_ms = 0
        self._until_ms = 0
        self._dead_ms = None
        self._save()

    def reset(self):
        """The chip resets: the pins drop at once."""
        if self.loop in _DEAD:
            self.loop = RUNS
        self.boot()

    @property
    def text(self):
        """The heater's state as text."""
        return vocabulary.heater_text(self.heater.state, self.heater.reason)

    @property
    def known_dc(self):
        """The valid sensors as they arrived, 0.1 °C."""
        pack = self.pack
        return [pack.temps_dc[i] for i in range(pack.temps) if pack.temp_valid[i]]

    def tick(self, times=1, ms=TICK_MS):
        """Lets seconds pass, or as often so many ms."""
        for _ in range(times):
            self._tick(ms)

    def run_until(self, condition, within_s):
        """Ticks until `condition(lab)` holds; returns whether it did."""
        for _ in range(within_s):
            if condition(self):
                return True
            self._tick(TICK_MS)
        return condition(self)

    def _tick(self, ms):
        self._pass(ms)
        self.now = ticks_add(self.now, ms)
        self.t_ms += ms
        if self.loop in _DEAD:
            self._hang()
            return
        if self.frames:
            self._receive()
        for _, command in self.commands:
            command(self)
        self._step()
        self._save_if_due()
        self._note()

    def _pass(self, ms):
        """The plant goes on; a lease that nobody renewed ends in between."""
        end_ms = self.t_ms + ms
        if self.on and self._until_ms + POLL_MS <= end_ms and self.loop not in _NO_TIMER:
            before_ms = max(self._until_ms + POLL_MS - self.t_ms, 0)
            self.plant.step(before_ms / 1000)
            self._switch(False, self.t_ms + before_ms)
            ms -= before_ms
        if ms > 0:
            self.plant.step(ms / 1000)

    def _receive(self):
        if not self.replay:
            feed(self.pack, self.plant, self.now)
            for _, distort in self.falsify:
                distort(self, self.pack)
            if self.falsify:
                self.pack.summarise()
            self.pack.fingerprint = hash((tuple(self.pack.cell_mv), self.plant.runtime_s))
        self.pack.touch(p.STATUS, self.now)

    def _step(self):
        self.check.step(self.now)
        pin = int(self.plant.charger_on) if self.pin_wired else None
        heater = self.heater
        if self.settings["heater_probe"] != "none":
            told = round(10 * self.plant.mat_c) if self.probe is PROBE_READS else self.probe
            heater.probe_dc = told
        if self.loop == RAISES:
            heater.fail()
            on = False
        else:
            on = heater.step(self.pack, self.check, self.link_up, pin, self.now)
        if on:
            self._until_ms = self.t_ms + LEASE_MS
        self._switch(on, self.t_ms)

    def _hang(self):
        if self._dead_ms is None:
            self._dead_ms = self.t_ms - TICK_MS  # the last that was alive
        off_ms = WATCHDOG_MS + (PANIC_MS if self.loop == PANICS else 0)
        if self.t_ms - self._dead_ms >= off_ms:
            self._switch(False, self._dead_ms + off_ms)
            self.reset()

    def _switch(self, on, t_ms):
        if self.on and not on:
            self.off_ms = t_ms
        self.on = on
        self.plant.heater_on = on

    # -- the flash --------------------------------------------------------------------------------

    def _save_if_due(self):
        heater = self.heater
        if heater.dirty and (
            heater.latched & ~self._saved_latched or self.t_ms >= self._save_after_ms
        ):
            self._save()

    def _save(self):
        record = {}
        self.heater.save(record)
        self.flash = json.dumps(record)
        self._saved_latched = self.heater.latched
        self._save_after_ms = self.t_ms + SAVE_GAP_S * 1000

    def _note(self):
        if not self.log or self.log[-1][1:] != (self.on, self.text):
            self.log.append((self.t_ms, self.on, self.text))

"""What the heater has beside its pin, where the settings ask for it; imported only then.

`before` and `after` surround each step of the heater; what they raise ends in its latched fault.
"""

import board

from compat import ticks_diff


class Options:
    """See the module. Each part is there only if it is asked for."""

    def __init__(self, device, settings, errors):
        self._probe = self._holds = self._output = None
        self._now = 0
        self._stepped = False
        if settings["heater_probe"] != "none":
            from hardware.ds18b20 import Probe

            self._probe = Probe(board.PROBE_PIN)
        if settings["heater_output"] == "bms":
            from heating.bms_heater import BMSHeater

            thresholds = settings["heater_bms_thresholds"]
            self._output = BMSHeater(device.bms.units[0], thresholds, device.max_age_ms)
            device.heater.bms_output = self._output.logic
            device.output = self._output
        self._preheat = None
        if settings["preheat_at"]:
            from heat.options.preheat import Preheat

            self._preheat = Preheat(settings)
        self.saver = None  # a power_saver.Saver, where the settings ask for one
        self._take_holds(device, settings, errors)

    def _take_holds(self, device, settings, errors):
        holds = device.heater.holds
        if not (settings["heater_inhibit"] or settings["heater_stuck_cutoff"] or holds):
            return
        if device.writes is not None:
            from heating.holds import Holds

            self._holds = Holds(device.bms.units, settings["heater_inhibit"], holds)
        elif holds:
            errors.append("bms_writes: we keep a switch of the BMS off; switch it on there")

    def before(self, device, now):
        """Gives the heater what it is to know in its next step."""
        if self._output is not None:
            self._output.look(now)
        if self._probe is not None:
            self._probe.step(now)
            device.heater.probe_dc = self._probe.dc
        if self._preheat is not None:
            self._preheat.step(device.heater, device.clock.day_s())

    def fail(self, device, now):
        """Switches off what has no lease, after an exception in the heater's step or here."""
        if self._output is not None:
            self._output.step(device.heater, False, 1000, now)
        if self.saver is not None:
            self.saver.wake()

    def after(self, device, on, now):
        """Does what the heater's step has left to do; `on` is its answer."""
        elapsed_ms = ticks_diff(now, self._now) if self._stepped else 0
        self._now = now
        self._stepped = True
        if elapsed_ms < 0:
            elapsed_ms = 0
        if self._output is not None:
            self._output.step(device.heater, on, elapsed_ms, now)
        if self.saver is not None:
            self.saver.step(device, on, elapsed_ms, now)
        if self._holds is not None:
            self._holds.step(device, elapsed_ms, now)

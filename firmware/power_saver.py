"""Saves power while the pack rests: slower questions, Wi-Fi that sleeps more, a slower clock, a
dark panel. Settings: low_power, low_power_ma. Imported only where they ask for it.

The clock of peripherals (UART, SPI, PWM, timers) is the same at 80 MHz as at 240. All is undone
before the heater's output goes on, in the same step.
"""

import board
import machine

from bms import pack as p
from bms.check import PLAUSIBLE
from compat import const
from hardware.inputs.buttons import NOTHING
from heat.options.low_power import Resting
from words import HEATING

_REST_HZ = const(80_000_000)  # the least with Wi-Fi or Bluetooth
_SLOW_MS = const(5000)  # between two questions, where the age of figures allows it


class WatchedButton:
    """A button that wakes the panel first: the press that does so does nothing else. So does one
    of a second button, or at the glass, which they hand to the device's screen themselves."""

    def __init__(self, button, device, saver):
        self.held_ms = 0
        self._button = button
        self._device = device
        self._saver = saver
        self._swallows = False  # a press that has woken

    def back(self, _model):
        """In the place of the screen, while a press is to do nothing else."""
        if self._saver.wake():
            self._swallows = True

    brighter = back

    def swipe(self, model, _step):
        """The same for a finger at the glass."""
        self.back(model)

    def step(self, now):
        """See hardware.inputs.buttons.Button.step."""
        device = self._device
        screen = device.screen
        if self._swallows or self._saver.rests:
            device.screen = self
        press = self._button.step(now)
        device.screen = screen
        self.held_ms = self._button.held_ms
        if press == NOTHING and not self.held_ms:
            self._swallows = False
            return NOTHING
        if self._saver.wake():
            self._swallows = True
        if self._swallows:
            self.held_ms = 0
            return NOTHING
        return press


class Saver:
    """Call `step` with each step of the heater, before its output is renewed.

    panel: the driver; what the screen asks of its light is kept, and given to it when all wakes.
    `rests`: power is being saved.
    """

    def __init__(self, settings, panel):
        self.rests = False
        self._resting = Resting(settings["low_power_ma"])
        self._poll_ms = settings["bms_poll_ms"]
        self._slow_ms = max(self._poll_ms, min(_SLOW_MS, settings["data_max_age_s"] * 1000 // 3))
        self._light = panel.light
        self._lit_pct = settings["screen_brightness_pct"]
        panel.light = self.light
        self._wlan = None
        self._watched = False
        self._units = ()
        self._alarms = bytearray(8)
        self._alarm_changes = 0

    def light(self, brightness_pct=100):
        """In the place of the panel's own: while it rests, it stays dark."""
        self._lit_pct = brightness_pct
        if not self.rests:
            self._light(brightness_pct)

    def step(self, device, on, elapsed_ms, now):
        """Saves, or wakes. on: the heater's output is to be on."""
        if not self._watched:
            self._watched = True
            device.button = WatchedButton(device.button, device, self)
            self._units = device.bms.units
            if device.wifi_used:
                self._wlan = _wlan()
        bms = device.bms
        check = bms.check
        pack = bms.pack
        heater = device.heater
        known = check.verdict == PLAUSIBLE and not check.frozen and bms.answering
        current_ma = pack.get(p.CURRENT_MA) if known else None
        cold_dc = pack.get(p.TEMP_MIN_DC) if known else None
        if pack.alarms != self._alarms:
            self._alarms[:] = pack.alarms
            self._alarm_changes = self._alarm_changes + 1 & 0xFFFF
        news = (heater.state << 16 | self._alarm_changes) ^ heater.latched << 4 ^ heater.warnings
        heats = on or heater.state == HEATING
        rests = self._resting.step(elapsed_ms, current_ma, cold_dc, heats, news)
        if rests != self.rests:
            self._change(rests)

    def wake(self):
        """A button is pressed, or something failed: all as usual. Returns True if it rested."""
        self._resting.wake()
        if not self.rests:
            return False
        self._change(False)
        return True

    def _change(self, rests):
        if not rests:
            machine.freq(board.CPU_HZ)
        self.rests = rests
        for unit in self._units:
            unit.dialect.poll_ms = self._slow_ms if rests else self._poll_ms
        self._light(0 if rests else self._lit_pct)
        if self._wlan is not None:
            try:
                self._wlan.config(
                    pm=self._wlan.PM_POWERSAVE if rests else self._wlan.PM_PERFORMANCE
                )
            except OSError:
                pass  # it sleeps as before
        if rests:
            machine.freq(min(_REST_HZ, board.CPU_HZ))


def _wlan():
    import network

    return network.WLAN(network.WLAN.IF_STA)

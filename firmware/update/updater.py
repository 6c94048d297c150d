"""Updates over Wi-Fi, on command: the task that takes a bundle in, beside the application.

Off unless the settings have `update_url`. While files are written, the heater is off; what was
written runs from the next start on, on trial (slots.py, trial.py).
"""

import gc
from time import ticks_ms

import machine

import slots
from compat import const
from hardware.reset_cause import ask
from update.download import download
from update.intake import Refused
from update.marks import CAME_BACK, CHECK
from update.taking import Taking, switch_over
from words import BLOCKED, HEATING, UPDATING

_OFF_S = const(60)  # the longest that the BMS takes to switch its own output off
_IDLE_MS = const(1000)
_STEP_MS = const(5)
_PERCENT = const(5)  # so many are told at once


class HeldOff:
    """Stands in for the heater's output, which is off, and stays so."""

    on = False

    def __init__(self, output, heater):
        self.real = output
        self._heater = heater
        output.off()

    def renew(self, now):
        """Nothing switches it on."""
        self.off()

    def off(self):
        """It is; and the heater, which may want that it is not, learns it: else it would count
        heat that never was, and latch a fault for it. Its owner reads why."""
        self.real.off()
        heater = self._heater
        heater.on = heater.heating = False
        if heater.state == HEATING and not (heater.bms_output and heater.bms_output.on):
            heater.state = BLOCKED
            heater.reason = UPDATING
            heater.duty_permille = heater.power_mw = 0

    def close(self):
        """See hardware.heater_output."""
        self.real.close()

    def look(self, now):
        """See heating.bms_heater."""
        self.real.look(now)

    def step(self, heater, on, elapsed_ms, now):
        """See heating.bms_heater."""
        self.real.step(heater, False, elapsed_ms, now)


class Updater:
    """url: the setting update_url; "": nothing is ever fetched.

    What is told: `latest`, the version that the server has, "" while it was not asked; `percent`
    of an update that is under way, None without one; `reason`, why the last one came to nothing.
    `told` counts the changes of these.
    """

    def __init__(self, device, url):
        self.latest = ""
        self.percent = None
        self.reason = ""
        self.told = 0
        self._device = device
        self._url = url
        self._wish = None
        if slots.read()[3] == CAME_BACK:
            self.reason = "the update did not prove itself; the version before it runs again"
            device.journal.note("update", self.reason)

    def ask(self, wish):
        """Has a bundle fetched (wish: of update.marks); returns False if that cannot be now."""
        if self._wish is not None or slots.read()[1] >= 0:
            return False
        self._wish = wish
        return True

    def run(self):
        """The task."""
        while True:
            yield _IDLE_MS
            if self._wish is None:
                continue
            try:
                yield from self._carry_out(self._wish)
            except Exception as error:  # whatever a server and its files bring about
                words = error.args[0] if isinstance(error, Refused) else repr(error)
                self._tell(None, str(words))
                self._device.journal.note("update", "refused: %s" % words)
            self._let_heat()
            self._wish = None
            gc.collect()

    def _tell(self, percent, reason=""):
        self.percent = percent
        self.reason = reason
        self.told += 1

    # -- taking it in -----------------------------------------------------------------------------

    def _carry_out(self, wish):
        device = self._device
        # For a check, too: else each piece of the header would switch a relay.
        device.output = HeldOff(device.output, device.heater)
        if wish != CHECK:
            self._tell(0)
            yield from self._stop_bms()
        taking = Taking(wish)
        yield from self._patiently(taking, taking.steps(self._fetch))
        self.latest = taking.latest
        if wish == CHECK:
            self._tell(None)
        else:
            self._switch()

    def _fetch(self, take):
        return download(self._url, self._device.wifi, take)

    def _patiently(self, taking, steps):
        """Takes steps that the flash may hold up, with the time that the watchdog leaves one."""
        supervisor = self._device.supervisor
        while True:
            supervisor.relax()
            try:
                pause_ms = next(steps)
            except StopIteration:
                return
            finally:
                supervisor.excuse(ticks_ms())
            if self.percent is not None and taking.percent >= self.percent + _PERCENT:
                self._tell(taking.percent)
            yield max(pause_ms, _STEP_MS)

    def _switch(self):
        """Has the next start run what was taken in."""
        device = self._device
        device.journal.note("update", "%s is tried" % self.latest)
        device.journal.save()
        device.save()
        switch_over()
        print("update: %s is tried" % self.latest)
        device.output.close()
        ask()
        machine.reset()

    # -- the heater -------------------------------------------------------------------------------

    def _stop_bms(self):
        """Has the BMS switch its own output off, if that heats, and waits until it says so."""
        of_bms = self._device.heater.bms_output
        if of_bms is None:
            return
        of_bms.held_off = True
        of_bms.confirmed_off = False
        for _ in range(_OFF_S):
            yield _IDLE_MS
            if of_bms.confirmed_off:
                return
        raise Refused("the BMS does not say that its heating is off")

    def _let_heat(self):
        device = self._device
        if isinstance(device.output, HeldOff):
            device.output = device.output.real
        if device.heater.bms_output is not None:
            device.heater.bms_output.held_off = False

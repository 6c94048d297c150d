"""Updates over Wi-Fi, on command: the task that takes a bundle in, beside the application.

It is fetched from where `update_url` says, or brought (arriving.py). While files are written, the
heater is off; what was written runs from the next start on, on trial (slots.py, after.py).
"""

import gc
from errno import ENOMEM
from time import ticks_ms

import slots
from compat import const
from hardware.reset_cause import restart
from update.after import WENT_BACK
from update.download import download
from update.heard import heard, told
from update.intake import Older, Refused
from update.marks import CAME_BACK, CHECK
from update.taking import Taking, switch_over
from words import BLOCKED, HEATING, UPDATING

_OFF_S = const(60)  # the longest that the BMS takes to switch its own output off
_IDLE_MS = const(1000)
_STEP_MS = const(5)
_PERCENT = const(5)  # so many are told at once
_TLS = {  # what mqtt.secure raises
    -9: "the secure line to the server fails: the console says why, most often its certificate",
    -10: "the time, by which a certificate is judged, is not known yet",
}
_SOON_MS = const(2000)  # whoever brought it is told before the restart


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
    """url: the setting update_url; "": nothing is ever fetched. wrap: see download.download.

    What is told: `latest`, the version that the server has, "" while it was not asked; `percent`
    of an update that is under way, None without one; `reason`, why the last one came to nothing.
    `told` counts the changes of these. `too_old`: the last one is only not newer than what runs;
    `tried`: it is taken in, and the chip is about to start with it.
    """

    def __init__(self, device, url, wrap=None):
        self.latest = ""
        self.percent = None
        self.reason = ""
        self.told = 0
        self.too_old = self.tried = False
        self._device = device
        self._url = url
        self._wrap = wrap
        self._wish = self._fetch = None
        if slots.read()[3] == CAME_BACK:
            self.reason = WENT_BACK
            device.journal.note("update", self.reason)

    def ask(self, wish, fetch=None):
        """Has a bundle taken (wish: of update.marks); returns False if that cannot be now. fetch:
        see Taking.steps, of one that somebody brings; None: it is fetched from the server."""
        if self._wish is not None or slots.read()[1] >= 0:
            return False
        self._wish = wish
        self._fetch = fetch or self._download
        return True

    def is_busy(self):
        """True while what was asked for is not done, and not refused."""
        return self._wish is not None and not self.tried

    def run(self):
        """The task."""
        while True:
            yield _IDLE_MS
            if self._wish is None:
                continue
            try:
                yield from self._carry_out(self._wish)
            except Exception as error:  # whatever a server and its files bring about
                words = _words(error)
                self.too_old = isinstance(error, Older)
                self._tell(None, words)
                self._device.journal.note("update", "refused: %s" % words)
            self._let_heat()
            self._wish = self._fetch = None
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
            yield from self._switch()

    def _download(self, take):
        return download(self._url, self._device.wifi, take, self._wrap)

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
        switch_over(told(heard(device)))
        print("update: %s is tried" % self.latest)
        self.tried = True
        self._tell(100)
        yield _SOON_MS
        device.output.close()
        restart()

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


def _words(error):
    """Returns why an update came to nothing."""
    if isinstance(error, Refused):
        return str(error.args[0])
    if isinstance(error, OSError) and error.errno in _TLS:
        return _TLS[error.errno]
    if isinstance(error, MemoryError) or isinstance(error, OSError) and error.errno == ENOMEM:
        return "there is no memory for it now"
    return repr(error)

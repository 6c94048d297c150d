"""Updates over Wi-Fi, on command: the task that looks for a bundle, takes it in, and proves it.

Off unless the settings have `update_url`. While files are written, the heater is off; what was
written runs from the next start on, on trial (slots.py).
"""

import gc
import json

import board
import machine

import slots
from compat import const
from kept.pause import write
from relay.commands import ACCEPTED, INVALID, NOT_ALLOWED, NOT_POSSIBLE
from update.download import download
from update.intake import HEADER, Bundle, Refused, clear
from update.signature import read_key
from words import BLOCKED, HEATING, UPDATING

KEY = "update.key"
CHECK = b"check"
INSTALL = b"install"
OLDER = b"install_older"

_PROVED_S = const(180)  # who has run so long, with its broker
_LOST_S = const(900)  # and who has not till then, comes back
_OFF_S = const(60)  # the longest that the BMS takes to switch its own output off
_IDLE_MS = const(1000)
_STEP_MS = const(5)


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
    """url: the setting update_url; "": nothing is ever fetched. version: that runs; got_going: a
    function that forgets failed starts (attempts.clear).

    What is told: `latest`, the version that the server has, "" while it was not asked; `percent`
    of an update that is under way, None without one; `reason`, why the last one came to nothing.
    `told` counts the changes of these.
    """

    def __init__(self, device, url, version, got_going):
        self.version = version
        self.latest = ""
        self.percent = None
        self.reason = ""
        self.told = 0
        self._device = device
        self._url = url
        self._got_going = got_going
        self._wish = None
        self._folder, self._tries, self._number, why = slots.read()
        if why:
            self.reason = "the update did not prove itself; the version before it runs again"
            device.journal.note("update", self.reason)

    def ask(self, payload):
        """Takes a command: CHECK, INSTALL, OLDER; returns an answer of relay.commands."""
        if payload not in (CHECK, INSTALL, OLDER):
            return INVALID
        if not self._url:
            return NOT_ALLOWED
        if self._wish is not None or self._tries >= 0:
            return NOT_POSSIBLE
        self._wish = payload
        return ACCEPTED

    def run(self):
        """The task."""
        if self._tries >= 0:
            for pause_ms in self._prove():
                yield pause_ms
        while True:
            yield _IDLE_MS
            if self._wish is None:
                continue
            try:
                for pause_ms in self._carry_out(self._wish):
                    yield pause_ms
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
        key = _read_key()
        place = None
        # For a check, too: else each piece of the header would switch a relay.
        device = self._device
        device.output = HeldOff(device.output, device.heater)
        if wish != CHECK:
            place = slots.place(slots.other(self._folder))
            self._tell(0)
            for pause_ms in self._stop_bms():
                yield pause_ms
            for pause_ms in self._patiently(clear(place)):
                yield pause_ms
        bundle = Bundle(key, board.NAME, self.version, self._number, wish != INSTALL, place)
        try:
            for pause_ms in download(self._url, device.wifi, self._taker(bundle)):
                yield pause_ms
        finally:
            bundle.close()
        if bundle.header is None:
            raise Refused("it ends too early")
        self.latest = bundle.header["version"]
        if wish == CHECK:
            self._tell(None)
            return
        if not bundle.complete:
            raise Refused("it ends too early")
        for pause_ms in self._patiently(bundle.check()):
            yield pause_ms
        self._switch(bundle.header)

    def _patiently(self, steps):
        """Takes steps that the flash may hold up, with the time that the watchdog leaves one."""
        while True:
            self._device.supervisor.relax()
            try:
                next(steps)
            except StopIteration:
                return
            yield _STEP_MS

    def _taker(self, bundle):
        """Returns what takes the pieces: True once there is enough."""
        device = self._device

        def take(data):
            write(device, lambda: bundle.feed(data))
            if bundle.header is not None and self.percent is not None:
                percent = 100 * bundle.got // bundle.size
                if percent >= self.percent + 5:
                    self._tell(percent)
            return bundle.complete or bundle.header is not None and self.percent is None

        return take

    def _switch(self, header):
        """Has the next start run what was taken in."""
        device = self._device
        device.journal.note("update", "%s is tried" % header["version"])
        device.journal.save()
        device.save()
        slots.write(slots.other(self._folder), slots.TRIES, self._number)
        print("update: %s is tried" % header["version"])
        self._got_going()
        device.output.close()
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

    # -- proving it -------------------------------------------------------------------------------

    def _prove(self):
        """Runs while this start is on trial: it has to get going, and back to its broker."""
        device = self._device
        while True:
            yield _IDLE_MS
            well = device.relay is None or device.relay.connected
            if device.uptime_s >= _PROVED_S and well:
                break
            if device.uptime_s >= _LOST_S:
                device.output.off()
                device.journal.note("update", "no broker: back to the version before")
                device.journal.save()
                slots.write(self._folder, 0, self._number)
                machine.reset()
        self._number = max(self._number, _number_of(self._folder))
        self._tries = slots.PROVED
        slots.write(self._folder, slots.PROVED, self._number)
        device.journal.note("update", "%s has proved itself" % self.version)
        self._tell(None)


def _read_key():
    """Returns the modulus of the owner's key, None where there is none."""
    try:
        with open(KEY) as file:
            return read_key(file.read().strip())
    except (OSError, ValueError):
        return None


def _number_of(folder):
    try:
        with open(slots.place(folder) + "/" + HEADER) as file:
            return json.load(file)["number"]
    except (OSError, ValueError, KeyError):
        return 0

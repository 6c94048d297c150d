"""Carries to the pages of screen.book what else they show, once a second."""

import json

from bms import pack as p
from compat import const
from kept.crash_file import UNTOLD
from screen.facts import UNKNOWN, Facts

_LONGEST = const(15)  # letters that there is room for


class DeviceFacts(Facts):
    """A Facts that looks at the device by itself, whenever it takes up a pack.

    crash: see screen.facts.Facts.
    """

    def __init__(self, device, crash=b""):
        super().__init__()
        self.crash = crash
        self._device = device
        self._looked_s = -1
        self.reset_cause = device.reset_cause
        self.boots = device.boots
        if device.recorder is not None:
            self.curve = device.recorder.make_curve()

    def take(self, pack, now, uptime_s):
        """See Model.take."""
        super().take(pack, now, uptime_s)
        if uptime_s != self._looked_s:
            self._looked_s = uptime_s
            self._look(pack)

    def _look(self, pack):
        device = self._device
        wifi = device.wifi
        day_s = None if device.clock is None else device.clock.day_s()
        self.day_min = UNKNOWN if day_s is None else day_s // 60
        self.rssi_dbm = wifi.rssi_dbm()
        self.address = wifi.address().encode()
        self.wifi_reason = wifi.reason
        self.wifi_losses = wifi.losses
        self.network = wifi.network
        relay = device.relay
        if relay is not None:
            self.mqtt_reason = relay.session.failure
            self.mqtt_failures = relay.failures
        if device.recorder is not None:
            self.moment_s = device.recorder.day_s(device)
        if device.meter is not None:
            self.totals = device.meter.told
        self.losses = sum([unit.link.losses for unit in device.bms.units])
        self.python_free = device.memory.python_free
        self._read_about(pack)

    def _read_about(self, pack):
        """Takes up what the BMS says that it is, whenever its texts may be others."""
        if pack.has(p.CELL_COUNT) and not self.about or self.uptime_s % 60 == 0:
            texts = (pack.text(p.MODEL) or pack.text(p.DEVICE_ID), pack.text(p.SW_VERSION))
            self.about = " ".join([text for text in texts if text]).encode()


def last_error():
    """Returns the name of the error that ended the run before this one, as bytes for the screen;
    b"" if it has left no record (kept/crash.py)."""
    try:
        with open(UNTOLD) as file:
            error = json.load(file)["error"]
        return error.partition(":")[0][:_LONGEST].encode()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return b""

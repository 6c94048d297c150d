"""Tries whether the network that somebody has entered can be joined, before it is saved."""

from compat import const
from hardware.net.wifi import Wifi
from portal.states import FAILED, JOINED, RUNNING

_TRIES = const(2)


class Joining:
    """settings, secrets, hostname: as for hardware.net.wifi.Wifi. `step` it ten times a second
    while its `state` is RUNNING. `reason`: why it failed, a line of words.WIFI_NAMES; `address`:
    what it got. Raises OSError if there is no memory for the radio.

    The station moves to the channel of that network, and our own network with it: a phone may lose
    it for a moment.
    """

    def __init__(self, settings, secrets, hostname, now):
        self.state = RUNNING
        self.reason = 0
        self.address = ""
        self.network = settings["wifi_ssid"]
        self._wifi = Wifi(settings, secrets, hostname)
        self._wifi.start(now)

    def step(self, now):
        """Does what is due."""
        wifi = self._wifi
        if wifi.step(now):
            self.state = JOINED
            self.address = wifi.address()
        elif wifi.failures >= _TRIES:
            self.state = FAILED
            self.reason = wifi.reason

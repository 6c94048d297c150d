"""The device's own network, and the networks around it."""

import network

from compat import const

_CLIENTS = const(2)
_OPEN = const(0)


class Hotspot:
    """A WPA2 network with this name and password, at setup.access.ADDRESS.

    Made before anything else is done with the radio: once the station has been switched on alone,
    the chip refuses to have the network's name and password told ("Wifi Invalid Mode").
    Raises OSError if there is no memory for the radio.
    """

    def __init__(self, name, password):
        wlan = network.WLAN
        self._own = own = wlan(wlan.IF_AP)
        # All at once, and before it is switched on: it is never open for a moment.
        own.config(ssid=name, key=password, security=wlan.SEC_WPA2, max_clients=_CLIENTS)
        own.active(True)

    def close(self):
        """Ends it."""
        self._own.active(False)


def scan():
    """Returns [(name, dBm, whether it is open)] of what is in reach, the strongest first.

    Holds the caller for some 3 s.
    """
    station = network.WLAN(network.WLAN.IF_STA)
    station.active(True)
    try:
        heard = station.scan()
    except OSError:
        return []  # the radio is busy, or has no memory for it
    found = {}
    for ssid, _, _, dbm, security, _ in heard:
        try:
            name = ssid.decode()
        except UnicodeError:
            continue  # no text, so that nobody could enter it either
        if name and (name not in found or found[name][1] < dbm):
            found[name] = (name, dbm, security == _OPEN)
    return sorted(found.values(), key=lambda one: -one[1])

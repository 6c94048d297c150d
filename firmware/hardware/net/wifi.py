"""The Wi-Fi station: joins one network, and joins it again whenever it is lost.

A state machine that the loop steps; nothing waits. The port's own reconnection is switched off
(reconnects=0): it tries without a pause and for ever, and tells nobody why it fails.
"""

import network

from compat import const, ticks_add, ticks_diff

# States.
OFF = const(0)  # no network is set
WAITING = const(1)  # until the next attempt
JOINING = const(2)
UP = const(3)

# Why the network could not be joined, or was lost; the line in words.WIFI_NAMES.
_NONE = const(0)
_NO_NETWORK = const(1)
_PASSWORD = const(2)
_SECURITY = const(3)
_WEAK = const(4)
_NO_ADDRESS = const(5)
_LOST = const(6)
_ERROR = const(7)
_OTHER = const(8)

# network.STAT_… of the ESP32 port (ports/esp32/modnetwork.h), and the reasons of its IDF.
_STAT_IDLE = const(1000)
_STAT_CONNECTING = const(1001)
_BY_STATUS = {
    201: _NO_NETWORK,
    202: _PASSWORD,
    15: _PASSWORD,  # the handshake timed out: how most access points answer a wrong password
    204: _PASSWORD,
    210: _SECURITY,
    211: _SECURITY,
    212: _WEAK,
    200: _LOST,
}

_JOIN_MS = const(20_000)
_BACKOFF_MIN_MS = const(1_000)
_BACKOFF_MAX_MS = const(60_000)


class Wifi:
    """settings["wifi_ssid"]: the network, "" for none; secrets["wifi_password"]: "" if it is open.

    `up`: an address is there. `state`, and `reason` of the last failure (of words.WIFI_NAMES);
    `failures` of joining; `losses` of a joined network. The password is never printed.
    """

    def __init__(self, settings, secrets, hostname):
        self.up = False
        self.state = OFF
        self.reason = _NONE
        self.status = 0  # the port's own code of the last failure
        self.failures = 0
        self.losses = 0
        self._ssid = settings["wifi_ssid"]
        self._password = secrets["wifi_password"]
        self._hostname = hostname
        self._wlan = None
        self._at_ms = 0
        self._status_before = 0
        self._backoff_ms = _BACKOFF_MIN_MS

    def start(self, now):
        """Starts the radio, which takes a few tenths of a second: call it before the loop runs.

        Without a network set the radio stays off, and its memory free. Raises OSError if the
        driver has no memory to start.
        """
        if not self._ssid:
            return
        network.hostname(self._hostname)
        self._wlan = network.WLAN(network.WLAN.IF_STA)
        self._wlan.active(True)
        self._wlan.config(reconnects=0)
        self._wait(now, 0)

    def step(self, now):
        """Does what is due; call about ten times a second. Returns `up`."""
        if self.state == WAITING:
            if ticks_diff(now, self._at_ms) >= 0:
                self._join(now)
        elif self.state == JOINING:
            self._look(now)
        elif self.state == UP and not self._wlan.isconnected():
            self.losses += 1
            self._fail(_LOST, now)
        self.up = self.state == UP
        return self.up

    def rssi_dbm(self):
        """Returns the signal strength in dBm, None while the network is not joined."""
        if not self.up:
            return None
        try:
            return self._wlan.status("rssi")
        except OSError:
            return None  # lost this moment; the next step sees it

    def address(self):
        """Returns our address, "" without a network."""
        return self._wlan.ifconfig()[0] if self.up else ""

    def name_server(self):
        """Returns the address of the name server that DHCP told, "" without a network."""
        return self._wlan.ifconfig()[3] if self.up else ""

    def bounce(self, now):
        """Leaves the network and joins it anew, for when it is up but nothing gets through."""
        if self.state == UP:
            self.losses += 1
            self._fail(_OTHER, now)
            self.up = False

    # -- steps -----------------------------------------------------------------------------------

    def _join(self, now):
        self.state = JOINING
        self._at_ms = now
        # The port keeps the status of a failure until an attempt succeeds.
        self._status_before = self._wlan.status()
        try:
            if self._password:
                self._wlan.connect(self._ssid, self._password)
            else:
                self._wlan.connect(self._ssid)
        except OSError:
            self._fail(_ERROR, now)

    def _look(self, now):
        """Judges a running attempt."""
        if self._wlan.isconnected():
            self.state = UP
            self._backoff_ms = _BACKOFF_MIN_MS
            return
        status = self._wlan.status()
        over = ticks_diff(now, self._at_ms) >= _JOIN_MS
        if over or status not in (_STAT_IDLE, _STAT_CONNECTING, self._status_before):
            self.status = status
            self._fail(_BY_STATUS.get(status, _NO_ADDRESS if over else _OTHER), now)

    def _fail(self, reason, now):
        """Whatever failed: leave cleanly, pause, try again."""
        self.reason = reason
        if reason != _LOST:
            self.failures += 1
        try:
            self._wlan.disconnect()
        except OSError:
            pass  # it was not connected
        self._wait(now, self._backoff_ms)
        self._backoff_ms = min(2 * self._backoff_ms, _BACKOFF_MAX_MS)

    def _wait(self, now, pause_ms):
        self.state = WAITING
        self._at_ms = ticks_add(now, pause_ms)

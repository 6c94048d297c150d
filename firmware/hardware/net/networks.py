"""The Wi-Fi station of a board with PSRAM: it knows two networks, and joins whichever is there.

The one that was lost is tried first, since most losses are short; then they take turns, a second
apart. The long pause comes when both have failed: so neither router is asked oftener than by a
station that knows it alone. None is looked for by a scan, which would hold the loop for seconds.
"""

from compat import const
from hardware.net.wifi import UP, Wifi

# Of words.WIFI_NAMES.
_NO_NETWORK = const(1)
_LOST = const(6)

_TURN_MS = const(1_000)


class Networks(Wifi):
    """A hardware.net.wifi.Wifi that knows a second network.

    settings["wifi_ssid_2"], secrets["wifi_password_2"]: that one, "" for none.
    `network`: 1 or 2, which one is joined, or else the one that `reason` is about; 0 if there is
    no second one.
    """

    def __init__(self, settings, secrets, hostname):
        super().__init__(settings, secrets, hostname)
        self.network = 0
        self._known = ((self._ssid, self._password),)
        if self._ssid and settings["wifi_ssid_2"]:
            self._known += ((settings["wifi_ssid_2"], secrets["wifi_password_2"]),)
            self.network = 1
        self._reasons = [0, 0]
        self._turn = 0
        self._failed = 0  # attempts, since one of them was joined

    def _join(self, now):
        self._ssid, self._password = self._known[self._turn]
        super()._join(now)

    def _look(self, now):
        super()._look(now)
        if self.state == UP and self.network:
            self.network = self._turn + 1

    def _fail(self, reason, now):
        """As Wifi's; and says whose turn it is, and which trouble is worth telling."""
        joined = self.state == UP
        pause_ms = self._backoff_ms
        super()._fail(reason, now)
        if len(self._known) == 1:
            return
        self._tell(reason)
        if joined:
            self._failed = 0
            if reason == _LOST:
                return
        self._turn ^= 1
        self._failed += 1
        if self._failed & 1:
            self._backoff_ms = pause_ms
            self._wait(now, _TURN_MS)

    def _tell(self, reason):
        """That a network is there and lets us not in is worth more than that the other is away."""
        turn = self._turn
        self._reasons[turn] = reason
        other = self._reasons[turn ^ 1]
        if reason == _NO_NETWORK and other not in (0, _NO_NETWORK, _LOST):
            self.reason = other
            turn ^= 1
        self.network = turn + 1

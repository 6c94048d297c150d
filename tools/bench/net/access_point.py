"""The networks that the emulated ESP32 can join: what WLAN.status() says, in virtual time."""

from tools.bench.standins import bench_ops as ops

SECOND = "bench-2"  # the name of another network
_JOIN_US = 2_500_000  # scan of all channels, association, DHCP
_LOST_US = 6_000_000  # missed beacons until the station notices
_RETRY_US = 3_000_000  # the station tries again by itself after that
# What the port (its network_wlan.c) tells on while it tries again, and after disconnect().
_STICKING = (ops.WIFI_NO_AP, ops.WIFI_WRONG_PASSWORD)


class AccessPoint:
    """`set` changes what there is. `up`, `wrong_password` (it has a new one) and `channel` are of
    the bench's own network, which has any name but SECOND; `second_up`: that one is in reach.
    `state` is cell WIFI; `attempts`: how often the station was told to connect, to any network.
    """

    def __init__(self):
        self.up = True
        self.wrong_password = False
        self.channel = 6
        self.second_up = False
        self.state = ops.WIFI_OFF
        self.ssid = ""
        self.attempts = 0
        self.due_us = None
        self._wanted = False
        self._moved = False  # to another channel, which the station does not know yet

    def set(self, t_us, **changes):
        """Changes the networks at virtual time `t_us`."""
        channel = self.channel
        for name, value in changes.items():
            setattr(self, name, value)
        joined = self.state == ops.WIFI_GOT_IP
        if joined and self.ssid != SECOND and self.channel != channel:
            self._moved = True
        if joined and (self._moved or not self._good()):
            self.due_us = t_us + _LOST_US

    def link(self, t_us, what):
        """The station was switched off (0) or on (1), or told to disconnect (2)."""
        if what == 1:
            if self.state == ops.WIFI_OFF:
                self.state = ops.WIFI_IDLE
            return
        self._wanted = False
        self.due_us = None
        if what == 0:
            self.state = ops.WIFI_OFF
        elif self.state not in _STICKING:
            self.state = ops.WIFI_IDLE

    def join(self, t_us, body):
        """The station was told to connect: ssid, a zero byte, password."""
        self.ssid = body.split(b"\0")[0].decode("utf-8", "replace")
        self.attempts += 1
        self._wanted = True
        self._moved = False
        if self.state not in _STICKING:
            self.state = ops.WIFI_CONNECTING
        self.due_us = t_us + _JOIN_US

    def run(self, t_us):
        """Lets what is due happen."""
        if self.due_us is None or t_us < self.due_us:
            return
        self.due_us = None
        if not self._wanted:
            return
        if self._good() and not self._moved:
            self.state = ops.WIFI_GOT_IP
            return
        if self.state == ops.WIFI_GOT_IP:
            self.state = ops.WIFI_LOST
        else:
            self.state = ops.WIFI_WRONG_PASSWORD if self._in_reach() else ops.WIFI_NO_AP
        self._moved = False
        self.due_us = t_us + _RETRY_US

    def reset(self):
        """The chip was reset."""
        self.state = ops.WIFI_OFF
        self._wanted = False
        self._moved = False
        self.due_us = None

    def _in_reach(self):
        return self.second_up if self.ssid == SECOND else self.up

    def _good(self):
        return self._in_reach() and (self.ssid == SECOND or not self.wrong_password)

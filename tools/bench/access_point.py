"""The access point that the emulated ESP32 joins: what WLAN.status() says, in virtual time."""

from tools.bench.standins import bench_ops as ops

_JOIN_US = 2_500_000  # scan, association, DHCP
_LOST_US = 6_000_000  # missed beacons until the station notices
_RETRY_US = 3_000_000  # the station tries again by itself after that


class AccessPoint:
    """`up` and `wrong_password` are the bench's to set, by `set`. `state` is cell WIFI."""

    def __init__(self):
        self.up = True
        self.wrong_password = False
        self.state = ops.WIFI_OFF
        self.ssid = ""
        self.due_us = None
        self._wanted = False

    def set(self, t_us, up=None, wrong_password=None):
        """Changes the access point at virtual time `t_us`."""
        self.up = self.up if up is None else up
        self.wrong_password = self.wrong_password if wrong_password is None else wrong_password
        if self.state == ops.WIFI_GOT_IP and not self._good():
            self.due_us = t_us + _LOST_US

    def link(self, t_us, what):
        """The station was switched off (0) or on (1), or told to disconnect (2)."""
        if what != 1:
            self._wanted = False
            self.due_us = None
            self.state = ops.WIFI_IDLE if what == 2 else ops.WIFI_OFF
        elif self.state == ops.WIFI_OFF:
            self.state = ops.WIFI_IDLE

    def join(self, t_us, body):
        """The station was told to connect: ssid, a zero byte, password."""
        self.ssid = body.split(b"\0")[0].decode("utf-8", "replace")
        self._wanted = True
        self.state = ops.WIFI_CONNECTING
        self.due_us = t_us + _JOIN_US

    def run(self, t_us):
        """Lets what is due happen."""
        if self.due_us is None or t_us < self.due_us:
            return
        self.due_us = None
        if self._good() and self._wanted:
            self.state = ops.WIFI_GOT_IP
        elif self._wanted:
            self.state = ops.WIFI_NO_AP if not self.up else ops.WIFI_WRONG_PASSWORD
            self.due_us = t_us + _RETRY_US

    def reset(self):
        """The chip was reset."""
        self.state = ops.WIFI_OFF
        self._wanted = False
        self.due_us = None

    def _good(self):
        return self.up and not self.wrong_password

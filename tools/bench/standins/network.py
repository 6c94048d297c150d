"""The ESP32's `network` (ports/esp32/network_wlan.c); the bench is the access point.

PACKMATE_NETWORKS says what a search finds, as JSON: a list of [name, dBm, security].
"""

import json
import time

import bench_link as link
import bench_ops as ops
import uos

STA_IF = 0
AP_IF = 1
STAT_IDLE = 1000
STAT_CONNECTING = 1001
STAT_GOT_IP = 1010
STAT_BEACON_TIMEOUT = 200
STAT_NO_AP_FOUND = 201
STAT_WRONG_PASSWORD = 202
STAT_ASSOC_FAIL = 203
STAT_CONNECT_FAIL = 203
STAT_HANDSHAKE_TIMEOUT = 204
STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY = 210
STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD = 211
STAT_NO_AP_FOUND_IN_RSSI_THRESHOLD = 212
AUTH_OPEN = 0
AUTH_WEP = 1
AUTH_WPA_PSK = 2
AUTH_WPA2_PSK = 3
AUTH_WPA_WPA2_PSK = 4
MODE_11B = 1
MODE_11G = 2
MODE_11N = 4

_UP = ("127.0.0.1", "255.0.0.0", "127.0.0.1", "127.0.0.1")
_DOWN = ("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")
_OWN = ("192.168.4.1", "255.255.255.0", "192.168.4.1", "0.0.0.0")
_SCAN_MS = 2_500
_hostname = "mpy-esp32"
_country = "XX"
_interfaces = {}
_mode = [0]  # a bit for each interface, as last started; 0: none was yet


class WLAN:
    """network.WLAN; to a network of its own, once it is switched on, a browser of the host comes
    (socket.py)."""

    IF_STA = 0
    IF_AP = 1
    SEC_OPEN = 0
    SEC_WEP = 1
    SEC_WPA = 2
    SEC_WPA2 = 3
    SEC_WPA_WPA2 = 4
    PM_NONE = 0
    PM_PERFORMANCE = 1
    PM_POWERSAVE = 2

    def __new__(cls, interface=STA_IF):
        if interface not in (STA_IF, AP_IF):
            raise ValueError("invalid WLAN interface identifier")
        wlan = _interfaces.get(interface)
        if wlan is None:
            wlan = object.__new__(cls)
            wlan._interface = interface
            wlan._active = False
            wlan._config = {
                "mac": b"\x24\x0a\xc4\x00\xbe\x01",
                "ssid": "",
                "channel": 6,
                "reconnects": -1,
                "txpower": 20.0,
                "pm": WLAN.PM_PERFORMANCE,
                "protocol": 7,
            }
            if interface == AP_IF:
                wlan._config.update({"key": "", "security": AUTH_OPEN, "max_clients": 4})
            _interfaces[interface] = wlan
        return wlan

    def __init__(self, interface=STA_IF):
        pass

    def active(self, active=None):
        if active is not None:
            self._active = bool(active)
            _mode[0] = sum([1 << i for i, wlan in _interfaces.items() if wlan._active]) or _mode[0]
            if self._interface == STA_IF:
                self._tell(ops.LINK, 1 if active else 0)
        return self._active

    def connect(self, ssid=None, key=None, *, bssid=None):
        if not self._active:
            raise OSError("Wifi Not Started")
        if bssid is not None and len(bssid) != 6:
            raise ValueError
        if ssid is not None:
            self._config["ssid"] = ssid
        body = _bytes(self._config["ssid"])[:32] + b"\0" + _bytes(key or "")[:64]
        link.post_body(ops.JOIN, 0, body)
        link.send()

    def disconnect(self):
        if not self._active:
            raise OSError("Wifi Not Started")
        self._tell(ops.LINK, 2)

    def isconnected(self):
        return self._interface == STA_IF and link.cells[ops.WIFI] == ops.WIFI_GOT_IP

    def status(self, what=None):
        if what is None:
            if self._interface != STA_IF:
                return None
            return link.cells[ops.WIFI] or STAT_IDLE
        if what == "rssi" and self._interface == STA_IF:
            if not self.isconnected():
                raise OSError("Wifi Not Connected")
            return -58
        if what == "stations" and self._interface == AP_IF:
            return []
        if what in ("rssi", "stations"):
            raise OSError("STA required" if what == "rssi" else "AP required")
        raise ValueError("unknown status param")

    def scan(self):
        if not self._active:
            raise OSError("STA must be active")
        time.sleep_ms(_SCAN_MS)
        return [(name.encode(), bytes(6), 6, dbm, how, False) for name, dbm, how in _in_reach()]

    def config(self, name=None, **settings):
        if settings:
            if name is not None:
                raise TypeError("either pos or kw args are allowed")
            if self._interface == AP_IF and _mode[0] == 1 << STA_IF:
                raise OSError("Wifi Invalid Mode")  # also when the station is off again
            for key in settings:
                if key not in self._config and key not in ("hostname", "dhcp_hostname"):
                    raise ValueError("unknown config param")
            if self._interface == AP_IF and not 8 <= len(settings.get("key", "packmate")) <= 63:
                raise OSError("Wifi Invalid Argument")
            self._config.update(settings)
            return None
        if name is None:
            raise TypeError("can query only one param")
        name = "ssid" if name == "essid" else name
        if name not in self._config:
            raise ValueError("unknown config param")
        return self._config[name]

    def ifconfig(self, addresses=None):
        if addresses is None:
            own = self._interface == AP_IF and self._active
            return _OWN if own else _UP if self.isconnected() else _DOWN

    def ipconfig(self, name=None, **settings):
        if name == "addr4":
            return self.ifconfig()[:2]
        if name == "gw4":
            return self.ifconfig()[2]
        if name == "dhcp4":
            return True
        if name is not None:
            raise ValueError("unexpected key")

    def _tell(self, op, n):
        link.post(op, 0, n)
        link.send()


def bench_has_own():
    """True while the device has a network of its own."""
    own = _interfaces.get(AP_IF)
    return own is not None and own._active


def _in_reach():
    given = uos.getenv("PACKMATE_NETWORKS")
    return json.loads(given) if given else (("van", -52, 3), ("Camping", -68, 0), ("Hof", -84, 3))


def _bytes(text):
    return text.encode() if isinstance(text, str) else bytes(text)


def hostname(name=None):
    global _hostname
    if name is None:
        return _hostname
    if len(name) > 32:
        raise ValueError
    _hostname = name


def country(code=None):
    global _country
    if code is None:
        return _country
    if len(code) != 2:
        raise ValueError
    _country = code


def phy_mode(mode=None):
    return MODE_11B | MODE_11G | MODE_11N if mode is None else None


def ipconfig(name=None, **settings):
    if name is not None and name != "dns":
        raise ValueError("unexpected key")
    return "127.0.0.1" if name else None

"""The relay allocates nothing in steady state, busy or idle; nor do Wi-Fi and clock."""

import sys

import harness


class FakeModule:
    """Stands for a module of the device."""


def no_such_file(path):
    """Stands for os.stat."""
    raise OSError(2)


class FakeSocket:
    """Takes everything, and says what a broker would: `inbox` is what comes."""

    def __init__(self, *args):
        self.inbox = b""
        self.at = 0
        self.window = 1 << 20

    def setblocking(self, flag):
        pass

    def connect(self, address):
        pass

    def write(self, data, at, n):
        kind = data[at]
        if kind == 0x10:
            self.inbox = b"\x20\x02\0\0"
        elif kind == 0x82:
            self.inbox = b"\x90\x03\0\x01\0"
        elif kind == 0xC0:
            self.inbox = b"\xd0\0"
        else:
            return min(n, self.window)
        self.at = 0
        return min(n, self.window)

    def readinto(self, buf, n):
        left = len(self.inbox) - self.at
        if not left:
            return None
        if n > left:
            n = left
        for i in range(n):
            buf[i] = self.inbox[self.at + i]
        self.at += n
        return n

    def close(self):
        pass


class Radio:
    IF_STA = 0

    def __init__(self, interface):
        pass

    def active(self, flag):
        pass

    def config(self, reconnects):
        pass

    def connect(self, ssid, key):
        pass

    def isconnected(self):
        return True

    def status(self, what=None):
        return -60 if what else 1010

    def ifconfig(self):
        return ("", "", "", "10.0.0.1")


class TimeServer(FakeSocket):
    """Answers the one question of the time of day."""

    def sendto(self, question, address):
        stamp = bytes((0xF3, 0x48, 0x57, 0x40, 128, 0, 0, 0))  # in 2029
        self.inbox = b"\x24\x01" + bytes(22) + question[40:] + bytes(8) + stamp

    def readinto(self, buf, n=48):
        return super().readinto(buf, n)


class RTC:
    def datetime(self, when):
        self.when = when


for name in ("network", "socket", "machine", "os"):
    sys.modules[name] = FakeModule()
sys.modules["network"].WLAN = Radio
sys.modules["network"].hostname = len
sys.modules["socket"].socket = FakeSocket
sys.modules["socket"].getaddrinfo = lambda host, port: [(0, 0, 0, "", (host, port))]

sys.modules["machine"].RTC = RTC
sys.modules["os"].urandom = bytes
sys.modules["os"].stat = no_such_file

from relay_program import SETTINGS, Thing, make_device, make_early  # noqa: E402

from bms import pack as p  # noqa: E402
from building.relay import build_relay  # noqa: E402
from hardware.net.network_time import Clock  # noqa: E402
from hardware.net.wifi import Wifi  # noqa: E402
from mqtt.session import UP  # noqa: E402

SETTINGS.update({"mqtt_host": "10.0.0.2", "wifi_ssid": "van", "ha_discovery": False})
SECRETS = {"mqtt_password": "", "wifi_password": "x"}
MODE = b"\x30\x2f\x00\x25packmate/a0b1c2d3e4f5/heater/mode/setnonsense"


class Rig:
    def __init__(self):
        self.device = make_device("")
        early = make_early(SETTINGS, SECRETS, roomy=False)
        self.relay = build_relay(self.device, early, ("bench", "0"))
        self.now = 0
        self.relay.start(0)

    def step(self):
        self.now += 100
        pack = self.device.bms.pack
        pack.touch(p.STATUS, self.now)
        self.device.meter.step(pack, True, self.now)
        self.relay.step(self.device.wifi, self.now)

    def commanded(self):
        sock = self.relay.session.sock
        sock.inbox = MODE
        sock.at = 0
        self.step()
        self.step()


def check_relay():
    rig = Rig()
    relay = rig.relay
    for _ in range(60):
        rig.step()
    harness.check(relay.connected, "not connected")
    harness.check_no_alloc("relay, connected", rig.step, warm_up=200, rounds=700)
    refused = relay.commands_refused
    harness.check_no_alloc("relay, a refused command", rig.commanded, warm_up=5, rounds=20)
    harness.check(relay.commands_refused >= refused + 20, "nothing was refused")
    relay.session.sock.window = 0
    harness.check_no_alloc("relay, held up", rig.step, warm_up=20, rounds=50)
    harness.check(relay.session.state == UP, "the session is over")


def check_wifi():
    wifi = Wifi(SETTINGS, SECRETS, "packmate")
    wifi.start(0)
    wifi.step(1)
    wifi.step(2)
    harness.check(wifi.up, "not up")
    harness.check_no_alloc("wifi", lambda: wifi.step(3))


class Time:
    """A clock that has been told the time, with nobody to tell it again."""

    def __init__(self):
        self.clock = Clock("10.0.0.1")
        self.wifi = Thing(up=True)
        self.now = 0
        socket = sys.modules["socket"]
        socket.AF_INET = socket.SOCK_DGRAM = 2
        socket.socket = TimeServer
        for _ in range(3):
            self.step()
        self.wifi.up = False

    def step(self):
        self.now += 1000
        self.clock.step(self.wifi, self.now)


def check_clock():
    time = Time()
    clock = time.clock
    harness.check(clock.stamp == b"1872615616", clock.stamp)
    harness.check_no_alloc("clock", time.step, rounds=50)
    clock._day = 24_855  # over the end of 31 bits, and a midnight
    clock._second = 11_500
    harness.check_no_alloc("clock, in 2038", time.step, rounds=200)
    harness.check(clock.stamp > b"2147483648", clock.stamp)
    clock._second = 86_300
    harness.check_no_alloc("clock, at midnight", time.step, rounds=200)


check_relay()
check_wifi()
check_clock()

# only: 64
"""The loop's side of the relay and of the Wi-Fi allocates nothing, busy or idle.

Its thread is not started: this script takes its place. (No threads on the 32-bit build.)
"""

import sys

import harness


class FakeModule:
    """Stands for a module that the loop's side only imports."""


for name in ("umqtt", "umqtt.simple", "network"):
    sys.modules[name] = FakeModule()
sys.modules["umqtt.simple"].MQTTClient = None
sys.modules["umqtt.simple"].MQTTException = ValueError


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


sys.modules["network"].WLAN = Radio
sys.modules["network"].hostname = len

from bms import pack as p  # noqa: E402
from hardware.wifi import Wifi  # noqa: E402
from mqtt import exchange as x  # noqa: E402
from mqtt.relay import Relay  # noqa: E402
from relay import commands as c  # noqa: E402
from relay.state import StateMessage  # noqa: E402
from relay.topics import Topics  # noqa: E402
from relay.view import View  # noqa: E402

SETTINGS = {
    "name": "Packmate",
    "mqtt_host": "broker",
    "mqtt_port": 1883,
    "mqtt_user": "",
    "mqtt_interval_s": 1,
    "ha_discovery": False,
    "heater_output": "gpio",
    "heater_thresholds": "bms",
    "heater_probe": "none",
    "preheat_at": "",
    "bms_link": "uart",
    "packs": (),
    "wifi_ssid": "van",
}
SECRETS = {"mqtt_password": "", "wifi_password": "x"}


def check_relay():
    message = StateMessage(View((b"",) * 11), 10_000)
    relay = Relay(SETTINGS, SECRETS, Topics("t", b"0a"), message, "bench", "0")
    exchange = relay._exchange
    pack = p.PackState()
    clock = [0]
    seen = bytearray(8)

    def step():
        clock[0] += 100
        relay.step(pack, True, clock[0])
        seen[exchange.order()] = 1

    harness.check_no_alloc("relay, thread held up", step, warm_up=20, rounds=50)
    exchange.wait()
    exchange.set_cell(x.UP, 1)

    def served():
        step()
        exchange.wait()  # returns at once: it was rung
        exchange.done()

    harness.check_no_alloc("relay, connected", served, warm_up=20, rounds=700)
    harness.check(seen[x.CONNECT] and seen[x.PUBLISH] and seen[x.PING], "not everything was done")

    def commanded():
        exchange.put(c.SET_MODE, True, b"charger", False)
        served()

    harness.check_no_alloc("relay, a refused command", commanded, warm_up=5, rounds=20)


def check_wifi():
    wifi = Wifi(SETTINGS, SECRETS, "packmate")
    wifi.start(0)
    wifi.step(1)
    wifi.step(2)
    harness.check(wifi.up, "not up")
    harness.check_no_alloc("wifi", lambda: wifi.step(3))


check_relay()
check_wifi()

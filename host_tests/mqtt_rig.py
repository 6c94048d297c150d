"""A relay whose thread is played by the test: it takes the orders and answers them when it likes.

with modules() as found:
    bench = Bench(found)
"""

import contextlib
import importlib
import json
import sys
import types

import pytest

from bms import pack as p
from compat import ticks_add, ticks_diff
from host_tests.view_tables import tables
from relay import commands as c
from relay import view as v
from relay.state import StateMessage
from relay.topics import Topics
from relay.view import View

SETTINGS = {
    "name": "Packmate",
    "mqtt_host": "broker.lan",
    "mqtt_port": 1883,
    "mqtt_user": "käfer",
    "mqtt_interval_s": 10,
    "ha_discovery": True,
    "heater_output": "gpio",
    "heater_thresholds": "own",
    "heater_probe": "mat",
    "preheat_at": "07:30",
    "packs": (),
    "bms_link": "uart",
}
CONFIGS = 46  # with these settings, before the pack was heard
SECRETS = {"mqtt_password": "s3cret-ü"}


@contextlib.contextmanager
def modules():
    """mqtt, mqtt_exchange and mqtt_thread, with an umqtt that must not be reached."""
    fake = types.ModuleType("umqtt.simple")
    fake.MQTTClient = None
    fake.MQTTException = type("MQTTException", (Exception,), {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "umqtt", types.ModuleType("umqtt"))
        patch.setitem(sys.modules, "umqtt.simple", fake)
        yield types.SimpleNamespace(
            mqtt=importlib.import_module("mqtt.relay"),
            x=importlib.import_module("mqtt.exchange"),
            thread=importlib.import_module("mqtt.thread"),
        )
    for name in ("mqtt.relay", "mqtt.thread"):
        sys.modules.pop(name, None)


class Bench:
    """A relay whose thread does what `serves` and `connects` say."""

    def __init__(self, modules, now=1000, **settings):
        self.x = modules.x
        self.now = now
        self.view = View(
            tables(MQTT_FAILURE=modules.mqtt.FAILURES, COMMAND_REFUSAL=modules.mqtt.REFUSALS)
        )
        self.view.put(v.PLAUSIBLE, 1)
        self.pack = p.PackState()
        self.message = StateMessage(self.view, 10_000)
        self.relay = modules.mqtt.Relay(
            SETTINGS | settings, SECRETS, Topics("packmate", b"0a1b"), self.message, "M", "1"
        )
        self.exchange = self.relay._exchange
        self.relay._worker.start = lambda: None
        self.relay.start(now)
        self.serves = True
        self.connects = True
        self.online = True
        self.orders = []
        self.sent = []
        self.commands = []
        self.possible = True  # what the loop says to commands

    def run(self, ms, step=100):
        end = ticks_add(self.now, ms)
        while ticks_diff(end, self.now) > 0:
            self.now = ticks_add(self.now, step)
            command = self.relay.step(self.pack, self.online, self.now)
            if command != c.NOTHING:
                self.commands.append((command, self.relay.value))
                self.relay.settle(self.possible)
            if self.serves:
                self._serve()

    def _serve(self):
        exchange, x = self.exchange, self.x
        exchange.wait()
        order = exchange.order()
        if order != x.IDLE:
            self.orders.append((order, self.now))
        if order == x.CONNECT:
            if self.connects:
                exchange.set_cell(x.UP, 1)
            else:
                self.end(reason=3)
        elif order == x.DROP:
            self.end(reason=8)
        elif order == x.PUBLISH:
            payload = bytes(exchange.payload[: exchange.length()])
            self.sent.append((exchange.topic.decode(), json.loads(payload), exchange.retain()))
        exchange.done()

    def end(self, reason):
        self.exchange.set_cell(self.x.UP, 0)
        self.exchange.set_cell(self.x.FAILURE, reason)
        self.exchange.count(self.x.ENDS)

    def times(self, order):
        return [at for given, at in self.orders if given == order]

    def states(self):
        return [payload for topic, payload, _ in self.sent if topic.endswith("/state")]

    def configs(self):
        return [topic for topic, _, _ in self.sent if topic.endswith("/config")]


def hear_pack(bench):
    bench.pack.cells = 2
    bench.pack.temps = 1
    bench.pack.put_temp(0, 20)
    bench.pack.touch(p.STATUS, bench.now)

"""Real brokers, the relay on real MicroPython, and somebody who listens and commands."""

import json
import threading
import uuid

import paho.mqtt.client as mqtt
import pytest

from host_tests.reporting_program import LIMIT_S, ReportingProgram, wait_for
from tools import ROOT, rendered
from tools.bench.net.broker import Broker, find_mosquitto, have_amqtt

BASE = "packmate/a0b1c2d3e4f5"
STATE = f"{BASE}/state"
AVAILABILITY = f"{BASE}/availability"
# A call that blocks would hold the loop for its time-out, 5 s and more. What is measured here is
# that none does; how evenly the loop runs on a host busy with other things tells nothing.
GAP_MS = 1000

KINDS = [
    pytest.param(
        "mosquitto",
        marks=pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed"),
    ),
    pytest.param(
        "amqtt", marks=pytest.mark.skipif(not have_amqtt(), reason="amqtt is not installed")
    ),
]


def make_places(folder):
    """Returns where the program imports from, and finds the files that an image has."""
    for name in ("languages.codes", "relay.discovery"):
        rendered.write(name, None, folder)
    return [str(ROOT / "lib"), str(ROOT / "firmware"), str(folder), ".frozen"]


class Program(ReportingProgram):
    """relay_program.py."""

    def __init__(self, places, **settings):
        told = json.dumps(settings)
        super().__init__("relay_program.py", places=places, heap="400k", RELAY=told)

    def wait_for(self, condition, limit_s=LIMIT_S):
        """Waits until `condition(report)` is true, and returns the report."""
        wait_for(lambda: self.last and condition(self.last), limit_s, self.told)
        return self.last

    def next_report(self):
        """Returns the next report: it knows what has happened by now."""
        before = self.last
        return self.wait_for(lambda report: report is not before)

    def finish(self):
        """Ends the program; it must have run all the time, quietly, and evenly."""
        running = self.runs()
        self.kill()
        assert running and not self.noise, "".join(self.noise)
        assert self.last["gap_ms"] < GAP_MS


class Client:
    """Somebody else at the broker: hears everything, in order."""

    def __init__(self, port, topic="#", user=None):
        self.heard = []
        subscribed = threading.Event()
        self._client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=f"test-{uuid.uuid4().hex[:8]}"
        )
        if user is not None:
            self._client.username_pw_set(user, user[::-1])
        self._client.on_connect = lambda client, *_: client.subscribe(topic, qos=1)
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = lambda _client, _data, m: self.heard.append(
            (m.topic, m.payload.decode(), bool(m.retain))
        )
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert subscribed.wait(10)

    def close(self):
        self._client.loop_stop()
        self._client.disconnect()

    def publish(self, topic, payload, retain=False):
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)

    def of(self, topic):
        return [payload for heard, payload, _ in list(self.heard) if heard == topic]

    def states(self):
        return [json.loads(payload) for payload in self.of(STATE)]

    def wait_for(self, name, condition):
        """Waits for a message on BASE/name that satisfies `condition`, and returns it."""
        topic = f"{BASE}/{name}"
        return wait_for(
            lambda: next((m for m in map(json.loads, self.of(topic)) if condition(m)), None)
        )

    def results(self):
        """Returns (command, done, reason) of every answer."""
        told = map(json.loads, self.of(f"{BASE}/result"))
        return [(r["command"], r["done"], r["reason"]) for r in told]

    def wait_results(self, count):
        """Waits for so many answers, and returns them."""
        wait_for(lambda: len(self.results()) >= count, tell=self.results)
        return self.results()

    def wait_state(self, condition=lambda state: True, after=0):
        """Waits for a state message beyond the first `after` ones that satisfies `condition`."""
        return wait_for(lambda: next((s for s in self.states()[after:] if condition(s)), None))


def newcomer_hears(port, topic, count=1):
    """Returns what a client that comes now is told at once: the retained messages."""
    client = Client(port, topic)
    try:

        def heard():
            # amqtt also tells a newcomer what it has not asked for.
            return [m for m in list(client.heard) if mqtt.topic_matches_sub(topic, m[0])]

        wait_for(lambda: len(heard()) >= count, 10, heard)
        return heard()
    finally:
        client.close()


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    return make_places(tmp_path_factory.mktemp("standin"))


@pytest.fixture
def start(places):
    """Starts programs, and sees at the end that they ran well."""
    programs = []

    def run(**settings):
        programs.append(Program(places, **settings))
        return programs[-1]

    yield run
    for program in programs:
        program.kill()


@pytest.fixture(params=KINDS)
def broker(request):
    broker = Broker(request.param).start()
    yield broker
    broker.stop()


@pytest.fixture
def client(broker):
    client = Client(broker.port)
    yield client
    client.close()

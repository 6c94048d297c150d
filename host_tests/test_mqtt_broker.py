"""The relay against real brokers, on real MicroPython, with the real umqtt.

In every case a loop runs beside it: that it is never held up is part of each test.
"""

import json
import os
import shutil
import socket
import subprocess
import threading
import time
import uuid

import paho.mqtt.client as mqtt
import pytest

from host_tests.conftest import ROOT, runner
from tools import fetch_umqtt
from tools.bench.broker import Broker, find_mosquitto, have_amqtt
from tools.bench.proxy import Proxy

BASE = "packmate/a0b1c2d3e4f5"
STATE = f"{BASE}/state"
AVAILABILITY = f"{BASE}/availability"
MODE = f"{BASE}/heater/mode/set"
# A call that blocks would hold the loop for its time-out, 5 s and more. What is measured here is
# that none does; how evenly the loop runs on a host busy with other things tells nothing.
GAP_MS = 1000
LIMIT_S = 30

KINDS = [
    pytest.param(
        "mosquitto",
        marks=pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed"),
    ),
    pytest.param(
        "amqtt", marks=pytest.mark.skipif(not have_amqtt(), reason="amqtt is not installed")
    ),
]


@pytest.fixture(scope="session")
def places(tmp_path_factory):
    """Where the program imports from. The bench's other stand-ins must not be among them."""
    if not (runner.UMQTT / "umqtt_pypi" / "simple.py").exists():
        fetch_umqtt.main(["fetch_umqtt", str(runner.UMQTT)])
    folder = tmp_path_factory.mktemp("standin")
    shutil.copytree(ROOT / "tools" / "bench" / "standins" / "umqtt", folder / "umqtt")
    return [str(folder), str(runner.UMQTT), str(ROOT / "lib"), str(ROOT / "firmware"), ".frozen"]


class Program:
    """relay_program.py in a process of its own; `last` is its newest report."""

    def __init__(self, places, **settings):
        command = [runner.find_tool("micropython"), "-X", "heapsize=320k"]
        command += [str(ROOT / "host_tests" / "mp" / "relay_program.py"), json.dumps(settings)]
        self._child = subprocess.Popen(
            command,
            env=os.environ | {"MICROPYPATH": ":".join(places)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.last = {}
        self.noise = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self._child.stdout:
            try:
                self.last = json.loads(line)
            except ValueError:
                self.noise.append(line)

    def kill(self):
        self._child.kill()
        self._child.wait()
        self._reader.join(5)

    def wait_for(self, condition, limit_s=LIMIT_S):
        """Waits until `condition(report)` is true, and returns the report."""
        wait_for(lambda: self.last and condition(self.last), limit_s, lambda: self.last)
        return self.last

    def finish(self):
        """Ends the program; it must have run all the time, quietly, and evenly."""
        running = self._child.poll() is None
        self.kill()
        assert running and not self.noise, "".join(self.noise)
        assert self.last["gap_ms"] < GAP_MS


def wait_for(condition, limit_s=LIMIT_S, tell=lambda: ""):
    deadline = time.monotonic() + limit_s
    while not (result := condition()):
        assert time.monotonic() < deadline, f"it did not happen: {tell()}"
        time.sleep(0.02)
    return result


class Client:
    """Somebody else at the broker: hears everything, in order."""

    def __init__(self, port, topic="#"):
        self.heard = []
        subscribed = threading.Event()
        self._client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=f"test-{uuid.uuid4().hex[:8]}"
        )
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

    def wait_state(self, condition=lambda state: True, after=0):
        """Waits for a state message beyond the first `after` ones that satisfies `condition`."""
        return wait_for(lambda: next((s for s in self.states()[after:] if condition(s)), None))


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


def test_state_availability_and_will(broker, client, start):
    program = start(mqtt_port=broker.port)
    state = client.wait_state(lambda s: s["cell_mv"])
    assert state["cell_mv"] == [3301, 3302, 3303, 3304]
    assert state["temps_dc"] == [-35, None]
    assert state["pack_mv"] == 13210 and state["current_ma"] == -1500
    assert state["fresh"] is True and state["heater_mode"] == "off"
    assert client.of(AVAILABILITY)[-1] == "online"
    # amqtt may tell a newcomer twice.
    assert set(newcomer_hears(broker.port, AVAILABILITY)) == {(AVAILABILITY, "online", True)}
    assert not any(retained for topic, _, retained in client.heard if topic == STATE)
    count = len(client.states())
    wait_for(lambda: len(client.states()) >= count + 2)
    program.finish()  # kill -9
    wait_for(lambda: client.of(AVAILABILITY)[-1] == "offline")
    assert set(newcomer_hears(broker.port, AVAILABILITY)) == {(AVAILABILITY, "offline", True)}


def test_discovery_is_there_for_a_newcomer(broker, client, start):
    program = start(mqtt_port=broker.port)
    topic = "homeassistant/sensor/packmate_a0b1c2d3e4f5/cell_4/config"
    wait_for(lambda: client.of(topic))
    heard = newcomer_hears(broker.port, "homeassistant/#", 30)
    assert all(retained for _, _, retained in heard)
    configs = {topic: json.loads(payload) for topic, payload, _ in heard}
    assert configs[topic]["val_tpl"].startswith("{{ (value_json.cell_mv")
    assert all(config["~"] == BASE for config in configs.values())
    count = len(client.of(topic))
    client.publish("homeassistant/status", "online")
    wait_for(lambda: len(client.of(topic)) > count)
    program.finish()


def test_a_mode_command_is_obeyed(broker, client, start):
    program = start(mqtt_port=broker.port)
    for mode in ("charger", "off", "charger_or_soc"):
        program.wait_for(lambda report: report["connected"])
        count = len(client.states())
        client.publish(MODE, mode)
        client.wait_state(lambda s, mode=mode: s["heater_mode"] == mode, count)
    client.publish(f"{BASE}/heater/acknowledge", "acknowledge")
    client.wait_state(lambda s: s["commands_done"] == 4)
    assert program.last["refused"] == 0
    program.finish()


def test_bad_commands_are_refused_and_told(broker, client, start):
    program = start(mqtt_port=broker.port)
    client.wait_state()
    for refused, (payload, reason) in enumerate(
        [("full power", "invalid"), ("", "invalid"), ("c" * 25, "oversized"), ("x" * 9000, None)]
    ):
        client.publish(MODE, payload)
        told = client.wait_state(lambda s, n=refused: s["commands_refused"] == n + 1)
        assert told["command_refusal"] == (reason or "oversized")
        assert told["heater_mode"] == "off"
    report = program.wait_for(lambda r: r["refused"] == 4)
    assert report["connects"] == 1 and report["done"] == 0  # the session has survived them
    client.publish(MODE, "charger")
    client.wait_state(lambda s: s["heater_mode"] == "charger")
    program.finish()


@pytest.mark.parametrize("payload", ["charger", "y" * 5000], ids=["mode", "oversized"])
def test_a_retained_command_is_ignored(broker, client, start, payload):
    client.publish(MODE, payload, retain=True)
    program = start(mqtt_port=broker.port)
    # amqtt sends what is retained once for each of our subscriptions.
    told = client.wait_state(lambda s: s["commands_refused"] >= 1)
    assert told["command_refusal"] == "retained" and told["commands_done"] == 0
    assert all(state["heater_mode"] == "off" for state in client.states())
    client.publish(MODE, "charger_or_soc")  # the same topic, not retained
    client.wait_state(lambda s: s["heater_mode"] == "charger_or_soc")
    assert program.last["connects"] == 1
    program.finish()


def test_it_reconnects_when_the_broker_comes_back(broker, client, start):
    proxy = Proxy(broker.port).start()
    try:
        program = start(mqtt_port=proxy.port)
        client.wait_state()
        proxy.set_mode("down")
        program.wait_for(lambda r: not r["connected"])
        wait_for(lambda: client.of(AVAILABILITY)[-1] == "offline")
        count = len(client.states())
        program.wait_for(lambda r: r["failures"] >= 2)
        proxy.set_mode("normal")
        client.wait_state(lambda s: s["mqtt_connects"] == 2, count)
        assert client.of(AVAILABILITY)[-1] == "online"
        client.publish(MODE, "charger")
        client.wait_state(lambda s: s["heater_mode"] == "charger", count)
        program.finish()
    finally:
        proxy.stop()


@pytest.fixture
def listener():
    """A TCP listener that tells every connection the same, then keeps it open and is silent."""
    server = socket.create_server(("127.0.0.1", 0))
    told = {"bytes": b"", "port": server.getsockname()[1]}
    connections = []

    def serve():
        while True:
            try:
                connection, _ = server.accept()
                connections.append(connection)
                connection.recv(1000)
                connection.sendall(told["bytes"])
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    yield told
    server.close()
    for connection in connections:
        connection.close()


CONNACK = b"\x20\x02\x00\x00"


@pytest.mark.slow
@pytest.mark.parametrize(
    "told, failure, detail",
    [
        (b"", "timeout", None),  # accepts, and then nothing
        (b"\x20", "timeout", None),  # dies within its first answer
        (CONNACK, "timeout", None),  # accepts the session, but no subscription
        (CONNACK + b"\x30\x20\x00\x05ab", "timeout", None),  # dies within a message
        (b"\x20\x02\x00\x05", "refused", 5),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "protocol", None),
        (CONNACK + b"\x30\xff\xff\xff\x7f\x00\x01a", "closed", None),  # 256 MB to come
    ],
    ids=["silent", "torn", "half", "message", "refusal", "http", "endless"],
)
def test_a_broken_broker_costs_the_thread_a_bounded_time(listener, start, told, failure, detail):
    listener["bytes"] = told
    program = start(mqtt_port=listener["port"])
    report = program.wait_for(lambda r: r["failures"] >= 1)
    assert report["failure"] == failure
    assert detail is None or report["detail"] == detail
    if failure != "timeout":  # and it goes on trying; the slow ones would tell the same, slowly
        report = program.wait_for(lambda r: r["failures"] >= 2)
    assert not report["connected"]
    program.finish()


@pytest.mark.slow
def test_a_broker_that_falls_silent_is_noticed(start):
    """The line stays up, and nothing comes any more: only a ping can tell."""
    broker = Broker().start()
    client = Client(broker.port)
    proxy = Proxy(broker.port).start()
    try:
        program = start(mqtt_port=proxy.port)
        client.wait_state()
        proxy.set_mode("silent")
        report = program.wait_for(lambda r: r["failures"] >= 1, 60)
        assert report["failure"] == "timeout"
        count = len(client.states())
        proxy.set_mode("normal")
        client.wait_state(lambda s: s["mqtt_connects"] >= 2, count)
        program.finish()
    finally:
        proxy.stop()
        client.close()
        broker.stop()


def test_nobody_listens(start):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    program = start(mqtt_port=port)
    report = program.wait_for(lambda r: r["failures"] >= 2)
    assert report["failure"] == "network"
    program.finish()


def test_a_name_that_does_not_resolve(start):
    program = start(mqtt_host="nosuchhost.invalid")
    report = program.wait_for(lambda r: r["failures"] >= 2, 60)
    assert report["failure"] == "dns"
    program.finish()


def test_a_resolver_that_takes_its_time(start):
    program = start(mqtt_host="nosuchhost.invalid", slow_dns_s=4)
    report = program.wait_for(lambda r: r["silent_ms"] > 3000)  # the thread is held up
    assert report["failures"] == 0
    report = program.wait_for(lambda r: r["failures"] == 1)
    assert report["failure"] == "dns"
    program.finish()  # the loop was not


@pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed")
def test_user_and_password(start, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    passwords = tmp_path / "passwords"
    passwords.write_text("käfer:grün-1\n", encoding="utf-8")
    passwords.chmod(0o600)
    hasher = shutil.which("mosquitto_passwd")
    if not hasher:
        pytest.skip("mosquitto_passwd is not installed")
    subprocess.run([hasher, "-U", str(passwords)], check=True)
    conf = tmp_path / "conf"
    conf.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {passwords}\n"
        f"user {os.environ.get('USER', 'root')}\n"
    )
    child = subprocess.Popen([find_mosquitto(), "-c", str(conf)], stderr=subprocess.DEVNULL)
    try:
        good = start(mqtt_port=port, mqtt_user="käfer", mqtt_password="grün-1")
        good.wait_for(lambda r: r["connected"])
        bad = start(mqtt_port=port, mqtt_user="käfer", mqtt_password="wrong")
        report = bad.wait_for(lambda r: r["failures"] >= 1)
        assert (report["failure"], report["detail"]) == ("refused", 5)
        bad.finish()
    finally:
        child.terminate()
        child.wait()

"""The relay against real brokers, on real MicroPython, with real sockets.

In every case a loop runs beside it: that it is never held up is part of each test.
"""

import json
import os
import shutil
import socket
import subprocess
import threading

import pytest

from host_tests.relay.broker_rig import (
    AVAILABILITY,
    BASE,
    STATE,
    Client,
    Program,
    broker,
    client,
    newcomer_hears,
    places,
    start,
    wait_for,
)
from tools.bench.net.broker import Broker, find_mosquitto
from tools.bench.net.proxy import Proxy


def test_state_availability_and_will(broker, client, start):
    program = start(mqtt_port=broker.port)
    state = client.wait_state(lambda s: s["cell_mv"])
    assert state["cell_mv"] == [3301, 3302, 3303, 3304]
    assert state["temps_dc"] == [-35, None]
    assert state["pack_mv"] == 13210 and state["current_ma"] == -1500
    assert state["fresh"] is True
    wait_for(lambda: client.of(f"{BASE}/heater") and client.of(f"{BASE}/device"))
    assert json.loads(client.of(f"{BASE}/heater")[-1])["heater_mode"] == "off"
    assert client.of(AVAILABILITY)[-1] == "online"
    # amqtt may tell a newcomer twice.
    assert set(newcomer_hears(broker.port, AVAILABILITY)) == {(AVAILABILITY, "online", True)}
    assert not any(retained for topic, _, retained in client.heard if topic == STATE)
    count = len(client.states())
    wait_for(lambda: len(client.states()) >= count + 2)
    program.finish()  # kill -9
    wait_for(lambda: client.of(AVAILABILITY)[-1] == "offline")
    assert set(newcomer_hears(broker.port, AVAILABILITY)) == {(AVAILABILITY, "offline", True)}


def test_a_budget_of_data_is_told_and_held(broker, client, start):
    program = start(mqtt_port=broker.port, mqtt_mb_a_month=50, ha_discovery=False)
    told = client.wait_for("data", lambda m: m["data_month_kb"] == 50_000)
    assert 0 <= told["data_spent_kb"] < 20 and told["data_left_kb"] > 49_900
    client.wait_state(lambda s: s["cell_mv"])
    client.publish(f"{BASE}/heater/mode/set", "charger")
    client.wait_results(1)
    client.wait_for("heater", lambda m: m["heater_mode"] == "charger")
    assert len(client.states()) <= 4  # nothing moves
    program.finish()


def test_discovery_is_there_for_a_newcomer(broker, client, start):
    program = start(mqtt_port=broker.port)
    topic = "homeassistant/sensor/packmate_a0b1c2d3e4f5/cell_4/config"
    wait_for(lambda: client.of(topic))
    program.wait_for(lambda r: not r["announcing"])
    # amqtt keeps what is cleared as an empty message.
    heard = [m for m in newcomer_hears(broker.port, "homeassistant/#", 40) if m[1]]
    assert all(retained for _, _, retained in heard) and len(heard) > 40
    configs = {topic: json.loads(payload) for topic, payload, _ in heard}
    assert configs[topic]["val_tpl"].startswith("{{ (value_json.cell_mv")
    assert all(config["~"] == BASE for config in configs.values())
    count = len(client.of(topic))
    client.publish("homeassistant/status", "online")
    wait_for(lambda: len(client.of(topic)) > count)
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
        program.wait_for(lambda r: r["connects"] == 2)
        client.wait_state(after=count)
        wait_for(lambda: client.of(AVAILABILITY)[-1] == "online")
        client.publish(f"{BASE}/heater/mode/set", "charger")
        client.wait_for("heater", lambda s: s["heater_mode"] == "charger")
        program.finish()
    finally:
        proxy.stop()


def test_a_short_drop_costs_no_discovery_and_a_forgetful_broker_does(start):
    """mosquitto without persistence has forgotten everything after its restart."""
    broker = Broker("mosquitto" if find_mosquitto() else "amqtt").start()
    client = Client(broker.port)
    proxy = Proxy(broker.port).start()
    topic = "homeassistant/sensor/packmate_a0b1c2d3e4f5/soc_pct/config"
    try:
        program = start(mqtt_port=proxy.port)
        wait_for(lambda: client.of(topic))
        program.wait_for(lambda r: not r["announcing"])
        told = len([heard for heard, _, _ in client.heard if heard.endswith("/config")])
        for connects in (2, 3):
            proxy.set_mode("down")
            program.wait_for(lambda r: not r["connected"])
            proxy.set_mode("normal")
            program.wait_for(lambda r, n=connects: r["connects"] == n)
            program.wait_for(lambda r: not r["announcing"])
        assert len([heard for heard, _, _ in client.heard if heard.endswith("/config")]) == told
        client.publish(topic, "", retain=True)
        client.publish(AVAILABILITY, "", retain=True)  # as if it had been restarted
        proxy.set_mode("down")
        program.wait_for(lambda r: not r["connected"])
        client.publish(AVAILABILITY, "", retain=True)  # its will has come meanwhile
        proxy.set_mode("normal")
        program.wait_for(lambda r: r["connects"] == 4)
        wait_for(lambda: newcomer_hears(broker.port, topic, 1))
        program.finish()
    finally:
        proxy.stop()
        client.close()
        broker.stop()


@pytest.mark.slow
def test_reconnections_cost_no_memory(start):
    """Six sessions one after the other: what is live afterwards is what it was."""
    broker = Broker().start()
    proxy = Proxy(broker.port).start()
    try:
        program = start(mqtt_port=proxy.port, collect=True)
        program.wait_for(lambda r: r["connected"] and not r["announcing"])
        before = program.wait_for(lambda r: r["connects"] == 1)["heap"]
        for connects in range(2, 7):
            proxy.set_mode("down")
            program.wait_for(lambda r: not r["connected"])
            proxy.set_mode("normal")
            program.wait_for(lambda r, n=connects: r["connects"] == n, 90)
            program.wait_for(lambda r: not r["announcing"])
        assert program.wait_for(lambda r: r["connected"])["heap"] - before < 400
        program.finish()
    finally:
        proxy.stop()
        broker.stop()


class Listener:
    """A TCP listener that tells every connection the same, then keeps it open and is silent."""

    def __init__(self, told):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self._told = told
        self._connections = []
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self.server.accept()
                self._connections.append(connection)
                connection.recv(1000)
                connection.sendall(self._told)
            except OSError:
                return

    def close(self):
        for each in (self.server, *self._connections):
            each.close()


CONNACK = b"\x20\x02\x00\x00"
# What such a broker tells, and the failure and the detail that come of it.
BROKEN = {
    "silent": (b"", "timeout", None),  # accepts, and then nothing
    "torn": (b"\x20", "timeout", None),  # dies within its first answer
    "half": (CONNACK, "timeout", None),  # accepts the session, but no subscription
    "message": (CONNACK + b"\x30\x20\x00\x05ab", "timeout", None),  # dies within a message
    "refusal": (b"\x20\x02\x00\x05", "refused", 5),
    "http": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "protocol", None),
    "endless": (CONNACK + b"\x30\xff\xff\xff\x7f\x00\x01a", "timeout", None),  # 256 MB to come
    "malformed": (CONNACK + b"\x30\xff\xff\xff\xff\x00\x01a", "protocol", None),
}


@pytest.fixture(scope="module")
def at_a_broken_broker(places):
    """Returns what gives the program at one of BROKEN, which all wait for their answers at once.
    One that is asked for again starts anew."""
    listeners = {name: Listener(told) for name, (told, _, _) in BROKEN.items()}

    def begin(name):
        return Program(places, mqtt_port=listeners[name].port)

    started = {name: begin(name) for name in BROKEN}
    yield lambda name: started.pop(name, None) or begin(name)
    for program in started.values():
        program.kill()
    for each in listeners.values():
        each.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_broker_costs_a_bounded_time(at_a_broken_broker, name):
    _, failure, detail = BROKEN[name]
    program = at_a_broken_broker(name)
    try:
        report = program.wait_for(lambda r: r["failures"] >= 1)
        assert report["failure"] == failure
        assert detail is None or report["detail"] == detail
        if failure != "timeout":  # and it goes on trying; the slow ones would tell it slowly
            report = program.wait_for(lambda r: r["failures"] >= 2)
        assert not report["connected"]
        program.finish()
    finally:
        program.kill()


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
        client.wait_state(after=count)
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


NAME_SERVER = f"127.{os.getpid() % 250 + 2}.0.53"


class NameServer:
    """Answers each question with 127.0.0.1, or not at all; on port 53 of an address of its own."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 53))
        self.questions = 0
        self.silent = False
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                question, sender = self.socket.recvfrom(600)
            except OSError:
                return
            self.questions += 1
            record = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01"
            head = question[:2] + b"\x81\x80\0\x01\0\x01\0\0\0\0"
            if not self.silent:
                self.socket.sendto(head + question[12:] + record, sender)


@pytest.fixture
def name_server():
    try:
        server = NameServer(NAME_SERVER)
    except OSError as error:
        pytest.skip(f"no name server can be played here: {error}")
    yield server
    server.socket.close()


def test_a_name_is_looked_up(broker, client, start, name_server):
    program = start(mqtt_host="broker.lan", mqtt_port=broker.port, name_server=NAME_SERVER)
    client.wait_state()
    assert name_server.questions == 1
    program.finish()


@pytest.mark.slow
def test_a_silent_name_server_is_a_failure_and_holds_nothing(start, name_server):
    name_server.silent = True
    program = start(mqtt_host="broker.lan", name_server=NAME_SERVER)
    report = program.wait_for(lambda r: r["failures"] >= 2, 60)
    assert report["failure"] == "dns" and name_server.questions >= 6
    program.finish()


@pytest.mark.slow
def test_a_broker_that_restarts_and_wifi_that_flaps(start):
    """Every few seconds everything is gone for a moment; between, it works."""
    broker = Broker().start()
    client = Client(broker.port)
    proxy = Proxy(broker.port).start()
    try:
        program = start(mqtt_port=proxy.port, flap_s=12)
        for _ in range(3):
            count = len(client.states())
            client.wait_state(after=count + 1)
            proxy.set_mode("down")
            program.wait_for(lambda r: not r["connected"])
            proxy.set_mode("normal")
        program.wait_for(lambda r: r["connects"] >= 5, 90)
        program.wait_for(lambda r: r["connected"] and r["backoff_ms"] == 2_000, 60)
        program.finish()
    finally:
        proxy.stop()
        client.close()
        broker.stop()


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

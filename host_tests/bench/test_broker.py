"""The bench's broker and its proxy, with real sockets and a real MQTT client."""

import socket
import time

import pytest

from tools.bench.net.broker import Broker, BrokerError, MessageLog, find_mosquitto, have_amqtt
from tools.bench.net.proxy import Proxy


def wait_for(condition, limit_s=8.0):
    """Polls until `condition()` is true; returns what it returned last."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.02)
    return condition()


@pytest.fixture(params=["mosquitto", "amqtt"])
def broker(request):
    if request.param == "mosquitto" and not find_mosquitto():
        pytest.skip("mosquitto is not installed on this machine")
    if request.param == "amqtt" and not have_amqtt():
        pytest.skip("amqtt is not installed in this environment")
    broker = Broker(request.param).start()
    yield broker
    broker.stop()


@pytest.fixture
def echo():
    """A TCP server that sends back what it gets, for the proxy tests."""
    import threading

    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=copy, args=(client,), daemon=True).start()

    def copy(client):
        with client:
            while data := client.recv(1000):
                client.sendall(data)

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


@pytest.fixture
def proxy(echo):
    proxy = Proxy(echo).start()
    yield proxy
    proxy.stop()


def connect(proxy):
    client = socket.create_connection(("127.0.0.1", proxy.port), 3)
    client.settimeout(3)
    return client


def test_messages_arrive_with_the_virtual_time(broker):
    log = MessageLog(broker.port, clock=lambda: 4711)
    try:
        assert log.wait_ready()
        log.publish("packmate/state", '{"soc_pct": 55}')
        assert wait_for(lambda: log.latest("packmate/state"))
        assert log.latest_json("packmate/state") == ({"soc_pct": 55}, 4711)
        assert log.last()[0]["topic"] == "packmate/state"
    finally:
        log.close()


def test_retained_messages_are_marked(broker):
    first = MessageLog(broker.port, clock=lambda: 0)
    assert first.wait_ready()
    first.publish("packmate/availability", "online", retain=True)
    assert wait_for(lambda: first.latest("packmate/availability"))
    first.close()
    second = MessageLog(broker.port, clock=lambda: 0)
    try:
        assert wait_for(lambda: second.latest("packmate/availability"))["retained"]
    finally:
        second.close()


def test_text_that_is_not_json_gives_no_object(broker):
    log = MessageLog(broker.port, clock=lambda: 9)
    try:
        assert log.wait_ready()
        log.publish("a", "{broken")
        assert wait_for(lambda: log.latest("a"))
        assert log.latest_json("a") == (None, 9)
        assert log.latest_json("never") == (None, None)
    finally:
        log.close()


def test_broker_listens_on_loopback_only(broker):
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}
    for address in others - {"127.0.0.1", "::1"}:
        with pytest.raises(OSError):
            socket.create_connection((address, broker.port), 0.5).close()


def test_broker_ends_with_stop(broker):
    broker.stop()
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", broker.port), 0.5)


def test_unknown_broker_is_refused():
    with pytest.raises(BrokerError, match="no such broker: rabbit"):
        Broker("rabbit")


def test_mqtt_passes_the_proxy(broker):
    proxy = Proxy(broker.port).start()
    log = MessageLog(proxy.port, clock=lambda: 0)
    try:
        assert log.wait_ready()
        log.publish("a", "b")
        assert wait_for(lambda: log.latest("a"))
    finally:
        log.close()
        proxy.stop()


def test_normal_forwards_both_ways(proxy):
    with connect(proxy) as client:
        client.sendall(b"hello")
        assert client.recv(10) == b"hello"
    assert proxy.connections == 1


def test_down_refuses_and_cuts_what_stood(proxy):
    with connect(proxy) as client:
        client.sendall(b"x")
        assert client.recv(1) == b"x"
        proxy.set_mode("down")
        with pytest.raises(ConnectionError):
            if client.recv(1) == b"":
                raise ConnectionResetError
    with pytest.raises(ConnectionRefusedError):
        connect(proxy)


def test_down_ends_on_the_same_port(proxy):
    port = proxy.port
    proxy.set_mode("down")
    proxy.set_mode("normal")
    assert proxy.port == port
    with connect(proxy) as client:
        client.sendall(b"again")
        assert client.recv(10) == b"again"


def test_silent_accepts_and_never_answers(proxy):
    proxy.set_mode("silent")
    with connect(proxy) as client:
        client.sendall(b"anyone?")
        client.settimeout(0.5)
        with pytest.raises(TimeoutError):
            client.recv(10)


def test_silent_holds_a_standing_connection_and_lets_go(proxy):
    with connect(proxy) as client:
        client.sendall(b"a")
        assert client.recv(1) == b"a"
        proxy.set_mode("silent")
        client.sendall(b"b")
        client.settimeout(0.4)
        with pytest.raises(TimeoutError):
            client.recv(1)
        proxy.set_mode("normal")
        client.settimeout(3)
        assert client.recv(1) == b"b"


def test_silent_after_down_listens_again(proxy):
    proxy.set_mode("down")
    proxy.set_mode("silent")
    with connect(proxy) as client:
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_a_mode_that_does_not_exist_is_refused(proxy):
    with pytest.raises(ValueError, match="no such proxy mode: lossy"):
        proxy.set_mode("lossy")


def test_a_target_that_is_gone_only_closes_the_connection():
    from tools.bench.net.broker import free_port

    proxy = Proxy(free_port()).start()
    try:
        with connect(proxy) as client, pytest.raises(ConnectionError):
            if client.recv(1) == b"":
                raise ConnectionResetError
    finally:
        proxy.stop()

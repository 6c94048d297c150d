"""firmware/hardware/clock.py: when it asks for the time, what it believes, and for how long."""

import importlib
import sys
import time
import types

import pytest

from host_tests.firmware.fake_chip import PERIOD
from host_tests.mqtt_rig import A, Broker, Net, Wifi, answer

SINCE_1900_S = 2_208_988_800  # of this host's epoch
NOW_S = 1_900_000_000


class Server:
    """A name server and a time server; `reply` makes of a question what it answers."""

    def __init__(self):
        self.asked = 0
        self.up = True
        self.reply = self.good
        self.set_to = []

    def good(self, question, seconds=NOW_S, stratum=1, mode=4, mark=None):
        mark = question[40:48] if mark is None else mark
        stamp = ((seconds + SINCE_1900_S) % 2**32).to_bytes(4, "big") + bytes(4)
        return bytes((0x20 | mode, stratum)) + bytes(22) + mark + bytes(8) + stamp

    def resolve(self, question):
        if len(question) != 48:
            return answer(question, A)
        self.asked += 1
        assert question[0] == 0x23 and len(set(question[40:48])) > 1
        return self.reply(question) if self.up else None


@pytest.fixture
def server(monkeypatch):
    server = Server()
    machine = types.ModuleType("machine")
    machine.RTC = lambda: types.SimpleNamespace(datetime=server.set_to.append)
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.delitem(sys.modules, "hardware.clock", raising=False)
    net = Net(Broker())
    net.resolve = server.resolve
    server.net = net
    clock = importlib.import_module("hardware.clock")
    monkeypatch.setattr(clock, "socket", net)
    monkeypatch.setattr(importlib.import_module("hardware.resolver"), "socket", net)
    yield server
    sys.modules.pop("hardware.clock", None)


class Watch:
    """A Clock whose ticks the test moves on."""

    def __init__(self, offset_min=0, start_ms=PERIOD - 5000):
        self.clock = importlib.import_module("hardware.clock").Clock(offset_min)
        self.now = start_ms
        self.wifi = Wifi()

    def step(self, ms=1000, times=1):
        for _ in range(times):
            self.now = (self.now + ms) % PERIOD
            self.clock.step(self.wifi, self.now)
        return self.clock.day_s()


def test_nothing_is_asked_without_a_network(server):
    watch = Watch()
    watch.wifi.up = False
    assert watch.step(times=1000) is None and not server.net.sockets


def test_the_time_is_set_and_known(server, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 86_400 * 9000 + 23 * 3600)
    watch = Watch(offset_min=120)
    assert watch.step() is None  # nothing waits
    assert watch.step(times=3) == 3600  # 23:00 UTC is 01:00 two hours further east
    assert server.set_to == [(2030, 3, 17, 7, 17, 46, 40, 0)]
    assert all(sock.closed for sock in server.net.sockets)


def test_it_works_beyond_2036(server):
    server.reply = lambda question: server.good(question, 2_100_000_000)
    watch = Watch()
    watch.step(times=5)
    assert server.set_to[0][0] == 2036


@pytest.mark.parametrize(
    "change",
    [
        {"mark": bytes(8)},  # the answer to another question
        {"stratum": 0},  # "go away"
        {"stratum": 16},  # does not know it itself
        {"mode": 3},
    ],
)
def test_what_is_no_answer_is_not_believed(server, change):
    server.reply = lambda question: server.good(question, **change)
    watch = Watch()
    assert watch.step(times=30) is None
    assert watch.clock.failures == 1 and server.set_to == []


@pytest.mark.parametrize("data", [b"", b"x", bytes(47), b"\xff" * 48, bytes(400)])
def test_garbage_is_not_believed(server, data):
    server.reply = lambda question: data
    watch = Watch()
    assert watch.step(times=30) is None and server.set_to == []


def test_a_failure_is_tried_again_after_a_minute(server):
    server.up = False
    watch = Watch()
    watch.step(times=600)
    assert 9 <= server.asked <= 10 and watch.clock.failures >= 9
    server.up = True
    assert watch.step(times=65) is not None


def test_no_memory_for_a_socket_is_a_failure(server):
    server.net.full = True
    watch = Watch()
    assert watch.step(times=120) is None
    assert watch.clock.failures >= 1
    server.net.full = False
    assert watch.step(times=70) is not None


def test_it_is_renewed_four_times_a_day_and_ends_after_two_days(server):
    watch = Watch()
    watch.step(times=5)
    watch.step(60_000, times=24 * 60)
    assert 4 <= server.asked <= 6
    server.up = False
    for _ in range(41 * 60):
        assert watch.step(60_000) is not None
    for _ in range(8 * 60):
        watch.step(60_000)
    assert watch.step() is None

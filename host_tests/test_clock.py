"""firmware/hardware/clock.py: when it asks for the time, how long it believes the answer."""

import importlib
import sys
import time
import types

import pytest

from host_tests.fake_chip import PERIOD


class Server:
    """The time server, and the threads that ask it: `run` lets them have their answer."""

    def __init__(self):
        self.asked = 0
        self.up = True
        self.refusal = None
        self.threads = []

    def settime(self):
        self.asked += 1
        if not self.up:
            raise OSError(-202)

    def start(self, function, arguments):
        if self.refusal:
            raise self.refusal
        self.threads.append(lambda: function(*arguments))

    def run(self):
        while self.threads:
            self.threads.pop()()


@pytest.fixture
def server(monkeypatch):
    server = Server()
    ntptime = types.ModuleType("ntptime")
    ntptime.settime = server.settime
    thread = types.ModuleType("_thread")
    thread.stack_size = lambda size: 0
    thread.start_new_thread = server.start
    monkeypatch.setitem(sys.modules, "ntptime", ntptime)
    monkeypatch.setitem(sys.modules, "_thread", thread)
    monkeypatch.delitem(sys.modules, "hardware.clock", raising=False)
    yield server
    sys.modules.pop("hardware.clock", None)


class Watch:
    """A Clock whose ticks the test moves on."""

    def __init__(self, offset_min=0, start_ms=PERIOD - 5000):
        self.clock = importlib.import_module("hardware.clock").Clock(offset_min)
        self.now = start_ms

    def step(self, ms=1000, up=True, times=1):
        for _ in range(times):
            self.now = (self.now + ms) % PERIOD
            self.clock.step(up, self.now)
        return self.clock.day_s()


def test_nothing_is_asked_without_a_network(server):
    watch = Watch()
    assert watch.step(up=False, times=1000) is None and not server.threads


def test_the_loop_does_not_wait_for_the_answer(server, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 86_400 * 9000 + 23 * 3600)
    watch = Watch(offset_min=120)
    assert watch.step(times=500) is None
    assert len(server.threads) == 1 and server.asked == 0
    server.run()
    assert watch.step() == 3600  # 23:00 UTC is 01:00 two hours further east
    assert Watch(offset_min=-60).clock.day_s() is None


def test_a_failure_is_tried_again_after_a_minute(server):
    server.up = False
    watch = Watch()
    for _ in range(600):
        assert watch.step() is None
        server.run()
    assert server.asked == watch.clock.failures == 10
    server.up = True
    for _ in range(60):
        watch.step()
        server.run()
    assert watch.step() is not None


@pytest.mark.parametrize("refusal", [OSError("can't create thread"), MemoryError()])
def test_no_memory_for_a_thread_is_a_failure(server, refusal):
    server.refusal = refusal
    watch = Watch()
    assert watch.step(times=120) is None
    assert watch.clock.failures == 2
    server.refusal = None
    watch.step(times=60)
    server.run()
    assert watch.step() is not None


def test_it_is_renewed_four_times_a_day_and_ends_after_two_days(server):
    watch = Watch()
    watch.step()
    server.run()
    for _ in range(24 * 60):
        watch.step(60_000)
        server.run()
    assert 4 <= server.asked <= 6
    server.up = False
    for _ in range(41 * 60):
        assert watch.step(60_000) is not None
        server.run()
    for _ in range(8 * 60):
        watch.step(60_000)
        server.run()
    assert watch.step() is None

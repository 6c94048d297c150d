"""The Wi-Fi station against a `network` module that does what the ESP32's does."""

import importlib
import sys
import types

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import words
from compat import ticks_add, ticks_diff
from tools import vocabulary

IDLE, CONNECTING, GOT_IP = 1000, 1001, 1010
PASSWORD = "correct horse"


class Radio:
    """network.WLAN as ports/esp32/network_wlan.c has it: a failure's status stays till success."""

    IF_STA = 0

    def __init__(self):
        self.calls = []
        self.connected = False
        self.reason = 0
        self.requested = False
        self.refuses = False

    def __call__(self, interface):
        assert interface == self.IF_STA
        return self

    def active(self, flag):
        self.calls.append(("active", flag))

    def config(self, **settings):
        self.calls.append(("config", settings))

    def connect(self, *args):
        if self.refuses:
            raise OSError("Wifi Internal State Error")
        self.calls.append(("connect", *args))
        self.requested = True

    def disconnect(self):
        self.calls.append(("disconnect",))
        self.requested = self.connected = False
        if self.refuses:
            raise OSError("Wifi Not Connected")

    def isconnected(self):
        return self.connected

    def status(self, what=None):
        if what == "rssi":
            if not self.connected:
                raise OSError("Wifi Not Connected")
            return -61
        if self.connected:
            return GOT_IP
        return self.reason or (CONNECTING if self.requested else IDLE)

    def ifconfig(self):
        return ("192.168.4.2", "255.255.255.0", "192.168.4.1", "192.168.4.1")

    # what happens on the air
    def joins(self):
        self.connected = True
        self.reason = 0

    def fails(self, reason):
        self.connected = self.requested = False  # reconnects=0: it does not try again by itself
        self.reason = reason

    def attempts(self):
        return [call for call in self.calls if call[0] == "connect"]


class Bench:
    def __init__(self, monkeypatch, ssid="van", password=PASSWORD, now=0):
        self.radio = Radio()
        fake = types.ModuleType("network")
        fake.WLAN = self.radio
        fake.hostname = lambda name: self.radio.calls.append(("hostname", name))
        monkeypatch.setitem(sys.modules, "network", fake)
        self.module = importlib.import_module("hardware.net.wifi")
        monkeypatch.setattr(self.module, "network", fake)
        self.now = now
        self.wifi = self.module.Wifi(
            {"wifi_ssid": ssid}, {"wifi_password": password}, "packmate-0a1b"
        )
        self.wifi.start(now)

    def run(self, ms, step=100):
        end = ticks_add(self.now, ms)
        while ticks_diff(end, self.now) > 0:
            self.now = ticks_add(self.now, step)
            self.wifi.step(self.now)

    @property
    def reason(self):
        return vocabulary.words(words.WIFI_NAMES)[self.wifi.reason]


@pytest.fixture(autouse=True)
def _forget_the_module():
    yield
    sys.modules.pop("hardware.net.wifi", None)


@pytest.fixture
def bench(monkeypatch):
    return Bench(monkeypatch)


def test_it_joins_with_a_password(bench):
    named = ("hostname", "packmate-0a1b")  # first: DHCP and mDNS take it when the radio starts
    assert bench.radio.calls == [named, ("active", True), ("config", {"reconnects": 0})]
    bench.run(100)
    assert bench.radio.attempts() == [("connect", "van", PASSWORD)]
    assert not bench.wifi.up and bench.wifi.rssi_dbm() is None
    bench.radio.joins()
    bench.run(100)
    assert bench.wifi.up and bench.wifi.state == bench.module.UP
    assert bench.wifi.rssi_dbm() == -61
    assert bench.wifi.failures == 0 and bench.wifi.losses == 0


def test_an_open_network_gets_no_key(monkeypatch):
    bench = Bench(monkeypatch, password="")
    bench.run(100)
    assert bench.radio.attempts() == [("connect", "van")]


def test_without_a_network_the_radio_stays_off(monkeypatch):
    bench = Bench(monkeypatch, ssid="")
    bench.run(60_000)
    bench.wifi.bounce(bench.now)
    assert bench.radio.calls == [] and not bench.wifi.up
    assert bench.wifi.state == bench.module.OFF


@pytest.mark.parametrize(
    "status, reason",
    [
        (201, "no_network"),
        (202, "password"),
        (15, "password"),
        (204, "password"),
        (210, "security"),
        (211, "security"),
        (212, "weak"),
        (2, "other"),
    ],
)
def test_failures_have_their_reasons(bench, status, reason):
    bench.run(100)
    bench.radio.fails(status)
    bench.run(100)
    assert bench.reason == reason and bench.wifi.status == status
    assert bench.wifi.failures == 1 and bench.wifi.state == bench.module.WAITING
    bench.run(1_100)
    assert len(bench.radio.attempts()) == 2


def test_the_status_of_the_last_failure_does_not_cut_the_next_attempt_short(bench):
    bench.run(100)
    bench.radio.fails(201)
    bench.run(1_500)
    assert len(bench.radio.attempts()) == 2
    assert bench.radio.status() == 201  # as the port has it, while the attempt runs
    bench.run(6_000)
    assert len(bench.radio.attempts()) == 2 and bench.wifi.state == bench.module.JOINING
    bench.radio.joins()
    bench.run(100)
    assert bench.wifi.up


@pytest.mark.parametrize("status, reason", [(0, "no_address"), (201, "no_network")])
def test_an_attempt_that_leads_nowhere_ends(bench, status, reason):
    bench.radio.reason = status
    bench.run(19_900)
    assert len(bench.radio.attempts()) == 1 and bench.wifi.failures == 0
    bench.run(300)
    assert bench.reason == reason and bench.wifi.failures == 1
    assert bench.radio.calls[-1] == ("disconnect",)


def test_a_lost_network_is_joined_again(bench):
    bench.run(100)
    bench.radio.joins()
    bench.run(1_000)
    bench.radio.fails(200)
    bench.run(100)
    assert not bench.wifi.up and bench.wifi.losses == 1 and bench.reason == "lost"
    bench.run(1_100)
    assert len(bench.radio.attempts()) == 2
    bench.radio.joins()
    bench.run(100)
    assert bench.wifi.up


def test_pauses_grow_to_a_minute_and_start_anew_after_success(bench):
    starts = []
    for _ in range(9):
        count = len(bench.radio.attempts())
        while len(bench.radio.attempts()) == count:
            bench.run(100)
        starts.append(bench.now)
        bench.radio.fails(201 if count % 2 else 202)
    pauses = [b - a for a, b in zip(starts, starts[1:], strict=False)]
    assert [round(pause / 1000) for pause in pauses] == [1, 2, 4, 8, 16, 32, 60, 60]
    bench.run(61_000)
    bench.radio.joins()
    bench.run(100)
    bench.radio.fails(200)
    bench.run(1_300)
    assert bench.wifi.state == bench.module.JOINING


def test_a_driver_that_refuses_is_tried_again(bench):
    bench.radio.refuses = True
    bench.run(100)
    assert bench.reason == "error" and bench.wifi.failures == 1
    bench.radio.refuses = False
    bench.run(1_100)
    bench.radio.joins()
    bench.run(100)
    assert bench.wifi.up


def test_a_bounce_joins_anew(bench):
    bench.run(100)
    bench.radio.joins()
    bench.run(100)
    bench.wifi.bounce(bench.now)
    assert not bench.wifi.up and bench.radio.calls[-1] == ("disconnect",)
    bench.run(1_200)
    assert len(bench.radio.attempts()) == 2


def test_the_signal_of_a_network_lost_this_moment_is_unknown(bench):
    bench.run(100)
    bench.radio.joins()
    bench.run(100)
    bench.radio.fails(200)
    assert bench.wifi.rssi_dbm() is None


def test_it_works_across_the_wrap_of_the_clock(monkeypatch):
    bench = Bench(monkeypatch, now=2**30 - 10_000)
    bench.run(100)
    bench.radio.fails(201)
    bench.run(1_500)
    assert len(bench.radio.attempts()) == 2
    bench.run(25_000)
    assert bench.wifi.failures == 2


def test_the_password_is_never_printed(bench, capsys):
    for status in (201, 202, 200):
        bench.run(100)
        bench.radio.fails(status)
        bench.run(61_000)
    assert PASSWORD not in "".join(capsys.readouterr())
    assert PASSWORD not in repr(bench.wifi)


@hypothesis_settings(max_examples=60, deadline=None)
@given(
    events=st.lists(
        st.tuples(st.sampled_from(["join", "fail", "silence", "bounce"]), st.integers(0, 40_000)),
        max_size=25,
    )
)
def test_it_always_comes_back(events):
    with pytest.MonkeyPatch.context() as monkeypatch:
        bench = Bench(monkeypatch)
        for kind, ms in events:
            if kind == "join" and bench.radio.requested:
                bench.radio.joins()
            elif kind == "fail":
                bench.radio.fails(201)
            elif kind == "bounce":
                bench.wifi.bounce(bench.now)
            bench.run(500 + ms, step=500)
            assert bench.wifi.up == bench.radio.connected
        for _ in range(200):  # the network is there now: within two longest pauses it is joined
            bench.run(500, step=500)
            if bench.radio.requested and not bench.radio.connected:
                bench.radio.joins()
        assert bench.wifi.up

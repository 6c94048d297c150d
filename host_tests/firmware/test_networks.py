"""The station with two networks among the bench's access points: hours in virtual time."""

import importlib
import sys
import time
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

import words
from host_tests.mqtt_rig import make_codes
from tools import vocabulary
from tools.bench.net import access_point
from tools.bench.standins import bench_ops as ops

PASSWORDS = {"van": "correct horse", access_point.SECOND: "battery staple"}
PASSWORD = PASSWORDS["van"]
MODULES = ("hardware.net.wifi", "hardware.net.networks")
JOIN_MS = 20_000  # the longest that an attempt lasts
HOUR_MS = 3_600_000


class Wlan:
    """network.WLAN in front of the bench's air; `asked`: (ms, ssid) of each attempt."""

    IF_STA = 0

    def __init__(self):
        self.air = access_point.AccessPoint()
        self.asked = []
        self.now = 0
        self.names = []
        self.hostname = self.names.append

    def __call__(self, _interface):
        return self

    def active(self, on):
        self.air.link(1000 * self.now, int(on))

    def config(self, reconnects):
        assert reconnects == 0

    def connect(self, ssid, password):
        assert PASSWORDS[ssid] == password
        self.asked.append((self.now, ssid))
        self.air.join(1000 * self.now, ssid.encode() + b"\0" + password.encode())

    def disconnect(self):
        self.air.link(1000 * self.now, 2)

    def isconnected(self):
        return self.air.state == ops.WIFI_GOT_IP

    def status(self, what=None):
        return -61 if what else self.air.state

    def ifconfig(self):
        return ("192.168.4.2", "255.255.255.0", "192.168.4.1", "192.168.4.1")


class House:
    """A device between a router and a second network; `there`: what is there of each."""

    def __init__(self, monkeypatch, second=access_point.SECOND, **there):
        self.wlan = Wlan()
        self.air = self.wlan.air
        self.air.set(0, **there)
        module = types.ModuleType("network")
        module.WLAN = self.wlan
        module.hostname = self.wlan.hostname
        monkeypatch.setitem(sys.modules, "network", module)
        for name in MODULES:
            monkeypatch.delitem(sys.modules, name, raising=False)
        self.plain = importlib.import_module("hardware.net.wifi")
        networks = importlib.import_module("hardware.net.networks")
        settings = {"wifi_ssid": "van", "wifi_ssid_2": second}
        secrets = {"wifi_password": PASSWORD}
        secrets["wifi_password_2"] = PASSWORDS[access_point.SECOND]
        self.wifi = networks.Networks(settings, secrets, "packmate-0a1b2c")
        self.wifi.start(0)

    def run(self, ms, step=100):
        end = self.wlan.now + ms
        while self.wlan.now < end:
            self.wlan.now += step
            self.air.run(1000 * self.wlan.now)
            self.wifi.step(self.wlan.now)

    def set(self, **there):
        self.air.set(1000 * self.wlan.now, **there)

    def joins(self, limit_ms=2 * JOIN_MS):
        """Runs until a network is joined; returns (its number, how long that took)."""
        begin = self.wlan.now
        while not self.wifi.up:
            assert self.wlan.now - begin < limit_ms, self.wlan.asked[-6:]
            self.run(100)
        return self.wifi.network, self.wlan.now - begin

    def loses(self):
        while self.wifi.up:
            self.run(100)

    def attempts(self, ssid, since=0):
        return [ms for ms, name in self.wlan.asked if name == ssid and ms >= since]

    @property
    def reason(self):
        return vocabulary.words(words.WIFI_NAMES)[self.wifi.reason]


@pytest.fixture(autouse=True)
def _forget_the_modules():
    yield
    for name in MODULES:
        sys.modules.pop(name, None)


@pytest.fixture
def start(monkeypatch):
    return lambda **given: House(monkeypatch, **given)


def test_the_first_network_is_the_first_choice(start):
    house = start(second_up=True)
    assert house.joins() == (1, 2_600)
    assert house.wlan.names == ["packmate-0a1b2c"]
    assert house.attempts(access_point.SECOND) == []


def test_the_second_one_is_joined_where_the_first_is_not(start):
    house = start(up=False, second_up=True)
    number, took_ms = house.joins()
    assert number == 2 and took_ms < 8_000
    assert house.air.ssid == access_point.SECOND and house.wifi.failures == 1


def test_it_roams_to_the_other_one_and_back(start):
    house = start(second_up=True)
    house.joins()
    for up, number in ((False, 2), (True, 1), (False, 2)):
        house.set(up=up, second_up=not up)
        house.loses()
        assert house.joins()[0] == number
    assert house.wifi.losses == 3
    house.run(HOUR_MS, step=500)
    assert house.wifi.up and len(house.wlan.asked) == 7  # the first one, and two for each loss


def test_a_short_loss_is_no_reason_to_roam(start):
    house = start(second_up=True)
    house.joins()
    house.set(channel=11)
    house.loses()
    assert house.reason == "lost"
    assert house.joins()[0] == 1
    assert house.attempts(access_point.SECOND) == []


def test_a_network_that_leads_nowhere_is_left_for_the_other_one(start):
    """Nothing has come through for long, says whoever bounces it."""
    house = start(second_up=True)
    house.joins()
    house.wifi.bounce(house.wlan.now)
    assert house.joins() == (2, 3_500)
    house.wifi.bounce(house.wlan.now)
    assert house.joins()[0] == 1


def test_away_from_both_neither_is_asked_oftener_than_alone(start):
    house = start(up=False)
    house.run(3 * HOUR_MS)
    counts = [len(house.attempts(ssid)) for ssid in PASSWORDS]
    assert abs(counts[0] - counts[1]) <= 1
    pauses = [b - a for a, b in zip(*[house.attempts("van")[n:] for n in (8, 9)], strict=False)]
    assert min(pauses) > 60_000 and max(pauses) < 60_000 + 3 * JOIN_MS
    house.set(second_up=True)
    assert house.joins(limit_ms=60_000 + 3 * JOIN_MS)[0] == 2


def test_a_network_that_comes_back_after_hours_is_joined_at_once_after_a_pause(start):
    house = start()
    house.joins()
    house.set(up=False)
    house.run(5 * HOUR_MS, step=500)
    assert not house.wifi.up and house.reason == "no_network"
    house.set(up=True)
    assert house.joins(limit_ms=60_000 + 3 * JOIN_MS)[0] == 1
    assert house.wifi.losses == 1


def test_a_new_password_is_told_even_if_the_other_network_is_away(start):
    house = start()
    house.joins()
    house.set(wrong_password=True)
    house.loses()
    house.run(JOIN_MS)
    told = set()
    for _ in range(600):
        house.run(1000)
        told.add((house.reason, house.wifi.network))
    assert told == {("password", 1)}
    house.set(wrong_password=False)
    assert house.joins(limit_ms=60_000 + 3 * JOIN_MS) and house.reason == "password"


def test_which_network_is_joined_is_told_in_spite_of_the_others_trouble(start):
    house = start(wrong_password=True, second_up=True)
    assert house.joins()[0] == 2
    house.set(second_up=False)
    house.loses()
    assert (house.reason, house.wifi.network) == ("lost", 2)
    house.run(2 * JOIN_MS)
    assert (house.reason, house.wifi.network) == ("password", 1)


@pytest.mark.parametrize("given", [{"second": ""}, {"second": "", "up": False}])
def test_with_one_network_it_is_as_without_psram(start, given):
    """Step by step the same as what it is made from."""
    house = start(**given)
    twin = start(**given)
    twin.wifi = twin.plain.Wifi(
        {"wifi_ssid": "van"}, {"wifi_password": PASSWORD}, "packmate-0a1b2c"
    )
    twin.wifi.start(0)
    for up in (True, False, True):
        for each in (house, twin):
            each.set(up=up)
            each.run(200_000)
        assert house.wlan.asked == twin.wlan.asked
        assert (house.wifi.reason, house.wifi.up) == (twin.wifi.reason, twin.wifi.up)
    assert house.wifi.network == 0


def test_without_a_network_nothing_is_joined(start):
    house = start()
    settings = {"wifi_ssid": "", "wifi_ssid_2": access_point.SECOND}
    secrets = {"wifi_password": "", "wifi_password_2": "x"}
    house.wifi = type(house.wifi)(settings, secrets, "name")
    house.wifi.start(0)
    house.run(60_000)
    assert house.wlan.asked == [] and not house.wifi.up and house.wifi.network == 0


class Notes(list):
    """A kept.journal.Journal that is looked into."""

    def note(self, what, about=""):
        self.append((what, about))


def test_the_event_log_says_why_and_which(start, monkeypatch):
    monkeypatch.setattr(time, "ticks_ms", lambda: 0, raising=False)
    buttons = types.SimpleNamespace(LONG=2)  # nobody presses one
    monkeypatch.setitem(sys.modules, "hardware.inputs.buttons", buttons)
    from kept.journal import Watch

    house = start(second_up=True)
    quiet = types.SimpleNamespace
    device = quiet(
        wifi=house.wifi,
        wifi_used=True,
        relay=None,
        supervisor=quiet(late=None),
        bms=quiet(units=(), pack=quiet(alarms=b"")),
        heater=quiet(latched=0, warnings=0),
    )
    notes = Notes()
    watch = Watch(notes, make_codes())

    def live(seconds):
        for _ in range(seconds):
            house.run(1000)
            watch.step(device)

    live(10)
    house.set(wrong_password=True, second_up=False)
    live(1800)
    house.set(second_up=True)
    live(100)
    house.set(second_up=False)
    live(1800)
    house.set(wrong_password=False)
    live(100)
    assert notes == [
        ("wifi", "up"),
        ("wifi", "lost"),
        ("wifi", "password"),
        ("wifi 2", "up"),
        ("wifi 2", "lost"),
        ("wifi", "up"),
    ]


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "up": st.booleans(),
        "second_up": st.booleans(),
        "wrong_password": st.booleans(),
        "channel": st.integers(1, 13),
    },
)


@given(st.lists(st.tuples(CHANGES, st.integers(0, 200)), max_size=12))
def test_it_always_comes_back_and_never_hammers(changes):
    with pytest.MonkeyPatch.context() as monkeypatch:
        house = House(monkeypatch)
        for there, seconds in changes:
            house.set(**there)
            house.run(1000 * seconds, step=500)
        for ssid in PASSWORDS:
            asked = house.attempts(ssid)
            for a, b in zip(asked, asked[1:], strict=False):
                assert b - a >= 1_000
        house.set(up=True, wrong_password=False)
        house.joins(limit_ms=60_000 + 3 * JOIN_MS)


def test_the_passwords_are_never_printed(start, capsys):
    house = start(wrong_password=True)
    house.run(100_000)
    said = "".join(capsys.readouterr()) + repr(house.wifi)
    assert not [word for word in PASSWORDS.values() if word in said]

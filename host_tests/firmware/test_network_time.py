"""firmware/hardware/net/network_time.py: when it asks, what it believes, and for how long."""

import importlib
import json
import sys
import time
import types

import pytest

from host_tests.firmware.fake_chip import PERIOD
from host_tests.mqtt_rig import A, Broker, Net, Wifi, answer

SINCE_1900_S = 2_208_988_800  # of this host's epoch
NOW_S = 1_900_000_000


class Server:
    """A name server and a time server; `reply` makes of a question what it answers. `passed_ms`:
    since its clock was at what it is said to say."""

    passed_ms = 0

    def __init__(self):
        self.asked = 0
        self.up = True
        self.reply = self.good
        self.set_to = []

    def good(self, question, seconds=NOW_S, stratum=1, mode=4, mark=None):
        mark = question[40:48] if mark is None else mark
        seconds += Server.passed_ms // 1000
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
    Server.passed_ms = 0
    machine = types.ModuleType("machine")
    machine.RTC = lambda: types.SimpleNamespace(datetime=server.set_to.append)
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.delitem(sys.modules, "hardware.net.network_time", raising=False)
    monkeypatch.setattr(time, "time", lambda: 0)  # a chip that was without power
    net = Net(Broker())
    net.resolve = server.resolve
    server.net = net
    clock = importlib.import_module("hardware.net.network_time")
    monkeypatch.setattr(clock, "socket", net)
    monkeypatch.setattr(importlib.import_module("hardware.net.resolver"), "socket", net)
    yield server
    sys.modules.pop("hardware.net.network_time", None)


class Watch:
    """A Clock whose ticks the test moves on."""

    def __init__(self, offset_min=0, start_ms=PERIOD - 5000, host="time.example", saved=None):
        self.calendar = types.SimpleNamespace(day=None)
        module = importlib.import_module("hardware.net.network_time")
        self.clock = module.Clock(host, offset_min, saved, self.calendar)
        self.now = start_ms
        self.wifi = Wifi()

    def step(self, ms=1000, times=1):
        for _ in range(times):
            self.now = (self.now + ms) % PERIOD
            Server.passed_ms += ms
            self.clock.step(self.wifi, self.now)
        return self.clock.day_s()

    @property
    def told(self):
        """The time that is told, None while it is unknown."""
        return json.loads(bytes(self.clock.stamp))


def test_nothing_is_asked_without_a_network(server):
    watch = Watch()
    watch.wifi.up = False
    assert watch.step(times=1000) is None and not server.net.sockets


def test_the_time_is_set_and_known(server):
    watch = Watch(offset_min=500)
    assert watch.step() is None and watch.told is None  # nothing waits
    assert watch.step(times=2) == 2 * 3600 + 6 * 60 + 42  # 17:46:40 UTC, and 8:20 further east
    assert watch.told == NOW_S + 2
    assert watch.clock.day() == 11_034  # in that place the next day has begun
    watch.step()
    assert watch.calendar.day == 11_034
    assert server.set_to == [(2030, 3, 17, 7, 17, 46, 42, 0)]
    assert all(sock.closed for sock in server.net.sockets)


def test_a_server_without_a_name_is_asked_by_its_address(server):
    watch = Watch(host="10.0.0.7")
    watch.step(times=3)
    assert watch.told is not None and server.net.questions[0][1] == ("10.0.0.7", 123)


def test_without_a_server_nobody_is_asked(server):
    watch = Watch(host="")
    watch.step(times=100)
    assert watch.told is None and not server.net.sockets


def test_the_seconds_go_on_over_midnight_and_the_wrap_of_ticks(server):
    watch = Watch()
    watch.step(times=3)
    for seconds in range(1, 40_000):
        watch.step(1000)
        assert watch.told == NOW_S + 2 + seconds


def test_the_way_of_the_answer_and_its_fraction_count(server):
    late = []

    def reply(question):
        late.append(question)
        return None

    server.reply = reply
    watch = Watch()
    watch.step(100, times=2)  # the question is out
    watch.step(100, times=15)
    Server.passed_ms = 0
    stamp = bytearray(server.good(late[-1]))
    stamp[44] = 128  # half a second
    server.net.sockets[-1].inbox += bytes(stamp)
    watch.step(100)  # 1.6 s after the question: 0.8 s old, and half a second
    assert watch.told == NOW_S
    watch.step(100, times=1)
    assert watch.told == NOW_S + 1


@pytest.mark.parametrize("now_s", [2_019_686_399, 2_147_483_647, 4_102_444_800, 9_999_993_600])
def test_it_is_told_beyond_2034_2038_and_2100(server, now_s):
    """No server is believed that says more than 2068; what is told does not end there."""
    watch = Watch()
    watch.step(times=3)
    clock = watch.clock
    clock._day, clock._second = now_s // 86_400, now_s % 86_400
    watch.step(1000)
    assert watch.told == now_s + 1


def test_it_never_goes_back_within_a_run(server):
    watch = Watch()
    watch.step(times=3)
    server.reply = lambda question: server.good(question, NOW_S - 30)
    told = []
    for _ in range(6 * 3600 + 100):
        watch.step(1000)
        told.append(watch.told)
    assert told == sorted(told)
    assert told.count(told[-90]) > 20  # it has stood until the server's time came
    assert told[-1] == NOW_S + 2 + 6 * 3600 + 100 - 30


def test_it_never_goes_back_over_a_restart(server, monkeypatch):
    watch = Watch(saved=[NOW_S // 86_400, NOW_S % 86_400 + 20])
    told = [watch.step() and watch.told for _ in range(26)]
    assert told == [None] * 2 + [NOW_S + 20] * 19 + [NOW_S + 21 + n for n in range(5)]
    # After a reset without a loss of power the chip's own clock knows more than what was kept.
    monkeypatch.setattr(time, "time", lambda: NOW_S + 70)
    watch = Watch(saved=watch.clock.save())
    watch.step(times=3)
    assert watch.told == NOW_S + 70


def test_a_server_that_goes_far_back_must_say_so_three_times(server):
    """Else one wrong answer, from the year 2060, would stop the clock until then."""
    watch = Watch(saved=[33_000, 0])
    assert watch.step(times=100) is None and watch.clock.failures == 2
    watch.step(times=50)
    assert watch.told is not None and NOW_S <= watch.told < NOW_S + 200


@pytest.mark.parametrize(
    "saved", [None, 5, [1], [1, 2, 3], ["1", 2], [True, 1], [-1, 0], [1, 1e9]]
)
def test_what_was_not_kept_well_is_as_if_nothing_was(server, saved):
    watch = Watch(saved=saved)
    watch.step(times=3)
    assert watch.told == NOW_S + 2


def test_whether_a_moment_is_over(server):
    watch = Watch()
    assert watch.clock.passed(NOW_S) is None
    watch.step(times=3)
    assert watch.clock.passed(NOW_S + 1) and not watch.clock.passed(NOW_S + 2)
    assert watch.clock.passed(NOW_S - 86_400) and not watch.clock.passed(NOW_S + 2**40)


def test_it_works_beyond_2036(server):
    server.reply = lambda question: server.good(question, 2_100_000_000)
    watch = Watch()
    watch.step(times=5)
    assert server.set_to[0][0] == 2036


@pytest.mark.parametrize("then_s", [0, 1_160_000_000, 1_703_900_000])
def test_a_server_that_is_decades_behind_is_not_believed(server, then_s):
    """1970: it has no time; 2006: a GPS receiver that is 1024 weeks behind. It would be taken for
    2106 and later, of which time.gmtime of a 32-bit chip makes an OverflowError."""
    server.reply = lambda question: server.good(question, then_s)
    watch = Watch()
    assert watch.step(times=100) is None and watch.told is None
    assert server.set_to == [] and watch.clock.failures == 2


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

"""The relay comes back, whatever goes: names, memory, the broker, the network, the time."""

import errno

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bms import pack as p
from host_tests.mqtt_rig import BASE, A, Bench, answer, failure, packet
from relay import commands as c


@pytest.fixture
def bench(monkeypatch):
    return Bench(monkeypatch)


# -- names ----------------------------------------------------------------------------------------

CNAME = b"\xc0\x0c\0\x05\0\x01\0\0\0\x3c\0\x06\x03abc\xc0\x0c"
FLUSHED = b"\xc0\x0c\0\x01\x80\x01\0\0\0\x3c\0\x04\xc0\xa8\x01\x09"


@pytest.mark.parametrize(
    "host, records, address",
    [
        ("broker.lan", (A,), "192.168.1.7"),
        ("broker.lan", (CNAME, A), "192.168.1.7"),
        ("homeassistant.local", (FLUSHED,), "192.168.1.9"),
    ],
)
def test_a_name_is_resolved_without_waiting(monkeypatch, host, records, address):
    bench = Bench(monkeypatch, mqtt_host=host)
    bench.net.resolve = lambda question: answer(question, *records)
    bench.run(3_000)
    assert bench.relay.connected
    assert bench.broker.connection.address == (address, 1883)
    (_, server) = bench.net.questions[0]
    assert server == (("224.0.0.251", 5353) if host.endswith(".local") else ("192.168.1.1", 53))


def test_an_address_needs_nobody_who_resolves_names(monkeypatch):
    bench = Bench(monkeypatch, mqtt_host="192.168.1.2")
    bench.run(3_000)
    assert bench.relay.connected and not bench.net.questions
    assert bench.session.resolver is None  # on a device its code is not there either
    assert Bench(monkeypatch, mqtt_host="192.168.1.256").session.resolver is not None


def test_a_question_that_is_lost_is_asked_again(monkeypatch):
    bench = Bench(monkeypatch, mqtt_host="broker.lan")
    bench.run(1_000)
    bench.net.resolve = lambda question: answer(question, A)
    bench.run(3_000)
    assert bench.relay.connected and len(bench.net.questions) == 2


@pytest.mark.parametrize(
    "resolve",
    [
        None,  # silent
        lambda question: answer(question, code=3),  # no such name
        lambda question: answer(question, CNAME),  # no address
        lambda question: answer(b"\xff\xff" + question[2:], A),  # to somebody else
        lambda question: answer(question, A)[:20],  # torn
        lambda question: answer(question, A)[:-1],
        lambda question: b"\xff" * 300,
        lambda question: b"",
        lambda question: question,
    ],
)
def test_no_good_answer_is_a_failure_and_no_delay(monkeypatch, resolve):
    bench = Bench(monkeypatch, mqtt_host="broker.lan")
    bench.net.resolve = resolve
    bench.run(8_000)
    assert failure(bench) == "dns" and not bench.broker.connections
    assert all(sock.closed for sock in bench.net.sockets[:-1])
    bench.net.resolve = lambda question: answer(question, A)
    bench.run(20_000)
    assert bench.relay.connected


@given(data=st.binary(max_size=400))
@hypothesis_settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_answer_is_survived(monkeypatch, data):
    bench = Bench(monkeypatch, mqtt_host="broker.lan")
    bench.net.resolve = lambda question: question[:2] + b"\x81\x80" + data
    bench.run(400)
    assert bench.session.state <= 3


# -- memory ---------------------------------------------------------------------------------------


def test_no_memory_for_a_socket_is_told_and_tried_again(bench):
    bench.net.full = True
    bench.run(20_000)
    assert failure(bench) == "memory" and bench.relay.starved()
    bench.net.full = False
    bench.run(60_000)
    assert bench.relay.connected and not bench.relay.starved()


@pytest.mark.parametrize("number", [errno.ENOMEM, errno.ENOBUFS])
def test_no_memory_in_a_session(bench, number):
    bench.run(5_000)
    bench.broker.connection.error = number
    bench.run(300)
    assert failure(bench) == "memory"


# -- back-off -------------------------------------------------------------------------------------


def pauses_of(bench, ms):
    at = []
    seen = len(bench.net.sockets)
    end = bench.now + ms
    while bench.now < end:
        bench.run(100)
        if len(bench.net.sockets) > seen:
            seen = len(bench.net.sockets)
            at.append(bench.now)
    return [b - a for a, b in zip(at, at[1:], strict=False)]


def test_pauses_between_attempts_grow_with_jitter_to_a_minute(bench):
    bench.broker.listens = False
    pauses = pauses_of(bench, 600_000)
    for pause, most in zip(pauses, [2, 4, 8, 16, 32] + [60] * len(pauses), strict=False):
        assert most * 500 <= pause <= most * 1000 + 300
    assert len(set(pauses[5:])) > 1
    assert failure(bench) == "network" and bench.relay.down_ms(bench.now) == 600_000


def test_a_session_that_was_of_use_starts_the_pauses_anew(bench):
    bench.broker.listens = False
    bench.run(200_000)
    bench.broker.listens = True
    bench.run(90_000)
    assert bench.relay.connected
    bench.broker.connection.ended = True
    bench.run(4_000)
    assert bench.relay.connected


def test_a_broker_that_throws_us_out_each_time_is_left_in_peace(bench):
    for _ in range(8):
        while not bench.relay.connected:
            bench.run(100)
        bench.broker.connection.ended = True
        bench.run(300)
    pauses = []
    before = bench.now
    while not bench.relay.connected:
        bench.run(100)
    pauses.append(bench.now - before)
    assert pauses[-1] > 25_000


# -- time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [7, 13])
def test_it_works_after_days_without_wifi(bench, days):
    bench.run(10_000)
    bench.wifi.up = False
    for _ in range(days):
        bench.run(86_400_000, step=3_600_000)
    assert bench.relay.down_ms(bench.now) > 80_000_000
    bench.wifi.up = True
    states = len(bench.told("state"))
    bench.hear_pack()
    bench.run(20_000)
    assert bench.relay.connected and len(bench.told("state")) > states
    assert "cell_2" in bench.configs()


@pytest.mark.parametrize("now", [2**30 - 15_000, 2**29 + 5])
def test_it_works_across_the_wrap_of_the_clock(monkeypatch, now):
    bench = Bench(monkeypatch, now=now)
    bench.hear_pack()
    bench.run(40_000)
    assert bench.relay.connected and len(bench.told("state")) >= 4
    assert "cell_2" in bench.configs()


def test_the_newest_state_is_told_after_a_jam(bench):
    bench.hear_pack()
    bench.run(20_000)
    bench.broker.connection.window = 0
    bench.run(12_000)
    bench.pack.put(p.SOC_PCT, 55)
    count = len(bench.told("state"))
    bench.broker.connection.window = None
    bench.run(11_000)
    told = bench.told("state")[count:]
    assert told[-1]["soc_pct"] == 55 and len(told) <= 3


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    events=st.lists(
        st.tuples(
            st.sampled_from(
                ["wifi", "listen", "answer", "end", "reset", "command", "full", "garbage", "wait"]
            ),
            st.integers(0, 90_000),
        ),
        max_size=20,
    )
)
def test_it_always_comes_back(monkeypatch, events):
    bench = Bench(monkeypatch)
    for kind, ms in events:
        connected = bench.relay.connected
        if kind == "wifi":
            bench.wifi.up = not bench.wifi.up
        elif kind == "listen":
            bench.broker.listens = not bench.broker.listens
        elif kind == "answer":
            bench.broker.answers = not bench.broker.answers
        elif kind == "end" and connected:
            bench.broker.connection.ended = True
        elif kind == "reset" and connected:
            bench.broker.connection.error = errno.ECONNRESET
        elif kind == "full" and connected:
            bench.broker.connection.window = ms % 3
        elif kind == "command" and connected:
            bench.broker.send(f"{BASE}/heater/mode/set", b"off")
        elif kind == "garbage" and connected:
            bench.broker.say(packet(ms & 0xFF, b"xyz"))
        bench.run(100 + ms, step=500)
    bench.wifi.up = bench.broker.listens = bench.broker.answers = True
    bench.run(200_000)
    assert bench.relay.connected
    sent = len(bench.told("state"))
    bench.broker.send(f"{BASE}/heater/mode/set", b"off")
    commands = len(bench.commands)
    bench.run(11_000)
    assert len(bench.told("state")) > sent and bench.commands[commands:] == [(c.SET_MODE, 0)]

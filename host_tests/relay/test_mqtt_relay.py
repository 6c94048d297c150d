"""The relay's schedule: when it connects, pings, tells; and that it always comes back."""

import errno
import json
import time

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import words
from bms import pack as p
from host_tests.mqtt_rig import BASE, A, Bench, answer, make_clock, make_device, message, packet
from relay import commands as c

CONNECT, SUBSCRIBE, PING = 0x10, 0x82, 0xC0


@pytest.fixture
def bench(monkeypatch):
    return Bench(monkeypatch)


def failure(bench):
    return words.MQTT_NAMES.split(b"\n")[bench.session.failure].decode()


def test_it_connects_subscribes_and_then_tells_everything(bench):
    bench.run(3_000)
    kinds = [kind for kind, _ in bench.broker.packets]
    assert kinds[0] == CONNECT and kinds[1:10] == [SUBSCRIBE] * 9 and SUBSCRIBE not in kinds[10:]
    assert bench.broker.published[0] == (f"{BASE}/availability", "online", True)
    device = bench.told("device")[0]
    assert device["mqtt_connects"] == 1
    assert (device["energy_in_wh"], device["energy_out_wh"]) == (5120, 4800)  # as it was kept
    assert (device["charge_in_mah"], device["charge_out_mah"]) == (100_000, 98_500)
    assert bench.told("state")[0]["fresh"] is False and bench.told("heater")
    assert bench.relay.connected and bench.relay.down_ms(bench.now) == 0


def test_each_message_begins_with_the_time(monkeypatch):
    device = make_device()
    device.clock = make_clock()
    bench = Bench(monkeypatch, device=device, roomy=True)
    bench.run(3_000)
    device.clock.stamp = b"2147483648"
    bench.relay.publish_soon()
    bench.run(3_000)
    for name in ("state", "heater", "device", "info"):
        told = bench.told(name)
        assert list(told[0])[0] == "ts" and told[0]["ts"] is None
        assert told[-1]["ts"] == 2**31


def test_a_crash_that_finds_no_memory_to_be_told_does_not_end_each_session(monkeypatch, tmp_path):
    def no_memory(path, _mode):
        raise MemoryError

    monkeypatch.setattr(time, "ticks_ms", lambda: 0, raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "crash.new").write_text("{}")
    bench = Bench(monkeypatch)
    from mqtt import crash_report

    monkeypatch.setattr(crash_report, "open", no_memory, raising=False)
    bench.run(60_000)
    assert bench.relay.connected and bench.relay.connects == 1
    assert (tmp_path / "crash.new").exists()  # for the next start


def test_the_connect_is_a_clean_session_with_a_retained_will(bench):
    bench.run(500)
    body = bench.broker.packets[0][1]
    assert body[:10] == b"\0\x04MQTT\x04\xe6\0\x3c"  # user, password, retained will, clean; 60 s
    rest = body[10:]
    texts = []
    while rest:
        n = int.from_bytes(rest[:2], "big")
        texts.append(rest[2 : 2 + n].decode())
        rest = rest[2 + n :]
    assert texts == ["packmate-0a1b", f"{BASE}/availability", "offline", "käfer", "s3cret-ü"]


def test_it_waits_for_the_wifi(bench):
    bench.wifi.up = False
    bench.run(30_000)
    assert not bench.net.sockets
    bench.wifi.up = True
    bench.run(200)
    assert len(bench.broker.connections) == 1


def test_the_wifis_loss_drops_the_session_and_its_return_connects_at_once(bench):
    bench.run(5_000)
    bench.wifi.up = False
    bench.run(1_000)
    assert not bench.relay.connected and failure(bench) == "wifi"
    bench.wifi.up = True
    bench.run(300)
    assert len(bench.broker.connections) == 2


def test_messages_come_at_their_intervals_and_only_availability_is_retained(bench):
    bench.hear_pack()
    bench.run(600_000)
    assert 59 <= len(bench.told("state")) <= 62
    assert 9 <= len(bench.told("heater")) <= 12
    assert 2 <= len(bench.told("device")) <= 4
    retained = {topic for topic, _, retain in bench.broker.published if retain}
    assert {t for t in retained if not t.endswith("/config")} == {f"{BASE}/availability"}


def test_pings_go_out_each_half_minute_and_an_answer_is_enough(bench):
    bench.run(125_000)
    assert bench.count(PING) == 4 and len(bench.broker.connections) == 1


def test_a_line_that_is_dead_at_its_other_end_is_noticed(bench):
    bench.run(5_000)
    bench.broker.answers = False
    bench.run(50_000)
    assert not bench.relay.connected and failure(bench) == "timeout"


@pytest.mark.parametrize("window", [0, 1])
def test_a_broker_that_does_not_read_ends_the_session(bench, window):
    """1: it takes a byte a step, which no message survives for long."""
    bench.run(5_000)
    bench.broker.connection.window = window
    bench.hear_pack()
    bench.broker.answers = False
    bench.run(60_000)
    assert failure(bench) == "timeout" and len(bench.broker.connections) >= 2


@pytest.mark.parametrize("window", [1, 7, 100])
def test_a_partial_send_keeps_its_tail(bench, window):
    bench.run(5_000)
    bench.hear_pack()
    bench.broker.connection.window = window
    bench.run(60_000)
    assert len(bench.broker.connections) == 1
    told = bench.told("state")  # parsed: no byte was lost
    assert told[-1]["soc_pct"] == 87


@pytest.mark.parametrize(
    "hello, why",
    [
        (b"", "timeout"),
        (b"\x20", "timeout"),
        (b"\x20\x02\x00\x05", "refused"),
        (b"\x20\x03\x00\x00\x00", "protocol"),
        (b"\x20\x00", "protocol"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "protocol"),
        (b"\0\0\0\0", "protocol"),
        (b"\x90\x03\x00\x01\x00", "protocol"),
        (b"\x20\xff\xff\xff\xff\xff", "protocol"),
    ],
)
def test_an_answer_that_is_no_welcome(bench, hello, why):
    bench.broker.hello = hello
    bench.run(16_000)
    assert failure(bench) == why and not bench.relay.connected
    if why == "refused":
        assert bench.session.detail == 5
    bench.broker.hello = None
    bench.run(90_000)
    assert bench.relay.connected
    assert all(sock.closed for sock in bench.net.sockets[:-1])


@pytest.mark.parametrize(
    "data", [b"\xff\xff\xff\xff\xff", b"\0", b"\x30\x02\xff\xff", b"\x40\x02\0\1"]
)
def test_garbage_in_a_session_ends_it(bench, data):
    bench.run(5_000)
    bench.broker.say(data)
    bench.run(300)
    assert failure(bench) == "protocol"
    bench.run(5_000)
    assert bench.relay.connected


def test_a_drip_is_no_way_around_the_deadline(bench):
    bench.run(5_000)
    bench.broker.answers = False
    drip = message(f"{BASE}/heater/mode/set", b"x" * 60_000)
    for i in range(100):
        bench.broker.say(drip[i : i + 1])
        bench.run(1_000)
        if not bench.relay.connected:
            break
    assert failure(bench) == "timeout" and i < 50


def test_a_huge_message_is_drained_counted_and_the_session_goes_on(bench):
    bench.run(5_000)
    bench.broker.send(f"{BASE}/heater/mode/set", b"x" * 300_000)
    bench.broker.send(f"{BASE}/heater/boost/set", b"30")
    bench.run(60_000, step=20)
    assert bench.results() == [
        ("heater/mode/set", False, "oversized"),
        ("heater/boost/set", True, None),
    ]
    assert len(bench.broker.connections) == 1


def test_a_huge_retained_message_does_not_keep_it_off(monkeypatch):
    bench = Bench(monkeypatch)
    bench.broker.retained[f"{BASE}/heater/mode/set"] = b"x" * 100_000
    bench.run(30_000, step=20)
    assert bench.relay.connected and len(bench.broker.connections) == 1
    assert bench.results() == [("heater/mode/set", False, "retained")]
    assert len(bench.told("state")) >= 3


def test_a_topic_longer_than_ours_is_passed_over(bench):
    bench.run(5_000)
    bench.broker.send("x" * 500, "y")
    bench.broker.send(f"{BASE}/heater/boost/set", b"30")
    bench.run(1_000)
    assert bench.results() == [("heater/boost/set", True, None)]


def test_a_denied_subscription_does_not_end_publishing(bench):
    bench.broker.denied = (f"{BASE}/heater/mode/set", f"{BASE}/availability")
    bench.run(30_000)
    assert len(bench.broker.connections) == 1 and len(bench.told("state")) >= 3
    assert bench.told("device")[-1]["mqtt_denied"] == 2


def test_a_late_offline_is_corrected(bench):
    bench.run(5_000)
    bench.broker.send(f"{BASE}/availability", "offline")
    bench.broker.retained[f"{BASE}/availability"] = b"offline"
    bench.run(500)
    assert bench.broker.retained[f"{BASE}/availability"] == b"online"
    bench.run(5_000)  # it hears its own, and is content
    told = [x for topic, x, _ in bench.broker.published if topic == f"{BASE}/availability"]
    assert told == ["online", "online"]


def test_birth_is_listened_to_with_discovery_only(monkeypatch):
    for discovery in (True, False):
        bench = Bench(monkeypatch, ha_discovery=discovery)
        bench.run(2_000)
        asked = [body for kind, body in bench.broker.packets if kind == SUBSCRIBE]
        assert any(b"homeassistant/status" in body for body in asked) == discovery
        assert len(asked) == 8 + discovery


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


# -- discovery ------------------------------------------------------------------------------------


def test_discovery_is_retained_and_told_once(bench):
    bench.hear_pack()
    bench.run(60_000)
    assert {"soc_pct", "heater_state", "cell_2", "temp_1"} <= set(bench.configs())
    assert "cell_3" not in bench.configs() and "remaining_mah" not in bench.configs()
    topics = bench.config_topics()
    assert len(topics) == len(set(topics))
    bench.run(300_000)
    again = bench.config_topics()[len(topics) :]
    assert again and not any(bench.broker.retained[topic] for topic in again)  # what is not there


def test_a_short_drop_does_not_send_discovery_again(bench):
    bench.hear_pack()
    bench.run(30_000)
    count = len(bench.config_topics())
    for _ in range(3):
        bench.broker.connection.ended = True
        bench.run(30_000)
    assert bench.relay.connects == 4 and len(bench.config_topics()) == count


def test_a_broker_that_has_forgotten_is_told_again(bench):
    bench.hear_pack()
    bench.run(60_000)
    count = len(bench.configs())
    bench.broker.retained.clear()
    bench.broker.connection.ended = True
    bench.run(60_000)
    assert len(bench.configs()) == count


def test_home_assistants_birth_repeats_discovery_after_a_while(bench):
    bench.hear_pack()
    bench.run(30_000)
    count = len(bench.config_topics())
    bench.broker.send("homeassistant/status", "online", retain=True)  # says nothing
    bench.broker.send("homeassistant/status", "offline")
    bench.run(10_000)
    assert len(bench.config_topics()) == count
    bench.broker.send("homeassistant/status", "online")
    bench.run(1_500)
    assert len(bench.config_topics()) == count
    bench.run(30_000)
    assert len(bench.config_topics()) == 2 * count
    assert bench.results() == []


def test_discovery_can_be_switched_off(monkeypatch):
    bench = Bench(monkeypatch, ha_discovery=False)
    bench.run(60_000)
    assert bench.config_topics() == [] and len(bench.told("state")) == 6


def test_an_implausible_pack_announces_and_clears_nothing(bench):
    bench.hear_pack()
    bench.unit.check.verdict = 3
    bench.run(400_000)
    assert not {"soc_pct", "cell_1", "temp_1"} & {t.split("/")[3] for t in bench.config_topics()}


def test_a_message_torn_by_the_end_is_sent_again(bench):
    bench.hear_pack()
    bench.run(1_500)
    bench.broker.connection.window = 3
    bench.run(2_000)
    bench.broker.connection.ended = True
    bench.run(60_000)
    assert {"soc_pct", "heater_state", "cell_2", "heater_mode"} <= set(bench.configs())


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


def test_secrets_stay_secret(bench):
    bench.hear_pack()
    bench.run(20_000)
    for part in (bench.relay, bench.session):
        assert "s3cret" not in repr(part)
    assert "s3cret" not in json.dumps(bench.broker.published)


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

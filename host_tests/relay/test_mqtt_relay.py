"""The relay's schedule: when it connects, pings, tells, and what ends a session."""

import json
import time

import pytest

from host_tests.mqtt_rig import BASE, Bench, failure, make_clock, make_device, message

CONNECT, SUBSCRIBE, PING = 0x10, 0x82, 0xC0


@pytest.fixture
def bench(monkeypatch):
    return Bench(monkeypatch)


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


def test_secrets_stay_secret(bench):
    bench.hear_pack()
    bench.run(20_000)
    for part in (bench.relay, bench.session):
        assert "s3cret" not in repr(part)
    assert "s3cret" not in json.dumps(bench.broker.published)

"""The relay's schedule: when it connects, pings, sends; and that it always comes back."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bms import pack as p
from host_tests import mqtt_rig
from host_tests.mqtt_rig import CONFIGS, Bench, hear_pack
from relay import commands as c
from relay import view as v


@pytest.fixture(scope="module")
def modules():
    with mqtt_rig.modules() as found:
        yield found


@pytest.fixture
def bench(modules):
    return Bench(modules)


def test_it_connects_at_once_and_tells_the_state_first(bench):
    bench.run(1000)
    assert bench.times(bench.x.CONNECT) == [1100]
    topic, payload, retained = bench.sent[0]
    assert topic == "packmate/0a1b/state" and retained is False
    assert payload["mqtt_connects"] == 1
    assert bench.relay.connected and bench.relay.connects == 1
    assert bench.relay.down_ms(bench.now) == 0


def test_it_waits_for_the_wifi(bench):
    bench.online = False
    bench.run(30_000)
    assert bench.orders == []
    bench.online = True
    bench.run(100)
    assert len(bench.times(bench.x.CONNECT)) == 1


def test_the_wifis_loss_drops_the_session_and_its_return_connects_at_once(bench):
    bench.run(5_000)
    bench.online = False
    bench.run(1_000)
    assert len(bench.times(bench.x.DROP)) == 1
    assert not bench.relay.connected and bench.relay.failure == 8
    bench.online = True
    before = bench.now
    bench.run(200)
    assert bench.times(bench.x.CONNECT)[-1] <= before + 200


def test_states_come_at_their_interval_and_are_not_retained(bench):
    bench.run(60_000)
    assert len(bench.states()) == 1 + 1 + 5  # at first; after discovery; each ten seconds
    assert not any(retained for topic, _, retained in bench.sent if topic.endswith("/state"))


def test_discovery_is_retained_and_followed_by_a_state(bench):
    bench.run(10_000)
    configs = [entry for entry in bench.sent if entry[0].endswith("/config")]
    assert len(configs) == CONFIGS
    assert bench.relay._discovery is None
    assert not {"relay.configs", "relay.discovery", "relay.controls"} & set(sys.modules)
    assert all(retained for _, _, retained in configs)
    last = bench.sent.index(configs[-1])
    assert bench.sent[last + 1][0] == "packmate/0a1b/state"


def test_discovery_tries_again_later_if_there_is_no_memory(bench, monkeypatch):
    import relay.discovery

    def full(*_):
        raise MemoryError

    monkeypatch.setattr(relay.discovery, "Discovery", full)
    bench.run(20_000)
    assert bench.configs() == [] and len(bench.states()) >= 2
    bench.run(20_000)  # there is room again: the next try comes by itself
    assert len(bench.configs()) == CONFIGS


def test_discovery_can_be_switched_off(modules):
    bench = Bench(modules, ha_discovery=False)
    bench.run(60_000)
    assert bench.configs() == [] and len(bench.states()) == 6


def test_what_the_pack_has_is_announced_once_it_is_heard(bench):
    bench.run(20_000)
    count = len(bench.configs())
    hear_pack(bench)
    bench.run(12_000)
    added = bench.configs()[count:]
    assert [t.split("/")[3] for t in added if "cell_" in t or "temp_1" in t][-3:] == [
        "temp_1",
        "cell_1",
        "cell_2",
    ]
    count = len(bench.configs())
    bench.run(30_000)
    assert len(bench.configs()) == count


def test_an_implausible_pack_announces_nothing(bench):
    bench.view.put(v.PLAUSIBLE, 0)
    bench.run(20_000)
    count = len(bench.configs())
    hear_pack(bench)
    bench.run(8_000)
    assert len(bench.configs()) == count


def test_home_assistants_birth_repeats_discovery_after_a_while(bench):
    bench.run(20_000)
    count = len(bench.configs())
    bench.exchange.put(c.FROM_BIRTH, False, b"online", False)
    bench.run(1_500)
    assert len(bench.configs()) == count
    bench.run(8_000)
    assert len(bench.configs()) == 2 * count
    assert bench.relay.commands_done == bench.relay.commands_refused == 0


def test_pings_go_out_each_half_minute(bench):
    bench.run(125_000)
    pings = bench.times(bench.x.PING)
    assert len(pings) == 4
    assert all(30_000 <= b - a <= 30_300 for a, b in zip(pings, pings[1:], strict=False))


def test_pauses_between_attempts_grow_with_jitter_to_a_minute(bench):
    bench.connects = False
    bench.run(600_000)
    at = bench.times(bench.x.CONNECT)
    pauses = [b - a for a, b in zip(at, at[1:], strict=False)]
    for pause, most in zip(pauses, [2, 4, 8, 16, 32] + [60] * len(pauses), strict=False):
        assert most * 500 <= pause <= most * 1000 + 300
    assert len(set(pauses[5:])) > 1
    assert bench.relay.failure == 3 and bench.relay.failures == len(at)
    assert bench.relay.down_ms(bench.now) == 600_000


def test_a_session_that_lived_a_minute_starts_the_pauses_anew(bench):
    bench.connects = False
    bench.run(200_000)
    bench.connects = True
    bench.run(140_000)
    assert bench.relay.connected
    bench.end(reason=5)
    before = bench.now
    bench.run(2_500)
    assert bench.times(bench.x.CONNECT)[-1] > before


def test_a_broker_that_throws_us_out_each_time_is_left_in_peace(bench):
    for _ in range(8):
        while not bench.relay.connected:
            bench.run(100)
        bench.end(reason=5)
        bench.run(100)
    at = bench.times(bench.x.CONNECT)
    assert at[-1] - at[-2] > 25_000


def test_a_busy_thread_gets_no_second_order_and_the_newest_state_is_sent(bench):
    bench.run(20_000)
    bench.serves = False
    bench.pack.touch(p.STATUS, bench.now)
    bench.run(35_000)
    count = len(bench.orders)
    bench.pack.put(p.SOC_PCT, 55)
    bench.pack.touch(p.STATUS, bench.now)
    bench.serves = True
    sent = len(bench.states())
    bench.run(1_000)
    assert len(bench.orders) - count <= 3
    assert bench.states()[-1]["soc_pct"] == 55
    assert len(bench.states()) - sent <= 2  # what was missed meanwhile is not made up for


def test_the_buffer_is_left_alone_while_it_is_the_threads_turn(bench):
    bench.run(20_000)
    bench.serves = False
    while not bench.exchange.order() == bench.x.PUBLISH:
        bench.run(100)
    before = bytes(bench.message.buf)
    bench.pack.put(p.SOC_PCT, 77)
    bench.pack.touch(p.STATUS, bench.now)
    bench.relay.publish_soon()
    bench.run(60_000)
    assert bytes(bench.message.buf) == before


def test_a_silent_thread_is_seen(bench):
    bench.run(5_000)
    assert bench.relay.silent_ms(bench.now) <= 200
    bench.serves = False
    bench.run(90_000)
    assert 89_000 <= bench.relay.silent_ms(bench.now) <= 90_200
    bench.serves = True
    bench.run(300)
    assert bench.relay.silent_ms(bench.now) <= 200


def test_silence_and_absence_do_not_wrap_to_nought(bench):
    bench.connects = False
    bench.run(1_000)
    bench.serves = False
    for _ in range(9):
        bench.run(86_400_000, step=3_600_000)
        assert bench.relay.silent_ms(bench.now) > 80_000_000
        assert bench.relay.down_ms(bench.now) > 80_000_000


@pytest.mark.parametrize("days", [7, 13])
def test_it_works_after_days_without_wifi(bench, days):
    bench.run(10_000)
    bench.online = False
    bench.run(days * 86_400_000, step=3_600_000)
    bench.online = True
    states, configs = len(bench.states()), len(bench.configs())
    hear_pack(bench)
    bench.run(10_000)
    assert bench.relay.connected
    assert len(bench.states()) > states and len(bench.configs()) > configs + 30


def test_it_works_across_the_wrap_of_the_clock(modules):
    bench = Bench(modules, now=2**30 - 15_000)
    bench.run(40_000)
    assert bench.relay.connected and len(bench.states()) == 5
    bench = Bench(modules, now=2**29 + 5)
    hear_pack(bench)
    bench.run(10_000)
    assert any("cell_2" in topic for topic in bench.configs())


def test_secrets_stay_secret(modules, bench):
    broker = bench.relay._worker._broker
    assert broker.user == "käfer".encode() and broker.password == "s3cret-ü".encode()
    for thing in (bench.relay, bench.relay._worker, broker):
        assert "s3cret" not in repr(thing)
    bench.run(20_000)
    assert "s3cret" not in json.dumps(bench.sent)


@hypothesis_settings(max_examples=40, deadline=None)
@given(
    events=st.lists(
        st.tuples(
            st.sampled_from(["wifi", "serve", "connect", "end", "command", "wait"]),
            st.integers(0, 90_000),
        ),
        max_size=20,
    )
)
def test_it_always_comes_back(modules, events):
    bench = Bench(modules)
    for kind, ms in events:
        if kind == "wifi":
            bench.online = not bench.online
        elif kind == "serve":
            bench.serves = not bench.serves
        elif kind == "connect":
            bench.connects = not bench.connects
        elif kind == "end" and bench.serves and bench.exchange.cell(bench.x.UP):
            bench.end(reason=5)
        elif kind == "command":
            bench.exchange.put(c.SET_MODE, False, b"off", False)
        bench.run(100 + ms, step=500)
    bench.online = bench.serves = bench.connects = True
    bench.run(75_000, step=100)
    assert bench.relay.connected
    sent = len(bench.states())
    bench.run(11_000)
    assert len(bench.states()) > sent

"""Discovery by device: one message that holds what many do, and the way there and back; events."""

import json

import pytest

from bms import pack as p
from host_tests.mqtt_rig import BASE, Bench, make_clock, make_device
from relay import discovery
from relay.texts import TEXTS

UNIT = "packmate_0a1b"
DEVICE = f"homeassistant/device/{UNIT}/config"
MOVES = '{"migrate_discovery":true}'


def start(monkeypatch, ms=60_000, state=None, broker=None, **settings):
    device = make_device()
    device.state = {} if state is None else state
    settings = {"roomy": True, "ha_by_device": True} | settings
    bench = Bench(monkeypatch, device=device, **settings)
    if broker is not None:
        bench.broker.retained.update(broker.retained)
    bench.hear_pack(4)
    bench.run(ms, step=50)
    return bench


def sent(bench):
    """Returns (topic, payload) of all discovery, in order."""
    return [(t, x) for t, x, _ in bench.broker.published if t.endswith("/config")]


def components(bench):
    return json.loads(bench.broker.retained[DEVICE])["cmps"]


def test_one_message_holds_what_many_hold(monkeypatch):
    many = start(monkeypatch, ha_by_device=False)
    one = start(monkeypatch)
    told = json.loads(one.broker.retained[DEVICE])
    assert list(told) == ["dev", "o", "cmps"]
    there = {key: x for key, x in told["cmps"].items() if len(x) > 1}
    assert there.keys() == many.configs().keys() and len(there) > 60
    platforms = {t.split("/")[3]: t.split("/")[1] for t, x in sent(many) if x}
    for key, config in many.configs().items():
        assert told["dev"] == config.pop("dev") and told["o"] == config.pop("o")
        assert there[key] == config | {"p": platforms[key]}
    gone = {key for key, x in told["cmps"].items() if len(x) == 1}
    cleared = {t.split("/")[3] for t, x in sent(many) if not x}
    assert gone == cleared - set(there)


def test_no_key_is_there_twice_for_different_platforms():
    keys = {}
    data, at = discovery.DATA, 3
    while at < len(data):
        size = data[at + 11] << 8 | data[at + 12]
        pieces = data[at + 13 : at + 13 + size]
        platform = bytes(pieces[2 : 2 + pieces[1]])
        rest = pieces[2 + pieces[1] :]
        keys.setdefault(bytes(rest[2 : 2 + rest[1]]), set()).add(platform)
        at += 13 + size
    assert all(len(platforms) == 1 for platforms in keys.values())


def test_what_is_new_is_told_with_all_and_what_goes_as_gone(monkeypatch):
    bench = start(monkeypatch)
    assert "cycles" not in components(bench)
    count = len(sent(bench))
    bench.pack.put(p.CYCLES, 7)
    bench.run(20_000, step=50)
    assert "uniq_id" in components(bench)["cycles"]
    assert [t for t, _ in sent(bench)[count:]] == [DEVICE]
    bench.run(400_000, step=100)  # good for a while: what is not known is not there
    assert components(bench)["cell_9"] == {"p": "sensor"}
    count = len(sent(bench))
    bench.run(60_000, step=50)
    assert len(sent(bench)) == count  # and then nothing again


def test_entities_move_there_and_back(monkeypatch):
    before = start(monkeypatch, ha_by_device=False)
    state = {}
    there = start(monkeypatch, state=state, broker=before.broker)
    order = [(t, x) if x in ("", MOVES) else (t, "told") for t, x in sent(there)]
    assert order.pop() == (DEVICE, "told")
    at = len([x for _, x in order if x == MOVES])
    own = {t for t, x in before.broker.retained.items() if t.endswith("/config") and x}
    assert {t for t, x in order[:at]} == own and {x for _, x in order[:at]} == {MOVES}
    assert {x for _, x in order[at:]} == {""} and own <= {t for t, _ in order[at:]}
    left = [t for t, x in there.broker.retained.items() if t.endswith("/config") and x]
    assert left == [DEVICE] and state == {"by_device": 1}
    again = start(monkeypatch, state=state, broker=there.broker)
    assert [t for t, _ in sent(again)] == [DEVICE]  # they have moved: no more of that

    back = start(monkeypatch, state=state, broker=there.broker, ha_by_device=False)
    order = sent(back)
    assert order[:2] == [(DEVICE, MOVES), (DEVICE, "")]
    assert {t for t, x in back.broker.retained.items() if t.endswith("/config") and x} == own
    assert "by_device" not in state and not back.relay.announcer.active()


@pytest.mark.parametrize("way", ["there", "back"])
@pytest.mark.parametrize("after", [1, 9, 40, 90, 200])
def test_a_lost_session_begins_the_way_anew(monkeypatch, way, after):
    state = {} if way == "there" else {"by_device": 1}
    bench = start(monkeypatch, ms=2_000, state=state, ha_by_device=way == "there")
    while len(sent(bench)) < after and bench.relay.announcer.active():
        bench.run(50, step=50)
    bench.broker.connection.error = 104
    bench.broker.connections.clear()
    bench.run(90_000, step=50)
    left = [t for t, x in bench.broker.retained.items() if t.endswith("/config") and x]
    assert (left == [DEVICE]) == (way == "there") and len(left) != 0
    assert ("by_device" in state) == (way == "there")


@pytest.mark.parametrize("window", [7, 100])
def test_a_slow_line_gets_the_same_message(monkeypatch, window):
    whole = start(monkeypatch).broker.retained[DEVICE]
    bench = start(monkeypatch, ms=500)
    bench.broker.connection.window = window
    while DEVICE not in bench.broker.retained:
        bench.run(1_000, step=20)
    assert bench.broker.retained[DEVICE] == whole


def test_home_assistant_s_start_has_it_told_again(monkeypatch):
    bench = start(monkeypatch, state={"by_device": 1})
    bench.broker.send("homeassistant/status", "online")
    bench.run(20_000, step=50)
    assert [t for t, _ in sent(bench)] == [DEVICE] * 2


# -- events ---------------------------------------------------------------------------------------


def events(bench):
    return [(x["event_type"], x["name"]) for x in bench.told("event")]


def test_each_new_alarm_is_an_event_once(monkeypatch):
    bench = start(monkeypatch)
    assert events(bench) == []
    bench.pack.raise_alarm(9)
    bench.pack.raise_alarm(2)
    bench.run(30_000)
    told = events(bench)
    assert len(told) == 2 and all(kind == "alarm" for kind, _ in told)
    assert ("alarm", "battery_undertemp") in told
    bench.pack.clear_alarms()
    bench.run(20_000)
    bench.pack.raise_alarm(9)
    bench.run(20_000)
    assert events(bench)[2:] == [("alarm", "battery_undertemp")]


def test_stale_figures_make_no_alarm_new(monkeypatch):
    bench = start(monkeypatch)
    bench.pack.raise_alarm(9)
    bench.run(20_000)
    bench.talks = False
    bench.run(30_000)
    bench.pack.clear_alarms()
    bench.pack.raise_alarm(9)
    bench.talks = True
    bench.run(30_000)
    assert len(events(bench)) == 1


def test_faults_and_warnings_of_the_heater_are_events(monkeypatch):
    device = make_device()
    device.clock = make_clock(1_900_000_000)
    bench = Bench(monkeypatch, device=device, roomy=True)
    bench.run(10_000)
    device.heater.latched = 0b101
    device.heater.warnings = 1
    bench.run(30_000)
    assert events(bench) == [
        ("heater_fault", "sensor_spread"),
        ("heater_fault", "not_heating"),
        ("heater_warning", "bms_too_cold"),
    ]
    assert bench.told("event")[0]["ts"] == 1_900_000_000
    assert not any(retain for t, _, retain in bench.broker.published if t == f"{BASE}/event")


def test_the_entity_knows_each_type(monkeypatch):
    bench = start(monkeypatch, ha_by_device=False)
    config = bench.configs()["event"]
    assert set(config["event_types"]) == {"alarm", "heater_fault", "heater_warning"}
    assert config["stat_t"] == "~/event"
    assert len(TEXTS) > 10


def test_info_stays_at_the_broker_and_figures_do_not(monkeypatch):
    bench = start(monkeypatch)
    kept = {t for t, _, retain in bench.broker.published if retain and not t.endswith("/config")}
    assert kept == {f"{BASE}/info", f"{BASE}/availability"}

"""What the relay makes of what comes back: commands for the loop, or refusals, each answered."""

import json

import pytest

from bms import writer
from host_tests.mqtt_rig import BASE, Bench, make_clock, make_device, thing
from relay import commands as c
from settings import table as settings


@pytest.fixture
def bench(monkeypatch):
    bench = Bench(monkeypatch)
    bench.run(20_000)
    return bench


def send(bench, name, payload, retain=False, ms=1_000):
    bench.broker.send(f"{BASE}/{name}", payload, retain)
    bench.run(ms)


@pytest.mark.parametrize("word, mode", [("off", 0), ("charger", 1), ("charger_or_soc", 2)])
def test_a_mode_command_reaches_the_loop_and_is_answered(bench, word, mode):
    told = len(bench.told("heater"))
    send(bench, "heater/mode/set", word)
    assert bench.commands == [(c.SET_MODE, mode)]
    assert bench.results() == [("heater/mode/set", True, None)]
    assert len(bench.told("heater")) > told  # at once
    assert bench.told("device")[-1]["commands_done"] == 1


@pytest.mark.parametrize(
    "name, payload, command, value",
    [
        ("heater/boost/set", "30", c.BOOST, 30),
        ("heater/boost/set", "0", c.BOOST, 0),
        ("heater/on_dc/set", "-15", c.SET_ON_DC, -15),
        ("heater/off_dc/set", "55", c.SET_OFF_DC, 55),
        ("heater/report/reset", "reset", c.RESET_REPORT, 0),
        ("heater/acknowledge", "acknowledge", c.ACKNOWLEDGE, 0),
    ],
)
def test_commands_reach_the_loop_with_their_values(bench, name, payload, command, value):
    send(bench, name, payload)
    assert bench.commands == [(command, value)] and bench.results() == [(name, True, None)]


@pytest.mark.parametrize(
    "name, payload, retain, reason",
    [
        ("heater/mode/set", "charger", True, "retained"),
        ("heater/mode/set", "full power", False, "invalid"),
        ("heater/mode/set", "", False, "invalid"),
        ("heater/mode/set", "c" * 25, False, "oversized"),
        ("heater/mode/set", "c" * 3000, False, "oversized"),
        ("heater/boost/set", "121", False, "out_of_bounds"),
    ],
)
def test_refusals_are_counted_and_told(bench, name, payload, retain, reason):
    send(bench, name, payload, retain)
    assert bench.commands == [] and bench.results() == [(name, False, reason)]
    told = bench.told("device")[-1]
    assert told["command_refusal"] == reason and told["commands_refused"] == 1


def test_what_the_loop_cannot_do_is_a_refusal(bench):
    bench.possible = False
    send(bench, "heater/boost/set", "10")
    assert bench.results() == [("heater/boost/set", False, "not_possible")]
    assert bench.told("device")[-1]["commands_done"] == 0


def test_a_scene_of_many_commands_loses_none(bench):
    scene = [
        ("heater/on_dc/set", "10"),
        ("heater/off_dc/set", "60"),
        ("heater/boost/set", "0"),
        ("heater/report/reset", "reset"),
        ("heater/acknowledge", "acknowledge"),
        ("heater/mode/set", "off"),
    ]
    for name, payload in scene:
        bench.broker.send(f"{BASE}/{name}", payload)
    bench.run(2_000)
    assert bench.results() == [(name, True, None) for name, _ in scene]
    assert bench.commands[-1] == (c.SET_MODE, 0)


@pytest.mark.parametrize("window", [None, 40])
def test_off_is_not_lost_behind_a_flood(bench, window):
    """Whatever comes, one at a time is obeyed and answered, and the rest waits in the line."""
    bench.broker.connection.window = window
    count = len(bench.told("state")), len(bench.told("device"))
    for _ in range(200):
        bench.broker.send(f"{BASE}/heater/boost/set", "5")
    bench.broker.send(f"{BASE}/heater/mode/set", "off")
    bench.run(60_000, step=20)
    assert bench.commands == [(c.BOOST, 5)] * 200 + [(c.SET_MODE, 0)]
    assert len(bench.results()) == 201 and len(bench.broker.connections) == 1
    assert bench.told("device")[-1]["commands_done"] == 201
    # And it does not flood in turn: two a second of each kind at most.
    assert len(bench.told("state")) - count[0] <= 121


def test_a_command_waits_while_a_message_is_on_its_way(bench):
    bench.hear_pack()
    bench.broker.connection.window = 0
    bench.run(11_000)
    send(bench, "heater/mode/set", "off")
    assert bench.commands == []
    bench.broker.connection.window = None
    bench.run(500)
    assert bench.commands == [(c.SET_MODE, 0)]


def test_commands_come_through_while_discovery_is_sent(bench):
    bench.broker.send("homeassistant/status", "online")
    bench.run(5_000)
    assert bench.relay.busy()
    send(bench, "heater/mode/set", "off", ms=1_000)
    assert bench.commands == [(c.SET_MODE, 0)] and bench.results()


# -- what the settings allow, kind by kind --------------------------------------------------------

OF_KINDS = {
    "mqtt_mode": [("heater/mode/set", "charger"), ("heater/acknowledge", "acknowledge")],
    "mqtt_boost": [("heater/boost/set", "30")],
    "mqtt_thresholds": [("heater/on_dc/set", "0"), ("heater/off_dc/set", "60")],
}
LOWERING = [
    ("heater/mode/set", "off"),
    ("heater/boost/set", "0"),
    ("heater/report/reset", "reset"),
]


@pytest.mark.parametrize("allowed", [None, *OF_KINDS])
def test_each_kind_is_allowed_by_its_own_setting_and_off_always(monkeypatch, allowed):
    bench = Bench(monkeypatch, **{name: name == allowed for name in OF_KINDS})
    bench.run(20_000)
    for kind, commands in OF_KINDS.items():
        for name, payload in commands:
            send(bench, name, payload)
            reason = None if kind == allowed else "not_allowed"
            assert bench.results()[-1] == (name, reason is None, reason)
    for name, payload in LOWERING:
        send(bench, name, payload)
        assert bench.results()[-1] == (name, True, None)


@pytest.mark.parametrize(
    "payload, there, reason, given",
    [
        ("10", True, None, [10]),
        ("0", True, None, [0]),
        ("61", True, "out_of_bounds", []),
        ("-1", True, "out_of_bounds", []),
        ("soon", True, "invalid", []),
        ("10", False, "not_possible", []),
    ],
)
def test_a_bms_on_the_radio_is_left_to_a_phone(monkeypatch, payload, there, reason, given):
    device = make_device()
    left = []
    if there:
        device.ble = thing(leave=lambda device, minutes: left.append(minutes), handed_over_s=0)
    bench = Bench(monkeypatch, device=device, roomy=True)
    bench.run(20_000)
    send(bench, "bms/release/set", payload)
    assert bench.results() == [("bms/release/set", reason is None, reason)] and left == given


@pytest.mark.parametrize("url", ["", "http://10.0.0.1/new"])
def test_an_update_needs_a_place_to_come_from(monkeypatch, url, tmp_path):
    monkeypatch.chdir(tmp_path)
    bench = Bench(monkeypatch, update_url=url)
    bench.run(20_000)
    send(bench, "update/set", "install")
    assert bench.commands == ([(c.UPDATE, 1)] if url else [])
    assert bench.results() == [("update/set", url != "", None if url else "not_allowed")]


def test_nothing_that_raises_is_allowed_by_default():
    values, _ = settings.load({})
    assert not any(values[name] for name in (*OF_KINDS, "mqtt_writes", "bms_writes"))


def test_home_assistant_is_offered_what_is_allowed(monkeypatch):
    bench = Bench(monkeypatch)
    bench.run(30_000, step=50)
    assert {"heater_acknowledge", "heater_boost"} <= set(bench.configs())
    assert "heater_mode" in bench.configs() and "heater_off" not in bench.configs()
    before = bench.broker.retained
    bench = Bench(monkeypatch, mqtt_mode=False, mqtt_boost=False, mqtt_thresholds=False)
    bench.broker.retained.update(before)
    bench.run(30_000, step=50)
    gone = {"heater_mode", "heater_acknowledge", "heater_boost", "heater_own_on_dc"}
    assert not gone & set(bench.configs())
    config = bench.configs()["heater_mode_told"]
    assert config["stat_t"] == "~/heater" and len(config["options"]) == 3
    assert bench.configs()["heater_off"]["payload_press"] == "off"


# -- who asks, and until when ---------------------------------------------------------------------


@pytest.fixture
def roomy(monkeypatch):
    """One with PSRAM and a clock; `bench.time` is what that knows."""
    device = make_device()
    time = make_clock(1_900_000_000, s=1_900_000_000)
    time.passed = lambda until: None if time.s is None else time.s > until
    device.clock = time
    bench = Bench(monkeypatch, device=device, roomy=True)
    bench.time = time
    bench.run(20_000)
    return bench


def envelope(**members):
    return json.dumps(members)


def test_an_id_comes_back_in_the_answer_and_is_obeyed_once(roomy):
    asked = envelope(value="charger", id="k7")
    for _ in range(2):
        send(roomy, "heater/mode/set", asked)
    told = roomy.told("result")
    assert told[0] == {
        "command": "heater/mode/set",
        "done": True,
        "reason": None,
        "id": "k7",
        "ts": 1_900_000_000,
    }
    assert told[1]["reason"] == "repeated" and told[1]["id"] == "k7"
    assert roomy.commands == [(c.SET_MODE, 1)]
    send(roomy, "heater/mode/set", "off")
    assert "id" not in roomy.told("result")[-1]


@pytest.mark.parametrize("name", writer.NAMES.decode().split("\n"))
def test_a_command_to_a_bms_that_must_not_be_written_to_is_answered(roomy, name):
    send(roomy, f"bms/{name}/set", "off")
    assert roomy.results()[-1] == (f"bms/{name}/set", False, "not_allowed")
    assert not roomy.commands and roomy.relay.commands_refused == 1


def test_a_command_is_obeyed_until_its_expiry(roomy):
    for until, reason in ((1_900_000_000, None), (1_899_999_999, "expired"), (2**40, None)):
        send(roomy, "heater/boost/set", envelope(value=5, until=until))
        assert roomy.told("result")[-1]["reason"] == reason
    assert roomy.commands == [(c.BOOST, 5)] * 2


def test_while_nobody_knows_the_time_an_expiry_is_refused_but_for_off(roomy):
    roomy.time.s = None
    for name, value, reason in (
        ("heater/mode/set", "charger", "no_time"),
        ("heater/boost/set", 5, "no_time"),
        ("heater/mode/set", "off", None),
        ("heater/boost/set", 0, None),
    ):
        send(roomy, name, envelope(value=value, until=1))
        assert roomy.told("result")[-1]["reason"] == reason
    send(roomy, "heater/boost/set", envelope(value=5))  # none, which needs no time
    assert roomy.told("result")[-1]["reason"] is None


@pytest.mark.parametrize(
    "payload",
    [
        "{",
        "{}",
        "[1]",
        '{"value":true}',
        '{"value":1.5}',
        '{"value":null}',
        '{"value":"off","x":1}',
        '{"value":"off","id":7}',
        '{"value":"off","id":"a\\"b"}',
        '{"value":"off","id":"a\\nb"}',
        '{"value":"off","id":"ü"}',
        '{"value":"off","id":"' + 25 * "x" + '"}',
        '{"value":"off","until":"x"}',
        '{"value":"off","until":true}',
        '{"value":"off","until":1e9}',
        '{"value":"fast"}',
        '{"value":"' + 30 * "c" + '"}',
        b'{"value":"\xff"}',
        "{" * 100,
    ],
)
def test_what_is_no_command_inside_is_refused(roomy, payload):
    send(roomy, "heater/mode/set", payload)
    assert roomy.commands == [] and not roomy.told("result")[-1]["done"]
    assert roomy.told("result")[-1]["reason"] in ("invalid", "oversized")
    assert roomy.relay.connected


def test_an_envelope_that_was_retained_is_refused_as_that(roomy):
    send(roomy, "heater/mode/set", envelope(value="charger", id="a"), retain=True)
    assert roomy.told("result")[-1]["reason"] == "retained"
    send(roomy, "heater/mode/set", envelope(value="charger", id="a"))
    assert roomy.told("result")[-1]["done"]


def test_a_long_payload_is_still_too_long(roomy):
    for length in (25, 120, 121, 5000):
        send(roomy, "heater/mode/set", "c" * length)
        assert roomy.told("result")[-1]["reason"] == "oversized"


def test_without_memory_for_it_an_envelope_is_not_understood(bench):
    send(bench, "heater/boost/set", '{"value":5}')
    assert bench.results()[-1] == ("heater/boost/set", False, "invalid")


# -- what the settings leave to others ------------------------------------------------------------


@pytest.mark.parametrize("mode, allowed", [("off", 0), ("charger", 1), ("charger_or_soc", 2)])
def test_the_mode_is_never_raised_above_the_settings(monkeypatch, mode, allowed):
    bench = Bench(monkeypatch, heater_mode=mode)
    bench.run(20_000)
    words = ("off", "charger", "charger_or_soc")
    for word in words:
        send(bench, "heater/mode/set", word)
    expected = [None if n <= allowed else "not_allowed" for n in range(3)]
    assert [reason for _, _, reason in bench.results()] == expected
    assert bench.commands == [(c.SET_MODE, n) for n in range(allowed + 1)]


@pytest.mark.parametrize("settings", [{"heater_mode": "off"}, {"heater_output": "none"}])
def test_a_heater_that_is_off_in_the_settings_is_not_boosted(monkeypatch, settings):
    bench = Bench(monkeypatch, **settings)
    bench.run(20_000)
    send(bench, "heater/boost/set", "30")
    send(bench, "heater/mode/set", "charger")
    assert [reason for _, _, reason in bench.results()] == ["not_allowed"] * 2
    assert bench.commands == []
    send(bench, "heater/boost/set", "0")  # to end one is always allowed
    send(bench, "heater/mode/set", "off")
    assert bench.commands == [(c.BOOST, 0), (c.SET_MODE, 0)]


def test_thresholds_are_lowered_and_never_raised(bench):
    for payload, reason in (("50", None), ("51", "out_of_bounds"), ("-300", None)):
        send(bench, "heater/on_dc/set", payload)
        assert bench.results()[-1][2] == reason
    for payload, reason in (("100", None), ("101", "out_of_bounds"), ("251", "out_of_bounds")):
        send(bench, "heater/off_dc/set", payload)
        assert bench.results()[-1][2] == reason


def test_thresholds_are_asked_for_in_the_settings(monkeypatch):
    bench = Bench(monkeypatch, mqtt_thresholds=False)
    bench.run(20_000)
    send(bench, "heater/on_dc/set", "-100")
    assert bench.results() == [("heater/on_dc/set", False, "not_allowed")]
    assert "heater_own_on_dc" not in bench.configs()

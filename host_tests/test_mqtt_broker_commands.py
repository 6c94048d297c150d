"""Commands over real brokers to the relay on real MicroPython: obeyed, refused, never both."""

import pytest

from host_tests.broker_rig import BASE, broker, client, places, start

MODE = f"{BASE}/heater/mode/set"


def test_a_mode_command_is_obeyed(broker, client, start):
    program = start(mqtt_port=broker.port)
    for mode in ("charger", "off", "charger_or_soc"):
        program.wait_for(lambda report: report["connected"])
        count = len(client.states())
        client.publish(MODE, mode)
        client.wait_state(lambda s, mode=mode: s["heater_mode"] == mode, count)
    client.publish(f"{BASE}/heater/acknowledge", "acknowledge")
    client.wait_state(lambda s: s["commands_done"] == 4)
    assert program.last["refused"] == 0
    program.finish()


def test_bad_commands_are_refused_and_told(broker, client, start):
    program = start(mqtt_port=broker.port)
    client.wait_state()
    for refused, (payload, reason) in enumerate(
        [("full power", "invalid"), ("", "invalid"), ("c" * 25, "oversized"), ("x" * 9000, None)]
    ):
        client.publish(MODE, payload)
        told = client.wait_state(lambda s, n=refused: s["commands_refused"] == n + 1)
        assert told["command_refusal"] == (reason or "oversized")
        assert told["heater_mode"] == "off"
    report = program.wait_for(lambda r: r["refused"] == 4)
    assert report["connects"] == 1 and report["done"] == 0  # the session has survived them
    client.publish(MODE, "charger")
    client.wait_state(lambda s: s["heater_mode"] == "charger")
    program.finish()


@pytest.mark.parametrize("payload", ["charger", "y" * 5000], ids=["mode", "oversized"])
def test_a_retained_command_is_ignored(broker, client, start, payload):
    client.publish(MODE, payload, retain=True)
    program = start(mqtt_port=broker.port)
    # amqtt sends what is retained once for each of our subscriptions.
    told = client.wait_state(lambda s: s["commands_refused"] >= 1)
    assert told["command_refusal"] == "retained" and told["commands_done"] == 0
    assert all(state["heater_mode"] == "off" for state in client.states())
    client.publish(MODE, "charger_or_soc")  # the same topic, not retained
    client.wait_state(lambda s: s["heater_mode"] == "charger_or_soc")
    assert program.last["connects"] == 1
    program.finish()


def test_every_command_is_obeyed_and_shows(broker, client, start):
    program = start(mqtt_port=broker.port)
    client.wait_state()
    for done, (name, payload, shown) in enumerate(
        [
            ("heater/boost", "45", {"heater_boost_s": 2700}),
            ("heater/on_dc", "-15", {"heater_own_on_dc": -15}),
            ("heater/off_dc", "60", {"heater_own_off_dc": 60}),
            ("heater/boost", "0", {"heater_boost_s": 0}),
        ]
    ):
        client.publish(f"{BASE}/{name}/set", payload)
        told = client.wait_state(lambda s, n=done: s["commands_done"] == n + 1)
        assert {key: told[key] for key in shown} == shown
    client.publish(f"{BASE}/heater/report/reset", "reset")
    client.wait_state(lambda s: s["heater_cold_min"] == 0 and s["commands_done"] == 5)
    assert program.last["refused"] == 0
    program.finish()


HOSTILE = [
    ("heater/boost/set", "121", "out_of_bounds"),
    ("heater/boost/set", "-1", "out_of_bounds"),
    ("heater/boost/set", "1e2", "invalid"),
    ("heater/boost/set", "9" * 24, "invalid"),
    ("heater/boost/set", "9" * 400, "oversized"),
    ("heater/on_dc/set", "9999", "out_of_bounds"),
    ("heater/off_dc/set", "5.0", "invalid"),
    ("heater/report/reset", "Reset", "invalid"),
    ("heater/acknowledge", "\0\0\0", "invalid"),
    ("bms/release/set", "61", "out_of_bounds"),
    ("bms/release/set", "10", "not_possible"),  # no radio here
]


def test_hostile_commands_are_refused_with_their_reason(broker, client, start):
    program = start(mqtt_port=broker.port)
    client.wait_state()
    for refused, (name, payload, reason) in enumerate(HOSTILE):
        client.publish(f"{BASE}/{name}", payload)
        told = client.wait_state(lambda s, n=refused: s["commands_refused"] == n + 1)
        assert told["command_refusal"] == reason, (name, payload)
        assert told["heater_boost_s"] is None and told["heater_own_on_dc"] is None
    assert program.last["connects"] == 1 and program.last["done"] == 0
    program.finish()


@pytest.mark.parametrize("name", ["heater/boost/set", "heater/on_dc/set", "bms/release/set"])
def test_nothing_retained_is_obeyed(broker, client, start, name):
    client.publish(f"{BASE}/{name}", "10", retain=True)
    program = start(mqtt_port=broker.port)
    told = client.wait_state(lambda s: s["commands_refused"] >= 1)
    assert told["command_refusal"] == "retained" and told["commands_done"] == 0
    assert all(state["heater_boost_s"] is None for state in client.states())
    program.finish()

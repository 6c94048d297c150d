"""Commands over real brokers to the relay on real MicroPython: obeyed, refused, never both."""

import pytest

from host_tests.relay.broker_rig import BASE, broker, client, places, start

MODE = "heater/mode/set"


def test_a_mode_command_is_obeyed_and_shows(broker, client, start):
    program = start(mqtt_port=broker.port)
    client.wait_state()
    for count, mode in enumerate(("charger", "off", "charger_or_soc")):
        client.publish(f"{BASE}/{MODE}", mode)
        assert client.wait_results(count + 1)[-1] == (MODE, True, None)
        client.wait_for("heater", lambda s, mode=mode: s["heater_mode"] == mode)
    assert program.next_report()["refused"] == 0
    program.finish()


def test_bad_commands_are_refused_and_told(broker, client, start):
    program = start(mqtt_port=broker.port)
    client.wait_state()
    for count, (payload, reason) in enumerate(
        [
            ("full power", "invalid"),
            ("", "invalid"),
            ("c" * 25, "oversized"),
            ("x" * 9000, "oversized"),
            ("x" * 200_000, "oversized"),
        ]
    ):
        client.publish(f"{BASE}/{MODE}", payload)
        assert client.wait_results(count + 1)[-1] == (MODE, False, reason)
    report = program.wait_for(lambda r: r["refused"] == 5)
    assert report["connects"] == 1 and report["done"] == 0  # the session has survived them
    client.publish(f"{BASE}/{MODE}", "charger")
    client.wait_for("heater", lambda s: s["heater_mode"] == "charger")
    program.finish()


@pytest.mark.parametrize("payload", ["charger", "y" * 100_000], ids=["mode", "oversized"])
def test_a_retained_command_is_ignored(broker, client, start, payload):
    client.publish(f"{BASE}/{MODE}", payload, retain=True)
    program = start(mqtt_port=broker.port)
    # amqtt sends what is retained once for each of our subscriptions.
    assert client.wait_results(1)[0] == (MODE, False, "retained")
    client.wait_state()
    client.publish(f"{BASE}/{MODE}", "charger_or_soc")  # the same topic, not retained
    client.wait_for("heater", lambda s: s["heater_mode"] == "charger_or_soc")
    assert program.next_report()["connects"] == 1
    program.finish()


HOSTILE = [
    ("heater/boost/set", "121", "out_of_bounds"),
    ("heater/boost/set", "-1", "out_of_bounds"),
    ("heater/boost/set", "1e2", "invalid"),
    ("heater/boost/set", "9" * 24, "invalid"),
    ("heater/boost/set", "9" * 400, "oversized"),
    ("heater/on_dc/set", "9999", "out_of_bounds"),
    ("heater/on_dc/set", "200", "out_of_bounds"),  # above the settings' own
    ("heater/off_dc/set", "5.0", "invalid"),
    ("heater/report/reset", "Reset", "invalid"),
    ("heater/acknowledge", "\0\0\0", "invalid"),
    ("bms/release/set", "61", "out_of_bounds"),
    ("bms/release/set", "10", "not_possible"),  # no radio here
]


def test_hostile_commands_are_refused_with_their_reason(broker, client, start):
    program = start(mqtt_port=broker.port)
    client.wait_state()
    for name, payload, _ in HOSTILE:  # at once, in one burst
        client.publish(f"{BASE}/{name}", payload)
    assert client.wait_results(len(HOSTILE)) == [(n, False, reason) for n, _, reason in HOSTILE]
    report = program.next_report()
    assert report["connects"] == 1 and report["done"] == 0
    program.finish()


def test_a_scene_and_a_flood_lose_no_command(broker, client, start):
    program = start(mqtt_port=broker.port)
    client.wait_state()
    for _ in range(60):
        client.publish(f"{BASE}/heater/boost/set", "5")
    client.publish(f"{BASE}/{MODE}", "off")
    results = client.wait_results(61)
    assert results == [("heater/boost/set", True, None)] * 60 + [(MODE, True, None)]
    program.finish()

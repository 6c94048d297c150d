"""The firmware crashes on the bench, and says so afterwards: over MQTT, and in flash."""

import json
import time

import pytest

from host_tests.reporting_program import wait_for
from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig
from tools.bench.desk import SECRETS, Desk
from tools.image import kept as kept_image
from tools.packmate import afar, kept

pytestmark = pytest.mark.bench


def make_desk(folder, psram, lapse=100):
    config = BenchConfig(str(folder))
    config.lapse = lapse
    config.psram = psram
    if not psram:
        config.run_image(kept_image("lilygo_t_display"))
    return Desk(Bench(config), {"mqtt_interval_s": 5, "ha_discovery": False})


def wait(desk, look, what, limit_s=60):
    def blame():
        return "\n".join([what, *desk.bench.snapshot()["console"]])

    return wait_for(look, limit_s, blame, 0.1)


def starve(desk):
    """Takes the network's memory: the firmware gives up, and starts anew."""
    wait(desk, lambda: desk.log.base_of("packmate", "availability"), "the session")
    desk.bench.set("idf_taken", 30_000)
    desk.apply("broker", "down")
    wait(desk, lambda: desk.state()["chip"]["resets"], "the reset")
    desk.apply("broker", "normal")


@pytest.mark.parametrize("psram", [True, False], ids=["psram", "image"])
def test_a_crash_is_told_retained_and_kept(tmp_path, psram, capsys):
    desk = make_desk(tmp_path, psram)
    try:
        desk.start()
        starve(desk)
        base = desk.log.base_of("packmate", "availability")
        told = wait(desk, lambda: desk.log.latest(f"{base}/crash"), "the record")
        wait(desk, (tmp_path / "crash.json").exists, "the end of telling")
        time.sleep(0.5)
        if psram:
            afar.show("127.0.0.1", desk.broker.port, None, "packmate", {})
            heard = capsys.readouterr().out
            assert "the run before has crashed: RuntimeError: no memory for the network" in heard
            assert "Packmate starts: by itself, after a crash" in heard
    finally:
        desk.stop()
    assert desk.bench.error is None
    record = json.loads(told["payload"])
    assert record["error"] == "RuntimeError: no memory for the network"
    assert record["ran_s"] > 120 and len(record["memory"]) == 5
    assert bool(record["lines"]) is psram
    assert "RuntimeError" in record["traceback"]
    text = (tmp_path / "crash.json").read_text()
    assert json.loads(text) == record
    assert not any(secret in text for secret in SECRETS.values())
    said = kept.explain({"crash.json": text.encode()}, {})
    assert "It has crashed: RuntimeError: no memory for the network" in said
    assert "because power was switched on" in said


def test_what_happens_is_in_the_log_and_where_a_command_came_from(tmp_path):
    desk = make_desk(tmp_path, True, lapse=20)
    try:
        desk.start()
        base = wait(desk, lambda: desk.log.base_of("packmate", "availability"), "the session")
        desk.bench.set("bms_unplugged", True)
        wait(desk, lambda: desk.state()["believed"]["link_up"] is False, "the silence")
        desk.log.publish(f"{base}/heater/mode/set", "off")
        desk.log.publish(f"{base}/heater/boost/set", "500")
        wait(desk, lambda: desk.state()["believed"].get("commands_refused"), "the refusal")
        desk.log.publish(f"{base}/log/get", "all")
        desk.log.publish(f"{base}/log/get", "get")
        told = wait(desk, lambda: desk.log.latest(f"{base}/log"), "the log")
    finally:
        desk.stop()
    message = json.loads(told["payload"])
    assert (message["part"], message["parts"]) == (1, 1)
    seen = [event[3:5] for event in message["events"]]
    assert seen[0] == ["start", "power_on"]
    for event in (
        ["wifi", "up"],
        ["mqtt", "up"],
        ["bms", "silent_uart_protocol_0"],
        ["command", "heater/mode/set, by MQTT: done"],
        ["command", "heater/boost/set, by MQTT: out_of_bounds"],
        ["command", "log/get, by MQTT: invalid"],
    ):
        assert event in seen, event

"""Nothing is lost in an outage: the firmware on the bench, a real broker, and then its files."""

import json
import random
import threading
import time

import paho.mqtt.client as mqtt
import pytest

from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig
from tools.bench.desk import Desk
from tools.packmate import history

pytestmark = pytest.mark.bench

LAPSE = 60
WALL_S = 850_000_000  # s since 2000
EPOCH_S = 946_684_800 + WALL_S  # the same, since 1970
SETTINGS = {
    "history_kb": 64,
    "history_interval_s": 10,
    "history_rest_s": 60,
    "ha_discovery": False,
    "mqtt_interval_s": 15,
}


class Listener:
    """Somebody at the broker who keeps the history, as it comes."""

    def __init__(self, port):
        self.told = []
        self.live = []
        ready = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.on_connect = lambda client, *_: client.subscribe("packmate/+/+", qos=1)
        self._client.on_subscribe = lambda *_: ready.set()
        self._client.on_message = self._take
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert ready.wait(10)

    def _take(self, _client, _data, message):
        name = message.topic.split("/")[-1]
        if name == "history":
            assert message.qos == 1 and not message.retain
            self.told.append(json.loads(message.payload))
        elif name == "state":
            self.live.append(json.loads(message.payload))

    def close(self):
        self._client.loop_stop()
        self._client.disconnect()


@pytest.fixture
def desk(tmp_path):
    config = BenchConfig(str(tmp_path))
    config.lapse = LAPSE
    config.psram = True
    config.wall_s = WALL_S
    desk = Desk(Bench(config), SETTINGS).start()
    yield desk
    desk.stop()


@pytest.fixture
def listener(desk):
    listener = Listener(desk.broker.port)
    yield listener
    listener.close()


def wait(desk, condition, limit_s=60):
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end or desk.error:
            pytest.fail(desk.error + "\n".join(desk.bench.snapshot()["console"][-40:]))
        time.sleep(0.1)


def live_on(desk, seconds):
    """Lets the pack be used for so long, in virtual time."""
    chance = random.Random(seconds)
    end = desk.state()["time"]["t_s"] + seconds
    while desk.state()["time"]["t_s"] < end:
        desk.apply("load_ma", chance.randrange(60_000))
        time.sleep(0.2)


def made(folder):
    """Returns what the device has in its flash."""
    files = {p.name: p.read_bytes() for p in (folder / "records").iterdir() if p.is_file()}
    files["ptail"] = (folder / "records" / "now" / "ptail").read_bytes()
    return list(history.rows(files))


def test_an_outage_with_power_cuts_in_it_loses_no_record(desk, listener, tmp_path):
    wait(desk, lambda: len(listener.told) >= 3)
    assert not any(one["ts"] is None for one in listener.told)
    live_on(desk, 60)
    desk.apply("broker", "down")
    live_on(desk, 150)
    desk.apply("firmware_kill")  # while the clock can be asked
    live_on(desk, 150)
    desk.apply("wifi_down", True)
    desk.apply("firmware_kill")  # and now it cannot
    live_on(desk, 200)
    before = len(listener.told)
    desk.apply("broker", "normal")
    desk.apply("wifi_down", False)
    began_s = desk.state()["time"]["t_s"]
    wait(desk, lambda: len(listener.told) > before and not listener.told[-1]["replayed"])
    took_s = desk.state()["time"]["t_s"] - began_s
    desk.apply("firmware_kill")  # before it has noted that all are delivered
    lives = len(listener.live)
    live_on(desk, 60)
    assert len(listener.live) > lives
    desk.bench.set("firmware_reset")
    desk.bench.stop()
    there = made(tmp_path)
    told = {one["record"]: one for one in listener.told}
    missing = [row["record"] for row in there if row["record"] not in told]
    # Those that the broker has not been told yet are the last ones.
    assert missing == [row["record"] for row in there[len(there) - len(missing) :]]
    assert len(missing) < 4 and len(there) > 40
    for row in there[: len(there) - len(missing)]:
        one = told[row["record"]]
        assert all(one[name] == row[name] for name in ("ts", "soc_pct", "pack_mv", "current_ma"))
    times = [row["ts"] for row in there]
    assert None not in times and times == sorted(times)
    # A record each ten seconds, but for two starts.
    assert max(b - a for a, b in zip(times, times[1:], strict=False)) < 75
    assert EPOCH_S - 2 <= times[0] < EPOCH_S + 60
    twice = len(listener.told) - len(told)
    print(
        f"{len(there)} made, {len(told)} delivered, {twice} twice, all back after {took_s:.0f} s"
    )
    assert twice < len(told)

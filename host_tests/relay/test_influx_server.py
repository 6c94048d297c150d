"""InfluxDB itself takes our lines, and has every figure and tag as it was told.

Debian has it as `influxdb` (1.6); where there is no `influxd` this is skipped. Telegraf, which
Debian does not have, hands lines on to it as they are.
"""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

from host_tests.mqtt_rig import BASE, Bench, make_clock, make_device
from host_tests.relay.influx_rig import fields_of
from relay.influx import line
from tools.bench.net.broker import free_port

INFLUXD = os.environ.get("PACKMATE_INFLUXD") or shutil.which("influxd")
pytestmark = pytest.mark.skipif(not INFLUXD, reason="InfluxDB is not installed")
START_S = 60
TS = 1_796_684_820
CONFIG = """\
reporting-enabled = false
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
"""
# What must be escaped, or could end a name, a text or the line.
HARD = ('My, "van" = 5 \\', "a\\b", "Käfer", "two words", "=,", "\\", 'say "x\\"', "line\nbreak")


class Influx:
    """The database in a process of its own, in a folder."""

    def __init__(self, folder):
        self._port = free_port()
        config = folder / "influxdb.conf"
        config.write_text(CONFIG.format(folder=folder, port=self._port, rpc=free_port()))
        with open(folder / "log", "wb") as log:
            self._child = subprocess.Popen(
                [INFLUXD, "-config", str(config)], stdout=log, stderr=log
            )
        end = time.monotonic() + START_S
        while not self._answers():
            assert time.monotonic() < end, (folder / "log").read_text()[-2000:]
            time.sleep(0.1)
        self._ask("query", b"q=CREATE DATABASE packmate")

    def write(self, data):
        """Writes lines; fails if one is not taken."""
        self._ask("write?db=packmate&precision=ns", data)

    def points(self, measurement):
        """Returns [({tag: text}, {name: value} with `time`)] of all that is known."""
        q = urllib.parse.urlencode({"db": "packmate", "epoch": "ns"})
        query = f'SELECT * FROM "{measurement}" GROUP BY *'
        found = json.loads(self._ask(f"query?{q}&q={urllib.parse.quote(query)}"))
        rows = []
        for series in found["results"][0].get("series", ()):
            for values in series["values"]:
                row = dict(zip(series["columns"], values, strict=True))
                there = {name: value for name, value in row.items() if value is not None}
                rows.append(({k: v for k, v in series.get("tags", {}).items() if v}, there))
        return rows

    def stop(self):
        self._child.kill()
        self._child.wait()

    def _answers(self):
        try:
            self._ask("ping")
        except OSError:
            return False
        return True

    def _ask(self, path, data=None):
        address = f"http://127.0.0.1:{self._port}/{path}"
        try:
            with urllib.request.urlopen(address, data, timeout=10) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            pytest.fail(f"{error.read()} for {data}")


@pytest.fixture(scope="module")
def influx(tmp_path_factory):
    influx = Influx(tmp_path_factory.mktemp("influx"))
    yield influx
    influx.stop()


def test_what_a_relay_tells_is_there_figure_by_figure(influx, monkeypatch):
    device = make_device()
    device.clock = make_clock(TS)
    given = {"mqtt_influx": True, "ha_discovery": False, "charge_max_a": 50, "name": HARD[0]}
    bench = Bench(monkeypatch, device=device, roomy=True, **given)
    bench.hear_pack()
    bench.run(25_000)
    lines = [text for topic, text, _ in bench.broker.published if topic == f"{BASE}/influx"]
    influx.write("\n".join(lines).encode())
    for name in ("state", "heater", "device", "limits"):
        ((tags, found),) = influx.points(f"packmate_{name}")
        told = fields_of(bench.told(name)[-1])
        for moves in ("seq", "clock_set_ts"):  # time has passed in between
            found.pop(moves, None)
            told.pop(moves, None)
        assert found.pop("time") == TS * 10**9
        assert found == told and len(told) >= 2
        assert tags == {"device": "0a1b", "box": HARD[0].rstrip("\\")}


@pytest.mark.parametrize("number, text", list(enumerate(HARD)))
def test_a_text_that_is_hard_to_write(influx, number, text):
    told = {"ts": TS, "text": text, "whole": -(2**40), "yes": True, "no": False, "empty": ""}
    measurement = f"hard{number}"
    influx.write(line(measurement, [("name", text)], told))
    ((tags, found),) = influx.points(measurement)
    assert found == {"time": TS * 10**9, **{k: v for k, v in told.items() if k != "ts"}}
    name = text.replace("\n", " ").rstrip("\\")
    assert tags == ({"name": name} if name else {})

"""docs/fleet: its files fit together, mosquitto runs with them, the page's questions have answers.

VictoriaMetrics is Debian's package `victoria-metrics`; without it the last part is skipped.
"""

import json
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request

import paho.mqtt.client as mqtt
import pytest
import yaml

from host_tests.filled_pack import fill
from host_tests.mqtt_rig import BASE, Bench, make_clock, make_device
from host_tests.relay.broker_rig import wait_for
from host_tests.relay.test_mqtt_broker_rights import hashed
from relay import fields
from tools import ROOT
from tools.bench.net.broker import find_mosquitto, free_port

FOLDER = ROOT / "docs" / "fleet"
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text())
PAGE = json.loads((FOLDER / "grafana" / "packmate.json").read_text())
BOX, OTHER = "240ac400be01", "240ac400be02"
COUNT = 30


def telegraf():
    tomllib = pytest.importorskip("tomllib", reason="tomllib comes with Python 3.11")
    return tomllib.loads((FOLDER / "telegraf.conf").read_text())


def inputs():
    """Returns what Telegraf reads: the figures of now, and the history."""
    return telegraf()["inputs"]["mqtt_consumer"]


# -- the files ------------------------------------------------------------------------------------


def test_every_file_and_every_word_that_is_asked_for_is_there():
    text = (FOLDER / "compose.yaml").read_text()
    asked = set(re.findall(r"\$\{(\w+):\?", text))
    example = (FOLDER / "env.example").read_text()
    assert asked == set(re.findall(r"^(\w+)=$", example, re.M))
    for service in COMPOSE["services"].values():
        assert re.search(r":v?\d+\.\d+", service["image"]), "a version, so that it stays the same"
        for volume in service["volumes"]:
            source = volume.partition(":")[0]
            known = (
                (FOLDER / source).exists() if source[0] == "." else source in COMPOSE["volumes"]
            )
            assert known, volume
    assert {f"{name}.example" for name in ("env",)} <= {f.name for f in FOLDER.iterdir()}


def test_each_finds_the_others_by_their_names():
    names = set(COMPOSE["services"])
    config = telegraf()
    servers = {url for one in inputs() for url in one["servers"]}
    assert servers == {"tcp://broker:1883"} and "broker" in names
    assert config["outputs"]["influxdb"][0]["urls"] == ["http://database:8428"]
    source = yaml.safe_load((FOLDER / "grafana" / "datasource.yaml").read_text())["datasources"][0]
    assert source["url"] == "http://database:8428" and "database" in names
    assert {panel["datasource"]["uid"] for panel in PAGE["panels"]} == {source["uid"]}
    provider = yaml.safe_load((FOLDER / "grafana" / "dashboards.yaml").read_text())
    shown = provider["providers"][0]["options"]["path"]
    assert any(f":{shown}/" in v for v in COMPOSE["services"]["grafana"]["volumes"])


def test_each_telegraf_has_names_of_its_own_at_the_broker():
    own = [s["environment"]["NAME"] for n, s in COMPOSE["services"].items() if "telegraf" in n]
    assert len(set(own)) == len(own) == 2
    ids = [one["client_id"] for one in inputs()]
    assert len(set(ids)) == 2 and all(name.startswith("${NAME}") for name in ids)


def test_what_telegraf_leaves_out_of_a_record_is_in_one():
    now, past = inputs()
    known = {field.name for field in fields.FIELDS[fields.HISTORY]}
    assert now["topics"] == ["$share/telegraf/packmate/+/influx"]
    assert past["topics"] == ["$share/telegraf/packmate/+/history"]
    reader = past["json_v2"][0]
    assert {reader["timestamp_path"], *reader["object"][0]["excluded_keys"]} <= known
    assert past["qos"] == 1 and past["persistent_session"] is True


# -- the broker -----------------------------------------------------------------------------------


class Reader:
    """A client with a session that the broker keeps, as Telegraf's: it leaves, and comes again."""

    def __init__(self, port, name, user, topic):
        self.heard = []
        self._subscribed = False
        self._topic = topic
        self._client = client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=name, clean_session=False
        )
        client.username_pw_set(user, user[::-1])
        client.on_connect = self._on_connect
        client.on_subscribe = lambda *_: setattr(self, "_subscribed", True)
        client.on_message = lambda _c, _d, m: self.heard.append((m.topic, m.payload.decode()))
        self.come(port)

    def _on_connect(self, client, _data, flags, _reason, _properties):
        if flags.session_present:
            self._subscribed = True  # Telegraf does not ask again
        else:
            client.subscribe(self._topic, qos=1)

    def come(self, port):
        self._subscribed = False
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        wait_for(lambda: self._subscribed)

    def leave(self):
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic, payload):
        self._client.publish(topic, payload, qos=1).wait_for_publish(10)


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    if not find_mosquitto():
        pytest.skip("mosquitto is not installed")
    folder = tmp_path_factory.mktemp("mosquitto")
    (folder / "data").mkdir()
    port = free_port()
    (folder / "passwd").write_text("".join(map(hashed, ("telegraf", "warden", BOX, OTHER))))
    shutil.copy(FOLDER / "broker" / "acl", folder / "acl")
    for name in ("passwd", "acl"):
        (folder / name).chmod(0o600)
    conf = (FOLDER / "broker" / "mosquitto.conf").read_text()
    assert conf.count("1883") == 1
    conf = conf.replace("1883", f"{port} 127.0.0.1").replace("/mosquitto/config", str(folder))
    conf = conf.replace("/mosquitto/data", str(folder / "data"))
    (folder / "mosquitto.conf").write_text(conf + "user root\n")
    child = subprocess.Popen([find_mosquitto(), "-c", str(folder / "mosquitto.conf")])
    wait_for(lambda: _listens(port))
    yield port
    child.kill()
    child.wait()


def _listens(port):
    import socket

    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def test_readers_share_and_what_one_cannot_take_waits_for_it(port):
    topic = inputs()[1]["topics"][0]
    readers = [Reader(port, f"telegraf-{n}-history", "telegraf", topic) for n in (1, 2)]
    box = Reader(port, "box", BOX, f"packmate/{BOX}/heater/mode/set")

    def tell(first):
        for number in range(first, first + COUNT):
            box.publish(f"packmate/{BOX}/history", str(number))

    def heard():
        return [payload for reader in readers for _, payload in reader.heard]

    try:
        tell(0)
        wait_for(lambda: len(heard()) >= COUNT)
        assert all(reader.heard for reader in readers)
        readers[0].leave()
        tell(COUNT)
        readers[1].leave()
        tell(2 * COUNT)  # nobody is there
        for reader in readers:
            reader.come(port)
        wait_for(lambda: len(set(heard())) == 3 * COUNT, tell=heard)
        assert sorted(map(int, heard())) == list(range(3 * COUNT))  # each once
    finally:
        for client in (*readers, box):
            client.leave()


def test_a_box_tells_its_own_and_commands_no_other(port):
    box = Reader(port, "one", BOX, f"packmate/{OTHER}/#")
    other = Reader(port, "other", OTHER, f"packmate/{OTHER}/heater/mode/set")
    warden = Reader(port, "warden", "warden", "packmate/+/state")
    reader = Reader(port, "reader", "telegraf", "packmate/#")
    clients = (box, other, warden, reader)
    try:
        box.publish(f"packmate/{OTHER}/heater/mode/set", "charger")
        box.publish(f"packmate/{OTHER}/influx", "false")
        other.publish(f"packmate/{OTHER}/state", "{}")
        other.publish(f"packmate/{OTHER}/influx", "true")
        warden.publish(f"packmate/{OTHER}/heater/boost/set", "10")
        warden.publish(f"packmate/{OTHER}/heater/mode/set", "off")
        wait_for(lambda: other.heard and warden.heard and reader.heard)
        assert other.heard == [(f"packmate/{OTHER}/heater/mode/set", "off")]
        assert warden.heard == [(f"packmate/{OTHER}/state", "{}")]
        assert reader.heard == [(f"packmate/{OTHER}/influx", "true")] and not box.heard
    finally:
        for client in clients:
            client.leave()


# -- the database, and the page's questions -------------------------------------------------------


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    program = shutil.which("victoria-metrics")
    if not program:
        pytest.skip("victoria-metrics is not installed")
    folder = tmp_path_factory.mktemp("storage")
    port = free_port()
    flags = [
        x.replace("/storage", str(folder)) for x in COMPOSE["services"]["database"]["command"]
    ]
    child = subprocess.Popen(
        [program, *flags, f"--httpListenAddr=127.0.0.1:{port}"], stderr=subprocess.DEVNULL
    )
    wait_for(lambda: _listens(port))
    yield f"http://127.0.0.1:{port}"
    child.kill()
    child.wait()


def get(address, **query):
    with urllib.request.urlopen(f"{address}?{urllib.parse.urlencode(query)}") as answer:
        return answer.read()


def lines_of_a_box(monkeypatch, ts, box="Van"):
    """Returns the Influx lines that the relay tells, at a time, of a pack with an alarm."""
    device = make_device()
    device.clock = make_clock(ts)
    given = {"mqtt_influx": True, "ha_discovery": False, "charge_max_a": 50, "name": box}
    bench = Bench(monkeypatch, device=device, roomy=True, **given)
    fill(bench.pack, bench.now)
    bench.pack.raise_alarm(9)
    bench.run(5_000)
    return [text for topic, text, _ in bench.broker.published if topic == f"{BASE}/influx"]


def line_of_a_record(told, device):
    """Returns what Telegraf makes of a record, by its configuration here."""
    past = inputs()[1]
    left_out = past["json_v2"][0]["object"][0]["excluded_keys"]
    kept = {k: v for k, v in told.items() if k not in left_out and v is not None}
    shown = ",".join(f"{name}={json.dumps(value)}" for name, value in kept.items())
    return f"{past['name_override']},device={device} {shown} {told['ts']}000000000"


def test_each_question_of_the_page_has_an_answer(database, monkeypatch):
    now = int(time.time())
    lines = lines_of_a_box(monkeypatch, now - 60)  # the database hides the last half minute
    lines += lines_of_a_box(monkeypatch, now - 600, "Shed")
    sample = (ROOT / "docs" / "history.md").read_text()
    record = json.loads(re.search(r"```json\n(\{\"ts\".*?)```", sample, re.S).group(1))
    assert set(record) == {field.name for field in fields.FIELDS[fields.HISTORY]}
    record["ts"] = now - 60
    lines += 2 * [line_of_a_record(record, BOX)]  # it came twice
    request = urllib.request.Request(f"{database}/write", "\n".join(lines).encode())
    urllib.request.urlopen(request).close()
    get(f"{database}/internal/force_flush")
    answers = {}
    for panel in PAGE["panels"]:
        for target in panel["targets"]:
            query = target["expr"].replace("$box", "Van|Shed")
            found = json.loads(get(f"{database}/api/v1/query", query=query, time=now))
            answers[panel["title"]] = found["data"]["result"]
    assert [title for title, rows in answers.items() if not rows] == []
    boxes = {row["metric"]["box"]: float(row["value"][1]) for row in answers["Not heard for"]}
    assert list(boxes) == ["Shed"] and 560 < boxes["Shed"] < 610
    van = [row for row in answers["Coldest sensor"] if row["metric"]["box"] == "Van"]
    assert [float(row["value"][1]) for row in van] == [15.0]
    told = get(f"{database}/api/v1/export", **{"match[]": "packmate_history_soc_pct"})
    assert json.loads(told)["values"] == [record["soc_pct"]]
    names = json.loads(get(f"{database}/api/v1/label/box/values"))["data"]
    assert sorted(names) == ["Shed", "Van"]

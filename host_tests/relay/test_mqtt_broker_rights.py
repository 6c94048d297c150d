"""The users and rights of docs/mqtt.md, with mosquitto itself and the relay on MicroPython."""

import base64
import hashlib
import re
import subprocess
import time

import paho.mqtt.client as mqtt
import pytest

from host_tests.relay.broker_rig import BASE, Client, Program, places, wait_for
from tools import ROOT
from tools.bench.net.broker import find_mosquitto, free_port

pytestmark = pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed")
PAGE = (ROOT / "docs" / "mqtt.md").read_text(encoding="utf-8")
CHAPTER = PAGE.partition("\n## Users and rights at the broker\n")[2].partition("\n## ")[0]
CONF, ACL = re.findall(r"```\n(.*?)```", CHAPTER, re.S)
USERS = ("van", "homeassistant", "looker")


def hashed(user):
    """Returns a line of mosquitto's file of passwords; the password is the name backwards."""
    salt = b"123456789012"
    key = hashlib.pbkdf2_hmac("sha512", user[::-1].encode(), salt, 101)
    return f"{user}:$7$101${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}\n"


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    folder = tmp_path_factory.mktemp("etc")
    port = free_port()
    (folder / "passwd").write_text("".join(map(hashed, USERS)))
    (folder / "acl").write_text(ACL.replace("240ac400be01", BASE.partition("/")[2]))
    for name in ("passwd", "acl"):
        (folder / name).chmod(0o600)
    conf = CONF.replace("1883", f"{port} 127.0.0.1").replace("/etc/mosquitto", str(folder))
    (folder / "mosquitto.conf").write_text(conf + "user root\n")
    child = subprocess.Popen([find_mosquitto(), "-c", str(folder / "mosquitto.conf")])
    yield port
    child.kill()
    child.wait()


def as_user(port, user, topic="#"):
    end = time.monotonic() + 15
    while True:
        try:
            return Client(port, topic, user)
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_each_may_what_the_page_says(port, places):
    looker = as_user(port, "looker")
    home = as_user(port, "homeassistant")
    van = as_user(port, "van")
    program = Program(
        places, mqtt_port=port, mqtt_user="van", mqtt_password="van"[::-1], ha_discovery=True
    )
    for client in (looker, home):
        assert client.wait_state()["fresh"]
    config = "homeassistant/sensor/packmate_a0b1c2d3e4f5/soc_pct/config"
    wait_for(lambda: home.of(config))
    assert not looker.of(config)
    # Home Assistant's birth and its commands come through.
    program.wait_for(lambda report: not report["announcing"])
    home.publish("homeassistant/status", "online")
    wait_for(lambda: len(home.of(config)) > 1)
    for count, (name, payload) in enumerate(
        (
            ("heater/mode/set", "off"),
            ("heater/boost/set", "5"),
            ("heater/acknowledge", "acknowledge"),
            ("heater/on_dc/set", "10"),
            ("heater/off_dc/set", "70"),
            ("heater/report/reset", "reset"),
            ("bms/release/set", "10"),
        )
    ):
        # Who only looks on is not heard, whatever it says.
        looker.publish(f"{BASE}/{name}", payload)
        home.publish(f"{BASE}/{name}", payload)
        assert looker.wait_results(count + 1)[-1][0] == name
    # Nor is one device by another, nor anybody beside these topics.
    van.publish("packmate/another/heater/mode/set", "off")
    van.publish("homeassistant/sensor/another/x/config", "{}")
    home.publish("packmate/another/state", "{}")
    home.publish(f"{BASE}/heater/mode/set", "off")
    assert len(looker.wait_results(8)) == 8
    told = {topic for client in (looker, home) for topic, _, _ in client.heard}
    assert not [topic for topic in told if "another" in topic]
    program.finish()
    for client in (looker, home, van):
        client.close()


def test_nobody_comes_in_without_a_password(port):
    codes = []
    as_user(port, "looker").close()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.on_connect = lambda _client, _data, _flags, code, _properties: codes.append(code)
    client.connect("127.0.0.1", port)
    client.loop_start()
    wait_for(lambda: codes)
    client.loop_stop()
    assert codes[0].is_failure

"""The bridge of docs/mqtt.md: two mosquittos, and the relay on MicroPython at the one on board."""

import re
import subprocess
import time

import pytest

from host_tests.relay.broker_rig import (  # noqa: F401 - places and start are fixtures
    AVAILABILITY,
    BASE,
    Client,
    newcomer_hears,
    places,
    start,
    wait_for,
)
from tools import ROOT
from tools.bench.net.broker import Broker, find_mosquitto, free_port
from tools.bench.net.proxy import Proxy

pytestmark = pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed")
PAGE = (ROOT / "docs" / "mqtt.md").read_text(encoding="utf-8")
CHAPTER = PAGE.partition("\n## A broker on board, and one at home\n")[2].partition("\n## ")[0]
(CONF,) = re.findall(r"```\n(.*?)```", CHAPTER, re.S)
RECORDS = 60


class Sides:
    """`board`: the port of the broker on board; `home`: the other broker; `line`: between them."""

    def __init__(self, folder):
        self.home = Broker("mosquitto").start()
        self.board = free_port()
        self.line = Proxy(self.home.port).start()
        conf = CONF.replace("192.0.2.1:1883", f"127.0.0.1:{self.line.port}")
        assert conf != CONF
        conf += f"listener {self.board} 127.0.0.1\nallow_anonymous true\nuser root\n"
        conf += f"restart_timeout 1\npersistence_location {folder}/\n"
        (folder / "mosquitto.conf").write_text(conf)
        self._child = subprocess.Popen(
            [find_mosquitto(), "-c", str(folder / "mosquitto.conf")], stderr=subprocess.DEVNULL
        )

    def stop(self):
        self._child.kill()
        self._child.wait()
        self.line.stop()
        self.home.stop()


@pytest.fixture
def sides(tmp_path):
    sides = Sides(tmp_path)
    yield sides
    sides.stop()


def on_board(sides):
    end = time.monotonic() + 15
    while True:
        try:
            return Client(sides.board)
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.1)


def test_what_is_told_on_board_is_heard_at_home_and_commands_go_back(sides, start):  # noqa: F811
    home = Client(sides.home.port)
    board = on_board(sides)
    program = start(mqtt_port=sides.board, ha_discovery=True)
    home.wait_state(lambda state: state["fresh"])
    wait_for(lambda: home.of(AVAILABILITY) == ["online"])
    config = "homeassistant/sensor/packmate_a0b1c2d3e4f5/soc_pct/config"
    wait_for(lambda: home.of(config))
    # A newcomer at home has what is retained.
    (told,) = newcomer_hears(sides.home.port, AVAILABILITY)
    assert told[1:] == ("online", True)
    home.publish(f"{BASE}/heater/mode/set", "off")
    assert home.wait_results(1) == [("heater/mode/set", True, None)]
    assert board.of(f"{BASE}/heater/mode/set") == ["off"]  # once
    # Home Assistant's birth comes through.
    program.wait_for(lambda report: not report["announcing"])
    before = len(home.of(config))
    home.publish("homeassistant/status", "online")
    wait_for(lambda: len(home.of(config)) > before)
    program.kill()
    wait_for(lambda: home.of(AVAILABILITY)[-1] == "offline")
    home.close()
    board.close()


def test_what_has_to_be_acknowledged_waits_on_board(sides):
    board = on_board(sides)
    home = Client(sides.home.port)

    def tell(first):
        for number in range(first, first + RECORDS):
            board.publish(f"{BASE}/history", str(number))

    tell(0)
    wait_for(lambda: len(home.of(f"{BASE}/history")) == RECORDS)
    sides.line.set_mode("down")
    tell(RECORDS)
    assert len(home.of(f"{BASE}/history")) == RECORDS
    sides.line.set_mode("normal")
    wait_for(lambda: len(set(home.of(f"{BASE}/history"))) == 2 * RECORDS, 40)
    assert set(map(int, home.of(f"{BASE}/history"))) == set(range(2 * RECORDS))
    home.close()
    board.close()


def test_a_command_that_is_retained_at_home_is_handed_on_as_new(sides, start):  # noqa: F811
    """What the page warns of: if mosquitto ends it, the page may be kinder."""
    board = on_board(sides)
    home = Client(sides.home.port)
    start(mqtt_port=sides.board)
    home.wait_state()
    home.publish(f"{BASE}/heater/mode/set", "off", retain=True)
    assert home.wait_results(1)[0][1:] == (True, None)
    home.close()
    board.close()

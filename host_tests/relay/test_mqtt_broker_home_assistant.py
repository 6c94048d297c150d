"""Home Assistant itself takes every entity, and keeps it while it moves to its device and back.

Where there is none (tools.home_assistant), this is skipped.
"""

import json
import os
import subprocess
import threading
import time

import pytest

from host_tests.relay.broker_rig import Program, places
from tools import ROOT, home_assistant
from tools.bench.net.broker import Broker, find_mosquitto

PYTHON = home_assistant.installed()
pytestmark = [
    pytest.mark.skipif(not PYTHON, reason="Home Assistant is not installed"),
    pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed"),
]
UNIT = "packmate_a0b1c2d3e4f5_"


class Home:
    """Home Assistant in a process of its own; `log` is what it has to say."""

    def __init__(self, folder, port):
        command = [PYTHON, str(ROOT / "host_tests" / "relay" / "home_assistant.py")]
        self._child = subprocess.Popen(
            [*command, str(folder), str(port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
        )
        self.log = []
        self._answers = []
        self._more = threading.Semaphore(0)
        threading.Thread(target=self._read, daemon=True).start()
        assert self._more.acquire(timeout=120)

    def _read(self):
        for line in self._child.stdout:
            if line.startswith("LOG"):
                self.log.append(line)
            elif line.startswith("{"):
                self._answers.append(json.loads(line))
                self._more.release()

    def ask(self, line):
        """Returns what it answers, once it has done what the line says."""
        self._child.stdin.write(line + "\n")
        self._child.stdin.flush()
        assert self._more.acquire(timeout=30)
        return self._answers[-1]

    def stop(self):
        self._child.kill()
        self._child.wait()


def settle(program, home):
    """Waits until all is told and taken; returns {key: (entity, state, owner's name)}."""
    program.wait_for(lambda report: not report["announcing"], 60)
    time.sleep(4)
    told = {}
    for entity, (unique, state, name, off) in home.ask("states").items():
        told[unique.removeprefix(UNIT)] = (entity, "off" if off else state, name)
    program.kill()
    return told


def test_entities_move_to_their_device_and_back(tmp_path, places):
    broker = Broker("mosquitto").start()
    home = Home(tmp_path, broker.port)
    moved = {"by_device": 1}
    try:
        one_by_one = settle(Program(places, mqtt_port=broker.port), home)
        assert one_by_one["soc_pct"][1] == "87" and one_by_one["cell_4"][1] == "3.304"
        assert one_by_one["uptime_s"][1] == "off" and len(one_by_one) > 60
        assert one_by_one["stored_energy"][1] == "2300"
        assert one_by_one["time_to_empty"][1] == "unknown"  # at 1.5 A it rests
        home.ask("name " + one_by_one["soc_pct"][0] + " Mine")
        there = settle(Program(places, mqtt_port=broker.port, ha_by_device=True), home)
        again = settle(
            Program(places, mqtt_port=broker.port, ha_by_device=True, state=moved), home
        )
        back = settle(Program(places, mqtt_port=broker.port, state=moved), home)
        for found in (there, again, back):
            assert {k: e for k, (e, _, _) in found.items()} == {
                k: e for k, (e, _, _) in one_by_one.items()
            }
            assert found["soc_pct"][1:] == ("87", "Mine")
        pages = home.ask("devices")
        own, bms = pages["Packmate"], pages["Packmate BMS"]
        assert own[0] is None and own[3] == "0.0.0" and len(own[5]) > 60
        assert bms[:5] == ["Packmate", "JK_B2", "15A", "15.38", "4101"]
        assert bms[5] == [UNIT + "bms_firmware", UNIT + "bms_serial"]
        trouble = [x for x in home.log if "No device components to cleanup" not in x]
        assert not [x for x in trouble if "async_forward_entry_setups" not in x], trouble
    finally:
        home.stop()
        broker.stop()

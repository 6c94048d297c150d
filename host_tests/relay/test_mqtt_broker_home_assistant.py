"""Home Assistant itself takes every entity, and keeps it while it moves to its device and back.

Its MQTT integration runs as it is, in the releases that tools.home_assistant.mqtt_only finds a
Python for; what needs another one is skipped.
"""

import contextlib
import json
import os
import subprocess
import threading

import pytest

from host_tests.relay.broker_rig import Program, places
from host_tests.reporting_program import wait_for
from tools import ROOT
from tools.bench.net.broker import Broker, find_mosquitto
from tools.home_assistant import mqtt_only

pytestmark = pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed")
UNIT = "packmate_a0b1c2d3e4f5_"
BEFORE_DEVICES = "2024.3"
WITH_DEVICES = "2025.4"
STILL_S = 2
# What it says of itself: on the way back, that the device is empty; and of parts that nobody has
# told anything of, which want more than is installed.
OF_ITSELF = (
    "No device components to cleanup",
    "async_forward_entry_setups",
    "Setup failed for 'camera'",
    "setup of component image",
)


class Home:
    """Home Assistant in a process of its own; `log` is what it has to say."""

    def __init__(self, release, folder, port):
        python = mqtt_only.installed(release)
        if python is None:
            pytest.skip(f"no Home Assistant {release}: python -m tools.home_assistant.mqtt_only")
        command = [python, str(ROOT / "host_tests" / "relay" / "home_assistant.py")]
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

    def trouble(self):
        """Returns what it has to say of what it was told."""
        return [x for x in self.log if not any(known in x for known in OF_ITSELF)]

    def stop(self):
        self._child.kill()
        self._child.wait()


@pytest.fixture
def run(tmp_path):
    """Starts a release of Home Assistant, at a broker of its own."""
    with contextlib.ExitStack() as ends:

        def run(release):
            broker = Broker("mosquitto").start()
            ends.callback(broker.stop)
            home = Home(release, tmp_path, broker.port)
            ends.callback(home.stop)
            return home, broker.port

        yield run


def shown(home):
    """Returns {key: (entity, state, owner's name)} as it is now."""
    told = {}
    for entity, (unique, state, name, off) in home.ask("states").items():
        told[unique.removeprefix(UNIT)] = (entity, "off" if off else state, name)
    return told


def settle(program, home):
    """Waits until all is told and taken, so that nothing changes any more; returns shown()."""
    program.wait_for(lambda report: not report["announcing"], 60)
    seen = [{}]

    def is_settled():
        seen.append(shown(home))
        values = [seen[-1].get(key, ("", ""))[1] for key in ("soc_pct", "bms_serial")]
        return values == ["87", "4101"] and seen[-1] == seen[-2]

    wait_for(is_settled, 60, lambda: str(seen[-1]), STILL_S)
    program.kill()
    return seen[-1]


def all_are_taken(told, home):
    """Holds what it shows of entities and devices against what was told."""
    assert told["soc_pct"][1] == "87" and told["cell_4"][1] == "3.304"
    assert told["uptime_s"][1] == "off" and len(told) > 60
    assert told["stored_energy"][1] == "2300"
    assert told["time_to_empty"][1] == "unknown"  # at 1.5 A it rests
    pages = home.ask("devices")
    own, bms = pages["Packmate"], pages["Packmate BMS"]
    assert own[0] is None and own[3] == "0.0.0" and len(own[5]) > 60
    assert bms[:5] == ["Packmate", "JK_B2", "15A", "15.38", "4101"]
    assert bms[5] == [UNIT + "bms_firmware", UNIT + "bms_serial"]
    assert not home.trouble(), home.trouble()


def test_a_release_that_knows_no_devices_takes_each_entity(run, places):
    home, port = run(BEFORE_DEVICES)
    all_are_taken(settle(Program(places, mqtt_port=port), home), home)


@pytest.mark.slow
def test_entities_move_to_their_device_and_back(run, places):
    home, port = run(WITH_DEVICES)
    moved = {"by_device": 1}
    one_by_one = settle(Program(places, mqtt_port=port), home)
    all_are_taken(one_by_one, home)
    home.ask("name " + one_by_one["soc_pct"][0] + " Mine")
    there = settle(Program(places, mqtt_port=port, ha_by_device=True), home)
    again = settle(Program(places, mqtt_port=port, ha_by_device=True, state=moved), home)
    back = settle(Program(places, mqtt_port=port, state=moved), home)
    for found in (there, again, back):
        assert {k: e for k, (e, _, _) in found.items()} == {
            k: e for k, (e, _, _) in one_by_one.items()
        }
        assert found["soc_pct"][1:] == ("87", "Mine")
    all_are_taken(back, home)

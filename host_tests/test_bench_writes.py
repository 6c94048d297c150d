"""The unmodified firmware, a real broker, a simulated BMS: it is written to on command, or not.

The password is looked for in everything that leaves the firmware.
"""

import json
import pathlib
import time

import pytest

from tools.bench import desk as desk_module
from tools.bench.bench import Bench, BenchConfig
from tools.bench.desk import Desk

pytestmark = pytest.mark.bench

PASSWORD = "s3cret456789"


class Room:
    """A Desk that is started, with waiting and commanding."""

    def __init__(self, tmp_path, monkeypatch, name, password="", **settings):
        monkeypatch.setitem(desk_module.SECRETS, "bms_password", password)
        config = BenchConfig(str(tmp_path))
        config.bms_name = name
        config.lapse = 10
        self.desk = Desk(Bench(config), {"mqtt_interval_s": 1, **settings})
        self.folder = tmp_path

    def __enter__(self):
        self.desk.start()
        return self

    def __exit__(self, *_):
        self.desk.stop()

    @property
    def bms(self):
        return self.desk.bench.plant.bms

    def state(self):
        """Returns the last state message."""
        return self.desk.state()["believed"] or {}

    def wait(self, wanted, limit_s=40):
        """Waits until the state message has these members; returns it."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            state = self.state()
            if all(state.get(key, "?") == value for key, value in wanted.items()):
                return state
            time.sleep(0.1)
        shown = {key: self.state().get(key, "?") for key in wanted}
        pytest.fail(f"{wanted} never came: {shown}\n" + "\n".join(self.console()))

    def console(self):
        return self.desk.bench.snapshot()["console"]

    def send(self, name, payload, retain=False):
        base = self.desk._base()
        self.desk.log.publish(f"{base}/bms/{name}/set", payload, retain)

    def config(self, platform, key):
        """Returns what Home Assistant was told of an entity, None if nothing."""
        unit = self.desk._base().split("/")[-1]
        return self.desk.log.latest(f"homeassistant/{platform}/packmate_{unit}/{key}/config")

    def wait_config(self, platform, key, limit_s=30):
        """Waits until Home Assistant is told of an entity."""
        end = time.monotonic() + limit_s
        while self.config(platform, key) is None:
            assert time.monotonic() < end, key
            time.sleep(0.1)

    def everything(self):
        """Returns all that the firmware has put out: messages, console, files."""
        found = [json.dumps(self.desk.log.last(200)), "\n".join(self.console())]
        found.append(json.dumps(self.desk.log.latest(f"{self.desk._base()}/state")))
        for path in pathlib.Path(self.folder).rglob("*"):
            if path.is_file() and path.name != "secrets.json":
                found.append(path.read_bytes().decode("latin-1"))
        return "\n".join(found)


def test_a_switch_and_a_threshold_of_a_jk(tmp_path, monkeypatch):
    with Room(tmp_path, monkeypatch, "jk_gps", bms_writes=True) as room:
        room.wait({"plausible": True, "fresh": True, "charge_switch": True})
        room.send("charge_switch", "off")
        told = {"bms_command": "charge_switch", "bms_command_value": 0}
        room.wait({**told, "bms_command_state": "confirmed", "charge_switch": False})
        assert room.bms.charge_switch is False
        room.send("charge_utp_dc", "-70")
        room.wait({"bms_command_state": "confirmed", "charge_utp_dc": -70})
        room.send("charge_utp_dc", "90")
        room.wait({"bms_command_state": "refused", "bms_command_reason": "order"})
        state = room.wait({"command_refusal": "not_written"})
        assert (state["commands_done"], state["commands_refused"]) == (2, 1)
        assert room.bms.charge_utp_dc == -70
        room.wait_config("switch", "discharge_switch")
        room.wait_config("number", "charge_utpr_dc")
        assert room.config("number", "heating_start_dc") is None  # it has no such thing


def test_a_retained_command_is_refused(tmp_path, monkeypatch):
    with Room(tmp_path, monkeypatch, "jk_gps", bms_writes=True) as room:
        room.wait({"plausible": True, "fresh": True})
        room.send("discharge_switch", "off", retain=True)
        # Live it is obeyed; what the broker kept of it is refused after the next connection.
        room.wait({"bms_command_state": "confirmed"})
        room.desk.apply("firmware_kill")
        room.wait({"command_refusal": "retained", "bms_command_state": None})


def test_off_by_default(tmp_path, monkeypatch):
    with Room(tmp_path, monkeypatch, "jk_gps") as room:
        room.wait({"plausible": True, "fresh": True})
        room.send("charge_switch", "off")
        time.sleep(3)
        state = room.state()
        assert room.bms.charge_switch is True
        assert not [key for key in state if key.startswith("bms_command")]
        room.wait_config("binary_sensor", "charge_on")
        assert room.config("switch", "charge_switch") is None


def test_an_ant_with_a_password_that_nobody_sees(tmp_path, monkeypatch):
    room = Room(tmp_path, monkeypatch, "ant_new", PASSWORD, bms_writes=True)
    sim = room.desk.bench.bms
    with room:
        room.wait({"plausible": True, "fresh": True})
        sim.level = 1
        sim.passwords = {5: PASSWORD.encode()}
        time.sleep(0.5)
        room.send("discharge_switch", "off")
        room.wait({"bms_command_state": "confirmed", "discharge_on": False})
        assert sim.level == 5
        sim.passwords = {5: b"another78901"}
        sim.level = 1
        room.send("discharge_switch", "on")
        room.wait({"bms_command_state": "rejected", "bms_command_reason": "wrong_password"})
        seen = room.everything()
    assert "discharge_switch" in seen  # the net has no hole as large as that
    assert PASSWORD not in seen and PASSWORD[:6] not in seen and PASSWORD[6:] not in seen

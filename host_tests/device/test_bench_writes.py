"""The unmodified firmware, a real broker, a simulated BMS: it is written to on command, or not.

The password is looked for in everything that leaves the firmware.
"""

import time

import pytest

from host_tests.device.bench_room import Room

pytestmark = pytest.mark.bench

PASSWORD = "s3cret456789"


def test_a_switch_and_a_threshold_of_a_jk(tmp_path, monkeypatch):
    with Room(tmp_path, monkeypatch, "jk_gps", bms_writes=True, mqtt_writes=True) as room:
        room.wait({"plausible": True, "fresh": True, "charge_switch": True})
        room.send("bms/charge_switch/set", "off")
        told = {"bms_command": "charge_switch", "bms_command_value": 0}
        room.wait({**told, "bms_command_state": "confirmed", "charge_switch": False})
        assert room.bms.charge_switch is False
        room.send("bms/charge_utp_dc/set", "-70")
        room.wait({"bms_command_state": "confirmed", "charge_utp_dc": -70})
        room.send("bms/charge_utp_dc/set", "90")
        room.wait({"bms_command_state": "refused", "bms_command_reason": "order"})
        state = room.wait({"command_refusal": "not_written"})
        assert (state["commands_done"], state["commands_refused"]) == (2, 1)
        assert room.bms.charge_utp_dc == -70
        room.wait_config("switch", "discharge_switch")
        room.wait_config("number", "charge_utpr_dc")
        assert room.config("number", "heating_start_dc") is None  # it has no such thing


def test_a_retained_command_is_refused(tmp_path, monkeypatch):
    with Room(tmp_path, monkeypatch, "jk_gps", bms_writes=True, mqtt_writes=True) as room:
        room.wait({"plausible": True, "fresh": True})
        room.send("bms/discharge_switch/set", "off", retain=True)
        # Live it is obeyed; what the broker kept of it is refused after the next connection.
        room.wait({"bms_command_state": "confirmed"})
        room.desk.apply("firmware_kill")
        room.wait({"command_refusal": "retained", "bms_command_state": None})


def test_off_by_default(tmp_path, monkeypatch):
    with Room(tmp_path, monkeypatch, "jk_gps") as room:
        room.wait({"plausible": True, "fresh": True})
        room.send("bms/charge_switch/set", "off")
        time.sleep(3)
        state = room.state()
        assert room.bms.charge_switch is True
        assert not [key for key in state if key.startswith("bms_command")]
        room.wait_config("binary_sensor", "charge_on")
        assert room.config("switch", "charge_switch") is None


def test_an_ant_with_a_password_that_nobody_sees(tmp_path, monkeypatch):
    room = Room(tmp_path, monkeypatch, "ant_new", PASSWORD, bms_writes=True, mqtt_writes=True)
    sim = room.desk.bench.bms
    with room:
        room.wait({"plausible": True, "fresh": True})
        sim.level = 1
        sim.passwords = {5: PASSWORD.encode()}
        time.sleep(0.5)
        room.send("bms/discharge_switch/set", "off")
        room.wait({"bms_command_state": "confirmed", "discharge_on": False})
        assert sim.level == 5
        sim.passwords = {5: b"another78901"}
        sim.level = 1
        room.send("bms/discharge_switch/set", "on")
        room.wait({"bms_command_state": "rejected", "bms_command_reason": "wrong_password"})
        seen = room.everything()
    assert "discharge_switch" in seen  # the net has no hole as large as that
    assert PASSWORD not in seen and PASSWORD[:6] not in seen and PASSWORD[6:] not in seen

"""packmate: what a device keeps about itself, explained; a file for a helper, without secrets."""

import json

import pytest

from host_tests.tools.pty_rig import PtyDevice
from tools.packmate import kept
from tools.packmate.__main__ import main

SECRET = "correct horse battery"
RECORD = {
    "version": "0.1.0",
    "board": "Feather",
    "ran_s": 90_061,
    "reset_cause": 3,
    "failed_starts": 1,
    "unix_s": 1_800_000_000,
    "memory": [90_000, 9_000, 30_000, 20_000, 10_000],
    "error": "KeyError: x",
    "traceback": 'Traceback (most recent call last):\n  File "app", line 1, in _a\nKeyError: x\n',
    "lines": ["memory, built: 5", "van has gone"],
}
EVENTS = [
    [4, 0, None, "start", "watchdog, failed before: 1", 1],
    [4, 7, 1_800_000_000, "bms 2", "silent", 3],
    [4, 90_000, None, "fault", "open_circuit", 1],
    [4, 90_001, None, "command", "heater/mode/set, by MQTT: done", 1],
    [4, 90_002, None, "new_thing", "new_code", 1],
    [4, 90_003, None, "wifi 2", "password", 1],
]
LEGEND = {"app": {"_a": [{"name": "run", "module": "app", "line": 40, "inside": [], "calls": []}]}}


def lines_of(events):
    return "".join(json.dumps(event) + "\n" for event in events).encode()


def test_a_crash_is_explained_with_its_functions():
    text = kept.explain_crash(json.dumps(RECORD).encode(), LEGEND)
    for said in (
        "It has crashed: KeyError: x",
        "2027-01-15 08:00:00 UTC  after 1d 01:01:01",
        "by its watchdog",
        "failed starts before it: 1",
        "Python used 90000 B",
        "= run, app.py from line 40",
        "van has gone",
    ):
        assert said in text, text


@pytest.mark.parametrize(
    "change", [b"", b"[]", b"{}", b"null", json.dumps({**RECORD, "memory": [1]}).encode()]
)
def test_a_damaged_record_is_said_to_be_one(change):
    assert "damaged" in kept.explain_crash(change, {})


def test_what_is_unknown_is_left_out():
    record = {**RECORD, "ran_s": None, "unix_s": None, "memory": None, "lines": None}
    text = kept.explain_crash(json.dumps(record).encode(), {})
    assert "before it ran" in text and "memory" not in text and "None" not in text


def test_events_in_words():
    data = lines_of(EVENTS) + b'[4, 1, nul\n[1, 2]\n{"a": 1}\n7\n'
    shown = kept.explain_events(data)
    assert len(shown) == len(EVENTS)
    assert "Packmate starts: by its watchdog" in shown[0] and "failed before: 1" in shown[0]
    assert "BMS of pack 2: " in shown[1] and shown[1].endswith("(3 times)")
    assert "HEATER FAULT: on, but no current flowed" in shown[2] and "1d 01:00:00" in shown[2]
    assert "command: heater/mode/set, by MQTT: done" in shown[3]
    assert "new_thing: new_code" in shown[4]
    assert "Wi-Fi 2: " in shown[5] and "pack" not in shown[5]


def test_each_event_of_the_journal_has_words():
    from tools import ROOT

    text = (ROOT / "firmware" / "kept" / "journal.py").read_text()
    said = text.partition("What there is:")[2].partition('"""')[0]
    names = {name.split(" ")[0] for name in said.split("`")[1::2]} - {"up"}
    assert names == kept.WHAT.keys()


@pytest.fixture
def device(tmp_path):
    with PtyDevice(tmp_path) as device:
        flash = device.flash
        (flash / "secrets.json").write_text(json.dumps({"wifi_password": SECRET}))
        settings = {
            "name": "Our van",
            "wifi_ssid": "vannet",
            "wifi_ssid_2": "housenet",
            "bms_poll_ms": 2000,
        }
        settings["packs"] = [{"bms_dialect": "jk_ble", "ble_address": "C8:47:8C:00:00:01"}]
        (flash / "settings.json").write_text(json.dumps(settings))
        (flash / "state.json").write_text('{"ble": "c8:47:8c:00:00:01", "boots": 4}\nsum\n')
        (flash / "crash.json").write_text(json.dumps(RECORD))
        (flash / "events.log").write_bytes(lines_of(EVENTS))
        yield device


def test_logs_kept(device, capsys):
    assert main(["logs", device.port, "--kept"]) == 0
    out = capsys.readouterr().out
    assert "It has crashed: KeyError: x" in out and "HEATER FAULT" in out
    assert device.waits_for(lambda: device.starts[-1] == "reset", 5)


def test_the_file_for_a_helper_has_no_secrets_and_no_names(device, tmp_path, capsys):
    path = tmp_path / "for a helper.txt"
    assert main(["support", device.port, str(path)]) == 0
    text = path.read_text()
    assert "MicroPython 1." in text and "KeyError: x" in text and '"bms_poll_ms": 2000' in text
    assert '"boots": 4' in text and "crash.json" in text and "HEATER FAULT" in text
    for private in (SECRET, "Our van", "vannet", "housenet", "C8:47", "c8:47"):
        assert private not in text
    assert '"wifi_ssid": "(set)"' in text


def test_settings_that_are_no_json_stay_on_the_device(device, tmp_path, capsys):
    (device.flash / "settings.json").write_text('{"wifi_ssid": "vannet",')
    path = tmp_path / "x.txt"
    assert main(["support", device.port, str(path)]) == 0
    assert "vannet" not in path.read_text() and "left out" in path.read_text()

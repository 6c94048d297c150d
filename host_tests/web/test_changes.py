"""Settings on the page: judged as a whole, written whole, and secrets never shown."""

import collections
import json
import types

import pytest

from host_tests.web import site_rig as rig
from relay.commands import UPDATES
from settings import table as settings

GIVEN = {"wifi_ssid": "van", "heater_output": "gpio", "heater_mode": "charger"}
SECRETS = {"wifi_password": "my wifi secret", "web_password": "my web secret"}


@pytest.fixture
def building(load, tmp_path):
    building = load("building.website")
    (tmp_path / "settings.json").write_text(json.dumps(GIVEN))
    (tmp_path / "secrets.json").write_text(json.dumps(SECRETS))
    return building


@pytest.fixture
def calls():
    return []


@pytest.fixture
def made(building, load, calls):
    note = calls.append
    device = rig.make_device(
        output=types.SimpleNamespace(off=lambda: note("off"), close=lambda: note("close")),
        supervisor=types.SimpleNamespace(
            relax=lambda: note("relax"),
            excuse=lambda now: note("excuse"),
            stand_down=lambda: note("stand down"),
        ),
        heater=types.SimpleNamespace(bms_output=None),
        save=lambda: note("save"),
    )
    device.journal.save = lambda: note("journal")
    load("hardware.reset_cause").restart = lambda: note("restart")
    site = building.Site(())
    device.login = types.SimpleNamespace(enter=None, leave=None, guarded=lambda make: make)
    return building.add_changes(site, device, Settings())


class Settings:
    """All of them on."""

    def __getitem__(self, name):
        return {"heater_output": "gpio", "heater_mode": "charger"}.get(name, 1)


def change(made, **wish):
    return rig.told(made.change(rig.asked(wish)))


def files(tmp_path):
    return [json.loads((tmp_path / f"{n}.json").read_text()) for n in ("settings", "secrets")]


def test_settings_are_shown_and_of_secrets_only_whether_they_are_set(made):
    status, found = rig.told(made.show(rig.asked()))
    assert (status, found["settings"]) == (200, GIVEN)
    assert found["secrets"] == {row[0]: row[0] in SECRETS for row in settings.SECRETS}
    assert not any(secret in json.dumps(found) for secret in SECRETS.values())


def test_without_files_there_are_defaults(made, tmp_path):
    for name in ("settings", "secrets"):
        (tmp_path / f"{name}.json").unlink()
    _, found = rig.told(made.show(rig.asked()))
    assert found["settings"] == {} and not any(found["secrets"].values())
    assert change(made, settings={"name": "Box"}) == (200, {"errors": []})


def test_in_a_trial_nothing_is_changed_that_the_version_before_may_not_know(made, tmp_path):
    (tmp_path / "slot").write_text("lib_b 1 7 \n")
    status, told = change(made, settings={"name": "Box"})
    assert status == 422 and "on trial" in told["errors"][0] and files(tmp_path)[0] == GIVEN
    (tmp_path / "slot").write_text("lib_b -1 8 \n")
    assert change(made, settings={"name": "Box"})[0] == 200


def test_what_is_right_is_written_beside_what_was_there(made, tmp_path):
    wish = {"settings": {"name": "Box"}, "secrets": {"mqtt_password": "p"}}
    assert change(made, **wish) == (200, {"errors": []})
    assert files(tmp_path) == [GIVEN | {"name": "Box"}, SECRETS | {"mqtt_password": "p"}]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secrets.json", "settings.json"]


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"settings": {"mqtt_port": 0}}, "mqtt_port: 0 is under 1"),
        ({"settings": {"no_such": 1}}, "no_such: unknown setting"),
        ({"settings": {"heater_max_w": 30}}, "heater_max_w: needs heater_mat_mohm"),
        (
            {"settings": {"heater_mat_mohm": 1000, "pack_max_mv": 58_400}},
            "heater_mat_mohm: at 58.40 V a mat of 1.000 ohm draws",  # more than the board allows
        ),
        ({"secrets": {"ble_pin": "12a"}}, "secrets.json: ble_pin: holds more than digits"),
        ({"secrets": {"web_password": 5}}, "secrets.json: web_password: is not a text"),
        ({"secrets": {"more": ""}}, "secrets.json: more: unknown setting"),
    ],
)
def test_what_is_wrong_changes_nothing(made, tmp_path, wish, words):
    wish = {"settings": {"name": "Box"}, **wish}
    status, found = change(made, **wish)
    assert status == 422 and any(error.startswith(words) for error in found["errors"])
    assert files(tmp_path) == [GIVEN, SECRETS]


@pytest.mark.parametrize(
    "wish", [b"", [], {"settings": []}, {"settings": None}, {"secrets": "x"}, {"more": {}}]
)
def test_what_is_no_change_is_refused(made, tmp_path, wish):
    assert rig.told(made.change(rig.asked(wish)))[0] == 400
    assert files(tmp_path) == [GIVEN, SECRETS]


def test_a_damaged_file_is_not_written_over(made, tmp_path):
    (tmp_path / "settings.json").write_text("{")
    status, found = change(made, settings={"name": "Box"})
    assert status == 422 and found["errors"] == ["settings.json is damaged: only USB helps"]
    assert (tmp_path / "settings.json").read_text() == "{"


def test_what_cannot_be_written_is_told(made, monkeypatch, tmp_path):
    def full(*_):
        raise OSError(28)

    monkeypatch.setattr("os.rename", full)
    status, found = change(made, settings={"name": "Box"})
    assert status == 422 and "the flash does not take it" in found["errors"][0]
    assert files(tmp_path) == [GIVEN, SECRETS]


def test_the_heater_is_off_while_it_takes(made, calls):
    change(made, settings={"name": "Box"})
    assert calls == ["off", "relax", "excuse"]


def test_the_event_log_names_what_was_changed_and_no_value(made):
    change(made, settings={"name": "Box"}, secrets={"mqtt_password": "a secret"})
    change(made, settings={"mqtt_port": 0})
    noted = made.device.journal.noted
    assert noted[0] == ("command", "settings, on the page: mqtt_password, name")
    assert noted[1] == ("command", "settings, on the page: refused")


def test_a_restart_comes_once_the_answer_is_gone(made, calls):
    assert rig.told(made.ask_restart(rig.asked())) == (200, {})
    made.step()
    made.device.uptime_s += 1
    made.step()
    assert calls == []
    made.device.uptime_s += 1
    made.step()
    assert calls == ["off", "journal", "save", "stand down", "close", "restart"]


def test_nothing_restarts_by_itself(made, calls):
    made.device.uptime_s += 100_000
    made.step()
    assert calls == []


def test_an_update_from_the_server_needs_what_a_restart_needs(building, monkeypatch):
    """It restarts the device."""
    kinds = []
    monkeypatch.setattr(building, "Judge", lambda allowed, *limits: kinds.append(allowed))
    device = rig.make_device()
    device.login = types.SimpleNamespace(enter=None, leave=None, guarded=lambda make: make)
    url = {"update_url": "http://host/van.bundle"}
    for given in (url, url | {"web_settings": True}, {"web_settings": True}):
        every = {"heater_output": "none", "heater_mode": "off", "update_url": ""} | given
        building.add_changes(building.Site(()), device, collections.defaultdict(bool, every))
    assert [bool(allowed & UPDATES) for allowed in kinds] == [False, True, False]

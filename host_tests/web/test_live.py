"""What the page shows of this moment, the event log, and what may be sent to others."""

import json
import types

import pytest

from bms import pack as p
from host_tests import mqtt_rig
from host_tests.web import site_rig as rig
from settings.settings_private import PRIVATE

SECRETS = {"wifi_password": "my wifi secret", "mqtt_password": "my broker secret"}
SETTINGS = {
    "wifi_ssid": "home network",
    "mqtt_host": "broker.home",
    "mqtt_user": "camper",
    "update_url": "http://me.example/",
    "heater_mode": "charger",
}
EVENTS = [f'[1, {i}, null, "start", "power_on", 1]' for i in range(20)]
FACTS = {"title": "Box", "login": True}


@pytest.fixture
def device():
    device = mqtt_rig.make_device()
    device.journal.total = 20
    device.journal.events = lambda: iter(EVENTS)
    device.relay = None
    fill(device.bms.pack)
    return device


def fill(pack):
    pack.cells = 2
    for i in range(2):
        pack.cell_mv[i] = 3300 + i
    pack.put(p.SOC_PCT, 87)
    pack.touch(p.STATUS, 1000)
    pack.summarise()


@pytest.fixture
def make(load, device):
    live = load("website.live")
    live.unix_s = lambda: None  # nobody has told the time
    return lambda heats=True: live.Live(device, mqtt_rig.make_codes(), FACTS, heats)


def test_the_state_is_what_mqtt_tells(make, device):
    status, found = rig.told(make().answer(rig.asked()))
    assert status == 200 and found.keys() == {"device", "heater", "packs"}
    (pack,) = found["packs"]
    assert pack["soc_pct"] == 87 and pack["cell_mv"] == [3300, 3301]
    assert found["heater"]["heater_state"] and found["heater"]["heater_own_on_dc"] == -25
    about = found["device"]
    assert about["title"] == "Box" and about["login"] is True and about["boots"] == 4
    assert about["reset_cause"] == "power_on" and about["mqtt"] is None
    assert about["totals"] == [21, 22, 23, 24] and about["unix_s"] is None
    assert about["wifi"].keys() == {"rssi_dbm", "address", "losses", "reason"}


def test_each_part_is_a_piece_so_that_none_holds_the_loop(make):
    pieces = list(make().pieces())
    assert len(pieces) == 4 and json.loads(b"".join(pieces))


def test_without_a_mat_there_is_no_heater(make):
    assert rig.told(make(heats=False).answer(rig.asked()))[1]["heater"] is None


def test_of_several_packs_the_first_is_all_together(make, device):
    units = [mqtt_rig.make_unit() for _ in range(3)]
    for i, unit in enumerate(units):
        fill(unit.pack)
        unit.pack.put(p.SOC_PCT, 10 * i)
    device.bms.units = tuple(units)
    _, found = rig.told(make().answer(rig.asked()))
    assert [pack["soc_pct"] for pack in found["packs"]] == [87, 0, 10, 20]


def test_the_broker_is_told_of_where_there_is_one(make, device):
    session = types.SimpleNamespace(failure=3)
    device.relay = types.SimpleNamespace(connected=False, failures=7, session=session)
    _, found = rig.told(make().answer(rig.asked()))
    assert found["device"]["mqtt"] == {"connected": False, "failures": 7, "reason": "timeout"}


# -- the event log, and the support file ----------------------------------------------------------


@pytest.fixture
def events(load, device, make, tmp_path):
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS))
    (tmp_path / "secrets.json").write_text(json.dumps(SECRETS))
    events = load("website.events")
    console = ["memory, start: Python has", "says my wifi secret", "and my broker secret"]
    events.console = types.SimpleNamespace(last=lambda clear: [clear(line) for line in console])
    return events.Events(device, make(), load("kept.crash").without_secrets)


def test_the_event_log_is_told_a_few_at_a_time(events):
    pieces = list(events.answer(rig.asked()).pieces)
    assert json.loads(b"".join(pieces))["events"] == [json.loads(event) for event in EVENTS]
    assert max(piece.count(b"[") for piece in pieces) <= 9


@pytest.mark.parametrize("count", [0, 1, 8, 16])
def test_any_number_of_events_is_json(events, device, count):
    device.journal.events = lambda: iter(EVENTS[:count])
    assert len(rig.told(events.answer(rig.asked()))[1]["events"]) == count


def test_a_support_file_has_what_explains_a_device(events, tmp_path):
    (tmp_path / "crash.json").write_text('{"error": "OSError: 5"}')
    status, found = rig.told(events.support(rig.asked()))
    assert status == 200 and found.keys() == {"state", "settings", "crashes", "events", "console"}
    assert found["settings"]["heater_mode"] == "charger"
    assert found["crashes"] == [{"error": "OSError: 5"}]
    assert found["console"] == ["memory, start: Python has", "says ***", "and ***"]
    assert found["state"]["packs"] and len(found["events"]) == 20


def test_a_support_file_has_nothing_that_others_must_not_know(events):
    text = json.dumps(rig.told(events.support(rig.asked()))[1])
    hidden = [*SECRETS.values(), *(v for k, v in SETTINGS.items() if k != "heater_mode")]
    assert not [secret for secret in hidden if secret in text]


def test_a_support_file_hides_what_tells_who_and_where_somebody_is(events, device, tmp_path):
    packs = [{"name": "Second", "ble_address": "C8:47:8C:00:00:01", "bms_link": "ble"}]
    private = {name: f"private {name}" for name in PRIVATE}
    (tmp_path / "settings.json").write_text(json.dumps({**private, "packs": packs}))
    (tmp_path / "crash.json").write_text('{"error": "no private mqtt_host"}')
    device.journal.events = lambda: iter(['[1, 2, null, "login", "private name"]'])
    told = rig.told(events.support(rig.asked()))[1]
    assert told["state"]["device"]["title"] == "***" and told["state"]["device"]["boots"] == 4
    assert told["crashes"] == [{"error": "no ***"}] and told["events"][0][-1] == "***"
    assert "private" not in json.dumps(told)
    found = told["settings"]
    assert {found[name] for name in PRIVATE} == {"***"}
    assert found["packs"] == [{"name": "***", "ble_address": "***", "bms_link": "ble"}]


def test_a_support_file_is_there_without_files_too(events, tmp_path):
    for name in ("settings", "secrets"):
        (tmp_path / f"{name}.json").unlink()
    assert rig.told(events.support(rig.asked()))[1]["settings"] == {}


def test_a_support_file_is_saved_by_the_browser(events):
    assert b"Content-Disposition: attachment" in events.support(rig.asked()).head()

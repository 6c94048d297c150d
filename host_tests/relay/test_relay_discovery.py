"""Home Assistant's discovery as it arrives at a broker: is it valid, is what it sends obeyed?"""

import json

import jinja2
import pytest

from bms import pack as p
from host_tests.mqtt_rig import BASE, thing
from host_tests.relay.discovery_rig import (
    UNIT,
    UNUSED,
    USING,
    bench,
    full_house,
    records,
    start,
)
from mqtt.remote import Release
from relay import commands as c
from relay import discovery, fields
from relay.texts import TEXTS
from relay.topics import Topics

# Home Assistant's own lists.
UNITS = {
    "battery": {"%"},
    "voltage": {"V", "mV"},
    "current": {"A"},
    "power": {"W"},
    "temperature": {"°C"},
    "energy": {"Wh", "kWh"},
    "duration": {"s", "min", "h"},
    "signal_strength": {"dBm"},
    "data_size": {"B"},
    "enum": {None},
    "timestamp": {None},
}
BINARY_CLASSES = {"power", "problem", "running", "connectivity", "plug"}


def test_every_config_has_what_home_assistant_needs(bench):
    unique = set()
    for topic in bench.config_topics():
        payload = bench.broker.retained[topic]
        _, platform, unit, key, _ = topic.split("/")
        if not payload:
            continue
        config = json.loads(payload)
        assert unit == UNIT
        assert config["~"] == BASE and config["uniq_id"] == f"{UNIT}_{key}"
        unique.add(config["uniq_id"])
        assert config["name"] and not config["name"].startswith("Packmate")
        assert config["dev"] == {
            "ids": [UNIT],
            "mf": "Packmate",
            "name": "Packmate",
            "mdl": "M",
            "sw": "1",
        }
        assert config["o"] == {"name": "Packmate", "sw": "1"}
        assert config["avty"][0] == {"t": f"{BASE}/availability"}
        assert config["avty_mode"] == "all"
        if platform in ("sensor", "binary_sensor"):
            assert config["exp_aft"] == (30 if config["stat_t"] == "~/state" else 900)
    assert len(unique) == len(bench.configs()) > 45


def test_classes_and_units_go_together(bench):
    told = [t for t in bench.config_topics() if bench.broker.retained[t]]
    platforms = {t.split("/")[3]: t.split("/")[1] for t in told}
    found = bench.configs()
    for key, config in found.items():
        device_class = config.get("dev_cla")
        if platforms[key] == "binary_sensor":
            assert device_class in BINARY_CLASSES, key
            assert "unit_of_meas" not in config and "stat_cla" not in config
        elif device_class:
            assert config.get("unit_of_meas") in UNITS[device_class], key
        elif platforms[key] == "sensor":
            # Of a text without a class "None" would be a word, on 2024.3.
            assert (
                key in ("notices", "alarms") or "unit_of_meas" in config or "stat_cla" in config
            ), key
        if device_class == "energy":
            assert config["stat_cla"] == "total_increasing"
    assert found["soc_pct"]["dev_cla"] == "battery"
    assert found["cell_1"]["ent_cat"] == "diagnostic" and "ent_cat" not in found["pack_mv"]


def test_only_what_is_there_is_announced(bench):
    assert not {"temp_2", "cell_5", "remaining_mah", "soh_pct", "cycles"} & set(bench.configs())
    bench.pack.put(p.REMAINING_MAH, 1000)
    bench.pack.put_temp(1, 40)
    before = len(bench.config_topics())
    bench.run(30_000, step=50)
    assert {"remaining_mah", "temp_2"} <= set(bench.configs())
    # And three that follow from the charge; nothing again.
    assert len(bench.config_topics()) == before + 5
    bench.pack.cells += 1
    bench.run(30_000, step=50)
    assert "cell_5" in bench.configs() and len(bench.config_topics()) == before + 6


USED = {
    "heater": ("heater_state", "heater_mode", "heater_boost", "heater_acknowledge"),
    "modes_from_afar": ("heater_acknowledge",),
    "no_modes_from_afar": ("heater_off",),
    "boosts_from_afar": ("heater_boost",),
    "psram": ("event", "clock", "clock_set_ts"),
    "writes_from_afar": (),
    "thresholds": ("heater_own_on_dc", "heater_own_off_dc"),
    "probe": ("heater_probe_dc",),
    "preheat": ("heater_preheat",),
    "radio": ("bms_release", "bms_release_10_min"),
    "writes": ("bms_command_state",),
    "several": ("packs_good",),
    "charge_limits": ("charge_limit_ma", "charge_limit_reason"),
    "data_budget": ("data_left_kb",),
    "updates": ("update", "update_check"),
}


@pytest.mark.parametrize("use", USED)
def test_only_what_is_used_is_announced_and_the_rest_is_cleared(start, use):
    assert set(USED) == set(fields.USES)
    bench = start(**USING.get(use, {}))
    if use not in ("writes", "several"):
        assert set(USED[use]) <= set(bench.configs())
    topics = {t.split("/")[3]: t for t in bench.config_topics()}
    bench = start(**UNUSED[use])
    for key in USED[use]:
        assert key not in bench.configs() and bench.broker.retained[topics[key]] == b""
    assert {"soc_pct", "link_up", "heater_cold_min"} <= set(bench.configs())


def test_a_board_without_psram_has_no_records_of_what_it_cannot_do():
    all_pack, all_device = records(discovery.DATA)
    pack, device = records(discovery.render(roomy=False))
    gone = [r for r in all_pack if r not in pack] + [r for r in all_device if r not in device]
    assert len(gone) == len(all_pack + all_device) - len(pack + device)
    keys = {record.split(b"/config")[0].rpartition(b"/")[2].decode() for record in gone}
    assert {
        "stored_energy",
        "time_to_full",
        "event",
        "clock",
        "charge_limit_ma",
        "packs_good",
        "bms_save",
    } <= keys
    assert not {"soc_pct", "heater_mode", "heater_preheat", "update", "update_check"} & keys


def test_settings_with_an_error_clear_nothing(start):
    """They switch the heater off until they are right: its entities are not to go for that."""
    bench = start(errors=["heater_mode: no such"], heater_output="none", heater_mode="off")
    assert "heater_state" not in bench.configs()
    assert all(bench.broker.retained[topic] for topic in bench.config_topics())


def test_what_the_pack_has_not_is_cleared_when_it_was_good_for_a_while(bench):
    stale = f"homeassistant/sensor/{UNIT}/cell_16/config"
    bench.broker.retained[stale] = b"{}"  # of a pack before
    bench.run(200_000)
    assert bench.broker.retained[stale] == b"{}"
    bench.run(200_000)
    assert bench.broker.retained[stale] == b""
    assert "cell_4" in bench.configs()
    bench.pack.put(p.SOH_PCT, 98)  # it comes late, and comes all the same
    bench.run(30_000)
    assert "soh_pct" in bench.configs()


@pytest.mark.parametrize("mode, count", [("off", 1), ("charger", 2), ("charger_or_soc", 3)])
def test_the_mode_offers_what_the_settings_allow(start, mode, count):
    bench = start(heater_mode=mode)
    config = bench.configs()["heater_mode"]
    assert config["options"] == [text for _, text in TEXTS["heater_mode"]][:count]
    for option, word in zip(config["options"], ("off", "charger", "charger_or_soc"), strict=False):
        assert jinja2.Template(config["cmd_tpl"]).render(value=option) == word
        assert judged(config["cmd_t"], word)[2] == c.ACCEPTED


def judged(topic, payload):
    """Returns (command, value, refusal) that a message on a config's command topic gives."""
    topics = Topics(b"packmate/0a1b", b"ha")
    name = topic.replace("~", BASE).encode()
    data = payload.encode()
    if name.endswith(b"/bms/release/set"):  # of boards with PSRAM
        ble = thing(leave=lambda device, minutes: None)
        return c.WRITE, int(payload), Release(thing(ble=ble)).ask(data)
    judge = c.Judge(c.MODES | c.BOOSTS | c.THRESHOLDS | c.UPDATES, 2, 200, 250)
    source = topics.source(name, 0, len(name))
    judge.judge(source, False, data.ljust(c.PAYLOAD_MAX), len(data))
    return judge.command, judge.value, judge.refusal


@pytest.mark.parametrize(
    "key, value, command, wire",
    [
        ("heater_boost", 30.0, c.BOOST, 30),
        ("heater_boost", 0, c.BOOST, 0),
        ("heater_own_on_dc", -2.5, c.SET_ON_DC, -25),
        ("heater_own_off_dc", 20, c.SET_OFF_DC, 200),
        ("bms_release", 60, c.WRITE, 60),
    ],
)
def test_a_number_sends_what_is_obeyed(start, key, value, command, wire):
    config = start(bms_link="ble").configs()[key]
    sent = jinja2.Template(config["cmd_tpl"]).render(value=value)
    assert judged(config["cmd_t"], sent) == (command, wire, c.ACCEPTED)
    for bound in (config["min"], config["max"]):
        sent = jinja2.Template(config["cmd_tpl"]).render(value=float(bound))
        assert judged(config["cmd_t"], sent)[0] == command
    for beyond in (config["min"] - 1, config["max"] + 1):
        sent = jinja2.Template(config["cmd_tpl"]).render(value=float(beyond))
        assert judged(config["cmd_t"], sent)[2] == c.OUT_OF_BOUNDS
    assert config["mode"] == "box" and config["unit_of_meas"] in ("min", "°C")


def test_every_control_is_obeyed(start):
    bench = start(bms_link="ble", update_url="http://x/y")
    platforms = {t.split("/")[3]: t.split("/")[1] for t in bench.config_topics()}
    for key, config in bench.configs().items():
        assert ("cmd_t" in config) == (
            platforms[key] in ("select", "button", "number", "update")
        ), key
        if platforms[key] == "button":
            assert judged(config["cmd_t"], config["payload_press"])[2] == c.ACCEPTED, key
        assert "retain" not in config and "ret" not in config


def test_the_full_house_with_the_longest_names(monkeypatch):
    bench = full_house(monkeypatch)
    found = bench.configs()
    entities = len([f for f in fields.FIELDS["state"] if f.title])
    assert len([k for k in found if k.startswith(("cell_", "temp_"))]) >= 32 + 8
    assert len(found) > entities + 40 + 20
    assert all(config["dev"]["name"] == '"' * 24 for config in found.values())
    assert found["cell_32"]["exp_aft"] == 10_800
    assert found["cell_32"]["~"] == "ü" * 32 + "/0a1b"


def test_topics_cannot_hold_wildcards():
    from relay.making import clean

    assert clean("/van/#+pack/") == b"van/__pack" and clean("käse") == "käse".encode()


def test_the_file_is_read_as_it_is_written():
    """What the announcer takes for granted of relay.discovery's file."""
    from mqtt import announcer as a

    for name in ("USE", "TEMP", "CELL", "COMMAND", "MODE", "ALWAYS", "BLANKS"):
        assert getattr(a, "_" + name) == getattr(discovery, name)
    assert discovery.TEMP + p.MAX_TEMPS <= discovery.CELL
    assert (a.PREFIX, a.UNIQUE) == (discovery.PREFIX - 1, discovery.UNIQUE - 1)
    assert a.WRITES == fields.USES.index(fields.WRITES_FROM_AFAR)
    assert a.MODES == fields.USES.index(fields.MODES_FROM_AFAR)
    assert discovery.USE + len(fields.USES) <= discovery.TEMP
    data, at, count = discovery.DATA, a.BEGIN, 0
    while at < len(data):
        pieces = data[at + 11] << 8 | data[at + 12]
        end = at + a.HEAD + pieces
        at += a.HEAD
        while at < end:
            assert data[at] <= discovery.BLANKS and data[at + 1] <= a.PIECE
            at += 2 + data[at + 1]
        assert at == end
        count += 1
    assert count == data[2]

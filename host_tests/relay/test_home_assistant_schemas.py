"""Home Assistant's own rules take all that is ever announced, in each release that is here.

What it does with it then, test_mqtt_broker_home_assistant.py shows.
"""

import json
import re

import pytest

from bms import pack as p
from host_tests.mqtt_rig import make_bank, make_device, make_unit
from host_tests.relay.discovery_rig import UNUSED, USING, announced, full_house, records
from host_tests.relay.writes_rig import ALL, Told, writes
from relay import discovery
from tools.home_assistant import mqtt_only

# What a release does not know and leaves out. 2024.3 has no options of a sensor: all it shows then
# is the text.
UNKNOWN = {"2024.3": {("sensor", "options")}, "2025.4": set()}
PSRAM = {"roomy": True}
# Settings beside the usual ones.
SETTINGS = [
    {},
    {"update_url": "http://x/y", "bms_link": "ble"},
    {"heater_mode": "off"},
    {"heater_mode": "charger"},
    *USING.values(),
    *UNUSED.values(),
]


def one_that_says_what_it_is():
    """Returns a device whose BMS has told model, versions and number."""
    unit = make_unit()
    unit.pack = p.PackState(True)
    for which, text in ((p.MODEL, b"JK_B2"), (p.HW_VERSION, b"15A"), (p.SERIAL, b"4101")):
        unit.pack.put_text(which, text, 0, len(text))
    return make_device([unit])


def one_that_is_written_to():
    """Returns a device whose BMS takes all commands."""
    told = Told()
    told.mask = ALL
    return make_device(writes=writes(told))


def several():
    """Returns (device, settings) of two packs."""
    packs = ({"name": "Roof", "bms_link": "uart"},)
    return make_bank()[0], {"packs": packs}


def benches(monkeypatch):
    """Yields a Bench for each device and settings of which discovery is told differently."""
    for settings in SETTINGS:
        yield announced(monkeypatch, **settings)
        yield announced(monkeypatch, **{**settings, **PSRAM, "ha_by_device": True})
    for by_device in (False, True):
        roomy = {**PSRAM, "ha_by_device": by_device}
        yield full_house(monkeypatch, **roomy)
        yield announced(monkeypatch, device=one_that_says_what_it_is(), **roomy)
        yield announced(monkeypatch, device=one_that_is_written_to(), **roomy)
        device, settings = several()
        yield announced(monkeypatch, device=device, **settings, **roomy)


@pytest.fixture(scope="module")
def messages():
    """Returns [[topic, payload], ...], each once."""
    found = {}
    with pytest.MonkeyPatch.context() as monkeypatch:
        for bench in benches(monkeypatch):
            for topic, payload, _ in bench.broker.published:
                if topic.endswith("/config") and payload:
                    found[topic, payload] = True
    return [list(pair) for pair in found]


@pytest.fixture(scope="module", params=mqtt_only.RELEASES)
def judged(request, messages):
    """Returns (a release that is here, what it says of the messages and of broken ones)."""
    release = request.param
    if not mqtt_only.installed(release):
        pytest.skip(f"no Home Assistant {release}: python -m tools.home_assistant.mqtt_only")
    faulty = [[topic, payload] for topic, payload, _ in broken(messages)]
    return release, mqtt_only.judge(release, messages + faulty)


def test_each_entity_and_each_device_is_among_them(messages):
    """So that nothing is announced that was not held against the rules."""
    told = {topic.split("/")[3] for topic, _ in messages if topic.count("/") == 4}
    of_devices = set()
    for topic, payload in messages:
        if topic.split("/")[1] == "device":
            of_devices |= {key for key, x in json.loads(payload)["cmps"].items() if len(x) > 1}
    pack, device = records(discovery.DATA)
    keys = {r.split(b"/config")[0].rpartition(b"/")[2].decode() for r in pack + device}
    assert len(keys) > 120 and keys <= told and keys <= of_devices
    assert {"firmware", "serial"} <= told


def test_its_rules_take_all_that_is_announced(judged, messages):
    release, answers = judged
    said = [entity for answer in answers[: len(messages)] for entity in answer]
    assert [entity for entity in said if entity[2]] == []
    unknown = {(platform, name) for platform, _, _, names in said for name in names}
    assert unknown == UNKNOWN[release]
    # Each message was one entity, or all of a device, or that entities move.
    for (topic, payload), answer in zip(messages, answers, strict=False):
        config = json.loads(payload)
        parts = [x for x in config.get("cmps", {}).values() if len(x) > 1]
        moves = "migrate_discovery" in config
        assert len(answer) == (0 if moves else len(parts) if "cmps" in config else 1), topic


# -- what is not as it should be ------------------------------------------------------------------


def changed(key, value=None):
    """Returns a function that sets a member of a configuration, or takes it out."""

    def change(config):
        config.pop(key)
        if value is not None:
            config[key] = value

    return change


def added(key, value):
    """Returns a function that adds a member to a configuration."""
    return lambda config: config.update({key: value})


# Of an entity: what is done to its configuration, and what Home Assistant says of that.
FAULTS = [
    ("soc_pct", changed("dev_cla", "batery"), "device_class"),
    ("soc_pct", changed("unit_of_meas", "V"), "V.* battery"),
    ("temp_1", changed("stat_cla", "total_increasing"), "total_increasing.* temperature"),
    ("soc_pct", changed("stat_t"), "state_topic"),
    ("soc_pct", changed("stat_t", "~/#/state"), "state_topic"),
    ("soc_pct", changed("val_tpl", "{{ value_json.soc_pct"), "invalid template"),
    ("soc_pct", changed("val_tpl", "{{ value_json.soc_pct|percentage }}"), "invalid template"),
    ("soc_pct", changed("exp_aft", -1), "expire_after"),
    ("soc_pct", added("ent_cat", "diagnostics"), "entity_category"),
    ("soc_pct", changed("avty_mode", "each"), "availability_mode"),
    ("soc_pct", changed("avty", [{"topic": None}]), "availability"),
    ("soc_pct", changed("dev", {"name": "Packmate"}), "identif"),
    ("soc_pct", changed("dev", {"ids": ["x"], "version": "1"}), "extra keys"),
    ("soc_pct", changed("o", {"sw": "1"}), "origin"),
    ("soc_pct", added("exp_after", 30), "^exp_after$"),
    ("soc_pct", changed("avty", [{"t": "x", "topc": "y"}]), r"availability\.0\.topc"),
    ("link_up", changed("stat_t"), "state_topic"),
    ("link_up", added("dev_cla", "battery_level"), "device_class"),
    ("heater_acknowledge", changed("cmd_t"), "command_topic"),
    ("heater_boost", changed("min", 200), "max"),
    ("heater_boost", changed("mode", "boxes"), "mode"),
    ("heater_own_on_dc", changed("unit_of_meas", "V"), "V.* temperature"),
    ("heater_mode", changed("options"), "options"),
    ("charge_switch", changed("cmd_t"), "command_topic"),
    ("event", changed("event_types"), "event_types"),
    ("update", changed("dev_cla", "software"), "device_class"),
]


def single(messages, key):
    """Returns (topic, configuration) of an entity that was told by itself."""
    told = [x for x in messages if x[0].split("/")[3] == key and "uniq_id" in x[1]]
    return told[0][0], json.loads(told[0][1])


def broken(messages):
    """Returns [(topic, payload, what is said of it)], each with one fault."""
    found = []
    for key, change, said in FAULTS:
        topic, config = single(messages, key)
        change(config)
        found.append((topic, json.dumps(config), said))
        prefix, platform, unit, _, end = topic.split("/")
        own = {"dev": config.pop("dev"), "o": config.pop("o")}
        device = {**own, "cmps": {key: config | {"p": platform}}}
        found.append(("/".join((prefix, "device", unit, end)), json.dumps(device), said))
    topic, config = single(messages, "soc_pct")
    text = json.dumps(config)
    found.append((topic, text[:-1], "Unable to parse JSON"))
    found.append((topic.replace("/sensor/", "/sensors/"), text, "not supported|nobody"))
    found.append((topic.replace("soc_pct", "soc%"), text, "illegal discovery topic"))
    return found


def test_what_is_not_as_it_should_be_is_found(judged, messages):
    faulty = broken(messages)
    for (topic, payload, said), answer in zip(faulty, judged[1][len(messages) :], strict=True):
        heard = [text for _, _, texts, _ in answer for text in texts]
        heard += [name for _, _, _, names in answer for name in names]
        assert re.search(said, " ".join(heard)), (topic, payload, heard)

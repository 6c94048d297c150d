"""Home Assistant's discovery as it arrives at a broker: each config is valid, and its templates
give the right values of the messages that the relay sends.

The templates are rendered by Jinja2, which is what Home Assistant renders them with.
"""

import datetime
import json

import jinja2
import pytest

import words
from bms import pack as p
from host_tests.mqtt_rig import BASE, Bench, make_device, make_unit, thing
from mqtt.remote import Release
from relay import commands as c
from relay import discovery, fields
from relay.texts import TEXTS
from relay.topics import Topics

UNIT = "packmate_0a1b"
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


def fill(pack, now):
    pack.cells = 4
    for i in range(4):
        pack.cell_mv[i] = 3301 + i
    pack.temps = 3
    pack.put_temp(0, -35)
    pack.put_temp(2, 201)  # the second is not fitted
    for slot, value in (
        (p.PACK_MV, 13206),
        (p.CURRENT_MA, -1500),
        (p.SOC_PCT, 87),
        (p.CHARGE_ON, 0),
        (p.DISCHARGE_ON, 1),
    ):
        pack.put(slot, value)
    pack.raise_alarm(9)
    pack.touch(p.STATUS, now)
    pack.summarise()


@pytest.fixture
def start(monkeypatch):
    def run(ms=60_000, device=None, errors=(), **settings):
        bench = Bench(monkeypatch, device=device, errors=errors, **settings)
        for unit in bench.unit.units:
            fill(unit.pack, bench.now)
        bench.talks = True
        bench.run(ms, step=50)
        return bench

    return run


@pytest.fixture
def bench(start):
    return start()


def messages(bench):
    """Returns {topic: newest message} of all."""
    return {t: x for t, x, _ in bench.broker.published if not t.endswith("/config")}


def render(template, payload):
    environment = jinja2.Environment()
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    environment.filters["as_datetime"] = lambda s: datetime.datetime.fromtimestamp(
        s, datetime.timezone.utc
    )
    parsed = json.loads(payload) if payload.startswith("{") else None
    return environment.from_string(template).render(value_json=parsed, value=payload)


def shown(bench, config):
    """Returns what Home Assistant shows for a config."""
    return render(config["val_tpl"], messages(bench)[config["stat_t"].replace("~", config["~"])])


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


def test_values_reach_home_assistant_in_its_units(bench):
    bench.wifi.reason = 6
    bench.relay.publish_soon()
    bench.run(2_000)
    expected = {
        "soc_pct": "87",
        "pack_mv": "13.206",
        "current_ma": "-1.5",
        "power_mw": "-19.809",
        "cell_min_mv": "3.301",
        "cell_delta_mv": "3",
        "temp_min_dc": "-3.5",
        "temp_max_dc": "20.1",
        "charge_on": "OFF",
        "discharge_on": "ON",
        "alarm": "ON",
        "link_up": "ON",
        "heater_on": "OFF",
        "heater_fault": "OFF",
        "heater_state": "warm enough",
        "heater_reason": "none",
        "heater_charger": "no charger seen",
        "heater_preheat": "not planned",
        "verdict": "good",
        "notices": "none",
        "alarms": "battery undertemp",
        "heater_warning": "OFF",
        "link_reason": "none",
        "wifi_reason": "lost",
        "mqtt_failure": "none",
        "command_refusal": "none",
        "rssi_dbm": "-67",
        "data_age_s": "0",
        "temp_1": "-3.5",
        "temp_3": "20.1",
        "cell_1": "3.301",
        "cell_4": "3.304",
        "heater_mode": "while charging",
        "heater_ready_s": "38.0",
        "heater_ready_wh": "61",
        "heater_duty_permille": "45.0",
        "heater_on_dc": "-2.0",
        "heater_probe_dc": "-0.7",
        "heater_cold_min": "74",
        "heater_cold_charged_mah": "0.34",
        "heater_learned_j_k": "36500",
        "heater_boost": "12",
        "heater_own_on_dc": "-2.5",
        "heater_own_off_dc": "6.0",
    }
    found = bench.configs()
    for key, value in expected.items():
        assert shown(bench, found[key]) == value, key


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
UNUSED = {
    "heater": {"heater_output": "none", "heater_mode": "off"},
    "modes_from_afar": {"mqtt_mode": False},
    "no_modes_from_afar": {},
    "boosts_from_afar": {"mqtt_boost": False},
    "psram": {},
    "writes_from_afar": {},
    "thresholds": {"mqtt_thresholds": False},
    "probe": {"heater_probe": "none"},
    "preheat": {"preheat_at": ""},
    "radio": {},
    "writes": {},
    "several": {},
    "updates": {},
    "charge_limits": {},
    "data_budget": {},
}


@pytest.mark.parametrize("use", USED)
def test_only_what_is_used_is_announced_and_the_rest_is_cleared(start, use):
    assert set(USED) == set(fields.USES)
    using = {
        "radio": {"bms_link": "ble"},
        "no_modes_from_afar": {"mqtt_mode": False},
        "psram": {"roomy": True},
        "updates": {"update_url": "http://x/y"},
        "charge_limits": {"roomy": True, "charge_max_a": 50},
        "data_budget": {"roomy": True, "mqtt_mb_a_month": 20},
    }
    bench = start(**using.get(use, {}))
    if use not in ("writes", "several"):
        assert set(USED[use]) <= set(bench.configs())
    topics = {t.split("/")[3]: t for t in bench.config_topics()}
    bench = start(**UNUSED[use])
    for key in USED[use]:
        assert key not in bench.configs() and bench.broker.retained[topics[key]] == b""
    assert {"soc_pct", "link_up", "heater_cold_min"} <= set(bench.configs())


def records(data):
    """Returns (those about a pack, those about the device) of discovery's DATA."""
    found = []
    at = 3
    while at < len(data):
        end = at + 13 + int.from_bytes(data[at + 11 : at + 13], "big")
        found.append(data[at:end])
        at = end
    assert at == len(data) and len(found) == data[2]
    pack = 0
    while sum(map(len, found[:pack])) < int.from_bytes(data[:2], "big"):
        pack += 1
    return found[:pack], found[pack:]


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


@pytest.mark.parametrize(
    "remaining_mah, ma, stored, empty, full",
    [
        (150_000, -10_000, "7920", "900", "None"),
        (150_000, 25_000, "7920", "None", "120"),
        (280_000, 25_000, "14780", "None", "0"),
        (200_000, 25_000, "10560", "None", "0"),
        (150_000, 0, "7920", "None", "None"),
        (150_000, -4_000, "7920", "None", "None"),  # rest: a fiftieth of 200 Ah an hour
        (0, -4_100, "0", "0", "None"),
        (None, -10_000, "None", "None", "None"),
    ],
)
def test_what_is_reckoned_from_a_message(start, remaining_mah, ma, stored, empty, full):
    bench = start(roomy=True)
    bench.pack.put(p.REMAINING_MAH, 1000)
    bench.run(30_000, step=50)
    configs = bench.configs()
    told = {"remaining_mah": remaining_mah, "current_ma": ma, "pack_mv": 52_800}
    payload = json.dumps(told | {"capacity_mah": 200_000})
    found = [
        render(configs[key]["val_tpl"], payload)
        for key in ("stored_energy", "time_to_empty", "time_to_full")
    ]
    assert found == [stored, empty, full]
    assert configs["stored_energy"]["dev_cla"] == "energy_storage"
    assert "sug_dsp_prc" not in configs["stored_energy"]


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


def test_unknown_is_unknown_in_every_template(bench):
    """ "None" makes a number, a truth or a select unknown; an enum has a word for nothing."""
    bench.unit.check.verdict = 3
    for name in ("ready_s", "ready_wh", "probe_dc", "power_mw", "duty_permille", "wh_today"):
        setattr(bench.device.heater, name, None)
    bench.relay.publish_soon()
    bench.run(2_000)
    for key, config in bench.configs().items():
        if "val_tpl" in config:
            value = shown(bench, config)
            if config.get("dev_cla") == "enum":
                assert value in config["options"], key
            assert "_" not in value, key
    for key in ("pack_mv", "cell_4", "charge_on", "alarm", "heater_ready_s", "heater_power_mw"):
        assert shown(bench, bench.configs()[key]) == "None"


def test_every_code_of_an_enum_has_an_option(bench):
    for key, config in bench.configs().items():
        if config.get("dev_cla") != "enum":
            continue
        table = TEXTS[next(f.words for g in fields.FIELDS.values() for f in g if f.name == key)]
        assert config["options"] == [text for _, text in table]
        for code, text in table:
            payload = json.dumps({key: int(code) if code.isdigit() else code or None})
            assert render(config["val_tpl"], payload) == text
        assert render(config["val_tpl"], json.dumps({key: "of_a_later_version"})) == (
            "of_a_later_version"
        )


def test_stale_data_make_the_packs_entities_unavailable_and_no_others(bench):
    found = bench.configs()
    topic = found["pack_mv"]["avty"][1]
    assert topic["t"] == "~/state"
    state = messages(bench)[f"{BASE}/state"]
    assert render(topic["val_tpl"], state) == "online"
    for name in ("fresh", "plausible"):
        assert render(topic["val_tpl"], json.dumps(json.loads(state) | {name: False})) == "offline"
    assert len(found["data_age_s"]["avty"]) == len(found["heater_state"]["avty"]) == 1


def test_alarms_and_faults_are_attributes_of_the_problem(bench):
    bench.device.heater.latched = 1 << (words.STUCK_ON - 1)
    bench.relay.publish_soon()
    bench.run(2_000)
    for key, expected in (
        ("alarm", {"alarms": ["battery_undertemp"]}),
        ("heater_fault", {"faults": ["stuck_on"]}),
    ):
        config = bench.configs()[key]
        payload = messages(bench)[config["json_attr_t"].replace("~", BASE)]
        assert config["dev_cla"] == "problem"
        assert json.loads(render(config["json_attr_tpl"], payload)) == expected


def test_the_full_house_with_the_longest_names(monkeypatch):
    bench = Bench(
        monkeypatch,
        name='"' * 24,
        mqtt_topic="ü" * 32,
        ha_prefix="h" * 32,
        mqtt_interval_s=3600,
        bms_link="ble",
    )
    bench.hear_pack(p.MAX_CELLS)
    bench.pack.temps = p.MAX_TEMPS
    for i in range(p.MAX_TEMPS):
        bench.pack.put_temp(i, 0)
    for slot in range(p.SLOTS):
        bench.pack.put(slot, 1)
    bench.run(120_000, step=50)
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


# -- several packs --------------------------------------------------------------------------------


@pytest.fixture
def several(monkeypatch):
    bms = make_unit()
    units = [make_unit(), make_unit()]
    device = make_device([bms])
    bms.units = tuple(units)
    bms.bank = thing(
        packs=[unit.pack for unit in units],
        good=2,
        coldest_pack=1,
        hottest_pack=2,
        cell_min_pack=1,
        cell_max_pack=0,
        blind=0,
    )

    def run(**settings):
        packs = ({"name": "Roof", "bms_link": "uart"},)
        bench = Bench(monkeypatch, device=device, packs=packs, **settings)
        for unit in (bms, *units):
            fill(unit.pack, bench.now)
        end = bench.now + 60_000
        while bench.now < end:
            for unit in units:
                unit.pack.touch(p.STATUS, bench.now)
            bench.talks = True
            bench.run(50, step=50)
        return bench

    return run


def test_each_pack_is_a_device_by_way_of_the_one_with_the_radio(several):
    bench = several()
    found = {
        t: json.loads(x) for t, x in bench.broker.retained.items() if t.endswith("/config") and x
    }
    for number, name in ((1, "Packmate Pack 1"), (2, "Packmate Roof")):
        own = {t.split("/")[3]: x for t, x in found.items() if f"_pack{number}/" in t}
        assert {
            "soc_pct",
            "pack_mv",
            "alarm",
            "link_up",
            "link_reason",
            "temp_1",
            "cell_4",
        } <= set(own)
        assert not [key for key in own if key.startswith(("heater", "rssi", "uptime"))]
        for config in own.values():
            assert config["dev"]["ids"] == [f"{UNIT}_pack{number}"]
            assert config["dev"]["name"] == name and config["dev"]["via_device"] == UNIT
            assert config["~"] == f"{BASE}/pack/{number}"
            assert config["avty"][0] == {"t": f"{BASE}/availability"}
        assert shown(bench, own["pack_mv"]) == "13.206" and shown(bench, own["cell_4"]) == "3.304"
    device = {t.split("/")[3]: x for t, x in found.items() if f"/{UNIT}/" in t}
    assert {"packs_good", "soc_pct", "heater_state"} <= set(device)
    assert not {"cell_1", "temp_1"} & set(device)
    assert shown(bench, device["packs_good"]) == "2"
    payload = messages(bench)[f"{BASE}/packs"]
    told = json.loads(render(device["packs_good"]["json_attr_tpl"], payload))
    assert told == {"packs": 2, "coldest": 1}


def test_what_each_of_several_bms_is(several):
    bench = several(roomy=True)
    bench.unit.units[1].pack.put_text(p.MODEL, b'A "B', 0, 4)
    bench.run(300_000, step=200)
    told = messages(bench)
    assert json.loads(told[f"{BASE}/pack/2/info"])["model"] == 'A "B'
    assert f"{BASE}/pack/1/info" in told and f"{BASE}/info" not in told
    announced = [
        t for t, x in bench.broker.retained.items() if t.endswith("/firmware/config") and x
    ]
    assert [topic.split("/")[2] for topic in announced] == [f"{UNIT}_pack2_bms"]


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

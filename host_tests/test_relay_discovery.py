"""Home Assistant's discovery: each config is valid, and its templates give the right values.

The templates are rendered by Jinja2, which is what Home Assistant renders them with.
"""

import json

import jinja2
import pytest

from bms import pack as p
from host_tests.view_tables import tables
from relay import commands as c
from relay import configs as shared
from relay import controls, discovery
from relay import view as v
from relay.configs import ROOM
from relay.state import StateMessage, learn
from relay.topics import Topics
from relay.view import View

NOW = 5_000
PARTS = (discovery.Discovery, controls.Controls)
EVERYTHING = 31  # that may be used
# research.md §3.2, and Home Assistant's own lists for what is not in it.
UNITS = {
    "battery": {"%"},
    "voltage": {"V", "mV"},
    "current": {"A"},
    "power": {"W"},
    "temperature": {"°C"},
    "energy": {"Wh", "kWh"},
    "duration": {"s", "min"},
    "signal_strength": {"dBm"},
    "data_size": {"B"},
}
BINARY_CLASSES = {"power", "problem", "running", "connectivity"}

HEATER = {
    "HEATER_READY_S": 2280,
    "HEATER_READY_WH": 61,
    "HEATER_DUTY_PERMILLE": 450,
    "HEATER_ON_DC": -20,
    "HEATER_COLD_MIN": 74,
    "HEATER_COLD_CHARGED_MAH": 340,
    "HEATER_LEARNED_J_K": 36_500,
    "HEATER_BOOST_S": 661,
    "HEATER_OWN_ON_DC": -25,
    "HANDED_OVER_S": 0,
}


def make(known, interval_s=10, prefix="homeassistant", topic="packmate", name="Packmate"):
    topics = Topics(topic, b"a0b1c2d3e4f5", prefix)
    about = (name, "LilyGO T-Display", "0.1.0", interval_s)
    return [part(topics, bytearray(ROOM), *about, known) for part in PARTS]


def nothing():
    """What is known of a pack that was never heard."""
    return bytearray((0, 0, EVERYTHING))


def make_pack():
    pack = p.PackState()
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
    pack.touch(p.STATUS, NOW)
    pack.summarise()
    return pack


def configs(parts):
    """Returns {topic: config} of all, with what is true of each checked."""
    found = {}
    for part in parts:
        for index in range(part.count):
            length = part.build(index)
            assert 0 < length <= ROOM and len(part.buf) == ROOM
            config = json.loads(bytes(part.buf[:length]).decode())
            assert part.topic.decode() not in found
            found[part.topic.decode()] = config
    return found


def by_key(parts):
    return {topic.split("/")[3]: (topic, config) for topic, config in configs(parts).items()}


@pytest.fixture
def known():
    parts = nothing()
    assert learn(parts, make_pack()) is True
    return by_key(make(parts))


def state_of(pack, **put):
    view = View(tables(HEATER_STATE=b"idle", HEATER_REASON=b"none\nstuck_on"))
    view.put(v.PLAUSIBLE, 1)
    for name, value in put.items():
        view.put(getattr(v, name), value)
    message = StateMessage(view, 10_000)
    return bytes(message.buf[: message.build(pack, NOW)]).decode()


def render(template, payload):
    environment = jinja2.Environment()
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    return environment.from_string(template).render(value_json=json.loads(payload), value=payload)


def test_every_config_has_what_home_assistant_needs(known):
    unique = set()
    for key, (topic, config) in known.items():
        platform = topic.split("/")[1]
        assert topic == f"homeassistant/{platform}/packmate_a0b1c2d3e4f5/{key}/config"
        assert config["~"] == "packmate/a0b1c2d3e4f5"
        assert config["uniq_id"] == f"packmate_a0b1c2d3e4f5_{key}"
        unique.add(config["uniq_id"])
        assert config["name"] and not config["name"].startswith("Packmate")
        assert config["dev"]["ids"] == ["packmate_a0b1c2d3e4f5"]
        assert config["dev"]["name"] == "Packmate" and config["dev"]["sw"] == "0.1.0"
        assert config["o"]["name"] == "Packmate"
        assert config["avty"][0] == {"t": "~/availability"}
        assert config["avty_mode"] == "all"
        if platform in ("sensor", "binary_sensor"):
            assert config["stat_t"] == "~/state" and config["exp_aft"] == 30
    assert len(unique) == len(known)


def test_classes_and_units_go_together(known):
    for key, (topic, config) in known.items():
        device_class = config.get("dev_cla")
        if topic.split("/")[1] == "binary_sensor":
            assert device_class in BINARY_CLASSES, key
            assert "unit_of_meas" not in config and "stat_cla" not in config
        elif device_class:
            assert config["unit_of_meas"] in UNITS[device_class], key
        if config.get("dev_cla") == "energy":
            assert config["stat_cla"] == "total_increasing"
    assert known["soc_pct"][1]["dev_cla"] == "battery"
    assert "dev_cla" not in known["remaining_mah"][1]
    assert known["mos_temp_dc"][1]["ent_cat"] == "diagnostic"
    assert "ent_cat" not in known["pack_mv"][1]


def test_values_reach_home_assistant_in_its_units(known):
    payload = state_of(make_pack(), HEATER_ON=1, RSSI_DBM=-67, HEATER_STATE=0, **HEATER)
    expected = {
        "soc_pct": "87",
        "pack_mv": "13.206",
        "current_ma": "-1.5",
        "power_mw": "-19.809",
        "cell_min_mv": "3.301",
        "cell_delta_mv": "3",
        "temp_min_dc": "-3.5",
        "temp_max_dc": "20.1",
        "mos_temp_dc": "None",
        "charge_on": "OFF",
        "discharge_on": "ON",
        "balancing": "None",
        "alarm": "ON",
        "heater_on": "ON",
        "heater_fault": "OFF",
        "heater_state": "idle",
        "heater_reason": "None",
        "rssi_dbm": "-67",
        "data_age_s": "0",
        "temp_1": "-3.5",
        "temp_3": "20.1",
        "cell_1": "3.301",
        "cell_4": "3.304",
        "heater_mode": "None",
        "heater_ready_s": "38.0",
        "heater_ready_wh": "61",
        "heater_duty_permille": "45.0",
        "heater_on_dc": "-2.0",
        "heater_probe_dc": "None",
        "heater_cold_min": "74",
        "heater_cold_charged_mah": "0.34",
        "heater_learned_j_k": "36500",
        "heater_boost": "12",
        "heater_own_on_dc": "-2.5",
        "heater_own_off_dc": "None",
        "bms_release": "0",
    }
    for key, value in expected.items():
        assert render(known[key][1]["val_tpl"], payload) == value, key


def test_only_what_is_used_is_announced():
    letters = {"h": "heater_ready_s", "o": "heater_own_on_dc", "t": "heater_probe_dc"}
    letters |= {"w": "heater_preheat", "r": "bms_release"}
    assert set(letters) == set(shared._USES.decode())
    for uses in range(EVERYTHING + 1):
        found = by_key(make(bytearray((0, 0, uses))))
        for letter, key in letters.items():
            assert (key in found) == bool(uses >> shared._USES.find(letter.encode()) & 1), key
        assert {"heater_mode", "heater_acknowledge", "heater_report_reset"} <= set(found)
        assert {"heater_cold_min", "soc_pct", "link_up"} <= set(found)


def judged(topic, payload):
    """Returns (command, value, refusal) that a message on a config's command topic gives."""
    topics = Topics("packmate", b"a0b1c2d3e4f5")
    source = topics.source(topic.replace("~", "packmate/a0b1c2d3e4f5").encode())
    judge = c.Judge()
    data = payload.encode()
    judge.judge(source, False, data.ljust(c.PAYLOAD_MAX), len(data))
    return judge.command, judge.value, judge.refusal


@pytest.mark.parametrize(
    "key, value, command, wire",
    [
        ("heater_boost", 30.0, c.BOOST, 30),
        ("heater_boost", 0, c.BOOST, 0),
        ("heater_own_on_dc", -2.5, c.SET_ON_DC, -25),
        ("heater_own_off_dc", 20, c.SET_OFF_DC, 200),
        ("bms_release", 60, c.RELEASE, 60),
    ],
)
def test_a_number_sends_what_is_obeyed(known, key, value, command, wire):
    config = known[key][1]
    assert known[key][0].startswith("homeassistant/number/")
    sent = jinja2.Template(config["cmd_tpl"]).render(value=value)
    assert judged(config["cmd_t"], sent) == (command, wire, c.ACCEPTED)
    for bound in (config["min"], config["max"]):
        sent = jinja2.Template(config["cmd_tpl"]).render(value=float(bound))
        assert judged(config["cmd_t"], sent)[0] == command
    for beyond in (config["min"] - 1, config["max"] + 1):
        sent = jinja2.Template(config["cmd_tpl"]).render(value=float(beyond))
        assert judged(config["cmd_t"], sent)[2] == c.OUT_OF_BOUNDS
    assert config["mode"] == "box" and config["unit_of_meas"] in ("min", "°C")


def test_every_control_is_obeyed(known):
    for key, (topic, config) in known.items():
        kind = topic.split("/")[1]
        assert ("cmd_t" in config) == (kind in ("select", "button", "number")), key
        if kind == "button":
            assert judged(config["cmd_t"], config["payload_press"])[2] == c.ACCEPTED, key
        for option in config.get("options", ()):
            assert judged(config["cmd_t"], option)[0] == c.SET_MODE


def test_every_template_renders_unknown_without_an_error(known):
    for payload in (state_of(p.PackState()), state_of(make_pack(), PLAUSIBLE=0)):
        for key, (_, config) in known.items():
            if "val_tpl" in config:
                value = render(config["val_tpl"], payload)
                assert value in ("None", "OFF", "ON", "0") or value.isdigit(), key
    assert render(known["pack_mv"][1]["val_tpl"], state_of(p.PackState())) == "None"
    assert render(known["cell_4"][1]["val_tpl"], state_of(p.PackState())) == "None"


def test_stale_data_make_the_packs_entities_unavailable_and_no_others(known):
    topic = known["pack_mv"][1]["avty"][1]
    assert topic["t"] == "~/state"
    assert render(topic["val_tpl"], state_of(make_pack())) == "online"
    assert render(topic["val_tpl"], state_of(p.PackState())) == "offline"
    assert render(topic["val_tpl"], state_of(make_pack(), PLAUSIBLE=0)) == "offline"
    assert len(known["data_age_s"][1]["avty"]) == 1
    assert len(known["heater_state"][1]["avty"]) == 1


def test_alarms_are_attributes_of_the_problem(known):
    config = known["alarm"][1]
    assert config["dev_cla"] == "problem" and config["json_attr_t"] == "~/state"
    told = json.loads(render(config["json_attr_tpl"], state_of(make_pack())))
    assert told == {"alarms": ["battery_undertemp"]}


def test_the_mode_is_a_select_with_its_command(known):
    topic, config = known["heater_mode"]
    assert topic.startswith("homeassistant/select/")
    assert config["cmd_t"] == "~/heater/mode/set"
    assert config["options"] == ["off", "charger", "charger_or_soc"]
    assert "retain" not in config and "ret" not in config
    button = known["heater_acknowledge"]
    assert button[0].startswith("homeassistant/button/")
    assert button[1]["payload_press"] == "acknowledge"


def test_only_fitted_sensors_and_cells_are_announced(known):
    assert "temp_2" not in known and "cell_5" not in known
    before = by_key(make(nothing()))
    assert not [key for key in before if key.startswith(("temp_1", "cell_1"))]


def test_a_new_sensor_is_noticed_and_nothing_is_forgotten():
    parts = nothing()
    pack = make_pack()
    assert learn(parts, pack) is True
    assert learn(parts, pack) is False
    pack.put_temp(1, 40)
    assert learn(parts, pack) is True
    pack.drop_temp(1)
    pack.cells = 0
    assert learn(parts, pack) is False
    assert {"temp_1", "temp_2", "temp_3", "cell_4"} <= set(by_key(make(parts)))


def test_the_full_house_fits_with_the_longest_settings():
    pack = p.PackState()
    pack.cells = p.MAX_CELLS
    pack.temps = p.MAX_TEMPS
    for i in range(p.MAX_TEMPS):
        pack.put_temp(i, 0)
    parts = nothing()
    learn(parts, pack)
    found = configs(make(parts, 3600, "h" * 32, "t" * 32, '"' * 24))
    fixed = discovery._TABLE.count(b"\n") + controls._CONTROLS.count(b"\n")
    assert len(found) == fixed + p.MAX_TEMPS + p.MAX_CELLS
    assert all(c["dev"]["name"] == '"' * 24 for c in found.values())
    assert found[f"{'h' * 32}/sensor/packmate_a0b1c2d3e4f5/cell_32/config"]["exp_aft"] == 10_800


def test_a_short_buffer_is_refused():
    with pytest.raises(ValueError):
        PARTS[0](Topics("t", b"1"), bytearray(ROOM - 1), "n", "m", "v", 10, nothing())


def test_topics_cannot_hold_wildcards():
    topics = Topics("/van/#+pack/", b"a0", "ha+")
    assert topics.base == b"van/__pack/a0"
    assert topics.birth == b"ha_/status"
    assert Topics("käse", b"1").state == "käse/1/state".encode()

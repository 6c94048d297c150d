"""What Home Assistant shows: the templates that are announced, on the messages that come.

They are rendered by Jinja2, which is what Home Assistant renders them with.
"""

import json

import pytest

import words
from bms import pack as p
from host_tests.mqtt_rig import BASE, Bench, make_bank, make_device, make_unit, thing
from host_tests.relay.discovery_rig import UNIT, bench, fill, messages, render, shown, start
from relay import fields
from relay.texts import TEXTS


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


# -- several packs --------------------------------------------------------------------------------


@pytest.fixture
def several(monkeypatch):
    device, (bms, *units) = make_bank()
    bms.bank.hottest_pack = 2
    bms.bank.cell_max_pack = 0

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

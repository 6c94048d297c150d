"""The settings table and its loader: every bound, every wrong kind, and any JSON at all."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings import table as settings
from settings.table import BOOL, CHOICE, INT, PACKS, SECRETS, SETTINGS, TEXT, load

ROWS = {row[0]: row for row in SETTINGS + SECRETS}
DEFAULTS = {row[0]: row[4] for row in SETTINGS}
# Good company for settings that the cross-field checks look at.
COMPANY = {
    "bms_poll_ms": {"data_max_age_s": 20},
    "heater_on_dc": {"heater_off_dc": 250},
    "heater_off_dc": {"heater_on_dc": -300},
    "mqtt_host": {"wifi_ssid": "home"},
    "wifi_ssid_2": {"wifi_ssid": "home"},
    "bms_link": {"bms_dialect": "ant_new"},
    "heater_stuck_cutoff": {"heater_feed": "output", "bms_writes": True},
    "heater_output": {"bms_dialect": "jk_ble", "bms_writes": True},
    "heater_drive": {"heater_output": "gpio"},
    "heater_max_w": {"heater_mat_mohm": 20_000},
    "heater_inhibit": {"bms_writes": True},
    "mqtt_writes": {"bms_writes": True},
    "mqtt_cert": {"mqtt_key": "own.key"},
    "bms_address": {"bms_dialect": "jk_modbus"},
    "heater_bms_thresholds": {
        "heater_output": "bms",
        "heater_thresholds": "own",
        "bms_dialect": "jk_ble",
        "bms_writes": True,
    },
    "preheat_at": {"wifi_ssid": "home", "pack_wh": 5000, "heater_mat_mohm": 30_000},
}
# Texts of a form of their own.
FORMED = {
    "preheat_at": ("", "23:59"),
    "screen_night_from": ("00:00", "23:59"),
    "screen_night_to": ("00:00", "23:59"),
    "ble_address": ("", "C8:47:8C:00:00:01"),
    "ble_pin": ("", "123456"),
    "web_password": ("", "12345678"),
}


def table_of(key):
    return SECRETS if key in {row[0] for row in SECRETS} else SETTINGS


def errors_with(key, value):
    values, errors = load({key: value} | COMPANY.get(key, {}), table_of(key))
    assert (
        values[key]
        == (DEFAULTS | {row[0]: row[4] for row in SECRETS} if errors else {key: value})[key]
    )
    return errors


def test_nothing_set_is_good_and_the_heater_cannot_run():
    values, errors = load({})
    assert errors == [] and values == DEFAULTS
    assert values["heater_output"] == "none" and values["heater_mode"] == "off"
    assert load({}, SECRETS) == ({row[0]: "" for row in SECRETS}, [])


# `packs` has test_settings_packs.py.
@pytest.mark.parametrize(
    "row", [row for row in SETTINGS + SECRETS if row[1] != PACKS], ids=lambda row: row[0]
)
class TestEachRow:
    def test_is_well_formed(self, row):
        key, kind, low, high, default, help_text = row
        assert key == key.lower() and help_text.endswith(".")
        assert kind in (INT, BOOL, TEXT, CHOICE)
        assert errors_with(key, default) == []
        if kind == INT:
            assert low < high
            # Beyond this, multiplication by 1000 in the hot path would need the heap.
            assert -1_000_000 <= low and high <= 1_000_000

    def test_bounds(self, row):
        key, kind, low, high, _, _ = row
        if kind == INT:
            good, bad = (low, high), (low - 1, high + 1, 2**40, -(2**40))
        elif kind == TEXT:
            good, bad = ("x" * low, "x" * high), ("x" * (high + 1), "é" * (high // 2 + 1))
            if low:
                bad += ("",)
            good = FORMED.get(key, good)
        elif kind == CHOICE:
            good, bad = low, ("", low[0].upper(), low[0] + " ")
        else:
            good, bad = (True, False), ()
        for value in good:
            assert errors_with(key, value) == [], value
        for value in bad:
            (error,) = errors_with(key, value)
            assert error.startswith(key + ": ")

    @pytest.mark.parametrize("value", [None, 1.5, [], {}, [1], "1", 1, True, float("inf"), "a\nb"])
    def test_wrong_kinds(self, row, value):
        key, kind, low, high, default, _ = row
        if value is None and default is None:
            return  # none chosen
        right = {
            INT: type(value) is int and low <= value <= high if kind == INT else False,
            BOOL: type(value) is bool,
            TEXT: value == "1" and (key == "ble_pin" or key not in FORMED),
            CHOICE: False,
        }[kind]
        assert bool(errors_with(key, value)) != right


def test_whole_numbers_are_not_truth_values_nor_the_reverse():
    assert errors_with("ha_discovery", 1) and errors_with("bms_poll_ms", True)


@pytest.mark.parametrize("raw", [None, [], "text", 5, 1.5, True])
def test_a_file_that_holds_no_object(raw):
    values, errors = load(raw)
    assert errors == ["the file must hold one JSON object"] and values == DEFAULTS


def test_unknown_keys_are_named_and_not_taken():
    values, errors = load({"heater_of_dc": 50, "name": "Van"})
    assert errors == ["heater_of_dc: unknown setting"]
    assert values == DEFAULTS | {"name": "Van"}


def test_one_complaint_for_each_mistake():
    _, errors = load({"mqtt_port": 0, "heater_on_dc": 999, "x": 1})
    assert sorted(error.partition(":")[0] for error in errors) == [
        "heater_on_dc",
        "mqtt_port",
        "x",
    ]


def test_complaints_say_what_is_allowed():
    assert load({"mqtt_port": 70_000})[1] == ["mqtt_port: 70000 is over 65535"]
    assert load({"heater_mode": "auto"})[1] == [
        "heater_mode: 'auto' is none of off, charger, charger_or_soc"
    ]


def test_a_secret_is_not_a_setting():
    assert load({"wifi_password": "secret"})[1] == ["wifi_password: unknown setting"]


@pytest.mark.parametrize(
    "own, on, off, good",
    [
        ("own", 0, 20, True),
        ("own", 0, 19, False),
        ("own", 50, 0, False),
        ("own", -100, -80, True),
        ("bms", 50, 0, True),  # not used then
    ],
)
def test_hysteresis(own, on, off, good):
    raw = {"heater_thresholds": own, "heater_on_dc": on, "heater_off_dc": off}
    assert (load(raw)[1] == []) == good


@pytest.mark.parametrize(
    "poll_ms, age_s, most_ms",
    [(5000, 10, 5000), (5001, 10, 5000), (10_000, 10, 5000), (10_000, 20, 10_000)]
    + [(2500, 5, 2500), (6000, 5, 2500)],
)
def test_figures_that_are_stale_before_the_next_ones_come_are_refused(poll_ms, age_s, most_ms):
    """With 6 s and 5 s the heater was never on, with 10 s and 10 s for 41 % of the time."""
    found = load({"bms_poll_ms": poll_ms, "data_max_age_s": age_s})[1]
    complaint = f"bms_poll_ms: {poll_ms} is over {most_ms}, half of data_max_age_s"
    assert found == ([complaint] if poll_ms > most_ms else [])


def test_a_broker_needs_a_network():
    assert load({"mqtt_host": "broker"})[1] == ["mqtt_host: needs wifi_ssid"]
    assert load({"wifi_ssid_2": "home"})[1] == ["wifi_ssid_2: needs wifi_ssid"]
    assert load({"heater_stuck_cutoff": True})[1] == [
        "heater_stuck_cutoff: needs heater_feed output",
        "heater_stuck_cutoff: needs bms_writes",
    ]
    assert load({"mqtt_host": "broker", "wifi_ssid": "home"})[1] == []


@pytest.mark.parametrize("key", ["mqtt_topic", "ha_prefix"])
@pytest.mark.parametrize("topic", ["a/#", "+", "a+b"])
def test_wildcards_are_no_topics(key, topic):
    (error,) = load({key: topic})[1]
    assert error.startswith(key + ": ")


def test_disable_heater():
    values = load({"heater_output": "gpio", "heater_mode": "charger"})[0]
    settings.disable_heater(values)
    assert (values["heater_output"], values["heater_mode"]) == ("none", "off")


def test_half_a_surrogate_pair():
    raw = json.loads('{"name": "\\ud800", "\\udfff": 1}')
    values, errors = load(raw)
    assert len(errors) == 2 and values == DEFAULTS


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=80),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=5), children, max_size=4)
    ),
    max_leaves=10,
)
FILES = JSON | st.dictionaries(
    st.sampled_from(sorted(ROWS)) | st.text(max_size=5), JSON, max_size=8
)


@given(FILES, st.sampled_from([SETTINGS, SECRETS]))
def test_any_json_gives_good_values_and_never_raises(raw, table):
    values, errors = load(raw, table)
    assert sorted(values) == sorted(row[0] for row in table)
    assert all(isinstance(error, str) for error in errors)
    for key, value in values.items():
        assert load({key: value} | COMPANY.get(key, {}), table)[1] in ([], bad_topic(key, value))
    if isinstance(raw, dict) and not errors:
        assert raw.items() <= values.items()


def bad_topic(key, value):
    """A topic with wildcards is complained about after it was taken."""
    wild = key in ("mqtt_topic", "ha_prefix") and set("+#") & set(value)
    return [f"{key}: + and # are wildcards, not for topics"] if wild else []


def test_a_password_of_the_wrong_kind_is_not_shown():
    _, errors = settings.load(
        {"wifi_password": 31337_42, "mqtt_password": ["31337"]}, settings.SECRETS
    )
    assert len(errors) == 2
    assert "31337" not in " ".join(errors)


MISFITS = [
    ("heater_max_w", {"heater_max_w": 50}),
    (
        "heater_max_w",
        {
            "heater_max_w": 50,
            "heater_mat_mohm": 30_000,
            "heater_output": "bms",
            "bms_dialect": "jk_ble",
            "bms_writes": True,
        },
    ),
    ("heater_drive", {"heater_drive": "pulses"}),
    ("heater_output", {"heater_output": "bms", "bms_writes": True}),
    ("heater_output", {"heater_output": "bms", "bms_writes": True, "bms_dialect": "jk_modbus"}),
    ("heater_output", {"heater_output": "bms", "bms_dialect": "jk_ble"}),
    ("heater_inhibit", {"heater_inhibit": True}),
    (
        "heater_inhibit",
        {"heater_inhibit": True, "bms_writes": True, "bms_dialect": "jk_display"},
    ),
    ("heater_bms_thresholds", {"heater_bms_thresholds": True, "bms_writes": True}),
    ("preheat_at", {"preheat_at": "07:30", "pack_wh": 5000, "heater_mat_mohm": 30_000}),
    ("preheat_at", {"preheat_at": "07:30", "wifi_ssid": "x", "heater_mat_mohm": 30_000}),
    ("preheat_at", {"preheat_at": "07:30", "wifi_ssid": "x", "pack_wh": 5000}),
    ("preheat_at", {"preheat_at": "24:00"}),
    ("preheat_at", {"preheat_at": "12:60"}),
    ("preheat_at", {"preheat_at": "7:30"}),
    ("preheat_at", {"preheat_at": "-1:30"}),
]


@pytest.mark.parametrize("key, raw", MISFITS)
def test_ways_to_heat_that_do_not_fit_together(key, raw):
    _, errors = load(raw)
    assert errors and all(error.startswith(key + ": ") for error in errors)

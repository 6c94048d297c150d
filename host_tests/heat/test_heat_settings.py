"""Any settings file and the record of any other: what was saved is good, whatever is set next."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import words as s
from heat.heater import Heater
from settings import table as settings

CHARGER = {"heater_output": "gpio", "heater_mode": "charger"}
OWN = CHARGER | {"heater_thresholds": "own"}
TYPO = {"mqtt_intervall_s": 5}


def value_of(row):
    _, kind, low, high, _, _ = row
    if kind == settings.BOOL:
        return st.booleans()
    if kind == settings.CHOICE:
        return st.sampled_from(low)
    return st.sampled_from((low, high)) | st.integers(low, high)


HEATERS = {
    row[0]: value_of(row)
    for row in settings.SETTINGS
    if row[1] != settings.TEXT and row[0].startswith(("heater_", "pack_", "cells_", "data_"))
}
# A few at a time: most files are taken, and those with a complaint start all the same.
files = st.lists(st.sampled_from(sorted(HEATERS)), max_size=5).flatmap(
    lambda names: st.fixed_dictionaries({name: HEATERS[name] for name in names})
)


def start(raw, record):
    """Starts with a settings file as the device does; returns the heater."""
    values, errors = settings.load(raw)
    if errors:
        settings.disable_heater(values)
    heater = Heater(values)
    heater.load(record, crashed=False)
    return heater


def restarted(raw, heater):
    record = {}
    heater.save(record)
    return start(raw, json.loads(json.dumps(record)))


@given(files, files)
def test_what_one_file_has_saved_is_a_good_record_for_each(first, second):
    heater = start(CHARGER | first, {})
    for raw in (first, CHARGER | first, CHARGER | second, second):
        heater = restarted(raw, heater)
        assert heater.latched == 0, raw


@pytest.mark.parametrize("on_dc, off_dc", [(40, 50), (200, -280), (31, 50), (250 - 19, 250)])
def test_thresholds_that_are_not_in_use_may_be_close(on_dc, off_dc):
    raw = CHARGER | {"heater_on_dc": min(on_dc, 200), "heater_off_dc": off_dc}
    assert settings.load(raw)[1] == []
    assert restarted(raw, restarted(raw, start(raw, {}))).latched == 0


def test_thresholds_that_were_refused_are_no_fault_of_the_file_that_is_right():
    wrong = OWN | {"heater_on_dc": 40, "heater_off_dc": 50}
    assert settings.load(wrong)[1]
    right = OWN | {"heater_on_dc": 20, "heater_off_dc": 50}
    heater = restarted(right, restarted(wrong, start(wrong, {})))
    assert heater.latched == 0 and heater.inputs.own_on_dc == 20


WRONG = [
    TYPO,
    {"heater_mode": "of"},
    {"heater_off_dc": 999},
    {"heater_on_dc": 45, "heater_off_dc": 50},
    {"pack_wh": -1},
]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_a_wrong_setting_makes_it_forget_nothing(wrong):
    raw = OWN | {"heater_on_dc": 10, "heater_off_dc": 60, "pack_wh": 5120}
    heater = start(raw, {})
    assert heater.set_mode(s.MODE_OFF) and heater.set_thresholds(-20, 40)
    heater.thermal.restore(30_000)
    for _ in range(2):
        heater = restarted(raw | wrong, heater)
        assert not heater.fitted and heater.mode == s.MODE_OFF
    heater = restarted(raw, heater)
    assert heater.mode == s.MODE_OFF and heater.learned_j_k == 30_000
    assert (heater.inputs.own_on_dc, heater.inputs.own_off_dc) == (-20, 40)
    assert heater.latched == 0 and heater.set_mode(s.MODE_CHARGER)


def test_off_by_command_counts_while_the_settings_are_wrong_too():
    heater = restarted(CHARGER | TYPO, start(CHARGER, {}))
    heater.save({})
    assert heater.set_mode(s.MODE_OFF) and heater.dirty
    assert restarted(CHARGER, heater).mode == s.MODE_OFF


def test_new_settings_are_the_last_word_after_a_wrong_one_too():
    heater = start(CHARGER, {})
    heater.set_mode(s.MODE_OFF)
    heater = restarted(CHARGER | TYPO, heater)
    assert restarted(CHARGER | {"heater_mode": "charger_or_soc"}, heater).mode == 2

"""What comes back of the set-up page: settings, secrets, and what is wrong with them."""

import json
import random

import hypothesis.strategies as st
import pytest
from hypothesis import given
from hypothesis import settings as trials

from host_tests import a_van
from host_tests.setup.form_rig import page, sent
from settings import table as settings
from setup.answers import Answers, by_key, differing
from setup.questions import Ask
from tools.cost.set_up_play import Fields

SET = {
    "name": "Van",
    "bms_dialect": "ant_new",
    "heater_output": "gpio",
    "heater_mode": "charger_or_soc",
    "heater_soc_floor_pct": 30,
    "heater_thresholds": "own",
    "heater_on_dc": -15,
    "heater_off_dc": 45,
    "heater_mat_mohm": 26_200,
    "pack_max_mv": 14_600,
    "pack_wh": 1280,
    "wifi_ssid": "van",
    "mqtt_host": "192.168.8.10",
    "mqtt_user": "me",
    "bms_address": None,
    "ha_discovery": False,
    "packs": [{"bms_dialect": "ant_new", "bms_link": "ble", "ble_name": "two"}],
}
SECRETS = {"wifi_password": "a secret", "mqtt_password": "another", "bms_password": "1234"}


def test_a_page_that_nobody_touched_changes_nothing():
    answers = sent(SET, SECRETS)
    assert answers.errors == [] and answers.secrets == SECRETS
    assert answers.given == differing(SET)
    assert sent().given == {} and sent().secrets == {}


def some_value(row, dice):
    """Returns a value that the table takes; a text has every kind of letter."""
    _, kind, low, high, default, _ = row
    if kind == settings.BOOL:
        return dice.random() < 0.5
    if kind == settings.CHOICE:
        return dice.choice(low)
    if kind == settings.INT:
        return dice.choice((low, high, default, dice.randint(low, high)))
    letters = "aB3 &<>\"'%+=ä€"
    return "x" * low + "".join(dice.choices(letters, k=dice.randint(0, (high - low) // 3)))


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_set_comes_back_as_it_was(seed):
    dice = random.Random(seed)
    rows = [row for row in settings.SETTINGS if row[1] != settings.PACKS]
    given = differing({row[0]: some_value(row, dice) for row in rows})
    answers = sent(given)
    assert answers.given == given
    assert all("this does not go with" in error for error in answers.errors)


def test_answers_become_settings_as_at_the_terminal():
    answers = sent(
        name="Van",
        heater_output="1",
        heater_drive="0",
        heater_mode="1",
        heater_soc_floor_pct="30",
        heater_thresholds="1",
        heater_on_dc="0,5",
        heater_off_dc="6",
        heater_mat_mohm="8.2",
        pack_max_mv="14.6",
        pack_wh="5120",
        wifi_ssid="van",
        wifi_password=" pass word ",
        mqtt_host="broker",
        mqtt_user="me",
        mqtt_password="secret",
        bms_poll_ms="2000",
    )
    assert answers.errors == []
    assert answers.given == a_van.SETTINGS
    assert answers.secrets == a_van.SECRETS


def test_a_network_that_was_picked_is_the_one():
    assert sent(network="Camping", wifi_ssid="typed").given["wifi_ssid"] == "Camping"
    assert sent(network="", wifi_ssid="typed").given["wifi_ssid"] == "typed"
    assert "wifi_ssid" not in sent({"wifi_ssid": "van"}, network="", wifi_ssid="").given


def test_what_is_not_asked_is_not_taken():
    """A browser sends fields that are hidden, too."""
    answers = sent(heater_output="0", heater_mat_mohm="8.2", mqtt_host="broker")
    assert answers.given == {}


def test_an_option_that_does_not_go_with_the_others_is_refused():
    answers = sent(heater_output="2")
    assert answers.errors == ["heater_output: this does not go with the BMS"]
    assert sent(bms_dialect="6", heater_output="2").errors == []


@pytest.mark.parametrize("number", ["9", "99", "-1", "", "x", "1.0"])
def test_an_option_that_there_is_not_changes_nothing(number):
    assert sent({"bms_dialect": "ant_old"}, bms_dialect=number).given == {"bms_dialect": "ant_old"}


@pytest.mark.parametrize("text", ["", "x", "1e999", "nan", "inf", "--1", "1,2,3"])
def test_what_is_no_number_is_named(text):
    answers = sent(SET, heater_mat_mohm=text)
    assert answers.errors == ["heater_mat_mohm: a number, please"]
    assert answers.given["heater_mat_mohm"] == 26_200


@pytest.mark.parametrize("text", ["", "x", "1.5", "1e3"])
def test_what_is_no_whole_number_is_named(text):
    assert sent(bms_poll_ms=text).errors == ["bms_poll_ms: a whole number, please"]


def test_a_number_that_may_be_missing_may_be_cleared():
    answers = sent({"bms_dialect": "jk_modbus", "bms_address": 3}, bms_address="")
    assert answers.given == {"bms_dialect": "jk_modbus"} and answers.errors == []


def test_bounds_are_those_of_the_table():
    answers = sent(bms_poll_ms="100", name="", screen_brightness_pct="101")
    _, errors = settings.load(answers.given)
    assert by_key(errors) == {
        "bms_poll_ms": ["100 is under 500"],
        "name": ["must not be empty"],
        "screen_brightness_pct": ["101 is over 100"],
    }


# -- secrets --------------------------------------------------------------------------------------


def test_a_secret_that_is_not_typed_stays():
    assert sent(SET, SECRETS, name="Boat").secrets == SECRETS


def test_a_secret_that_is_typed_counts_and_a_dash_forgets_it():
    answers = sent(SET, SECRETS, wifi_password="new one", bms_password="-")
    assert answers.secrets == {"wifi_password": "new one", "mqtt_password": "another"}


@pytest.mark.parametrize(
    "answers, lost",
    [
        ({"wifi_ssid": "evil twin", "network": ""}, "wifi_password"),
        ({"network": "Camping"}, "wifi_password"),
        ({"mqtt_host": "evil.example"}, "mqtt_password"),
        ({"mqtt_user": "you"}, "mqtt_password"),
    ],
)
def test_an_old_secret_is_not_given_to_somebody_else(answers, lost):
    kept = {key: value for key, value in SECRETS.items() if key != lost}
    assert sent(SET, SECRETS, **answers).secrets == kept


def test_a_secrets_file_with_rubbish_is_not_the_end():
    answers = sent(SET, {"wifi_password": 7, "other": "x"})
    assert answers.secrets == {"wifi_password": 7}  # and the judge says what is wrong with it


# -- the rest -------------------------------------------------------------------------------------


def test_what_is_no_setting_is_dropped():
    answers = sent({"nme": "x", "name": "Van"})
    assert answers.given == {"name": "Van"}


def test_a_form_of_another_page_is_harmless():
    answers = Answers({"x": "y", "__class__": "z", "packs": "[]"}, SET, SECRETS)
    assert answers.given == differing(SET) and answers.secrets == SECRETS and not answers.errors


def test_the_files_hold_what_json_can():
    answers = sent(SET, SECRETS)
    assert json.loads(json.dumps(answers.given)) == answers.given


@given(st.dictionaries(st.sampled_from(sorted(Fields(page()).found)), st.text(max_size=40)))
@trials(max_examples=100)
def test_whatever_is_sent_is_taken_or_named(fields):
    answers = Answers(fields, SET, SECRETS)
    values, errors = settings.load(answers.given)
    assert set(values) == {row[0] for row in settings.SETTINGS}
    by_key(answers.errors + errors)


def test_a_value_is_shown_as_it_would_be_typed():
    ask = Ask("heater_mat_mohm", "?", (), 1000)
    for value in (0, 1, 26_200, 999_999, 1_000_000):
        assert ask.parse(ask.show(value)) == value

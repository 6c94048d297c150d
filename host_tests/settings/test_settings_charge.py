"""The charge current by temperature as a setting: what a device and `packmate check` say of it."""

import pytest

from settings import settings_charge
from settings import table as settings
from starting import config

LIMITS = (10_000, 100_000)
BASE = {"wifi_ssid": "network", "mqtt_host": "broker"}


def judge(roomy=True, **given):
    errors = []
    return config.judge(BASE | given, *LIMITS, roomy, errors), errors


def test_a_table_is_read_in_the_units_of_the_program():
    assert settings_charge.read("-5:0 0:10  10:100 45:50") == [
        (-50, 0),
        (0, 100),
        (100, 1000),
        (450, 500),
    ]


@pytest.mark.parametrize(
    "text, wrong",
    [
        ("0:10 5", "5 is not DEGREES:PERCENT, as in 0:10 5:30 10:100"),
        ("0:10 5:", "5: is not DEGREES:PERCENT"),
        ("0:10 5:3:4", "5:3:4 is not DEGREES:PERCENT"),
        ("0:10, 5:30", "0:10, is not DEGREES:PERCENT"),
        ("0.5:10 5:30", "0.5:10 is not DEGREES:PERCENT"),
        ("-31:0 5:30", "-31:0: no temperature from -30 to 60"),
        ("0:0 61:30", "61:30: no temperature from -30 to 60"),
        ("0:0 5:101", "5:101: not from 0 to 100 percent"),
        ("0:-1 5:50", "0:-1: not from 0 to 100 percent"),
        ("0:0 5:20 5:50", "5:50 is not warmer than what is before it"),
        ("10:100 0:0", "0:0 is not warmer"),
        ("0:50", "has 1 temperatures, not 2 to 12"),
        (" ", "has 0 temperatures, not 2 to 12"),
        (" ".join(f"{degrees}:1" for degrees in range(13)), "has 13 temperatures"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_and_the_line_counts(text, wrong):
    values, errors = judge(charge_max_a=50, charge_table=text)
    assert len(errors) == 1 and errors[0].startswith("charge_table: " + wrong)
    assert values["charge_table"] == "" and values["charge_max_a"] == 50


@pytest.mark.parametrize(
    "given, wrong",
    [
        ({"charge_table": "0:0 10:100"}, "charge_table: needs charge_max_a"),
        (
            {"charge_max_a": 50, "charge_table": "-9:0 5:100", "cells_limit_dc": 50},
            "charge_table: 50 is not above cells_limit_dc 50",
        ),
        (
            {"charge_max_a": 50, "charge_full_dc": 0},
            "charge_full_dc: 0 is not above cells_limit_dc 0",
        ),
    ],
)
def test_what_does_not_fit_together(given, wrong):
    assert judge(**given)[1] == [wrong]


def test_what_fits():
    for given in (
        {},
        {"charge_max_a": 50},
        {"charge_max_a": 50, "charge_table": "0:10 5:30 10:100"},
        {"charge_max_a": 50, "charge_table": "0:10 5:30 10:100", "charge_full_dc": 0},
        {"charge_full_dc": 0},
    ):
        assert judge(**given)[1] == [], given


def test_a_board_without_psram_says_that_it_tells_none():
    values, errors = judge(roomy=False, charge_max_a=50, charge_table="nonsense")
    assert errors == [
        "charge_max_a: only on boards with PSRAM",
        "charge_table: only on boards with PSRAM",
    ]
    assert not {"charge_max_a", "charge_full_dc", "charge_table"} & values.keys()


def test_the_longest_table_fits_the_setting():
    row = next(row for row in settings.SETTINGS if row[0] == "charge_table")
    longest = " ".join(f"{degrees}:100" for degrees in range(-30, -18))
    assert len(settings_charge.read(longest)) == 12 and len(longest) <= row[3]

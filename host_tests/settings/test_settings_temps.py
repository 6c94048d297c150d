"""Temperatures that would end in a fault in a healthy pack are refused before the first frost."""

import pytest

from settings import settings_temps
from settings import table as settings
from starting import config
from tools.packmate import check

SMALL, ROOMY = "lilygo_t_display", "esp32_s3_devkit"
HEATER = {"heater_output": "gpio", "heater_mode": "charger", "pack_max_mv": 0}
OWN = HEATER | {"heater_thresholds": "own"}
AT_25 = "heater_max_temp_dc: 250 is under 280, which is 30 above where heating ends"


@pytest.mark.parametrize(
    "raw, complaint",
    [
        (HEATER, None),
        (OWN, None),
        (OWN | {"heater_on_dc": 200, "heater_off_dc": 250}, AT_25),
        (OWN | {"heater_on_dc": 200, "heater_off_dc": 220}, None),
        (OWN | {"heater_on_dc": 200, "heater_off_dc": 230, "heater_lead_dc": 30}, AT_25),
        (HEATER | {"heater_lead_dc": 100}, None),
        (HEATER | {"heater_lead_dc": 100, "heater_max_temp_dc": 150}, None),
        (
            HEATER | {"heater_lead_dc": 100, "heater_max_temp_dc": 149},
            "heater_max_temp_dc: 149 is under 150, which is 30 above where heating ends",
        ),
        (HEATER | {"heater_off_dc": 250}, None),  # not used: the BMS's own thresholds are
        ({"heater_lead_dc": 100, "heater_max_temp_dc": 100}, None),  # no heater
    ],
)
def test_what_is_refused(raw, complaint):
    values, errors = settings.load(raw)
    assert errors == []
    settings_temps.check(values, errors)
    assert errors == ([complaint] if complaint else [])


@pytest.mark.parametrize("board", (SMALL, ROOMY))
def test_packmate_refuses_it_for_each_board(board):
    raw = OWN | {"heater_on_dc": 200, "heater_off_dc": 250}
    assert check.complaints(board, raw) == [AT_25]
    assert check.complaints(board, OWN) == []


def test_a_device_with_psram_refuses_it_itself():
    raw = OWN | {"heater_on_dc": 200, "heater_off_dc": 250}
    for roomy in (True, False):
        errors = []
        config.judge(raw, 10_000, 500_000, roomy, errors)
        assert errors == ([AT_25] if roomy else [])

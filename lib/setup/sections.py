"""The parts of the set-up page: what is asked in each, and which other settings belong to it."""

from settings.table import SECRETS, SETTINGS
from setup import questions as q

# Title, what is asked, and how the keys of the other settings there begin.
SECTIONS = (
    ("Wi-Fi", q.wifi, ("wifi_", "ntp_", "utc_")),
    ("BMS", q.bms, ("bms_", "ble_", "rs485_", "data_", "packs", "on_mat")),
    ("Screen", q.screen, ("name", "screen_", "language", "temperature_", "low_power")),
    ("Heater", q.mat, ("heater_", "cells_", "pack_", "preheat_", "charger_")),
    ("Page", q.page, ("web",)),
    ("Broker", q.broker, ("mqtt_", "ha_", "history_", "charge_", "update_")),
)


def row_of(key, table=SETTINGS):
    """Returns the row of a setting, None if there is no such one."""
    for row in table:
        if row[0] == key:
            return row
    return None


def is_secret(key):
    """True for what is never shown again."""
    return row_of(key, SECRETS) is not None


def others(asked, beginnings):
    """Returns the rows of a section that no question is about: those of settings, then secrets.

    asked: its questions; beginnings: of the keys.
    """
    keys = set()
    for question in asked:
        keys |= question.keys()
    rows = SETTINGS + SECRETS
    return [row for row in rows if row[0] not in keys and row[0].startswith(beginnings)]

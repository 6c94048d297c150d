"""What the device is told and what it remembers: settings, secrets, and the state of last time."""

import board

import settings
import storage
from heat.thermal import check_mat


def load_settings():
    """Returns (settings, secrets, errors); with any error the heater cannot be switched on."""
    errors = []
    raw = storage.read("settings.json", errors)
    values, problems = settings.load({} if raw is None else raw)
    errors.extend(problems)
    secrets = _load_secrets(errors)
    if values["heater_output"] != "none" and values["pack_max_mv"]:
        limit_mw = board.HEATER_MAX_W * 1000
        mat = check_mat(values, board.HEATER_MAX_MA, limit_mw, values["pack_max_mv"])
        if mat is not None:
            errors.append(mat)
    if errors:
        settings.disable_heater(values)
    return values, secrets, errors


def _load_secrets(errors):
    raw = {}
    if storage.exists("secrets.json"):
        raw = storage.read("secrets.json", errors)
    secrets, problems = settings.load({} if raw is None else raw, settings.SECRETS)
    errors.extend(["secrets.json: " + problem for problem in problems])
    return secrets


def load_state():
    """Returns (state, the heater's record in it).

    The record is {} on the very first boot, and None if there was one that cannot be read.
    """
    if not storage.exists(storage.STATE):
        return {}, {}
    errors = []
    state = storage.read(storage.STATE, errors)
    for error in errors:
        print(error)
    if not isinstance(state, dict):
        return {}, None
    return state, state.get("heater")

"""Judges settings and secrets here as the device will: by its own code, in its own words."""

import json

from settings import settings_temps
from starting import config
from tools import boards
from tools.packmate import PackmateError


def complaints(board_name, settings, secrets=None):
    """Returns what the device would complain about, or could not find out, as a list of str.

    `settings` and `secrets` are what the two JSON files hold.
    """
    board = load_board(board_name)
    errors = []
    limits = (board.HEATER_MAX_MA, board.HEATER_MAX_W * 1000, bool(board.PSRAM))
    values = config.judge(settings, *limits, errors)
    if not board.PSRAM:  # what its device has no memory to judge
        settings_temps.check(values, errors)
    config.judge_secrets({} if secrets is None else secrets, errors)
    return errors


def load_board(name):
    """Returns the data module of a board; PackmateError with the names there are."""
    try:
        return boards.load(name)
    except boards.BoardError as error:
        raise PackmateError(str(error)) from None


def load_file(path):
    """Returns what a JSON file holds; PackmateError with the line and the column otherwise."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PackmateError(f"{path}: cannot be read: {error.strerror}") from None
    return load(data, path)


def load(data, name):
    """Returns what the bytes of a JSON file hold; `name` is what the file is called in words."""
    try:
        return json.loads(data.decode(), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PackmateError(
            f"{name}: line {line}: is not UTF-8; save it with that encoding"
        ) from None
    except json.JSONDecodeError as error:
        raise PackmateError(_where(error, name)) from None
    except ValueError as error:
        raise PackmateError(f"{name}: is not valid JSON: {error}") from None


def _no_number(word):
    raise ValueError(f"{word} is no number that the device knows")


def _where(error, name):
    if error.msg.startswith("Unexpected UTF-8 BOM"):
        return f"{name}: begins with a byte order mark; save it as UTF-8 without one"
    # A secret must not be shown, so the line itself is not.
    comma = "; a comma too many before it?" if "roperty name" in error.msg else ""
    place = f"line {error.lineno}, column {error.colno}"
    return f"{name}: {place}: is not valid JSON: {error.msg}{comma}"


def report(board_name, settings_path, secrets_path=None):
    """Prints what is wrong with the files, or that nothing is; returns True if nothing is."""
    board = load_board(board_name)
    settings = load_file(settings_path)
    secrets = load_file(secrets_path) if secrets_path else None
    found = complaints(board_name, settings, secrets)
    for line in found:
        print(line)
    if found:
        print("The device would keep the defaults for these, and the heater disabled.")
    else:
        print(f"{board.NAME}: the settings are right")
    return not found

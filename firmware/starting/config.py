"""What the device is told and what it remembers: settings, secrets, and the state of last time.

Needed at boot only: the application drops this module, and `settings.table`, afterwards.
"""

import json
import os
from binascii import crc32

from compat import const
from heat.mat import mat_ma, mat_mw
from kept import storage
from settings.table import SECRETS, disable_heater, keyed, load

_STATE_BYTES = const(4000)  # more than a state has; a bigger file is none, whatever it holds


def load_settings(max_ma, max_mw, roomy=True):
    """Returns (settings, secrets, errors, language); with any error the heater cannot be switched
    on. The language is not among the settings: only the start asks for it.

    `max_ma`, `max_mw`: limits of the heater's output. roomy: the board has memory for whatever
    can be set.
    """
    errors = []
    settle()
    values = judge(read("settings.json", errors), max_ma, max_mw, roomy, errors)
    secrets = read("secrets.json", errors) if exists("secrets.json") else None
    secrets = judge_secrets(secrets, errors)
    if not roomy:
        from settings.settings_memory import useful

        secrets = useful(secrets)
    if errors:
        disable_heater(values)
    language = values.pop("language")
    return keyed(values), secrets, errors, language


def settle():
    """Makes up for what a power cut has kept kept/two_files.py from."""
    if exists("settings.new") and not exists("secrets.new"):
        try:
            os.rename("settings.new", "settings.json")
        except OSError as error:
            print("settings.json: cannot be replaced:", error)


def judge(raw, max_ma, max_mw, roomy, errors):
    """Returns the settings for what a settings file holds; what is wrong is added to `errors`.

    raw: None if the file could not be read. The rest: as for load_settings.
    """
    values, problems = load({} if raw is None else raw)
    errors.extend(problems)
    if not roomy:
        from settings.settings_memory import refuse

        refuse(values, errors)
    else:
        from settings import settings_temps

        settings_temps.check(values, errors)
        if values["charge_max_a"] or values["charge_table"]:
            from settings import settings_charge  # needed by few

            settings_charge.check(values, errors)
    if values["heater_output"] == "bms":
        from heat.options.bms_output import MAX_MA, MAX_MW

        max_ma = MAX_MA
        max_mw = MAX_MW
    if values["heater_output"] != "none" and values["pack_max_mv"]:
        mat = check_mat(values, max_ma, max_mw, values["pack_max_mv"])
        if mat is not None:
            errors.append(mat)
    return values


def judge_secrets(raw, errors):
    """Returns the secrets for what a secrets file holds; what is wrong is added to `errors`."""
    secrets, problems = load({} if raw is None else raw, SECRETS)
    errors.extend(["secrets.json: " + problem for problem in problems])
    return secrets


def check_mat(settings, max_ma, max_mw, pack_mv_max):
    """Returns why the mat of `settings` is refused on an output with these limits, or None.

    `pack_mv_max` is the highest voltage the pack can have. An unknown mat passes. Slow on and off
    holds a mean power, and no current.
    """
    mohm = settings["heater_mat_mohm"]
    ma = mat_ma(pack_mv_max, mohm)
    mean_mw = mw = mat_mw(pack_mv_max, mohm)
    if ma is None or mw is None:
        return None
    if settings["heater_max_w"]:
        mean_mw = min(mw, settings["heater_max_w"] * 1000)
    if ma <= max_ma and mean_mw <= max_mw:
        return None
    return (
        "heater_mat_mohm: at %d.%02d V a mat of %d.%03d ohm draws %d.%02d A = %d W; "
        "the output allows %d.%02d A and %d W"
    ) % (
        pack_mv_max // 1000,
        pack_mv_max % 1000 // 10,
        mohm // 1000,
        mohm % 1000,
        ma // 1000,
        ma % 1000 // 10,
        mw // 1000,
        max_ma // 1000,
        max_ma % 1000 // 10,
        max_mw // 1000,
    )


def load_state():
    """Returns (state, the heater's record in it).

    The record is {} on the very first boot, and None if there was one that cannot be read. If only
    the one before it can, it comes without its version: it counts, but a fault may be missing.
    """
    state = read_state(storage.NEWER)
    if state is not None:  # the power went between the renames, or before them
        try:
            storage.swap()
        except OSError as error:
            print("state not saved:", error)
        return state, state.get("heater")
    state = read_state(storage.STATE)
    if state is not None:
        return state, state.get("heater")
    if not exists(storage.STATE) and not exists(storage.OLDER):
        return {}, {}
    print("%s: is damaged" % storage.STATE)
    state = read_state(storage.OLDER)
    record = None if state is None else state.get("heater")
    if isinstance(record, dict):
        record.pop("version", None)
    return state or {}, record


def read_state(path):
    """Returns the dict in a file of kept/storage.py; None if it is not whole, or not there."""
    try:
        with open(path, "rb") as file:
            data = file.read(_STATE_BYTES)
        end = data.rfind(b"\n", 0, -1)
        if data[end + 1 :] != b"%08x\n" % crc32(data[:end]):
            return None
        state = json.loads(data[:end])
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) else None


def read(path, errors):
    """Returns what the file holds; or None, with one line in `errors` that says why."""
    try:
        with open(path) as file:
            return json.load(file)
    except ValueError:
        errors.append("%s: is not valid JSON" % path)
    except OSError:
        errors.append("%s: cannot be read" % path)
    return None


def exists(path):
    """True if there is such a file."""
    try:
        os.stat(path)
    except OSError:
        return False
    return True

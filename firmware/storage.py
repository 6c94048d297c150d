"""JSON files on the device: settings, secrets, and the state that outlives a reset."""

import json
import os

STATE = "state.json"
_TEMPORARY = "state.new"


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


def write_state(state):
    """Replaces the state file; a power cut leaves the old one or the new one. Returns success."""
    try:
        with open(_TEMPORARY, "w") as file:
            json.dump(state, file)
        os.rename(_TEMPORARY, STATE)
    except OSError as error:
        print("state not saved:", error)
        return False
    return True

"""The state that outlives a reset, in a JSON file. It is read at boot, by config.py."""

import json
import os

STATE = "state.json"
_TEMPORARY = "state.new"


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

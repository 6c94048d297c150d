"""The device's state file, for tests: a JSON line and its checksum (firmware/kept/storage.py)."""

import binascii
import json
import pathlib


def seal(text):
    """Returns what a state file holds whose JSON is `text`."""
    return f"{text}\n{binascii.crc32(text.encode()):08x}\n"


def put(folder, state):
    """Puts `state` where a device that runs in `folder` finds it at boot."""
    (pathlib.Path(folder) / "state.json").write_text(seal(json.dumps(state)))


def get(folder):
    """Returns the newest whole state in `folder`, while a device may be writing it."""
    for name in ("state.json", "state.old", "state.json"):
        try:
            text, checksum, end = (pathlib.Path(folder) / name).read_text().split("\n")
        except (OSError, ValueError):
            continue  # between the two renames
        assert (seal(text), end) == (f"{text}\n{checksum}\n", "")
        return json.loads(text)
    raise FileNotFoundError(folder)

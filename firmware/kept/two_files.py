"""Replaces settings.json and secrets.json together: a power cut leaves both as they were, or as
they are to be.

Both are written beside; from the first rename on the new ones count, and a start in which only the
second one is missing makes up for it (starting/config.py).
"""

import json
import os


def replace(given, secrets):
    """Writes both. Raises OSError, with the old ones in place."""
    _write("secrets.new", secrets)
    _write("settings.new", given)
    os.rename("secrets.new", "secrets.json")
    os.rename("settings.new", "settings.json")


def _write(path, content):
    with open(path, "w") as file:
        json.dump(content, file)

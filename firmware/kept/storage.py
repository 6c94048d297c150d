"""The state that outlives a reset: a JSON line and its checksum. It is read at boot, by
starting/config.py.

Written beside, then swapped in by two renames, so that a power cut at any moment leaves a whole
file: `state.new` once it is complete, `state.json` before, and `state.old` is the one before that.
"""

import json
import os
from binascii import crc32

STATE = "state.json"
NEWER = "state.new"  # under way, or complete and not yet swapped in
OLDER = "state.old"


def write_state(state):
    """Replaces the state file; a power cut leaves the old one or the new one. Returns success."""
    try:
        text = json.dumps(state)
        with open(NEWER, "w") as file:
            file.write("%s\n%08x\n" % (text, crc32(text.encode())))
        swap()
    except (OSError, MemoryError) as error:  # the heap in pieces: it is tried again in a minute
        print("state not saved:", error)
        return False
    return True


def swap():
    """Makes the new file the current one, and the current one the older one."""
    try:
        os.rename(STATE, OLDER)
    except OSError:
        pass  # there is none; any other trouble shows in the next line
    os.rename(NEWER, STATE)

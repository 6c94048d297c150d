"""The small files by which the parts of an update know of each other, over restarts."""

import os
import sys

from compat import const

KEY = "update.key"  # the owner's, by USB (packmate keys)
HEADER = "bundle.json"  # in the folder of a bundle, once all the rest is there
WISH = "update.todo"  # of the application, where there is no memory to do it beside that
CAME = "update.result"  # what has come of it, until MQTT tells it
TOLD = "update.version"  # that was told last, while there is nothing else to be told

# What a start has to do with an update.
WISHED = const(1)  # it is done in this start, instead of all else (instead.py)
ON_TRIAL = const(2)  # it has come, and has to prove itself (after.py)
UNTOLD = const(3)  # where no updater runs beside the application: what runs was not told yet

# Of slots.read and slots.write.
TRIES = const(2)
PROVED = const(-1)
CAME_BACK = "rolled_back"
_FOLDERS = ("lib", "lib_b")

# What can be wished for, in the order of relay.commands' words.
CHECK = const(0)  # only look which version is there
INSTALL = const(1)
OLDER = const(2)  # whatever its version


def other(folder):
    """Returns the folder that does not run where this one does."""
    return _FOLDERS[1 - _FOLDERS.index(folder)]


def place(folder):
    """Returns the path of a folder: where modules come from, the last part of it changed."""
    for path in sys.path:
        if path.rpartition("/")[2] in _FOLDERS:
            return path[: path.rfind("/") + 1] + folder
    return "/" + folder


def leave(path, text):
    """Writes a file as a whole: a power cut leaves the old one, or the new one."""
    newer = path + "~"
    with open(newer, "w") as file:
        file.write(text)
    os.rename(newer, path)


def forget(path):
    """Removes a file, if it is there."""
    try:
        os.remove(path)
    except OSError:
        pass


def read(path):
    """Returns the text of a small file, None if there is none."""
    try:
        with open(path) as file:
            return file.read(1000)
    except OSError:
        return None

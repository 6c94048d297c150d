"""Which of two sets of files runs: `lib`, or `lib_b`. boot.py asks it first.

It lies at the root beside boot.py and main.py, and no update over Wi-Fi changes these three: what
lib/ asks of it, `read` and `write`, every version asks. What is to run stands in the file `slot`,
one line: the folder; how many starts it may still try, -1 once it has proved itself; the highest
number of a bundle that has done so; and why, if the device came back to the other folder. It is
written beside and renamed, so that a power cut leaves the old line or the new one.

An update writes the folder that does not run. Its first start, and one more, are on trial: whoever
does not prove itself in them (update/after.py), whether it fails, hangs or has its power cut,
makes room for the other folder again.
"""

import os
import sys

# One text, since MicroPython never forgets a short one that it has read.
_FIRST, _SECOND, _FILE, _NEWER = "lib lib_b slot slot~".split(" ")
_PROVED = -1
_CAME_BACK = "rolled_back"
# In a trial the watchdog runs from the first line on; the supervisor makes it shorter.
_TRIAL_MS = 60_000


def read():
    """Returns (folder, tries, number, why) of the file; without one, what came by USB runs."""
    try:
        with open(_FILE) as file:
            folder, tries, number, why = file.read(100).split(" ")
        if folder in (_FIRST, _SECOND) and why.endswith("\n"):
            return folder, int(tries), int(number), why[:-1]
    except (OSError, ValueError):
        pass
    return _FIRST, _PROVED, 0, ""


def write(folder, tries, number, why=""):
    """Makes a folder the one that runs, from the next start on. Raises OSError."""
    with open(_NEWER, "w") as file:
        file.write("%s %d %d %s\n" % (folder, tries, number, why))
    os.rename(_NEWER, _FILE)


def select():
    """Has modules come from the folder whose turn it is; never raises."""
    folder, tries, number, why = read()
    try:
        if tries == 0:
            folder = _FIRST if folder == _SECOND else _SECOND
            write(folder, _PROVED, number, _CAME_BACK)
            _forget_failures()
        elif tries > 0:
            write(folder, tries - 1, number, why)
            _arm()
    except OSError as error:
        print(_FILE, error)
    for at in range(len(sys.path)):
        start, slash, end = sys.path[at].rpartition("/")
        if end in (_FIRST, _SECOND):
            sys.path[at] = start + slash + folder
    sys.modules.pop("slots", None)  # boot.py needs it no longer


def _arm():
    from machine import WDT

    WDT(timeout=_TRIAL_MS)


def _forget_failures():
    """The failed starts were those of the other set (starting/attempts.py)."""
    from machine import RTC

    RTC().memory(b"")

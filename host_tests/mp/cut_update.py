"""An update on LittleFS in a flash that loses its power: arguments are the bundle and the key.

Cut in taking it in, in the switch, in each start of the trial, in coming back, and where it comes
instead of the application: at each byte that the file system programs, and at each quarter of a
block that it erases. Whatever the moment, the next start finds one whole set of files, the old one
or the new one; and the update can be done again.

What a start does follows from what it reads of the flash. So it is played for each cut that has
changed anything that the last one played has read: for all others it would be that one once more.
"""

import json
import os
import sys

from nor_flash import READ, Flash, make, states, use

with open(sys.argv[1], "rb") as file:
    BUNDLE = file.read()
with open(sys.argv[2]) as file:
    KEY_TEXT = file.read()


class RTC:
    cleared = 0

    def memory(self, data=b""):
        RTC.cleared += 1


class WDT:
    armed = 0

    def __init__(self, timeout):
        WDT.armed += 1

    def feed(self):
        """Each step is fed for; what a test puts here comes in between."""


class Module:
    """A module of nothing, and what it is given."""

    def __init__(self, **parts):
        for name, part in parts.items():
            setattr(self, name, part)


def fetch(take):
    """What a server sends, or a browser."""
    for at in range(0, len(BUNDLE), 700):
        if take(BUNDLE[at : at + 700]):
            return
        yield 0


def nothing(*_):
    return None


class Reset(Exception):
    """The chip is reset."""


def reset():
    raise Reset


sys.modules["machine"] = Module(RTC=RTC, WDT=WDT, reset=reset)
sys.modules["board"] = Module(NAME="Board")
sys.modules["update.download"] = Module(download=lambda url, wifi, take: fetch(take))
sys.modules["screen.start"] = Module(show_progress=nothing)

import slots  # noqa: E402
from update import intake  # noqa: E402
from update.instead import Update, take_instead  # noqa: E402
from update.intake import make_folders  # noqa: E402
from update.marks import CAME, CAME_BACK, CHECK, INSTALL, PROVED, WISH, forget, leave, read  # noqa: E402
from update.taking import Taking, switch_over  # noqa: E402

OLD = {"app.mpy": b"old" * 300, "heat/heater.mpy": b"old heater" * 50, "gone.mpy": b"x" * 600}
BLOCKS = 40
EARLY = Module(wifi=Module(step=lambda now: True), settings={"update_url": ""})
EARLY.brush = EARLY.texts = None


def files_of(folder):
    """Returns {path: bytes} below a folder."""
    found = {}
    for entry in os.ilistdir(folder):
        path = folder + "/" + entry[0]
        if entry[1] & 0x4000:
            for name, data in files_of(path).items():
                found[entry[0] + "/" + name] = data
        elif entry[0] != "bundle.json":
            with open(path, "rb") as file:
                found[entry[0]] = file.read()
    return found


def start():
    """A start of the chip; returns the files that would run."""
    sys.path[:] = ["", ".frozen", "/flash/lib"]
    slots.select()
    return files_of(sys.path[2])


def update():
    """What update/updater.py does."""
    for _ in Taking(INSTALL).steps(fetch):
        pass
    switch_over("heard_1")


def wish():
    """What update/wish_small.py does, and the start after it."""
    leave(WISH, "%d heard_1" % INSTALL)
    instead()


def instead():
    """What update/instead.py does."""
    work = Update(EARLY)
    forget(WISH)
    for _ in work:
        pass
    assert slots.read()[3] == "heard_1"


def quietly(work):
    try:
        return work()
    except OSError:
        return None


def log_of(content, work):
    """Returns what work() does to a flash: see nor_flash."""
    flash = Flash(bytearray(content))
    use(flash)
    flash.log = []
    work()
    return flash.log


def borders(log):
    """Returns after how many steps each programming and each erasure begins."""
    return [steps - log[0][0] for steps, _, _ in log]


def cut(content, work, wanted, look=nothing):
    """Cuts work() at each step; the start after it must find one of `wanted`, whole. Returns how
    many steps each was found after. look(files): looks further."""
    counts = [0] * len(wanted)
    log = log_of(content, work)
    read = found = None
    runs = before = 0
    for steps, data, where in states(bytearray(content), log):
        if found is not None:
            counts[found] += steps - before
        before = steps
        if read is None or any(read[where[0] // READ : (where[1] + READ - 1) // READ]):
            flash = Flash(bytearray(data))
            flash.read = read = flash.marks()
            use(flash)
            files = start()
            assert files in wanted, (steps, slots.read())
            found = wanted.index(files)
            look(files)
            runs += 1
    counts[found] += 1
    die(content, work, log, wanted)
    print("cut at each of", before, "steps, with", runs, "different starts:", counts)
    return counts


def die(content, work, log, wanted):
    """The program bears a flash that dies under it, too: where a programming or erasure begins."""
    for budget in borders(log):
        flash = Flash(bytearray(content))
        use(flash)
        flash.budget = flash.steps + budget
        quietly(work)
        use(Flash(flash.data))
        assert start() in wanted, (budget, slots.read())


def install_old():
    flash = Flash(BLOCKS)
    make(flash)
    use(flash)
    for path, data in OLD.items():
        make_folders("/flash/lib", path)
        with open("/flash/lib/" + path, "wb") as file:
            file.write(data)
    with open("update.key", "w") as file:
        file.write(KEY_TEXT)
    sys.path[:] = ["", ".frozen", "/flash/lib"]
    return flash


flash = install_old()
content = bytes(flash.data)
update()
new = files_of("/flash/lib_b")
assert new and new != OLD
intake.is_signed = lambda *_: True  # it was; and costs time
counts = cut(content, update, [OLD, new])
assert counts[0] > 100 and counts[1]

# After any cut the update can be done again.
for budget in borders(log_of(content, update))[::40]:
    flash = Flash(bytearray(content))
    use(flash)
    flash.budget = flash.steps + budget
    quietly(update)
    use(Flash(flash.data))
    if start() == OLD:
        update()
        assert start() == new

# On trial: two starts, then the old set again; a cut in any of them costs a try at most.
use(Flash(bytearray(content)))
update()
assert start() == new
assert slots.read()[:2] == ("lib_b", 1) and WDT.armed
first = Flash(bytearray(content))
use(first)
update()
tried = cut(bytes(first.data), start, [OLD, new])
assert tried[0] == 0
use(first)
start()
assert start() == new and slots.read()[1] == 0
content_last = bytes(first.data)
# No try is left: whenever it is cut, the old one.
assert cut(content_last, start, [OLD, new])[1] == 0
last = Flash(bytearray(content_last))
use(last)
cleared = RTC.cleared
assert start() == OLD and slots.read()[3] == CAME_BACK and RTC.cleared == cleared + 1
assert start() == OLD
assert cut(bytes(last.data), update, [OLD, new])[1]  # once more, over what was tried

# Proved: it stays; and a cut in saying so costs a try at most.
on_trial = Flash(bytearray(content))
use(on_trial)
update()
assert cut(bytes(on_trial.data), lambda: slots.write("lib_b", PROVED, 100), [OLD, new])[0] == 0
use(on_trial)
slots.write("lib_b", PROVED, 9)
for _ in range(5):
    assert start() == new


def is_told(files):
    """A wish is done once: it is still there, or it is told what has come of it."""
    if read(WISH) is not None:
        assert files == OLD
        instead()
        assert start() == new
        return
    told = read(CAME)
    if told is None:  # it was not made yet
        assert files == OLD
        return
    summary = json.loads(told)["release_summary"]
    # Between what is told last and the switch there is a moment.
    assert summary == "" or files == OLD and "power failed" in summary


# Without PSRAM.
counts = cut(content, wish, [OLD, new], is_told)
assert counts[0] > 100 and counts[1]

# It does what was wished for once, and a result that cannot be left is no reason to go on.
flash = Flash(bytearray(content))
use(flash)
leave(WISH, str(CHECK))
WDT.feed = lambda _: setattr(flash, "budget", flash.steps)  # from here on nothing can be written
try:
    take_instead(EARLY)
    raise AssertionError("it is not reset")
except Reset:
    pass
use(Flash(flash.data))
assert read(WISH) is None and start() == OLD

# A flash that takes nothing at all any more: the application runs.
flash = Flash(bytearray(content))
use(flash)
leave(WISH, str(CHECK))
flash.budget = flash.steps
take_instead(EARLY)
use(Flash(flash.data))

# A slot file of nonsense is none.
for nonsense in ("", "x", "lib_b 1", "../x 1 1 \n", "lib_b a b \n", "lib_b 1 1 " + "x" * 200):
    with open("slot", "w") as file:
        file.write(nonsense)
    assert start() == OLD
print("done")

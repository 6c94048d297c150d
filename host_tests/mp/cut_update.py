"""An update on LittleFS in a flash that loses its power: arguments are the bundle and the key.

Cut in taking it in, in the switch, in each start of the trial, and in coming back. Whatever the
moment, the next start finds one whole set of files, the old one or the new one; and the update can
be done again.
"""

import os
import sys

from nor_flash import Flash, make, use

with open(sys.argv[1], "rb") as file:
    BUNDLE = file.read()
with open(sys.argv[2]) as file:
    KEY_TEXT = file.read()


class RTC:
    cleared = 0

    def memory(self, data):
        RTC.cleared += 1


class WDT:
    armed = 0

    def __init__(self, timeout):
        WDT.armed += 1


class Machine:
    pass


sys.modules["machine"] = machine = Machine()
machine.RTC = RTC
machine.WDT = WDT

import slots  # noqa: E402
from update.intake import Bundle, clear, make_folders  # noqa: E402
from update.marks import CAME_BACK, PROVED, TRIES, other  # noqa: E402
from update.marks import place as place_of  # noqa: E402
from update.signature import read_key  # noqa: E402

KEY = read_key(KEY_TEXT)
OLD = {"app.mpy": b"old" * 300, "heat/heater.mpy": b"old heater" * 50, "gone.mpy": b"x" * 600}
BLOCKS = 40
STRIDE = 17  # every so many steps; a prime, so that it meets every kind of moment


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


def update(older=False):
    """What update/updater.py does, in its order."""
    folder, _, number, _ = slots.read()
    place = place_of(other(folder))
    for _ in clear(place):
        pass
    bundle = Bundle(KEY, "Board", "0.1.0", number, older, place)
    try:
        for at in range(0, len(BUNDLE), 700):
            bundle.feed(BUNDLE[at : at + 700])
    finally:
        bundle.close()
    assert bundle.complete
    for _ in bundle.check():
        pass
    slots.write(other(folder), TRIES, number)


def quietly(work):
    try:
        return work()
    except OSError:
        return None


def cut(content, work, wanted, stride=1):
    """Cuts work() everywhere; the start after it must find one of `wanted`, whole. Returns how
    often each was found."""
    flash = Flash(bytearray(content))
    use(flash)
    begin = flash.steps
    work()
    whole = flash.steps - begin
    counts = [0] * len(wanted)
    for budget in range(0, whole + stride, stride):
        flash = Flash(bytearray(content))
        use(flash)
        flash.budget = flash.steps + budget
        quietly(work)
        use(Flash(flash.data))
        found = start()
        assert found in wanted, (budget, whole, slots.read())
        counts[wanted.index(found)] += 1
    print("cut at", len(range(0, whole + stride, stride)), "of", whole, "steps:", counts)
    return counts


def install_old():
    flash = Flash(BLOCKS)
    make(flash)
    use(flash)
    for path, data in OLD.items():
        make_folders("/flash/lib", path)
        with open("/flash/lib/" + path, "wb") as file:
            file.write(data)
    sys.path[:] = ["", ".frozen", "/flash/lib"]
    return flash


flash = install_old()
content = bytes(flash.data)
update()
new = files_of("/flash/lib_b")
assert new and new != OLD
counts = cut(content, update, [OLD, new], STRIDE)
assert counts[0] and counts[1]

# After any cut the update can be done again.
for budget in (500, 1700, 3000):
    flash = Flash(bytearray(content))
    use(flash)
    flash.budget = flash.steps + budget
    quietly(update)
    use(Flash(flash.data))
    assert start() == OLD
    update()
    assert start() == new

# On trial: two starts, then the old set again; a cut in any of them costs a try at most.
assert slots.read()[:2] == ("lib_b", 1) and WDT.armed
flash_data = bytes(flash.data)
use(Flash(bytearray(flash_data)))
trial = cut(bytes(content), lambda: (update(), start()), [OLD, new], 5 * STRIDE)
use(Flash(bytearray(flash_data)))
assert start() == new and slots.read()[1] == 0
last = Flash(bytearray(flash_data))
use(last)
start()
content_last = bytes(last.data)
assert (
    cut(content_last, start, [OLD, new])[1] == 0
)  # no try is left: whenever it is cut, the old one
use(Flash(bytearray(content_last)))
cleared = RTC.cleared
assert start() == OLD and slots.read()[3] == CAME_BACK and RTC.cleared == cleared + 1
assert start() == OLD
update()  # and it may be tried once more
assert start() == new

# Proved: it stays.
slots.write("lib_b", PROVED, 9)
for _ in range(5):
    assert start() == new
# A slot file of nonsense is none.
for nonsense in ("", "x", "lib_b 1", "../x 1 1 \n", "lib_b a b \n", "lib_b 1 1 " + "x" * 200):
    with open("slot", "w") as file:
        file.write(nonsense)
    assert start() == OLD
print("done")

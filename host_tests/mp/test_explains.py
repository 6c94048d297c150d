"""What a device keeps about itself, on both builds: the record of a crash, and the event log."""

import json
import os
import sys

import vfs


class Machine:
    Pin = None

    def reset_cause(self):
        return 3


class Board:
    NAME = "Board"


sys.modules["machine"] = Machine()
sys.modules["board"] = Board()

from kept import console, crash, guarded, journal  # noqa: E402
from kept.crash_file import UNTOLD  # noqa: E402

SECRETS = {"wifi_password": "hunter2", "mqtt_password": "hunter2-and-more", "ble_pin": ""}


def fail():
    raise ValueError("joined with hunter2-and-more, or with hunter2")


def crash_record():
    with open("secrets.json", "w") as file:
        json.dump(SECRETS, file)
    console.start()
    print("x" * 116 + "hunter2")
    print("the password", "is", "hunter2")
    try:
        fail()
    except ValueError as error:
        crash.keep(error, 2, [])
    with open(UNTOLD) as file:
        text = file.read()
    record = json.loads(text)
    assert "hunter2" not in text and "and-more" not in text
    assert record["error"] == "ValueError: joined with ***, or with ***"
    assert "in fail" in record["traceback"] and record["traceback"].startswith("Traceback")
    assert record["lines"][-1] == "the password is ***"
    assert record["lines"][-2] == "x" * 116 + "***"  # it went beyond where lines are cut
    assert "hunt" not in text
    assert (record["failed_starts"], record["reset_cause"]) == (2, 3)
    assert record["memory"] is record["ran_s"] is None
    try:
        raise RuntimeError("x" * 5000)
    except RuntimeError as error:
        crash.keep(error, 0, None)
    assert os.stat(UNTOLD)[6] < 6000
    with open("secrets.json", "w") as file:
        file.write("no JSON")
    assert crash.without_secrets("as it is") == "as it is"


class Supervisor:
    def relax(self):
        pass

    def excuse(self, now):
        pass


class Output:
    on = False
    offs = 0

    def off(self):
        self.offs += 1


class Device:
    def __init__(self):
        self.button = None
        self.uptime_s = 0
        self.output = Output()
        self.supervisor = Supervisor()


def step(book, device, seconds):
    for _ in range(seconds):
        device.uptime_s += 1
        book.step(device)


def event_log():
    device = Device()
    book = journal.Journal(7)
    for _ in range(3):
        book.note("wifi", "lost")
    step(book, device, 59)
    assert device.output.offs == 0  # once a minute
    step(book, device, 1)
    assert device.output.offs == 1
    first = json.loads(list(book.events())[0])
    assert first[:2] == [7, 0] and first[3:] == ["wifi", "lost", 3]
    book.note("fault", "open_circuit")
    step(book, device, 10)
    assert device.output.offs == 2  # at once, or nearly
    device.output.on = True
    book.note("wifi", "up")
    step(book, device, 500)
    assert device.output.offs == 2  # it does not pause for this
    device.output.on = False
    step(book, device, 100)
    assert device.output.offs == 3
    # A flood is counted, and costs one write.
    for n in range(1000):
        book.note("command", "number %d" % n)
    step(book, device, 60)
    assert device.output.offs == 4
    events = [json.loads(line) for line in book.events()]
    assert events[-1][3] == "dropped"
    assert sum([event[5] for event in events if event[3] != "wifi"]) == 1001
    # The last hundred stay, over restarts, and no file grows without bound.
    for boots in range(8, 20):
        book = journal.Journal(boots)
        device.uptime_s = 0
        for n in range(39):
            book.note("command", "%d of %d" % (n, boots))
        step(book, device, 70)
        assert os.stat(journal.NEWER)[6] < 12000
    events = [json.loads(line) for line in book.events()]
    assert len(events) == journal.KEPT
    assert events[-1][0] == 19 and events[-40][0] == 18
    # A line that the power has cut costs that line only.
    with open(journal.NEWER, "a") as file:
        file.write('[19, 99, null, "comm')
    book = journal.Journal(20)
    book.note("start", "power_on")
    book.save()
    events = [json.loads(line) for line in book.events()]
    assert events[-1][3:] == ["start", "power_on", 1] and events[-2][0] == 19
    # What has been noted is found, also where it was cut short.
    assert book.has("start", "power_on") and not book.has("start", "power_o")
    book.note("crash", "ValueError: " + 99 * '"')
    assert book.has("crash", "ValueError: " + 99 * '"') and not book.has("crash", "ValueError: ")


class Broken:
    """A watch that fails, and the sys that is told so: a traceback would fail this script."""

    def step(self, device):
        raise OSError(5)

    def print_exception(self, error):
        print(error)


def a_log_that_fails_ends_nothing():
    device = Device()
    device.watch = guarded.sys = Broken()
    task = journal.run(device)
    assert [next(task) for _ in range(4)] == [1000] * 4
    assert device.button.step  # what it commands is noted: kept/noted_button.py


def wear(flash):
    """Counts erasures of a log that is written as often as it may be: docs/memory.md says what
    that is in years."""
    writes = 3000
    book = journal.Journal(1)
    before = sum(flash.erased)
    for n in range(writes):
        book.note("command", "heater/mode/set, by MQTT: done %d" % n)
        book.save()
    blocks = (sum(flash.erased) - before) / writes
    print("erases %.2f blocks a write, the worst block %d times" % (blocks, max(flash.erased)))
    assert blocks < 1.3 and max(flash.erased) < 3 * sum(flash.erased) / len(flash.erased)


flash = None
if hasattr(vfs, "VfsLfs2"):  # the 32-bit build has no LittleFS, and no files but its own
    from nor_flash import Flash, make, use

    flash = Flash(40)
    make(flash)
    use(flash)
crash_record()
event_log()
a_log_that_fails_ends_nothing()
if flash is not None:
    wear(flash)

"""What is to be done after an update over Wi-Fi: the version that came proves itself, or makes
room for the one before it (slots.py); and where the updater could not tell what has come of it,
since it runs instead of the application (instead.py), that is told.
"""

import json

import slots
from compat import const
from hardware.reset_cause import restart
from kept.pause import write
from relay.topics import UPDATE
from update.heard import heard, wanted
from update.marks import CAME, CAME_BACK, HEADER, PROVED, TOLD, forget, leave, place, read
from version import VERSION

WENT_BACK = "the update did not prove itself; the version before it runs again"
_PROVED_S = const(180)  # who has run so long, with its broker, and has heard its BMS
_LOST_S = const(900)  # and who has not till then, comes back
_LOOK_MS = const(1000)
_GONE_MS = const(2000)  # after which a message is gone, or the session is


def prove(device, journal):
    """The task of a start on trial; ends when that is over. journal: the kept.journal.Journal that
    learns what comes of it, or None."""
    folder, _, number, why = slots.read()
    missing = wanted(why)

    def decide(tries, number, text):
        slots.write(folder, tries, number)
        print("update:", text)
        if journal is not None:
            journal.note("update", text)
            journal.save()

    def give_up(why):
        write(device, lambda: decide(0, number, why + ": back to the version before"))
        restart()

    while device.uptime_s < _PROVED_S or missing or not _is_reached(device):
        if device.uptime_s >= _LOST_S:
            give_up("the BMS is silent" if missing else "no broker")
        yield _LOOK_MS
        missing &= ~heard(device)
    number = max(number, _number_of(folder))
    write(device, lambda: decide(PROVED, number, "%s has proved itself" % VERSION))


def tell(device):
    """The task that tells it once, retained, in the words of mqtt.remote.UpdateReport."""
    relay = device.relay
    text = json.dumps(_result()).encode()
    told = None  # the session count in which it was sent
    while told is None or relay.connects != told:
        while not relay.connected or not relay.session.idle():
            yield _LOOK_MS
        relay.session.publish(UPDATE, text, len(text), True)
        told = relay.connects
        yield _GONE_MS
    write(device, _keep_told)


def _is_reached(device):
    """True if its owner can reach this version, to have another one brought."""
    return device.wifi.up if device.relay is None else device.relay.connected


def _number_of(folder):
    try:
        with open(place(folder) + "/" + HEADER) as file:
            return json.load(file)["number"]
    except (OSError, ValueError, KeyError):
        return 0


def _result():
    try:
        came = json.loads(read(CAME) or "{}")
    except ValueError:
        came = {}
    summary = came.get("release_summary", "")
    if slots.read()[3] == CAME_BACK:
        summary = WENT_BACK
    return {
        "installed_version": VERSION,
        "latest_version": came.get("latest_version") or VERSION,
        "in_progress": False,
        "update_percentage": None,
        "release_summary": summary,
    }


def _keep_told():
    try:
        leave(TOLD, VERSION)
        forget(CAME)
    except OSError as error:
        print("%s:" % TOLD, error)

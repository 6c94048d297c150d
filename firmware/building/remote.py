"""Builds what explains a device from afar, where there is PSRAM for it."""

from kept import console
from kept.crash_file import UNTOLD, keep_told
from kept.journal import Journal, Watch, run
from mqtt.open_codes import open_codes
from starting.config import exists


def add_to(device, early):
    """Gives the device its event log, and notes how it has started."""
    console.start()
    device.journal = Journal(device.boots)
    device.watch = Watch(device.journal, open_codes())
    device.watch.begin(device, early.failures, early.errors)
    if exists(UNTOLD):
        end = _end()
        if not device.journal.has("crash", end):  # of the run before, and not of one long ago
            device.journal.note("crash", end)
        if not device.mqtt_used:
            keep_told()
    device.extras += (run(device),)
    _limit_data(device, early.settings)
    if device.wifi_used:
        from update.updater import Updater

        device.updater = Updater(device, early.settings["update_url"], _wrap(device, early))
        device.extras += (device.updater.run(),)
    if early.settings["web"]:
        from building import website

        website.add_to(device, early)


def _wrap(device, early):
    """Returns what makes the line to the server of updates secure, if it is to be."""
    if not early.settings["update_url"].startswith("https://"):
        return None
    from mqtt.secure import Secure

    return Secure(early.settings, device.clock, early.errors).wrap


def _limit_data(device, settings):
    """Gives the device its budget of data, if there is one."""
    device.budget = None
    if settings["mqtt_mb_a_month"] and device.mqtt_used:
        from mqtt import thrifty
        from relay.budget import Budget

        device.budget = Budget(settings["mqtt_mb_a_month"], device.state.get(thrifty.SAVED))
        device.extras += (thrifty.run(device),)


def _end():
    """Returns what the event log says of a crash."""
    import json

    try:
        with open(UNTOLD) as file:
            record = json.load(file)
        return "%s after %s s" % (record["error"], record["ran_s"])
    except (OSError, ValueError, KeyError, TypeError):
        return "its record is damaged"

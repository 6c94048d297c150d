"""Looks whether what hangs at a device works, part by part, and says it in an owner's words.

The device is stopped at its prompt, with Packmate's program not running: its pins, its panel and
its Wi-Fi are tried by small pieces of program that are sent to it (sent_program.py), the panel by
the firmware's own driver, and what the BMS answers is judged here by the firmware's own dialect.
The heater's pin is only ever held low. Passwords are used on the device and stay there.
"""

import re

from settings import table as settings
from tools.packmate import PackmateError
from tools.packmate.check import complaints, load
from tools.packmate.deploy import refusal
from tools.packmate.prompt import Device
from tools.packmate.selftest import on_board, on_lines
from tools.packmate.selftest.sent_program import PROGRAM
from tools.packmate.selftest.trial import LOOK, WRONG, Trial

_BOARD = re.compile(rb"^# Board: (\S+)$", re.MULTILINE)
_SETTINGS = "settings.json"
_BOOT = "boot.py"


def board_of(device, there, given=None):
    """Returns the name of the board that the device's image was made for.

    given: what the person says that it is; another one's pins must not be driven.
    """
    found = _BOARD.search(device.read(_BOOT)) if _BOOT in there else None
    told = found[1].decode() if found else given
    if told is None:
        raise PackmateError(
            "the device does not say which board it is: deploy first, or name it with --board"
        )
    if given not in (None, told):
        raise PackmateError(f"the device has the image of {told}: deploy that of {given} first")
    return told


def read_settings(device, there, board_name):
    """Returns (what settings.json of the device holds, what the device says against it)."""
    if _SETTINGS not in there:
        return {}, []
    try:
        given = load(device.read(_SETTINGS), "settings.json of the device")
        return given, complaints(board_name, given)
    except PackmateError as error:
        return {}, [str(error)]


def try_all(trial):
    """Tries one part after the other."""
    trial.device.run(PROGRAM)
    on_board.try_heater(trial)
    on_board.try_memory(trial)
    on_board.try_buttons(trial)
    on_board.try_panel(trial)
    on_board.try_probe(trial)
    on_lines.try_bms(trial)
    if trial.values["wifi_ssid"]:
        on_lines.try_wifi(trial)
    else:
        trial.tell(LOOK, "Wi-Fi", "no network is set")
    on_board.try_heater(trial)


def run(device, board_name, there):
    """Tries everything on a device that is at its prompt; returns how many parts do not work.

    there: the paths of its files.
    """
    given, found = read_settings(device, there, board_name)
    trial = Trial(device, board_name, settings.load(given)[0])
    print(f"Self-test of {trial.board.NAME}. The heater stays off.")
    for line in found:
        trial.tell(WRONG, "settings", line)
    try:
        try_all(trial)
    except PackmateError as error:
        trial.tell(WRONG, "self-test", f"ends here: {error}")
    print(f"{trial.wrong} to look after" if trial.wrong else "all that could be tried works")
    return trial.wrong


def selftest(find_port, given=None):
    """Stops what runs on a device, tries everything, restarts it; returns the exit status."""
    with Device(find_port()) as device:
        there = device.files()
        name = board_of(device, there, given)
        refused = refusal(*device.about(), name)
        if refused:
            raise PackmateError(refused)
        wrong = run(device, name, there)
    print("restarted")
    return 1 if wrong else 0

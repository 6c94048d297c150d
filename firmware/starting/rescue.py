"""Safe mode: the heater's pin is low, the screen says why, and Ctrl-C gives the console."""

import json
import time

from hardware.reset_cause import ask

_PATH = "failure.txt"
_OFF = "the heater is off."
_SETTING = "heater_%s"  # its name in the file: an image has numbers for settings (numbered.py)
_UNSURE = "THE BMS MAY BE HEATING: look in its app."


def rest(reason, show):
    """Says what is wrong, on the console, in a file and on the screen; ends by Ctrl-C alone.

    reason: bytes; show: makes the showing.first_picture.Picture, whatever memory there is.
    """
    text = str(reason or b"the watchdog ended it", "ascii", "replace")
    off = not _heats_by_itself()
    print("SAFE MODE: three starts in a row have failed;", _OFF if off else _UNSURE)
    print("The last one:", text)
    print("To try again: switch the power off and on; or Ctrl-C, import machine, machine.reset()")
    _write(text)
    try:
        from screen.start import show_lines

        heater = b"heater off" if off else b"BMS may heat: see app"
        show_lines(show().brush, (b"SAFE MODE", reason or b"watchdog", heater))
    except Exception as error:  # the screen may be what is wrong
        print("and the screen cannot tell:", error)
    try:
        while True:
            time.sleep(1)
    finally:  # somebody at the console wants it to try again
        ask()


def _heats_by_itself():
    """True where the BMS's own output is the heater: nobody here has switched that off. True also
    where the settings cannot be read, since nobody knows."""
    try:
        with open("settings.json") as file:
            return json.load(file).get(_SETTING % "output") == "bms"
    except OSError:  # there are none: nothing heats
        return False
    except Exception as error:  # damaged, or no memory
        print("settings.json:", error)
        return True


def _write(text):
    """Keeps the reason beyond a power cut; not again if it is there already, since flash wears."""
    try:
        try:
            with open(_PATH) as file:
                if file.read() == text:
                    return
        except OSError:
            pass
        with open(_PATH, "w") as file:
            file.write(text)
    except OSError as error:
        print("not kept in %s:" % _PATH, error)

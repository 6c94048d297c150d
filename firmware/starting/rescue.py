"""Safe mode: the heater is off, the screen says why, and Ctrl-C gives the console."""

import time

from hardware.reset_cause import ask

_PATH = "failure.txt"


def rest(reason, show):
    """Says what is wrong, on the console, in a file and on the screen; ends by Ctrl-C alone.

    reason: bytes; show: makes the showing.first_picture.Picture, whatever memory there is.
    """
    text = str(reason or b"the watchdog ended it", "ascii", "replace")
    print("SAFE MODE: three starts in a row have failed; the heater is off.")
    print("The last one:", text)
    print("To try again: switch the power off and on; or Ctrl-C, import machine, machine.reset()")
    _write(text)
    try:
        from screen.start import show_lines

        show_lines(show().brush, (b"SAFE MODE", reason or b"watchdog", b"heater off"))
    except Exception as error:  # the screen may be what is wrong
        print("and the screen cannot tell:", error)
    try:
        while True:
            time.sleep(1)
    finally:  # somebody at the console wants it to try again
        ask()


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

"""What main.py starts: first picture, settings, radio, then the application, over and over."""

import sys
import time

import board
import machine
import micropython

from starting import attempts

machine.freq(board.CPU_HZ)  # the start too is a third shorter with it
micropython.alloc_emergency_exception_buf(100)


def show():
    """Shows the first picture, with what the screen goes on drawing with; returns both."""
    from showing import first_picture

    return first_picture.Picture()


def start(failures):
    """Shows the first picture, reads the settings, starts the radio: before Python's heap grows.

    failures: of the starts before this one. Returns what it has found, in a list: whoever takes it
    out of there can have it forgotten.
    (A stack would keep what was handed to a function from here as long as this file runs.)
    """
    first = show()
    from starting import startup
    from unload import unload

    found = [startup.prepare(first, failures)]
    unload("starting.startup")
    return found


def rest(reason):
    """Safe mode: no start helps; a person is needed."""
    from starting import rescue

    rescue.rest(reason, show)


def run(found):
    """Runs the application until it ends."""
    import app

    app.run(found)


found = None
try:
    failures, reason = attempts.begin()
    if failures >= attempts.SAFE:
        rest(reason)
    else:
        found = start(failures)
        run(found)
except Exception as error:
    # Time to read the reason on a console and to press Ctrl-C; then everything anew.
    sys.print_exception(error)
    time.sleep(2)
    try:
        attempts.failed(error)
        from kept import crash

        crash.keep(error, failures, found)
    finally:  # there may be no memory even for that
        machine.reset()

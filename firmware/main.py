"""Start of everything on the device: heater pin off, big buffer first, then the application."""

import board
from machine import Pin

# Before anything else can fail: the heater is off. boot.py has done the same, if it is there.
Pin(board.HEATER_PIN, Pin.OUT, value=1 - board.HEATER_ACTIVE)

# The heap of an ESP32 grows in pieces; the largest buffer gets its place while there is one.
CANVAS = bytearray(board.PANEL_WIDTH * board.PANEL_HEIGHT // 2)

import sys  # noqa: E402
import time  # noqa: E402

import machine  # noqa: E402
import micropython  # noqa: E402

micropython.alloc_emergency_exception_buf(100)


def start():
    """Reads the settings and starts the radio: before Python's heap grows."""
    import startup

    startup.run()


def run():
    """Runs the application until it ends."""
    import app

    app.run(CANVAS)


try:
    start()
    run()
except Exception as error:
    # Time to read the reason on a console and to press Ctrl-C; then everything anew.
    sys.print_exception(error)
    time.sleep(2)
    machine.reset()

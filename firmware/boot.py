"""MicroPython runs this before anything else of ours: the heater is off.

Then it is said which set of files runs (slots.py). No update over Wi-Fi changes it; so it knows of
what these bring no more than `set_up.run`.

After a reset by the watchdog's panic, or by a crash, the pins still have the level they had.
Where the last start was asked for it (starting/set_up_asked.py), the device is set up from a phone
now. An image for a board without PSRAM has that in a folder of its own.
"""

import board
from machine import RTC, Pin

Pin(board.HEATER_PIN, Pin.OUT, value=1 - board.HEATER_ACTIVE)

try:
    import slots

    slots.select()
    del slots
except ImportError as error:
    print("boot:", error)

if RTC().memory() == b"set-up":
    RTC().memory(b"")  # whatever comes of it, the next start is one as usual
    import sys

    import machine

    try:
        sys.path[:0] = [place + "/set_up" for place in sys.path]
        import set_up

        set_up.run()
    except Exception as error:
        sys.print_exception(error)
    machine.reset()

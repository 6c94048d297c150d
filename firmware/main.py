"""MicroPython runs this after boot.py: the heater is off, then what lib/ holds begins.

No update over Wi-Fi changes it; so it knows of lib/ no more than that one name.
"""

import board
from machine import Pin

# Before anything else can fail. boot.py has done the same, if it is there.
Pin(board.HEATER_PIN, Pin.OUT, value=1 - board.HEATER_ACTIVE)

import entry  # noqa: E402, F401

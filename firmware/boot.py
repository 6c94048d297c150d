"""MicroPython runs this before anything else of ours: the heater is off.

After a reset by the watchdog's panic, or by a crash, the pins still have the level they had.
"""

import board
from machine import Pin

Pin(board.HEATER_PIN, Pin.OUT, value=1 - board.HEATER_ACTIVE)

"""Does somebody want to set this device up from a phone? Looked at once in each start.

Set-up is a program of its own (set_up.py), which needs the memory that the application would have:
the chip starts anew for it, with a mark in the RTC's memory that boot.py finds.
"""

import os
from time import sleep_ms

import board
import machine
from machine import Pin

from compat import const
from screen.labels import SET_UP_BUTTON
from screen.start import show_texts
from words import SCREEN_TEXTS

_POWER_ON = const(1)  # of machine.reset_cause(); its name there would stay in memory
_LOOK_MS = const(50)
_HOLD_MS = const(2_000)
_LET_GO_MS = const(10_000)


def look(brush, texts):
    """Starts the chip anew for the set-up if somebody wants that; else does nothing.

    brush, texts: what the screen draws with.
    """
    if _is_new() or _is_pressed(brush, texts):
        machine.RTC().memory(b"set-up")
        machine.reset()


def _is_new():
    """True if nothing is set up, and somebody has just switched the device on.

    Not after any other reset: a device that nobody sets up gets on with its work.
    """
    if machine.reset_cause() != _POWER_ON:
        return False
    try:
        os.stat("settings.json")
    except OSError:
        return True
    return False


def _is_pressed(brush, texts):
    """True if the button is held for two seconds, and then let go, as the screen says.

    A button that nobody lets go of is jammed, or has no pull-up: it must not keep the device from
    its work for longer.
    """
    button = Pin(board.BUTTON_1, Pin.IN, Pin.PULL_UP)
    if _is_released(button, _HOLD_MS):
        return False
    show_texts(brush, texts, SCREEN_TEXTS, SET_UP_BUTTON)
    return _is_released(button, _LET_GO_MS)


def _is_released(button, within_ms):
    while button.value() == 0 and within_ms > 0:
        sleep_ms(_LOOK_MS)
        within_ms -= _LOOK_MS
    return button.value() == 1

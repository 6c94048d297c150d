"""How this start of the chip came about, and how the next one will."""

import board
import machine

from compat import const

_CAUSE_BITS = const(0x3F)
_BROWN_OUT = const(15)
# What attempts.py keeps: no failed start, and what it makes of that when the next one begins.
_ASKED = b"packmate\x00"
_BEGUN = b"packmate\x01"
_REASON = b"restarted for an update"


def ask():
    """Has a machine.reset() that is about to come taken for no crash, nor for a failed start."""
    machine.RTC().memory(_ASKED + _REASON)


def has_crashed():
    """True if this start came by watchdog, brown-out, panic or machine.reset() after an exception.

    For MicroPython a brown-out is a power-on; the chip's own register knows better.
    """
    if machine.RTC().memory() == _BEGUN + _REASON:
        return False
    cause = machine.reset_cause()
    if cause == machine.PWRON_RESET:
        return machine.mem32[board.RESET_CAUSE] & _CAUSE_BITS == _BROWN_OUT
    return cause == machine.WDT_RESET or cause == machine.HARD_RESET

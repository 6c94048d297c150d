"""How this start of the chip came about."""

import board
import machine

from compat import const

_CAUSE_BITS = const(0x3F)
_BROWN_OUT = const(15)


def has_crashed():
    """True if this start came by watchdog, brown-out, panic or machine.reset() after an exception.

    For MicroPython a brown-out is a power-on; the chip's own register knows better.
    """
    cause = machine.reset_cause()
    if cause == machine.PWRON_RESET:
        return machine.mem32[board.RESET_CAUSE] & _CAUSE_BITS == _BROWN_OUT
    return cause == machine.WDT_RESET or cause == machine.HARD_RESET

"""Builds the heater, and what it has beside its pin; dropped when that is done."""

import board
import machine

from compat import const
from heat.heater import Heater

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


def make_heater(settings, record):
    """Returns the Heater, with what was saved of it."""
    max_ma = board.HEATER_MAX_MA
    max_mw = board.HEATER_MAX_W * 1000
    if settings["heater_output"] == "bms":
        from heat.options.bms_output import MAX_MA, MAX_MW

        max_ma = MAX_MA
        max_mw = MAX_MW
    heater = Heater(settings, max_ma, max_mw)
    heater.load(record, has_crashed())
    return heater


def make_options(device, settings, errors):
    """Returns the options.Options that the settings ask for, None where they ask for none."""
    if (
        settings["heater_output"] == "bms"
        or settings["heater_probe"] != "none"
        or settings["heater_inhibit"]
        or settings["heater_stuck_cutoff"]
        or settings["preheat_at"]
        or device.heater.holds  # a switch that was taken is given back, whatever is set now
    ):
        from options import Options

        return Options(device, settings, errors)
    return None

"""Builds the heater, and what it has beside its pin; dropped when that is done."""

import board

from heat.heater import Heater


def make_heater(settings, record):
    """Returns the Heater, with what was saved of it."""
    max_ma = board.HEATER_MAX_MA
    max_mw = board.HEATER_MAX_W * 1000
    if settings["heater_output"] == "bms":
        from heat.options.bms_output import MAX_MA, MAX_MW

        max_ma = MAX_MA
        max_mw = MAX_MW
    heater = Heater(settings, max_ma, max_mw)
    heater.load(record)
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

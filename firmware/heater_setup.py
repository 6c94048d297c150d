"""Builds the heater, and what it has beside its pin; dropped when that is done."""

import board

from heat.heater import Heater


def build(device, settings, early):
    """Gives the Device its `heater`, and `options`: None where the settings ask for none."""
    max_ma = board.HEATER_MAX_MA
    max_mw = board.HEATER_MAX_W * 1000
    if settings["heater_output"] == "bms":
        from heat.bms_output import MAX_MA, MAX_MW

        max_ma = MAX_MA
        max_mw = MAX_MW
    device.heater = Heater(settings, max_ma, max_mw)
    device.heater.load(early.record)
    device.options = None
    if (
        settings["heater_output"] == "bms"
        or settings["heater_probe"] != "none"
        or settings["heater_inhibit"]
        or settings["heater_stuck_cutoff"]
        or settings["preheat_at"]
        or device.heater.holds  # a switch that was taken is given back, whatever is set now
    ):
        from options import Options

        device.options = Options(device, settings, early.errors)

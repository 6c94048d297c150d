"""Builds the heater, its output, and its options."""

# What the options have is put there here.
# pyright: reportAttributeAccessIssue=false

import board
import machine

from hardware.heater_output import HeaterOutput
from hardware.reset_cause import has_crashed
from heat.heater import Heater


def add_to(device, early):
    """Gives the device its heater, with what was saved of it, its output, and its options."""
    settings = early.settings
    kind = HeaterOutput
    if settings["heater_drive"] == "pulses":
        from hardware.pulsed_output import PulsedOutput

        kind = PulsedOutput
    by_pin = settings["heater_output"] == "gpio"
    device.output = kind(board.HEATER_PIN, board.HEATER_ACTIVE, by_pin)
    device.heater = _make_heater(settings, early.record)
    device.options = _make_options(device, settings, early.errors)
    if settings["low_power"]:
        from power_saver import Saver

        device.options.saver = Saver(settings, early.brush.panel)
    # Counted in the flash at once, before anything can crash again.
    boots = device.state.get("boots", 0)
    device.boots = boots + 1 if isinstance(boots, int) and boots >= 0 else 1
    device.save()
    if settings["charger_pin_used"]:
        pin = machine.Pin
        device.charger_contact = pin(board.CHARGER_PIN, pin.IN, pin.PULL_UP)


def _make_heater(settings, record):
    max_ma = board.HEATER_MAX_MA
    max_mw = board.HEATER_MAX_W * 1000
    if settings["heater_output"] == "bms":
        from heat.options.bms_output import MAX_MA, MAX_MW

        max_ma = MAX_MA
        max_mw = MAX_MW
    heater = Heater(settings, max_ma, max_mw)
    heater.load(record, has_crashed())
    return heater


def _make_options(device, settings, errors):
    if (
        settings["heater_output"] == "bms"
        or settings["heater_probe"] != "none"
        or settings["heater_inhibit"]
        or settings["heater_stuck_cutoff"]
        or settings["preheat_at"]
        or settings["low_power"]
        or device.heater.holds  # a switch that was taken is given back, whatever is set now
    ):
        from heating.options import Options

        return Options(device, settings, errors)
    return None

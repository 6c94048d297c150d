"""Builds what the heater has beside its pin; dropped when that is done."""


def build_options(device, settings, errors):
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

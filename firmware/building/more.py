"""Builds what few devices need, or have the memory for: time of day, event log, history."""

from unload import unload


def add_to(device, early):
    """Gives the device the time, if it plans by it or can tell it, its meter, and its history."""
    settings = early.settings
    if settings["preheat_at"] or early.roomy and device.wifi_used:
        from hardware.net.network_time import Clock

        saved = device.state.get("time")
        # The budget of heat is a day's.
        calendar = device.heater.inputs
        device.clock = Clock(settings["ntp_host"], settings["utc_offset_min"], saved, calendar)
    if early.roomy:
        from bms.meter import Meter
        from building import remote

        device.meter = Meter(device.state.get("meter"))  # screen and page tell it, too
        remote.add_to(device, early)
    if settings["history_kb"]:
        _add_history(device, early)
    unload("building.more")


def _add_history(device, early):
    if early.roomy:
        from building import history

        history.add_to(device, early)
        return
    from kept.small_recorder import run

    segments = max(2, early.settings["history_kb"] // 32)
    device.extras += (run(device, segments, early.settings["history_rest_s"]),)

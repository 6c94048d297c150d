"""Builds what few devices need, or have the memory for: time of day, event log, history."""


def add_to(device, early):
    """Gives the device the time, if it plans by it or can tell it, and what keeps its history."""
    settings = early.settings
    if settings["preheat_at"] or device.wifi_used:
        from hardware.network_time import Clock

        saved = device.state.get("time")
        device.clock = Clock(settings["ntp_host"], settings["utc_offset_min"], saved)
    if early.roomy:
        from building import remote

        remote.add_to(device, early)
    if settings["history_kb"]:
        from building import history

        history.add_to(device, early)

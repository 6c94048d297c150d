"""What settings of the heater need of each other; a part of table.py."""


def check(values, errors):
    """Appends to `errors` what does not fit together; `values`: a complete dict of good values."""
    if values["heater_max_w"] and not values["heater_mat_mohm"]:
        errors.append("heater_max_w: needs heater_mat_mohm")
    if values["heater_max_w"] and values["heater_output"] == "bms":
        errors.append("heater_max_w: the BMS's own output cannot be switched on and off for that")
    if values["heater_drive"] == "pulses" and values["heater_output"] != "gpio":
        errors.append("heater_drive: pulses need heater_output gpio")
    if values["heater_inhibit"] and values["bms_dialect"] == "jk_display":
        errors.append("heater_inhibit: jk_display has no commands")
    if values["heater_stuck_cutoff"] and values["heater_feed"] != "output":
        errors.append("heater_stuck_cutoff: needs heater_feed output")
    for key in ("heater_inhibit", "heater_bms_thresholds", "heater_stuck_cutoff"):
        if values[key] and not values["bms_writes"]:
            errors.append("%s: needs bms_writes" % key)
    _check_pace(values, errors)
    _check_bms_output(values, errors)
    _check_preheat(values, errors)


def _check_pace(values, errors):
    """Figures must not be stale before the next ones come, also where an answer is lost."""
    most = 500 * values["data_max_age_s"]
    if values["bms_poll_ms"] > most:
        errors.append(
            "bms_poll_ms: %d is over %d, half of data_max_age_s" % (values["bms_poll_ms"], most)
        )


def _check_bms_output(values, errors):
    if values["heater_output"] == "bms":
        if values["bms_dialect"] != "jk_ble":
            errors.append(
                "heater_output: %s has no command for a heating output; jk_ble has one"
                % values["bms_dialect"]
            )
        if not values["bms_writes"]:
            errors.append("heater_output: bms needs bms_writes")
        if values["heater_feed"] == "output":
            errors.append("heater_feed: the BMS does not measure what its own output takes")
        if values["packs"]:
            errors.append("heater_output: bms is for one BMS")
    elif values["heater_bms_thresholds"]:
        errors.append("heater_bms_thresholds: needs heater_output bms")
    if values["heater_bms_thresholds"] and values["heater_thresholds"] != "own":
        errors.append("heater_bms_thresholds: needs heater_thresholds own")


def is_time(text):
    """True for a time of day as HH:MM."""
    good = len(text) == 5 and text[2] == ":" and (text[:2] + text[3:]).isdigit()
    return good and int(text[:2]) < 24 and int(text[3:]) < 60


def _check_preheat(values, errors):
    text = values["preheat_at"]
    if not text:
        return
    if not is_time(text):
        values["preheat_at"] = ""
        errors.append("preheat_at: is not HH:MM")
        return
    for key in ("wifi_ssid", "ntp_host", "pack_wh", "heater_mat_mohm"):
        if not values[key]:
            errors.append("preheat_at: needs %s" % key)

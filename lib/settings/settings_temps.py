"""Temperatures of the heater that cannot go together; a part of table.py where there is PSRAM.

On a board without, a check more at each start costs memory that it does not have: there it is
`packmate` that finds them out, before anything is sent.
"""

from words import LEAST_SPAN_DC

_APART_DC = 30  # healthy sensors, at the end of heating; and one step of a BMS of whole °C


def check(values, errors):
    """Appends to `errors` what would end in a fault in a healthy pack, or never heat. `values`: a
    complete dict of good values.

    The warmest of healthy sensors is above where heating ends. Of the BMS's own thresholds nothing
    is known here: 0 °C, as LiFePO4 needs it.
    """
    if values["heater_output"] == "none":
        return
    own = values["heater_thresholds"] == "own"
    on_dc = values["heater_lead_dc"] + (values["heater_on_dc"] if own else 0)
    off_dc = values["heater_off_dc"] if own else 0
    least_dc = max(off_dc, on_dc + LEAST_SPAN_DC) + _APART_DC
    if values["heater_max_temp_dc"] < least_dc:
        errors.append(
            "heater_max_temp_dc: %d is under %d, which is %d above where heating ends"
            % (values["heater_max_temp_dc"], least_dc, _APART_DC)
        )

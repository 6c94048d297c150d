"""The first page, what a driver wants at arm's length; and the page of all figures of the pack."""

import words as w
from bms import pack as p
from compat import const
from screen import labels, layout
from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw import sheet as s

# Figures: slot, which divisor, decimals, unit, 1 for a plus sign; a limit's slot, which way is
# beyond it, and the colour there.
_NONE = const(0xFF)
_DIVISORS = (1, 10, 100)
_OVER = const(0)
_UNDER = const(1)  # or at it; 2: below
_INKS = (pal.RED, pal.BLUE)
# fmt: off
_FIGURES = bytes((
    p.PACK_MV, 1, 2, s.VOLT, 0, 0xFF, 0, 0,
    p.CURRENT_MA, 2, 1, s.AMPERE, 1, 0xFF, 0, 0,
    p.CELL_MIN_MV, 0, 3, s.NO_UNIT, 0, p.CELL_UVP_MV, 1, 0,
    p.CELL_MAX_MV, 0, 3, s.VOLT, 0, p.CELL_OVP_MV, 0, 0,
    p.CELL_DELTA_MV, 0, 0, s.MILLIVOLT, 0, 0xFF, 0, 0,
    p.TEMP_MIN_DC, 0, 1, s.DEGREES, 0, p.CHARGE_UTP_DC, 2, 1,
    p.TEMP_MIN_DC, 0, 1, s.NO_UNIT, 0, p.CHARGE_UTP_DC, 2, 1,
    p.TEMP_MAX_DC, 0, 1, s.DEGREES, 0, p.CHARGE_OTP_DC, 0, 0,
))
# By field of the page of all figures: a label, or where its figure begins.
_LABELS = bytes((
    0xFF, 0xFF, 0xFF, labels.CELLS, 0xFF, labels.TO, 0xFF, labels.DIFFER, 0xFF, labels.TEMP,
    0xFF, labels.TO, 0xFF,
))
_SHOWN = bytes((0, 0, 8, 0, 16, 0, 24, 0, 32, 0, 48, 0, 56))
# fmt: on
CURRENT = const(8)  # where they begin
_LOW = const(16)
COLD = const(40)

_SOC_LOW_PCT = const(20)
_SOC_EMPTY_PCT = const(10)
_OLD_S = const(10_000)  # what has more digits has no room


class Glance:
    """Charge, power, current, the coldest sensor, the switches, and how old all that is."""

    ROWS = layout.GLANCE

    def __init__(self, sheet, footer):
        self._sheet = sheet
        self._footer = footer

    def show(self, field, model, live):
        """Shows a field, in grey while the model is not `live`; see Sheet."""
        sheet = self._sheet
        if field == 0:
            return self._footer.show(field, model, live)
        if field <= 2:
            return self._show_charge(field, model, live)
        if field == 3:
            return show_power(sheet, field, model, live)
        if field == 4:
            return show_figure(sheet, field, model, live, CURRENT)
        if field == 5:
            return self._show_age(field, model, live)
        if field == 6:
            return show_figure(sheet, field, model, live, COLD)
        if field == 7:
            return sheet.link(field, b.WIFI, model.wifi)
        if field == 8:
            return sheet.link(field, b.CLOUD, model.mqtt)
        if field == 9:
            return self._show_switch(field, b.CHARGE, model.get(p.CHARGE_ON), live)
        if field == 10:
            return self._show_switch(field, b.DISCHARGE, model.get(p.DISCHARGE_ON), live)
        return self._show_heater(field, model, live)

    def _show_charge(self, field, model, live):
        """Shows the state of charge; as a bar in field 2."""
        soc = model.get(p.SOC_PCT)
        ink = pal.WHITE
        if not live:
            ink = pal.GREY
        elif soc is not None and soc < _SOC_EMPTY_PCT:
            ink = pal.RED
        elif soc is not None and soc < _SOC_LOW_PCT:
            ink = pal.AMBER
        if field == 1:
            return self._sheet.figure(field, soc, 0, s.PERCENT, ink)
        filled = 0 if soc is None else min(max(soc, 0), 100)
        return self._sheet.bar(field, 10 * filled, pal.GREEN if ink == pal.WHITE else ink)

    def _show_age(self, field, model, live):
        if not self._sheet.changed(field, model.age_s, pal.GREY if live else pal.AMBER):
            return False
        self._sheet.text.fixed(min(model.age_s, _OLD_S), 0).add(b" ")
        self._sheet.say(labels.S_AGO)
        return True

    def _show_switch(self, field, icon, on, live):
        if on:
            return self._sheet.tile(field, icon, s.ON, pal.ON_GREEN if live else pal.ON_GREY)
        if on is None:
            return self._sheet.tile(field, icon, s.UNKNOWN, pal.GREY)
        return self._sheet.tile(field, icon, s.OFF, pal.AMBER if live else pal.GREY)

    def _show_heater(self, field, model, live):
        state = s.IDLE
        ink = pal.GREY
        if model.heater.state == w.FAULT:
            state = s.FAULT
            ink = pal.ON_RED
        elif model.heater_on or live and model.get(p.HEATING):  # the output of the BMS itself
            state = s.ON
            ink = pal.ON_AMBER
        return self._sheet.tile(field, b.HEAT, state, ink)


class Figures:
    """All figures of the pack, with the names that Glance has no room for."""

    ROWS = layout.FIGURES

    def __init__(self, sheet, footer):
        self._sheet = sheet
        self._footer = footer

    def show(self, field, model, live):
        """See Glance.show."""
        if field == 0:
            return self._footer.show(field, model, live)
        if _LABELS[field] != _NONE:
            return self._sheet.label(field, _LABELS[field])
        return show_figure(self._sheet, field, model, live, _SHOWN[field])


def show_figure(sheet, field, model, live, at):
    """Shows the figure described at `at` of _FIGURES: grey while it is old, in the colour of a
    limit of the BMS where it is beyond that."""
    value = model.get(_FIGURES[at])
    ink = pal.WHITE if live else pal.GREY
    if live and value is not None and _FIGURES[at + 5] != _NONE:
        if _is_beyond(value, model.get(_FIGURES[at + 5]), _FIGURES[at + 6]):
            ink = _INKS[_FIGURES[at + 7]]
        elif at == _LOW and _is_beyond(value, model.get(p.CELL_UVPR_MV), _UNDER):
            ink = pal.AMBER
    value = scaled(value, _DIVISORS[_FIGURES[at + 1]])
    unit = _FIGURES[at + 3]
    return sheet.figure(field, value, _FIGURES[at + 2], unit, ink, _FIGURES[at + 4] != 0)


def _is_beyond(value, limit, way):
    if limit is None:
        return False
    return value >= limit if way == _OVER else value < limit + (way == _UNDER)


def show_power(sheet, field, model, live):
    """Shows the power, with as many digits as have room, in the colour of its direction."""
    current = model.get(p.CURRENT_MA)
    ink = pal.WHITE
    if not live:
        ink = pal.GREY
    elif current is not None and not -50 < current < 50:  # below 0.05 A it rests
        ink = pal.GREEN if current > 0 else pal.AMBER
    power = model.get(p.POWER_MW)
    if power is None or -999_500 < power < 999_500:
        return sheet.figure(field, scaled(power, 1000), 0, s.WATT, ink, True)
    if -9_995_000 < power < 9_995_000:
        return sheet.figure(field, scaled(power, 10_000), 2, s.KILOWATT, ink, True)
    if -99_950_000 < power < 99_950_000:
        return sheet.figure(field, scaled(power, 100_000), 1, s.KILOWATT, ink, True)
    return sheet.figure(field, scaled(power, 1_000_000), 0, s.KILOWATT, ink, True)


def scaled(value, divisor):
    """Returns value / divisor, rounded half away from zero; None stays None."""
    if value is None:
        return None
    if value < 0:
        return -((-value + divisor // 2) // divisor)
    return (value + divisor // 2) // divisor

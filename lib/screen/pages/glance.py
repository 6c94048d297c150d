"""The first page, what a driver wants at arm's length; and the page of all figures of the pack.

A page is its rows (screen.layout), and for each of them the function that shows it:
`show(sheet, field, what, model, live)` with the number that the row has for it, in grey while the
model is not `live`. It returns True if the field has to be drawn (draw.sheet).
"""

import words as w
from bms import pack as p
from compat import const
from screen import figures, labels, layout
from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw import sheet as s

# Figures: slot, which divisor, decimals, unit, 1 for a plus sign; a limit's slot, which way is
# beyond it, and the colour there. screen.figures has their places.
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
    p.TEMP_MIN_DC, 0, 1, s.BARE_DEGREES, 0, p.CHARGE_UTP_DC, 2, 1,
    p.TEMP_MAX_DC, 0, 1, s.DEGREES, 0, p.CHARGE_OTP_DC, 0, 0,
))
# fmt: on

_SOC_LOW_PCT = const(20)
_SOC_EMPTY_PCT = const(10)
_OLD_S = const(10_000)  # what has more digits has no room


def foot(sheet, field, _what, model, live):
    """Shows the lowest line."""
    return sheet.footer.show(field, model, live)


def label(sheet, field, what, _model, _live):
    """Shows one of the screen's own texts."""
    return sheet.label(field, what)


def link(sheet, field, what, model, _live):
    """Shows whether the Wi-Fi, or the broker, is there."""
    return sheet.link(field, what, model.wifi if what == b.WIFI else model.mqtt)


def figure(sheet, field, at, model, live):
    """Shows the figure described at `at` of _FIGURES: grey while it is old, in the colour of a
    limit of the BMS where it is beyond that."""
    value = model.get(_FIGURES[at])
    ink = pal.WHITE if live else pal.GREY
    if live and value is not None and _FIGURES[at + 5] != _NONE:
        if _is_beyond(value, model.get(_FIGURES[at + 5]), _FIGURES[at + 6]):
            ink = _INKS[_FIGURES[at + 7]]
        elif at == figures.LOWEST_CELL and _is_beyond(value, model.get(p.CELL_UVPR_MV), _UNDER):
            ink = pal.AMBER
    value = scaled(value, _DIVISORS[_FIGURES[at + 1]])
    unit = _FIGURES[at + 3]
    return sheet.figure(field, value, _FIGURES[at + 2], unit, ink, _FIGURES[at + 4] != 0)


def _is_beyond(value, limit, way):
    if limit is None:
        return False
    return value >= limit if way == _OVER else value < limit + (way == _UNDER)


def charge(sheet, field, is_bar, model, live):
    """Shows the state of charge, as a figure or as a bar."""
    soc = model.get(p.SOC_PCT)
    ink = pal.WHITE
    if not live:
        ink = pal.GREY
    elif soc is not None and soc < _SOC_EMPTY_PCT:
        ink = pal.RED
    elif soc is not None and soc < _SOC_LOW_PCT:
        ink = pal.AMBER
    if not is_bar:
        return sheet.figure(field, soc, 0, s.PERCENT, ink)
    filled = 0 if soc is None else min(max(soc, 0), 100)
    return sheet.bar(field, 10 * filled, pal.GREEN if ink == pal.WHITE else ink)


def power(sheet, field, _what, model, live):
    """Shows the power, with as many digits as have room, in the colour of its direction."""
    current = model.get(p.CURRENT_MA)
    ink = pal.WHITE
    if not live:
        ink = pal.GREY
    elif current is not None and not -50 < current < 50:  # below 0.05 A it rests
        ink = pal.GREEN if current > 0 else pal.AMBER
    mw = model.get(p.POWER_MW)
    if mw is None or -999_500 < mw < 999_500:
        return sheet.figure(field, scaled(mw, 1000), 0, s.WATT, ink, True)
    if -9_995_000 < mw < 9_995_000:
        return sheet.figure(field, scaled(mw, 10_000), 2, s.KILOWATT, ink, True)
    if -99_950_000 < mw < 99_950_000:
        return sheet.figure(field, scaled(mw, 100_000), 1, s.KILOWATT, ink, True)
    return sheet.figure(field, scaled(mw, 1_000_000), 0, s.KILOWATT, ink, True)


def _age(sheet, field, _what, model, live):
    ink = pal.GREY if live else pal.AMBER
    return sheet.figure(field, min(model.age_s, _OLD_S), 0, s.LABEL + labels.S_AGO, ink)


def _switch(sheet, field, icon, model, live):
    on = model.get(p.CHARGE_ON if icon == b.CHARGE else p.DISCHARGE_ON)
    if on:
        return sheet.tile(field, icon, s.ON, pal.ON_GREEN if live else pal.ON_GREY)
    if on is None:
        return sheet.tile(field, icon, s.UNKNOWN, pal.GREY)
    return sheet.tile(field, icon, s.OFF, pal.AMBER if live else pal.GREY)


def _heater(sheet, field, icon, model, live):
    state = s.IDLE
    ink = pal.GREY
    if model.heater.state == w.FAULT:
        state = s.FAULT
        ink = pal.ON_RED
    elif model.heater_on or live and model.get(p.HEATING):  # the output of the BMS itself
        state = s.ON
        ink = pal.ON_AMBER
    return sheet.tile(field, icon, state, ink)


def scaled(value, divisor):
    """Returns value / divisor, rounded half away from zero; None stays None."""
    if value is None:
        return None
    if value < 0:
        return -((-value + divisor // 2) // divisor)
    return (value + divisor // 2) // divisor


# fmt: off
GLANCE = (
    layout.GLANCE,
    (foot, charge, charge, power, figure, _age, figure, link, link, _switch, _switch, _heater),
)
if layout.MORE_FIGURES:
    GLANCE = (
        layout.GLANCE,
        GLANCE[1] + (figure,) * layout.MORE_FIGURES + (label,) * layout.MORE_LABELS,
    )
FIGURES = (
    layout.FIGURES,
    (foot, figure, figure, label, figure, label, figure, label, figure, label, figure, label,
     figure),
)
# fmt: on

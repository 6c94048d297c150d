"""The temperatures: coldest and warmest, each sensor, the BMS and our own probe."""

from bms import pack as p
from compat import const
from screen import figures, labels, titles
from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw import sheet as s
from screen.draw.fonts.barlow import LARGE, TEXT
from screen.flow import FIT
from screen.pages.glance import figure, label

_ABSENT = const(-1)
_OURS = const(100)


def title(sheet, field, number, _model, _live):
    """Shows one of the texts of these pages."""
    return sheet.title(field, number)


def _number(sheet, field, which, model, _live):
    """Shows a sensor's number, if there is one."""
    there = which < model.pack.temps and not model.withheld
    if not sheet.changed(field, which if there else _ABSENT, pal.GREY):
        return False
    if there:
        sheet.text.fixed(which + 1, 0)
    return True


def _sensor(sheet, field, which, model, live):
    """Shows what a sensor of the battery says; one that is silent is a dash."""
    pack = model.pack
    if which >= pack.temps or model.withheld:
        return sheet.changed(field, _ABSENT, pal.GREY)
    dc = pack.temps_dc[which] if pack.temp_valid[which] else None
    return sheet.figure(field, dc, 1, s.BARE_DEGREES, _ink(dc, model, live))


def _ink(dc, model, live):
    """Returns the colour of a cell's temperature, by what the BMS allows for charging."""
    low = model.get(p.CHARGE_UTP_DC)
    high = model.get(p.CHARGE_OTP_DC)
    if not live or dc is None:
        return pal.GREY
    if low is not None and dc <= low:
        return pal.BLUE
    return pal.RED if high is not None and dc >= high else pal.WHITE


def _other(sheet, field, slot, model, live):
    """Shows the temperature of the BMS, or of our own probe."""
    dc = model.heater.probe_dc if slot == _OURS else model.get(slot)
    return sheet.figure(field, dc, 1, s.BARE_DEGREES, pal.WHITE if live else pal.GREY)


def _pair(left):
    return (
        20,
        (20, TEXT, left, _number),
        (25, FIT + b.RIGHT, left, _sensor),
        (8, TEXT, 0, _nothing),
        (22, TEXT, left + 1, _number),
        (25, FIT + b.RIGHT, left + 1, _sensor),
    )


def _nothing(sheet, field, _what, _model, _live):
    """Nothing, between two columns."""
    return False


PAGE = (
    (
        28,
        (38, LARGE + b.RIGHT, figures.COLDEST_BARE, figure),
        (12, TEXT, labels.TO, label),
        (50, LARGE + b.RIGHT, figures.WARMEST, figure),
    ),
    _pair(0),
    _pair(2),
    _pair(4),
    _pair(6),
    (
        20,
        (20, TEXT, titles.BMS, title),
        (25, FIT + b.RIGHT, p.MOS_TEMP_DC, _other),
        (8, TEXT, 0, _nothing),
        (22, TEXT, titles.PROBE, title),
        (25, FIT + b.RIGHT, _OURS, _other),
    ),
)

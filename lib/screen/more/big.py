"""A few large figures: charge, time to go, power, coldest temperature."""

from bms import pack as p
from compat import const
from screen import figures, labels, titles
from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw import sheet as s
from screen.draw.fonts.barlow import BIG, HUGE, TEXT
from screen.facts import UNKNOWN
from screen.pages.glance import charge, figure, foot, power

_LONG_MIN = const(6000)  # from a hundred hours on: days
_OLD_S = const(10_000)


def togo(sheet, field, _what, model, live):
    """Shows how long until empty, or full: hours and minutes, or days."""
    minutes = model.left_min if live and not model.withheld else UNKNOWN
    if not sheet.changed(field, minutes, pal.GREY if minutes == UNKNOWN else pal.WHITE):
        return False
    text = sheet.text
    if minutes == UNKNOWN:
        text.add(b"-")
    elif minutes >= _LONG_MIN:
        end = text.fixed(minutes // 1440, 0).n
        sheet.put(titles.DAYS)
        text.unit = end
    else:
        text.fixed(minutes // 60, 0).add(b":").two(minutes % 60).small(b"h")
    return True


def until(sheet, field, _what, model, live):
    """Says what the time to go is until; or how old the figures are, when they are old."""
    if not live:
        age_s = min(model.age_s, _OLD_S)
        return sheet.figure(field, age_s, 0, s.LABEL + labels.S_AGO, pal.AMBER)
    if model.left_min != UNKNOWN:
        return sheet.title(field, titles.TO_FULL if model.fills else titles.TO_EMPTY)
    rests = model.get(p.CURRENT_MA) is not None and model.get(p.REMAINING_MAH) is not None
    return sheet.title(field, titles.RESTS if rests else titles.NO_TIME)


PAGE = (
    (
        66,
        (54, HUGE + b.RIGHT, 0, charge),
        (46, ((38, (100, BIG + b.RIGHT, 0, togo)), (22, (100, TEXT + b.RIGHT, 0, until)))),
    ),
    (9, (100, b.BAR, 1, charge)),
    (38, (51, BIG, 0, power), (49, BIG + b.RIGHT, figures.COLDEST, figure)),
    (22, (100, TEXT, 0, foot)),
)

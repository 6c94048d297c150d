"""What is left, for how long, and what has gone through the pack."""

from bms import pack as p
from compat import const
from screen import labels, titles
from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw import sheet as s
from screen.draw.fonts.barlow import BIG, TEXT
from screen.flow import FIT
from screen.more.big import togo, until
from screen.more.warmth import title
from screen.pages.glance import scaled

_NONE = const(-0x3FFFFFFF)
_LARGE_MAH = const(1_000_000)
_UNITS = ((100, 1), (1000, 0))  # mAh, decimals: of packs that are not large, and of those
_TURN = const(8191)  # sizes that are told apart


def _charge(sheet, field, _what, model, live):
    """Shows the charge that is left, of that of the full pack."""
    left = model.get(p.REMAINING_MAH)
    whole = model.get(p.CAPACITY_MAH)
    key = _NONE if left is None else scaled(left, 100)
    size = 0 if whole is None else scaled(whole, 100) % _TURN
    if not sheet.changed(field, key, size << 16 | (pal.WHITE if live else pal.GREY)):
        return False
    text = sheet.text
    unit, tenths = _UNITS[whole is not None and whole >= _LARGE_MAH]
    if left is None:
        text.add(b"-")
    else:
        text.fixed(scaled(left, unit), tenths)
    if whole is not None:
        text.add(b" ")
        sheet.say(labels.OF).add(b" ").fixed(scaled(whole, unit), tenths)
    text.add(b" Ah")
    return True


def _kwh(sheet, field, _what, model, live):
    """Shows the energy that is left."""
    return _energy(sheet, field, model.left_wh(), pal.WHITE if live else pal.GREY)


def _total(sheet, field, which, model, _live):
    """Shows what has been counted, charged or used, since this device counts."""
    return _energy(sheet, field, model.total_wh(which), pal.WHITE)


def _energy(sheet, field, wh, ink):
    if not sheet.changed(field, _NONE if wh is None else wh, ink):
        return False
    text = sheet.text
    if wh is None:
        text.add(b"-").small(b"kWh")
    elif wh < 100_000:
        text.fixed(wh // 10, 2).small(b"kWh")
    elif wh < 10_000_000:
        text.fixed(wh // 1000, 0).small(b"kWh")
    else:
        text.fixed(wh // 10_000, 2).small(b"MWh")
    return True


def _count(sheet, field, slot, model, live):
    """Shows how often the pack was filled, or its health."""
    unit = s.PERCENT if slot == p.SOH_PCT else s.NO_UNIT
    return sheet.figure(field, model.get(slot), 0, unit, pal.WHITE if live else pal.GREY)


PAGE = (
    (38, (55, BIG, 0, _kwh), (45, BIG + b.RIGHT, 0, togo)),
    (22, (65, TEXT, 0, _charge), (35, TEXT + b.RIGHT, 0, until)),
    (22, (40, TEXT, titles.CHARGED, title), (60, FIT + b.RIGHT, 0, _total)),
    (22, (40, TEXT, titles.USED, title), (60, FIT + b.RIGHT, 1, _total)),
    (
        22,
        (25, TEXT, titles.CYCLES, title),
        (22, FIT, p.CYCLES, _count),
        (29, TEXT, titles.HEALTH, title),
        (24, FIT + b.RIGHT, p.SOH_PCT, _count),
    ),
)

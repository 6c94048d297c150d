"""The page instead of old figures: NO DATA, since when, and why."""

from compat import const
from screen import labels, layout
from screen.draw import palette as pal
from screen.pages.glance import foot, link

_MINUTES_END_S = const(6000)  # from 100 minutes on: hours


def _title(sheet, field, _what, model, _live):
    hours = model.age_s >= _MINUTES_END_S
    if not sheet.changed(field, model.seen, hours << 16 | pal.RED):
        return False
    text = sheet.say(labels.NO_DATA if model.seen else labels.NO_DATA_YET)
    if hours:
        end = text.n
        sheet.say(labels.IN_HOURS)
        text.unit = end
    return True


def _clock(sheet, field, left, model, _live):
    """Shows how long there have been no figures: mm:ss, and hh:mm from 100 minutes on."""
    seconds = model.age_s
    hours = seconds >= _MINUTES_END_S
    return show_clock(sheet, field, left, seconds // 60 if hours else seconds)


def _why(sheet, field, _what, model, _live):
    return sheet.line(field, model.why_texts, model.why, pal.WHITE)


def show_clock(sheet, field, left, value):
    """Shows one half of a clock; what did not change stays, since its glyphs are large."""
    if not sheet.changed(field, value // 60 if left else value % 60, pal.WHITE):
        return False
    if left:
        sheet.text.two(value // 60).add(b":")
    else:
        sheet.text.two(value % 60)
    return True


LOST = (layout.LOST, (foot, _title, link, link, _clock, _clock, _why))

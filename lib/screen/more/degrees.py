"""The heater's page with its thresholds in degrees as their owner likes them."""

from screen import labels
from screen.draw import palette as pal
from screen.pages import heater

_LIMITS = 3  # its place on the page


def _limits(sheet, field, _what, model, _live):
    """Shows from where to where it heats."""
    law = model.heater.law
    on = sheet.degrees(law.on_dc)
    off = sheet.degrees(law.off_dc)
    if not sheet.changed(field, -9999 if on is None else on, (off or 0) + 1000 << 16 | pal.GREY):
        return False
    text = sheet.say(labels.AIM).add(b" ")
    if on is None:
        text.add(b"-")
    else:
        text.fixed(on, 1).add(b" ")
        sheet.say(labels.TO).add(b" ").fixed(off, 1)
    return True


_ROWS, _SHOWS = heater.HEATER
HEATER = (_ROWS, _SHOWS[:_LIMITS] + (_limits,) + _SHOWS[_LIMITS + 1 :])

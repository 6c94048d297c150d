"""The page while the phone has the BMS. Loaded only where a BMS comes by radio."""

from screen import labels, layout
from screen.draw import palette as pal
from screen.pages.lost import show_clock
from words import UNCONFIRMED


def _title(sheet, field, what, _model, _live):
    return sheet.label(field, what, pal.ON_BLUE)


def _back(sheet, field, what, model, _live):
    """Says that the BMS is taken back, or that its heating may be on meanwhile."""
    if model.heater.reason == UNCONFIRMED:
        return sheet.label(field, labels.IS_IT_OFF, pal.RED)
    return sheet.label(field, what)


def _clock(sheet, field, left, model, _live):
    """Counts down until the BMS is taken back from the phone."""
    return show_clock(sheet, field, left, model.handed_over_s)


HANDED = (layout.HANDED, (_title, _back, _clock, _clock))

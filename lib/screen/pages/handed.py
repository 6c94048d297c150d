"""The page while the phone has the BMS. Loaded only where a BMS comes by radio."""

from screen import labels, layout
from screen.draw import palette as pal
from screen.pages.lost import show_clock
from words import UNCONFIRMED


class Handed:
    """Counts down until the BMS is taken back from the phone."""

    ROWS = layout.HANDED

    def __init__(self, sheet):
        self._sheet = sheet

    def show(self, field, model, _live):
        """See Glance.show."""
        if field == 0:
            return self._sheet.label(field, labels.PHONE, pal.ON_BLUE)
        if field == 1 and model.heater.reason == UNCONFIRMED:
            return self._sheet.label(field, labels.IS_IT_OFF, pal.RED)
        if field == 1:
            return self._sheet.label(field, labels.BACK, pal.GREY)
        return show_clock(self._sheet, field, field == 2, model.handed_over_s)

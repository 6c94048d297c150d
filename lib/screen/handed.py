"""The page while the phone has the BMS: how long until it is taken back.

In memory only while it is shown.
"""

from screen import palette as pal
from screen.fonts.barlow import TEXT
from screen.lost import Lost
from words import UNCONFIRMED


class Handed(Lost):
    """Counts down."""

    def __init__(self, widgets, footer, _names):
        super().__init__(widgets, footer)

    def open(self):
        """Draws what stays; the canvas is black."""
        text = self._widgets.text
        text.start(b"THE PHONE HAS THE BMS")
        self._widgets.line(TEXT, 3, 2, 234, 22, pal.ON_BLUE)

    def show(self, model, _live):
        """Shows what is left."""
        self._clock(model.handed_over_s)
        text = self._widgets.text
        if model.heater.reason == UNCONFIRMED:
            text.start(b"IS ITS HEATING OFF? LOOK IN THE APP")
            self._widgets.line(TEXT, 5, 112, 230, 18, pal.RED)
        else:
            text.start(b"heater off; back by itself")
            self._widgets.line(TEXT, 5, 112, 230, 18, pal.GREY)

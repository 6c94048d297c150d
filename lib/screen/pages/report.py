"""The heater's second page: what it goes by, and what the cold has cost so far.

In memory only while it is shown.
"""

from compat import const
from screen import palette as pal
from screen.fonts.barlow import TEXT

# Rows: what they are about. Those between _BOOST and _PROBE are left out while they say nothing.
_TITLE = b"HEATER REPORT"
_NAMES = b"mode\ncharger\nboost\npre-heating\nprobe\nbelow limit\ncharged cold"
_ROWS = const(7)
_MODE = const(0)
_CHARGER = const(1)
_BOOST = const(2)
_PREHEAT = const(3)
_PROBE = const(4)
_BELOW = const(5)

_MODES = b"off\ncharger only\ncharger or pack"
# By heat.charger's sources.
_SOURCES = (
    b"none seen\nthe BMS sees it\ncontact closed\nseen to charge\nremembered\nfound by a test"
)
_PREHEATS = b"off\ntime is not known\nwaiting\nheating"

_PITCH = const(18)
_UNKNOWN = const(-0x3FFFFFFF)


class Report:
    """Shows a row a call."""

    def __init__(self, widgets, _footer, _names):
        self._widgets = widgets
        self._rows = 0  # those that were shown, one bit each

    def open(self):
        """The canvas is black, and nothing stays."""

    def show(self, model, _live):
        """Draws the next row that has changed; returns False if there was none."""
        heater = model.heater
        rows = 0
        for row in range(_ROWS):
            if _value(heater, row) != _UNKNOWN:
                rows |= 1 << row
        if rows != self._rows:
            self._rows = rows
            self._widgets.clear()
        # All of them have no room below the headline.
        at = 1
        if rows == (1 << _ROWS) - 1:
            at = 0
        elif self._widgets.changed(3 + _ROWS, 0, 0):
            self._widgets.text.start(_TITLE)
            self._widgets.line(TEXT, 3, 2, 234, 20, pal.ON_GREY)
            return True
        for row in range(_ROWS):
            if rows >> row & 1:
                if self._show_row(row, _value(heater, row), at):
                    return True
                at += 1
        return False

    def _show_row(self, row, value, at):
        widgets = self._widgets
        if not widgets.changed(3 + row, value, 0):
            return False
        y = 5 + at * _PITCH
        text = widgets.text.start(b"").word(_NAMES, row)
        widgets.line(TEXT, 5, y, 105, 18, pal.GREY)
        text.start(b"")
        if row == _MODE:
            text.word(_MODES, value)
        elif row == _CHARGER:
            text.word(_SOURCES, value)
        elif row == _PREHEAT:
            text.word(_PREHEATS, value)
        elif row == _PROBE:
            text.fixed(value, 1).add(b" ^C")
        elif row == _BOOST or row == _BELOW:
            text.fixed(value, 0).add(b" min")
        else:
            text.fixed(value, 1).add(b" Ah")
        widgets.line(TEXT, 110, y, 125, 18, pal.WHITE, True)
        return True


def _value(heater, row):
    """Returns what a row shows; _UNKNOWN leaves it out."""
    value = None
    if row == _MODE:
        return heater.mode
    if row == _CHARGER:
        charger = heater.law.charger
        return charger.source if charger.present else 0
    if row == _BELOW:
        return heater.cold_min
    if row == _BOOST:
        value = (heater.boost_s + 59) // 60 or None
    elif row == _PREHEAT:
        value = heater.preheat or None
    elif row == _PROBE:
        value = heater.probe_dc
    else:
        value = (heater.cold_charged_mah + 50) // 100
    return _UNKNOWN if value is None else value

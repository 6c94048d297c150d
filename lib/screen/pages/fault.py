"""The heater's latched faults: they take the whole screen, until they are cleared.

In memory only while they are shown.
"""

from compat import const
from screen import palette as pal
from screen.fonts.barlow import TEXT

_LINES = const(5)  # of each fault: its name, and what it means and what to do in four
_MEANING = const(2)
_KNOWN = const(9)  # faults
_TURN_S = const(8)  # each of several
_HOLD_MS = const(2000)

# By reason, from 1 on; the order of words never changes.
_WORDS = (
    # sensor_spread
    b"SENSORS DISAGREE\n"
    b"The battery's sensors are too\n"
    b"far apart.\n"
    b"Is one off its cell, or on\n"
    b"the mat?\n"
    # over_temperature
    b"TOO HOT\n"
    b"A sensor got too hot while\n"
    b"heating.\n"
    b"Check the mat's place and its\n"
    b"power, and the MOSFET.\n"
    # not_heating
    b"NO WARMTH\n"
    b"It did not get warmer in time,\n"
    b"twice.\n"
    b"Check mat, fuse, MOSFET. Or is\n"
    b"the mat too weak for this cold?\n"
    # open_circuit
    b"MAT CUT OFF\n"
    b"Switched on, the mat does\n"
    b"nothing.\n"
    b"Check its wires, its fuse and\n"
    b"its thermal switch.\n"
    # too_long
    b"ON FOR TOO LONG\n"
    b"Its longest time, or the energy\n"
    b"of a day, is used up.\n"
    b"More insulation, or a stronger\n"
    b"mat?\n"
    # unstable
    b"RESTARTS\n"
    b"This device restarted five\n"
    b"times within an hour.\n"
    b"Check its supply and its\n"
    b"wires.\n"
    # internal
    b"PROGRAM ERROR\n"
    b"The heater's program failed.\n"
    b"\n"
    b"Please report it, with the\n"
    b"text on the console.\n"
    # state_lost
    b"RECORD LOST\n"
    b"The record of faults cannot be\n"
    b"read: one may be forgotten.\n"
    b"Check the mat, its wires and\n"
    b"the sensors.\n"
    # stuck_on
    b"MAT STAYS ON\n"
    b"It heats although it is\n"
    b"switched off!\n"
    b"PULL ITS FUSE NOW. The MOSFET\n"
    b"or relay has failed."
)
_CLEARED = (
    b"FAULT CLEARED\n"
    b"The mat stays off until three\n"
    b"good readings have come.\n"
    b"A fault whose cause is still\n"
    b"there comes back."
)
_CLEARED_LINES = const(5)


class Fault:
    """Shows the latched faults in turn, a line a call."""

    def __init__(self, widgets, _footer, names):
        self._widgets = widgets
        self._names = names
        self._next = 0  # line to be drawn by the next call

    def open(self):
        """The canvas is black."""
        self._widgets.text.start(b"hold button 2 s to clear")
        self._widgets.line(TEXT, 5, 109, 230, 18, pal.GREY)

    def show(self, model, _live):
        """Returns True if there is another line."""
        widgets = self._widgets
        widgets.gauge(3, 3, 129, 234, 4, model.held_ms * 100 // _HOLD_MS, pal.RED)
        heater = model.heater
        latched = heater.latched
        count = _bits(latched)
        which = model.uptime_s // _TURN_S % count if count else 0
        reason = _raised(latched, which) if count else heater.reason
        if widgets.changed(4, reason, count):
            self._next = 0
            widgets.canvas.fill(2, 26, 236, 82, 0)
            self._put_line(reason, 0)
            if count > 1:
                widgets.text.add(b"   ").fixed(which + 1, 0).add(b"/").fixed(count, 0)
            widgets.line(TEXT, 3, 2, 234, 22, pal.ON_RED)
        elif self._next < _LINES - 1:
            self._next += 1
            self._put_line(reason, self._next)
            means = self._next <= _MEANING
            y = 9 + 18 * self._next if means else 15 + 18 * self._next
            widgets.line(TEXT, 5, y, 230, 18, pal.WHITE if means else pal.AMBER)
        else:
            return False
        return True

    def _put_line(self, reason, line):
        """Writes a line about a fault; of one that is not known here, its name only."""
        text = self._widgets.text.start(b"" if line else b"HEATER: ")
        if 0 < reason <= _KNOWN:
            text.word(_WORDS, (reason - 1) * _LINES + line)
        elif line == 0:
            text.word(self._names.heater_reasons, reason)


class Cleared:
    """Says that the faults were cleared, and what comes now."""

    def __init__(self, widgets, _footer, _names):
        self._widgets = widgets
        self._next = 0

    def open(self):
        """The canvas is black."""

    def show(self, _model, _live):
        """Draws a line a call; returns True if there is another."""
        if self._next >= _CLEARED_LINES:
            return False
        self._widgets.text.start(b"").word(_CLEARED, self._next)
        ink = pal.WHITE if self._next else pal.ON_GREEN
        y = 9 + 18 * self._next if self._next else 2
        self._widgets.line(TEXT, 3, y, 234, 18 if self._next else 22, ink)
        self._next += 1
        return True


def _bits(latched):
    count = 0
    while latched:
        count += latched & 1
        latched >>= 1
    return count


def _raised(latched, which):
    """Returns the reason of the set bit at position `which`."""
    reason = 1
    while which or not latched & 1:
        which -= latched & 1
        latched >>= 1
        reason += 1
    return reason

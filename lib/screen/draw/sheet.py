"""What a page writes on: it keeps what each field shows, and prepares the brush for what changed.

Figures are compared before they are put into digits, so that what did not change costs little.
Each function returns True if its field has to be drawn, with the brush ready for it.
"""

from array import array

from compat import const
from screen import model as m
from screen.draw import palette as pal
from screen.draw.brush import NO_ICON, QUESTION, STRUCK
from words import SCREEN_TEXTS

FIELDS = const(20)  # that a page can have

# Units of figures, by their position; '^' is the degree sign of the fonts.
NO_UNIT = const(0)
VOLT = const(1)
AMPERE = const(2)
WATT = const(3)
KILOWATT = const(4)
MILLIVOLT = const(5)
DEGREES = const(6)
PERCENT = const(7)
AMPERE_HOUR = const(8)
BARE_DEGREES = const(9)  # as DEGREES, beside another figure that has the unit
WATT_HOUR = const(10)
LABEL = const(16)
_UNITS = b"\nV\nA\nW\nkW\nmV\n^C\n%\nAh\n\nWh"

# What a tile says.
UNKNOWN = const(0)
IDLE = const(1)  # off, as it should be
OFF = const(2)  # off, and worth a look
ON = const(3)
FAULT = const(4)

_NEVER = const(-1)  # no ink: nothing was drawn
_NONE = const(-0x3FFFFFFF)  # what a field keeps for None
_INK = const(0xFFFF)


class Sheet:
    """Fields of one page, by their slots. `texts`: a draw.language.Language; `footer`: the
    pages.footer.Footer that shows the lowest line."""

    def __init__(self, brush, texts):
        self.brush = brush
        self.text = brush.text
        self.texts = texts
        self.footer = None
        self._shown = array("i", bytes(8 * FIELDS))

    def reset(self):
        """Has every field drawn anew."""
        for i in range(len(self._shown)):
            self._shown[i] = _NEVER

    def changed(self, slot, what, how):
        """True if a slot showed something else, or in another way; then an empty text is ready.

        `how` is not negative, its lower half the ink; both fit into 31 bits.
        """
        shown = self._shown
        at = 2 * slot
        if shown[at] == what and shown[at + 1] == how:
            return False
        shown[at] = what
        shown[at + 1] = how
        self.brush.ink = how & _INK
        self.brush.head = 0
        self.text.n = self.text.unit = 0
        return True

    def figure(self, slot, value, decimals, unit, ink, plus=False):
        """Shows value / 10**decimals; `plus` puts a + before what is above zero.

        `unit` is one of those above, or LABEL + one of the screen's own texts. None is shown as a
        dash, and so is what has no room: figures of a real pack have, and a part of a number would
        be a lie.
        """
        how = unit << 20 | decimals << 16 | ink
        if value is None:
            value = _NONE
        shown = self._shown
        before = shown[2 * slot]
        alike = shown[2 * slot + 1] == how
        if not self.changed(slot, value, how):
            return False
        text = self.text
        _put_digits(text, value, decimals, plus)
        was = self.brush.was
        if alike and was:
            self.brush.head = text.n
            _put_digits(was, before, decimals, plus)
        if unit < LABEL:
            start = text.n
            text.word(_UNITS, unit)
            text.unit = start  # it is drawn small
        else:
            text.add(b" ")
            self.say(unit - LABEL)
        return True

    def line(self, slot, table, number, ink):
        """Shows a line of a table in words.py."""
        if not self.changed(slot, table << 8 | number, ink):
            return False
        self.texts.put(self.text, table, number)
        return True

    def label(self, slot, number, ink=pal.GREY):
        """Shows one of the screen's own texts."""
        return self.line(slot, SCREEN_TEXTS, number, ink)

    def say(self, number):
        """Appends one of the screen's own texts to the one being put together; returns that."""
        self.texts.put(self.text, SCREEN_TEXTS, number)
        return self.text

    def add_unit(self, unit):
        """Appends a space and a unit to the text being put together; returns that."""
        return self.text.add(b" ").word(_UNITS, unit)

    def bar(self, slot, filled, ink, tick=0, tick2=0):
        """Shows a bar, filled from the left; with two marks, if the second is not 0. In 0.1 %."""
        if not self.changed(slot, filled << 20 | tick << 10 | tick2, ink):
            return False
        brush = self.brush
        brush.filled = filled
        brush.tick = tick
        brush.tick2 = tick2
        return True

    def tile(self, slot, icon, state, ink):
        """Shows a symbol in a box: filled when on, an outline otherwise, struck out when off,
        a question mark while it is not known.

        `state` is one of those above; for ON and FAULT the ink has a ground.
        """
        if not self.changed(slot, state, ink):
            return False
        if state == UNKNOWN:
            icon = QUESTION
        elif state == OFF or state == FAULT:
            icon += STRUCK
        self.brush.icon = icon
        return True

    def link(self, slot, icon, state):
        """Shows a link's symbol: none where it is not used, struck out where it is not up."""
        if not self.changed(slot, state, pal.GREEN if state == m.CONNECTED else pal.AMBER):
            return False
        if state == m.NOT_USED:
            icon = NO_ICON
        elif state == m.TRYING:
            icon += STRUCK
        self.brush.icon = icon
        return True


def _put_digits(text, value, decimals, plus):
    text.n = 0
    if value == _NONE:
        text.add(b"-")
        return
    if plus and value > 0:
        text.add(b"+")
    text.fixed(value, decimals)

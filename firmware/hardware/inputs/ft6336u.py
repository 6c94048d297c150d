"""Driver of a capacitive touch panel's FT6336U, as docs/panels.md has it.

Registers are those of public drivers and register lists of FocalTech's FT6336U; the bus, and that
the touch panel is reset with the panel, those of M5Stack's library (github.com/m5stack/M5Core2,
src/M5Touch.cpp). It is asked for its places, not waited for: so nothing of its settings need be
changed.
"""

# Not every board has these facts.
# pyright: reportAttributeAccessIssue=false

import board
from machine import I2C, Pin

from compat import const

_ADDRESS = const(0x38)
_HZ = const(100_000)  # the power chip is on the same bus
_STATUS = const(0x02)  # how many fingers; X and Y of the first follow, high byte first
_MOST_FINGERS = const(2)  # of more it tells when it has only just got going
_DOWN = const(0)  # event, upper two bits of X
_CONTACT = const(2)
_LAST = const(4095)
_REST = const(100)  # questions that are left out when it has not answered: each holds the caller


class Pen:
    """`across`, `down`: where the panel was touched last, 0 to 4095. Below the glass, where some
    panels have printed circles, that is its lower edge."""

    def __init__(self):
        self.across = self.down = 0
        self._bus = I2C(
            board.PANEL_I2C, scl=Pin(board.PANEL_SCL), sda=Pin(board.PANEL_SDA), freq=_HZ
        )
        self._told = bytearray(5)
        self._rest = 0
        # Of the panel as it is when places go across and down: see board.TOUCH_MADCTL.
        self._width = board.TOUCH_WIDTH
        self._height = board.TOUCH_HEIGHT

    def touched(self):
        """Returns True if the panel is touched; then `across` and `down` are where."""
        if self._rest:
            self._rest -= 1
            return False
        told = self._told
        try:
            self._bus.readfrom_mem_into(_ADDRESS, _STATUS, told)
        except OSError:
            self._rest = _REST
            return False
        event = told[1] >> 6
        if not 0 < told[0] & 0x0F <= _MOST_FINGERS or event != _DOWN and event != _CONTACT:
            return False
        self.across = min(_part(told[1] & 0x0F, told[2], self._width), _LAST)
        self.down = min(_part(told[3] & 0x0F, told[4], self._height), _LAST)
        return True


def _part(high, low, whole):
    return ((high << 8 | low) << 12) // whole

"""From a place on the touch panel to one of the picture, however that is turned."""

from compat import const

_MY = const(0x80)  # bits of a panel's MADCTL
_MX = const(0x40)
_MV = const(0x20)
_LAST = const(4095)
_BITS = const(12)


class Axes:
    """`x`, `y`: in pixels of the picture, from its left and top.

    native: the MADCTL with which the touch panel's places go across and down the picture, as they
    come. madctl, width, height: those of the picture.
    """

    def __init__(self, native, madctl, width, height):
        self.x = self.y = 0
        self._native = native
        self._madctl = madctl
        self._width = width
        self._height = height

    def put(self, across, down):
        """Takes a place, 0 to 4095 from edge to edge."""
        turned = self._native ^ self._madctl
        column, row = across, down  # of the panel's memory
        if self._native & _MV:
            column, row = down, across
        if turned & _MX:
            column = _LAST - column
        if turned & _MY:
            row = _LAST - row
        if self._madctl & _MV:
            column, row = row, column
        self.x = column * self._width >> _BITS
        self.y = row * self._height >> _BITS

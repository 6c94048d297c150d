"""The cells: highest and lowest with their numbers, a bar for each, how much they differ."""

from bms import pack as p
from compat import const
from screen import figures, labels, titles
from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw.fonts.barlow import LARGE, TEXT
from screen.flow import FIT
from screen.pages.glance import figure, label

_LEAST_SPAN_MV = const(20)  # so that cells that are alike look alike
_LEVELS = const(255)
_LOW_MASK = const(30)  # cells in the first word of those that are balanced

# Colours of a bar, by index of the palette.
_PLAIN = const(2)
_HIGH = const(3)
_LOW = const(15)
_BALANCED = const(9)
_BAD = const(12)


class Bars:
    """A bar for each cell, the lowest one third as high as the highest can be."""

    def __init__(self):
        self._high = bytearray(p.MAX_CELLS)
        self._inks = bytearray(p.MAX_CELLS)
        self._cells = 0
        self._turn = 0  # of what is shown

    def look(self, pack, known, live):
        """Takes up the cells; returns another number whenever the bars are others."""
        cells = pack.cells if known else 0
        turn = self._turn
        if cells != self._cells:
            self._cells = cells
            turn += 1
        if cells:
            low = pack.get(p.CELL_MIN_MV, 0)
            high = pack.get(p.CELL_MAX_MV, 0)
            span = max(high - low, _LEAST_SPAN_MV)
            for i in range(cells):
                level = _LEVELS // 3 + (pack.cell_mv[i] - low) * (_LEVELS * 2 // 3) // span
                level = min(max(level, 0), _LEVELS)
                ink = self._ink(pack, i) if live else _PLAIN
                if level != self._high[i] or ink != self._inks[i]:
                    self._high[i] = level
                    self._inks[i] = ink
                    turn += 1
        self._turn = turn & 0xFFFF
        return self._turn

    def _ink(self, pack, i):
        mv = pack.cell_mv[i]
        if pack.get(p.BAD_WIRE) == i + 1 or _is_beyond(pack, mv):
            return _BAD
        if is_balanced(pack, i):
            return _BALANCED
        if pack.get(p.CELL_MIN_INDEX) == i + 1:
            return _LOW
        return _HIGH if pack.get(p.CELL_MAX_INDEX) == i + 1 else _PLAIN

    def paint(self, box, left, _wide, w, h):
        """Draws the bars: see draw.painter."""
        cells = self._cells
        if not cells:
            return
        pitch = (w - 4) // cells
        first = (w - pitch * cells) // 2 - left
        for i in range(cells):
            high = (h - 4) * self._high[i] // _LEVELS
            colour = pal.value(self._inks[i])
            box.fill_rect(first + i * pitch, h - 2 - high, max(pitch - 2, 1), high, colour)


def is_balanced(pack, i):
    """True if the BMS says that it bleeds cell `i` (from 0) at this moment."""
    if i < _LOW_MASK:
        return pack.get(p.BALANCE_MASK, 0) >> i & 1 != 0
    return pack.get(p.BALANCE_MASK_HIGH, 0) >> i - _LOW_MASK & 1 != 0


def _is_beyond(pack, mv):
    low = pack.get(p.CELL_UVP_MV)
    high = pack.get(p.CELL_OVP_MV)
    return low is not None and mv <= low or high is not None and mv >= high


_BARS = Bars()


def _bars(sheet, field, _what, model, live):
    return sheet.art(field, _BARS, _BARS.look(model.pack, not model.withheld, live))


def _which(sheet, field, slot, model, _live):
    """Says what a figure is, and of which cell."""
    cell = model.get(slot)
    if not sheet.changed(field, cell or 0, pal.BLUE if slot == p.CELL_MIN_INDEX else pal.WHITE):
        return False
    text = sheet.put(titles.LOWEST if slot == p.CELL_MIN_INDEX else titles.HIGHEST)
    if cell:
        text.add(b": ").fixed(cell, 0)
    return True


def _balance(sheet, field, _what, model, live):
    """Names a wire to be looked at, or says whether the BMS balances."""
    wire = model.get(p.BAD_WIRE)
    balancing = model.get(p.BALANCING) if live else None
    ink = pal.RED if wire else pal.AMBER if balancing else pal.GREY
    what = -2 if balancing is None else balancing
    if not sheet.changed(field, wire << 8 if wire else what, ink):
        return False
    if wire:
        sheet.put(titles.WIRE).add(b": ").fixed(wire, 0)
    elif balancing is not None:
        sheet.put(titles.BALANCING if balancing else titles.BALANCE_NONE)
    return True


PAGE = (
    (
        28,
        (42, LARGE, figures.HIGHEST_CELL, figure),
        (58, TEXT, p.CELL_MAX_INDEX, _which),
    ),
    (
        28,
        (42, LARGE, figures.LOWEST_CELL, figure),
        (58, TEXT, p.CELL_MIN_INDEX, _which),
    ),
    (-50, (100, b.BAR, 0, _bars)),
    (
        22,
        (21, TEXT, labels.DIFFER, label),
        (31, FIT, figures.DIFFERENCE, figure),
        (48, TEXT + b.RIGHT, 0, _balance),
    ),
)

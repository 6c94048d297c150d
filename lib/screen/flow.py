"""Lays out a page that is described once, for a panel of any size.

A page is a tuple of lines, from the top: (height, field, ...). `height` is what the line needs in
pixels; a negative one grows: what is left of the panel is shared among them. Without any, the
lines move apart. A field is (percent of the width, look, number, function): its look as draw.brush
has it, or FIT, and the function that shows it, with that number (pages.glance); or
(percent, lines), which stand in its place.
"""

from array import array

from compat import const
from screen.draw.brush import RIGHT
from screen.draw.fonts.barlow import LARGE, TEXT

FIT = const(16)  # figures: TEXT, and LARGE on a panel that has room for that
_LARGE_WIDTH = const(320)
_LARGE_LINE = const(28)


def lay(page, width, height):
    """Returns (rows, functions), as the pages of screen.show are, with the rows in pixels.

    What has no room below is left out. Allocates: for the start only.
    """
    rows = []
    shows = []
    page = [_fitted(line, width >= _LARGE_WIDTH) for line in page]
    _put(page, 0, 0, width, height, rows, shows)
    return array("h", rows), tuple(shows)


def _put(page, left, top, width, height, rows, shows):
    spare = max(0, height - sum([abs(line[0]) for line in page]))
    grows = [line[0] < 0 for line in page]
    gap = 0 if True in grows else spare // len(page)
    growth = spare // grows.count(True) if True in grows else 0
    y = top + gap // 2
    for i in range(len(page)):
        high = abs(page[i][0])
        if grows[i]:
            high += growth
        if y + high > top + height:
            break
        at = 0
        for field in page[i][1:]:
            x = left + at * width // 100
            at += field[0]
            wide = left + at * width // 100 - x
            if len(field) == 2:
                _put(field[1], x, y, wide, high, rows, shows)
            else:
                rows += [x, y, wide, high, field[1], field[2]]
                shows.append(field[3])
        y += high + gap


def _fitted(line, large):
    """Returns a line with a look in the place of FIT."""
    if not any([field[1] & ~RIGHT == FIT for field in line[1:] if len(field) == 4]):
        return line
    found = [max(line[0], _LARGE_LINE) if large else line[0]]
    for share, look, what, show in line[1:]:
        if look & ~RIGHT == FIT:
            look = (LARGE if large else TEXT) + (look & RIGHT)
        found.append((share, look, what, show))
    return found

"""Where the fields of each page are, and what they show: rows of x, y, width, height, look (see
draw.brush), and a number for the function that shows it (screen.pages), 0 where there is no need.

In pixels of a panel of 240 × 135, x and width halved, so that a row is six bytes. On a larger
panel the places move apart; the letters stay as they are, since its pixels are larger, too. Fields
may share their outermost pixels, which are black. The image for a panel of 320 × 240 and more has
layout_320x240 in the place of this module.
"""

from compat import const
from screen import labels
from screen.draw.brush import (
    BAR,
    CHARGE,
    CLOUD,
    DISCHARGE,
    HEAT,
    ICON,
    RIGHT,
    TILE,
    WIFI,
)
from screen.draw.fonts.barlow import HUGE, LARGE, TEXT
from screen.figures import (
    COLDEST,
    COLDEST_BARE,
    CURRENT,
    DIFFERENCE,
    HIGHEST_CELL,
    LOWEST_CELL,
    VOLTAGE,
    WARMEST,
)

# What is in GLANCE beyond what every panel has: figures of the pack, then labels.
MORE_FIGURES = const(0)
MORE_LABELS = const(0)

LINE_PX = const(232)  # room for the text of a whole line

# fmt: off
GLANCE = bytes((
    0, 112, 120, 22, TEXT, 0,
    0, 0, 63, 66, HUGE + RIGHT, 0,  # state of charge
    1, 67, 61, 8, BAR, 1,
    65, 0, 55, 28, LARGE + RIGHT, 0,  # power
    65, 28, 55, 28, LARGE + RIGHT, CURRENT,
    65, 56, 55, 22, TEXT + RIGHT, 0,  # age
    0, 80, 48, 28, LARGE, COLDEST,
    48, 82, 11, 24, ICON, WIFI,
    60, 82, 11, 24, ICON, CLOUD,
    72, 81, 15, 26, TILE, CHARGE,
    88, 81, 15, 26, TILE, DISCHARGE,
    104, 81, 15, 26, TILE, HEAT,
))
FIGURES = bytes((
    0, 112, 120, 22, TEXT, 0,
    0, 0, 60, 28, LARGE, VOLTAGE,
    60, 0, 60, 28, LARGE + RIGHT, CURRENT,
    0, 34, 24, 22, TEXT, labels.CELLS,
    24, 28, 37, 28, LARGE + RIGHT, LOWEST_CELL,
    61, 34, 11, 22, TEXT, labels.TO,
    72, 28, 48, 28, LARGE + RIGHT, HIGHEST_CELL,
    0, 62, 60, 22, TEXT, labels.DIFFER,
    60, 56, 60, 28, LARGE + RIGHT, DIFFERENCE,
    0, 90, 24, 22, TEXT, labels.TEMP,
    24, 84, 37, 28, LARGE + RIGHT, COLDEST_BARE,
    61, 90, 11, 22, TEXT, labels.TO,
    72, 84, 48, 28, LARGE + RIGHT, WARMEST,
))
LOST = bytes((
    0, 112, 120, 22, TEXT, 0,
    0, 0, 95, 28, LARGE, 0,
    96, 2, 11, 24, ICON, WIFI,
    108, 2, 11, 24, ICON, CLOUD,
    0, 26, 71, 66, HUGE + RIGHT, 1,  # minutes, or hours
    71, 26, 49, 66, HUGE, 0,  # seconds, or minutes
    0, 91, 120, 22, TEXT, 0,  # why
))
HANDED = bytes((
    0, 1, 120, 22, TEXT, labels.PHONE,
    0, 112, 120, 22, TEXT, labels.BACK,
    0, 34, 71, 66, HUGE + RIGHT, 1,
    71, 34, 49, 66, HUGE, 0,
))
HEATER = bytes((
    0, 1, 120, 22, TEXT, 0,
    0, 23, 120, 22, TEXT, 0,  # why
    0, 44, 48, 28, LARGE, COLDEST,
    48, 49, 72, 22, TEXT + RIGHT, 0,  # thresholds
    1, 73, 118, 13, BAR, 0,
    0, 87, 60, 22, TEXT, 0,  # what the mat does
    60, 87, 60, 22, TEXT + RIGHT, 0,  # energy of today
    0, 111, 120, 22, TEXT, 0,  # when it is warm
))
REPORT = bytes((
    0, 1, 54, 22, TEXT, labels.REPORT,
    54, 1, 66, 22, TEXT + RIGHT, 0,
    0, 23, 54, 22, TEXT, labels.REPORT + 1,
    54, 23, 66, 22, TEXT + RIGHT, 1,
    0, 45, 54, 22, TEXT, labels.REPORT + 2,
    54, 45, 66, 22, TEXT + RIGHT, 2,
    0, 67, 54, 22, TEXT, labels.REPORT + 3,
    54, 67, 66, 22, TEXT + RIGHT, 3,
    0, 89, 54, 22, TEXT, labels.REPORT + 4,
    54, 89, 66, 22, TEXT + RIGHT, 4,
    0, 111, 54, 22, TEXT, labels.REPORT + 5,
    54, 111, 66, 22, TEXT + RIGHT, 5,
))
# A headline and lines: faults, what was cleared, settings errors.
LINES = bytes((
    0, 1, 120, 22, TEXT, 0,
    0, 23, 120, 22, TEXT, 1,
    0, 44, 120, 22, TEXT, 2,
    0, 65, 120, 22, TEXT, 3,
    0, 86, 120, 22, TEXT, 4,
    0, 107, 120, 22, TEXT, labels.CLEAR,
    1, 129, 118, 6, BAR, 0,
))
# What is shown while everything starts.
START = bytes((
    0, 30, 120, 28, LARGE, 0,
    0, 58, 120, 22, TEXT, 0,
    0, 80, 120, 22, TEXT, 0,
))
# fmt: on

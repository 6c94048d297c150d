"""Where the fields of each page are on a panel of 320 × 240 or more, in the place of layout.

In the same units: x and width in 240ths of the panel's width, halved, y in 135ths of its height;
heights in pixels. The letters are as high as on the small panel, and wider apart by a tenth and
more of a millimetre; so the first page has room for all figures of the pack.
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

MORE_FIGURES = const(4)
MORE_LABELS = const(4)

LINE_PX = const(312)

# fmt: off
GLANCE = bytes((
    0, 120, 120, 26, TEXT, 0,
    0, 0, 54, 66, HUGE + RIGHT, 0,  # state of charge
    1, 38, 118, 10, BAR, 1,
    60, 0, 60, 28, LARGE + RIGHT, 0,  # power
    60, 18, 60, 28, LARGE + RIGHT, CURRENT,
    60, 49, 60, 22, TEXT + RIGHT, 0,  # age
    26, 80, 34, 28, LARGE + RIGHT, COLDEST_BARE,
    0, 101, 11, 24, ICON, WIFI,
    12, 101, 11, 24, ICON, CLOUD,
    71, 100, 15, 30, TILE, CHARGE,
    88, 100, 15, 30, TILE, DISCHARGE,
    105, 100, 15, 30, TILE, HEAT,
    0, 46, 60, 28, LARGE, VOLTAGE,
    26, 63, 34, 28, LARGE + RIGHT, LOWEST_CELL,
    72, 63, 48, 28, LARGE + RIGHT, HIGHEST_CELL,
    72, 80, 48, 28, LARGE + RIGHT, WARMEST,
    0, 66, 26, 22, TEXT, labels.CELLS,
    60, 66, 12, 22, TEXT, labels.TO,
    0, 83, 26, 22, TEXT, labels.TEMP,
    60, 83, 12, 22, TEXT, labels.TO,
))
FIGURES = bytes((
    0, 120, 120, 26, TEXT, 0,
    0, 3, 60, 28, LARGE, VOLTAGE,
    60, 3, 60, 28, LARGE + RIGHT, CURRENT,
    0, 35, 26, 22, TEXT, labels.CELLS,
    26, 32, 34, 28, LARGE + RIGHT, LOWEST_CELL,
    60, 35, 12, 22, TEXT, labels.TO,
    72, 32, 48, 28, LARGE + RIGHT, HIGHEST_CELL,
    0, 64, 60, 22, TEXT, labels.DIFFER,
    60, 61, 60, 28, LARGE + RIGHT, DIFFERENCE,
    0, 93, 26, 22, TEXT, labels.TEMP,
    26, 90, 34, 28, LARGE + RIGHT, COLDEST_BARE,
    60, 93, 12, 22, TEXT, labels.TO,
    72, 90, 48, 28, LARGE + RIGHT, WARMEST,
))
LOST = bytes((
    0, 120, 120, 26, TEXT, 0,
    0, 2, 95, 28, LARGE, 0,
    96, 3, 11, 24, ICON, WIFI,
    108, 3, 11, 24, ICON, CLOUD,
    0, 36, 64, 66, HUGE + RIGHT, 1,  # minutes, or hours
    64, 36, 56, 66, HUGE, 0,  # seconds, or minutes
    0, 92, 120, 22, TEXT, 0,  # why
))
HANDED = bytes((
    0, 0, 120, 26, TEXT, labels.PHONE,
    0, 120, 120, 26, TEXT, labels.BACK,
    0, 46, 64, 66, HUGE + RIGHT, 1,
    64, 46, 56, 66, HUGE, 0,
))
HEATER = bytes((
    0, 0, 120, 26, TEXT, 0,
    0, 23, 120, 22, TEXT, 0,  # why
    0, 46, 48, 28, LARGE, COLDEST,
    48, 49, 72, 22, TEXT + RIGHT, 0,  # thresholds
    1, 66, 118, 19, BAR, 0,
    0, 88, 60, 22, TEXT, 0,  # what the mat does
    60, 88, 60, 22, TEXT + RIGHT, 0,  # energy of today
    0, 112, 120, 22, TEXT, 0,  # when it is warm
))
REPORT = bytes((
    0, 3, 48, 26, TEXT, labels.REPORT,
    48, 3, 72, 26, TEXT + RIGHT, 0,
    0, 25, 48, 26, TEXT, labels.REPORT + 1,
    48, 25, 72, 26, TEXT + RIGHT, 1,
    0, 47, 48, 26, TEXT, labels.REPORT + 2,
    48, 47, 72, 26, TEXT + RIGHT, 2,
    0, 69, 48, 26, TEXT, labels.REPORT + 3,
    48, 69, 72, 26, TEXT + RIGHT, 3,
    0, 91, 48, 26, TEXT, labels.REPORT + 4,
    48, 91, 72, 26, TEXT + RIGHT, 4,
    0, 113, 48, 26, TEXT, labels.REPORT + 5,
    48, 113, 72, 26, TEXT + RIGHT, 5,
))
# A headline and lines: faults, what was cleared, settings errors.
LINES = bytes((
    0, 0, 120, 26, TEXT, 0,
    0, 22, 120, 22, TEXT, 1,
    0, 41, 120, 22, TEXT, 2,
    0, 60, 120, 22, TEXT, 3,
    0, 79, 120, 22, TEXT, 4,
    0, 103, 120, 22, TEXT, labels.CLEAR,
    1, 120, 118, 12, BAR, 0,
))
# What is shown while everything starts.
START = bytes((
    0, 44, 120, 28, LARGE, 0,
    0, 66, 120, 22, TEXT, 0,
    0, 82, 120, 22, TEXT, 0,
))
# fmt: on

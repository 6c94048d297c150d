"""Where the fields of each page are: rows of x, y, width, height and look (see draw.brush).

In pixels of a panel of 240 × 135, x and width halved, so that a row is five bytes. On a larger
panel the places move apart; the letters stay as they are, since its pixels are larger, too. Fields
may share their outermost pixels, which are black.
"""

from screen.draw.brush import BAR, ICON, RIGHT, TILE
from screen.draw.fonts.barlow import HUGE, LARGE, TEXT

# fmt: off
GLANCE = bytes((
    0, 112, 120, 22, TEXT,
    0, 0, 63, 66, HUGE + RIGHT,  # state of charge
    1, 67, 61, 8, BAR,
    65, 0, 55, 28, LARGE + RIGHT,  # power
    65, 28, 55, 28, LARGE + RIGHT,  # current
    65, 56, 55, 22, TEXT + RIGHT,  # age
    0, 80, 48, 28, LARGE,  # coldest sensor
    48, 82, 11, 24, ICON,  # Wi-Fi
    60, 82, 11, 24, ICON,  # MQTT
    72, 81, 15, 26, TILE,  # charging allowed
    88, 81, 15, 26, TILE,  # discharging allowed
    104, 81, 15, 26, TILE,  # heater
))
FIGURES = bytes((
    0, 112, 120, 22, TEXT,
    0, 0, 60, 28, LARGE,  # voltage
    60, 0, 60, 28, LARGE + RIGHT,  # current
    0, 34, 24, 22, TEXT,
    24, 28, 37, 28, LARGE + RIGHT,  # lowest cell
    61, 34, 11, 22, TEXT,
    72, 28, 48, 28, LARGE + RIGHT,  # highest cell
    0, 62, 60, 22, TEXT,
    60, 56, 60, 28, LARGE + RIGHT,  # their difference
    0, 90, 24, 22, TEXT,
    24, 84, 37, 28, LARGE + RIGHT,  # coldest sensor
    61, 90, 11, 22, TEXT,
    72, 84, 48, 28, LARGE + RIGHT,  # warmest sensor
))
LOST = bytes((
    0, 112, 120, 22, TEXT,
    0, 0, 95, 28, LARGE,
    96, 2, 11, 24, ICON,
    108, 2, 11, 24, ICON,
    0, 26, 71, 66, HUGE + RIGHT,  # minutes, or hours
    71, 26, 49, 66, HUGE,  # seconds, or minutes
    0, 91, 120, 22, TEXT,  # why
))
HANDED = bytes((
    0, 1, 120, 22, TEXT,
    0, 112, 120, 22, TEXT,
    0, 34, 71, 66, HUGE + RIGHT,
    71, 34, 49, 66, HUGE,
))
HEATER = bytes((
    0, 1, 120, 22, TEXT,
    0, 23, 120, 22, TEXT,  # why
    0, 44, 48, 28, LARGE,  # coldest sensor
    48, 49, 72, 22, TEXT + RIGHT,  # thresholds
    1, 73, 118, 13, BAR,
    0, 87, 60, 22, TEXT,  # what the mat does
    60, 87, 60, 22, TEXT + RIGHT,  # energy of today
    0, 111, 120, 22, TEXT,  # when it is warm
))
REPORT = bytes((
    0, 1, 54, 22, TEXT, 54, 1, 66, 22, TEXT + RIGHT,
    0, 23, 54, 22, TEXT, 54, 23, 66, 22, TEXT + RIGHT,
    0, 45, 54, 22, TEXT, 54, 45, 66, 22, TEXT + RIGHT,
    0, 67, 54, 22, TEXT, 54, 67, 66, 22, TEXT + RIGHT,
    0, 89, 54, 22, TEXT, 54, 89, 66, 22, TEXT + RIGHT,
    0, 111, 54, 22, TEXT, 54, 111, 66, 22, TEXT + RIGHT,
))
# A headline and lines: faults, what was cleared, settings errors.
LINES = bytes((
    0, 1, 120, 22, TEXT,
    0, 23, 120, 22, TEXT,
    0, 44, 120, 22, TEXT,
    0, 65, 120, 22, TEXT,
    0, 86, 120, 22, TEXT,
    0, 107, 120, 22, TEXT,
    1, 129, 118, 6, BAR,
))
# What is shown while everything starts.
START = bytes((
    0, 30, 120, 28, LARGE,
    0, 58, 120, 22, TEXT,
    0, 80, 120, 22, TEXT,
))
# fmt: on

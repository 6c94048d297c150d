"""The figures of the pack that a page can show: where each is in the table of pages.glance."""

from compat import const

VOLTAGE = const(0)
CURRENT = const(8)
LOWEST_CELL = const(16)
HIGHEST_CELL = const(24)
DIFFERENCE = const(32)
COLDEST = const(40)
COLDEST_BARE = const(48)  # without its unit
WARMEST = const(56)

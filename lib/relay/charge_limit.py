"""How much may be charged at which temperature: the cure for the cold without a heater.

Loaded only where the settings ask for it, on boards with PSRAM.
"""

from compat import const

# Why it is not all; the places in CODES.
ALL = const(0)
COLD = const(1)
HOT = const(2)
NO_FIGURES = const(3)
CODES = ("all", "cold", "hot", "no_figures")

_WHOLE_PERMILLE = const(1000)


class ChargeLimit:
    """The current that may be charged: none at `cold_dc` and below, else as `rows` have it.

    max_ma: all of it; rows: as settings_charge.read gives them. From one row to the next it is a
    straight line, below the first none, above the last what the last says.
    """

    def __init__(self, max_ma, cold_dc, rows):
        self._max_ma = max_ma
        self._cold_dc = cold_dc
        self._rows = rows

    def judge(self, coldest_dc, hottest_dc):
        """Returns (mA, why not more) for the coldest and the hottest sensor, in 0.1 °C; None where
        none is known."""
        if coldest_dc is None or hottest_dc is None:
            return 0, NO_FIGURES
        cold = self._permille(coldest_dc)
        hot = self._permille(hottest_dc)
        ma = self._max_ma // 100 * min(cold, hot) // 10
        if min(cold, hot) == _WHOLE_PERMILLE:
            return ma, ALL
        return ma, COLD if cold <= hot else HOT

    def _permille(self, dc):
        rows = self._rows
        if dc <= self._cold_dc or dc < rows[0][0]:
            return 0
        below_dc, part = rows[0]
        for row_dc, row_part in rows:
            if dc < row_dc:
                return part + (row_part - part) * (dc - below_dc) // (row_dc - below_dc)
            below_dc = row_dc
            part = row_part
        return part

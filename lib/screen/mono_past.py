"""The last day on a mono panel: charge above, power below, the newest at the right.

Only where there is memory for the history: see screen.mono_wide.
"""

from bms import pack as p
from compat import const
from history.curve import POWER, SOC

_WIDTH = const(128)
_RENEW_S = const(360)
_CHARGE_Y = const(40)  # where 0 % is
_CHARGE_PX = const(28)  # 100 %
_AXIS_Y = const(52)
_POWER_PX = const(9)
_LEAST_W = const(100)  # so that a pack at rest looks at rest


class MonoPast:
    """Has the curve (history.curve.Curve) made while it is looked at, and draws it."""

    def __init__(self, canvas):
        self._canvas = canvas
        self._begun_s = -1

    def step(self, model):
        """Goes on making the curve; returns False when there is nothing to do."""
        curve = model.curve
        if not curve.busy:
            if 0 <= self._begun_s and model.uptime_s - self._begun_s < _RENEW_S:
                return False
            self._begun_s = model.uptime_s
            curve.begin(model.uptime_s, model.moment_s)
        return curve.step()

    def draw(self, model):
        """Puts the page together."""
        canvas = self._canvas
        canvas.clear()
        canvas.text.start(b"24 h")
        canvas.write(0, 1)
        soc = model.get(p.SOC_PCT)
        if soc is not None:
            canvas.text.start(b"").fixed(soc, 0).add(b"%")
            canvas.write(-_WIDTH, 1)
        curve = model.curve
        most_w = _LEAST_W
        for column in range(curve.columns):
            if curve.known[column] & POWER:
                most_w = max(most_w, abs(curve.power_w(column)))
        for x in range(_WIDTH):
            self._draw_column(curve, x, most_w)

    def _draw_column(self, curve, x, most_w):
        canvas = self._canvas
        column = x * curve.columns // _WIDTH
        known = curve.known[column]
        if known & SOC:
            high = max(1, curve.soc_pct[column] * _CHARGE_PX // 100)
            canvas.column(x, _CHARGE_Y - high + 1, high)
        if known & POWER:
            watts = curve.power_w(column)
            high = abs(watts) * _POWER_PX // most_w
            canvas.column(x, _AXIS_Y - high if watts > 0 else _AXIS_Y, high + 1)

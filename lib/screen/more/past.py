"""The last day: charge, power and coldest temperature as curves, beside their present figures."""

from compat import const
from history.curve import POWER, SOC, TEMP
from screen import figures, titles
from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw.fonts.barlow import TEXT
from screen.more.warmth import title
from screen.pages.glance import charge, figure, power

_LEAST_W = const(100)  # so that a pack at rest looks at rest
_LEAST_SPAN_DC = const(60)
_RENEW_S = const(360)  # a column
_QUARTERS = const(4)  # a line between them each six hours

# Colours, by index of the palette.
_SHADE = const(5)  # of the charge
_IN = const(6)
_OUT = const(9)
_COLD = const(15)
_WARM = const(3)


class Past:
    """Has the curve (history.curve.Curve) made when it is wanted, and says how to scale it."""

    def __init__(self):
        self.curve = None
        self.turn = 0  # another number whenever it was made anew
        self.most_w = _LEAST_W
        self.low_dc = self.high_dc = 0
        self._begun_s = -1

    def forget(self):
        """Has the curve made anew when it is wanted next."""
        self._begun_s = -1

    def step(self, model):
        """Goes on making the curve; returns False when there is nothing to do."""
        curve = self.curve = model.curve
        if curve is None:
            return False
        now = model.uptime_s
        if not curve.busy:
            if self._begun_s >= 0 and now - self._begun_s < _RENEW_S:
                return False
            self._begun_s = now
            curve.begin(now, model.moment_s)
        if not curve.step():
            self._scale(curve)
            self.turn += 1
        return True

    def _scale(self, curve):
        most = _LEAST_W
        low = 0x7FFF
        high = -0x8000
        for i in range(curve.columns):
            known = curve.known[i]
            if known & POWER:
                most = max(most, abs(curve.power_w(i)))
            if known & TEMP:
                low = min(low, curve.temp_dc[i])
                high = max(high, curve.temp_dc[i])
        self.most_w = most
        middle = (low + high) // 2
        half = max(high - low, _LEAST_SPAN_DC) // 2 + 10
        self.low_dc = middle - half
        self.high_dc = middle + half


PAST = Past()


class _Band:
    """Draws one of the three: see draw.painter. kind: its bit in the curve's `known`."""

    def __init__(self, kind):
        self._kind = kind

    def paint(self, box, left, wide, w, h):
        """Draws the columns of the field that lie in the piece."""
        curve = PAST.curve
        inner = h - 4
        self._paint_axis(box, left, w, inner)
        if curve is None or curve.busy:
            return
        for x in range(max(left, 2), min(left + wide, w - 2)):
            column = (x - 2) * curve.columns // (w - 4)
            if curve.known[column] & self._kind:
                self._paint_column(box, x - left, column, inner)

    def _paint_axis(self, box, left, w, inner):
        for part in range(1, _QUARTERS):
            x = 2 + (w - 4) * part // _QUARTERS - left
            box.fill_rect(x, 2, 1, inner, pal.value(pal.DIM))
        y = inner - 1
        if self._kind == POWER:
            y = inner // 2
        elif self._kind == TEMP and PAST.low_dc < 0 < PAST.high_dc:
            y = self._place(0, inner)
        box.fill_rect(2 - left, 2 + y, w - 4, 1, pal.value(pal.DIM))

    def _paint_column(self, box, x, column, inner):
        curve = PAST.curve
        if self._kind == SOC:
            high = max(1, curve.soc_pct[column] * inner // 100)
            box.fill_rect(x, 2 + inner - high, 1, high, pal.value(_SHADE))
        elif self._kind == POWER:
            watts = curve.power_w(column)
            high = abs(watts) * (inner // 2) // PAST.most_w
            y = inner // 2 - high if watts > 0 else inner // 2
            if high:
                box.fill_rect(x, 2 + y, 1, high, pal.value(_IN if watts > 0 else _OUT))
        else:
            dc = curve.temp_dc[column]
            y = self._place(dc, inner)
            box.fill_rect(x, 2 + y, 1, 2, pal.value(_COLD if dc <= 0 else _WARM))

    def _place(self, dc, inner):
        """Returns how far from the top a temperature is."""
        return (PAST.high_dc - dc) * (inner - 2) // max(PAST.high_dc - PAST.low_dc, 1)


_BANDS = (_Band(SOC), _Band(POWER), _Band(TEMP))


def _band(sheet, field, which, _model, _live):
    return sheet.art(field, _BANDS[which], PAST.turn)


def _line(which, what, show):
    return (-30, (31, TEXT, what, show), (69, b.BAR, which, _band))


PAGE = (
    (22, (100, TEXT, titles.HISTORY, title)),
    _line(0, 0, charge),
    _line(1, 0, power),
    _line(2, figures.COLDEST, figure),
)

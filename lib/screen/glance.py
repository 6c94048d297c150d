"""The glance page for a panel of 240 × 135: everything about the pack at arm's length."""

from compat import const
from screen import palette as pal
from screen.widgets import (
    CHARGE,
    DISCHARGE,
    FAULT,
    HEAT,
    IDLE,
    OFF,
    ON,
    UNKNOWN,
    Gauge,
    Links,
    Number,
    Tile,
)

_LEFT = const(3)
_RIGHT = const(237)  # one after the last column used
_SPLIT = const(140)  # right of it: power, voltage, current
_SOC_END = const(110)
_LINKS_X = const(115)
_CELLS_Y = const(76)
_TEMPS_Y = const(95)

_SOC_LOW_PCT = const(20)
_SOC_EMPTY_PCT = const(10)

_V = b"V"
_A = b"A"
_W = b"W"
_KW = b"kW"
_MV = b"mV"
_DEGREES = b"^C"  # '^' is the degree sign of the fonts
_PERCENT = b"%"
_NONE = b""


class Glance:
    """The page; call `show` as often as wanted, it draws what changed."""

    def __init__(self, canvas, fonts, footer):
        self._canvas = canvas
        self._footer = footer
        self._tenths = False  # a temperature with tenths was seen: show them from now on
        self._fonts = fonts
        self._make_figures(canvas, fonts)
        self._make_tiles(canvas, fonts)
        self._parts = (
            (self._soc, self._gauge, self._power, self._volts, self._amps)
            + (self._low_mv, self._high_mv, self._delta, self._cold, self._hot)
            + (self._charge, self._discharge, self._heat, self._links, footer)
        )

    def _make_figures(self, canvas, fonts):
        width = _RIGHT - _SPLIT
        self._soc = Number(canvas, _LEFT, 4, _SOC_END - _LEFT, fonts.huge, fonts.large, True)
        self._gauge = Gauge(canvas, _LEFT, 69, _RIGHT - _LEFT, 3)
        self._power = Number(canvas, _SPLIT, 4, width, fonts.large, fonts.medium, True)
        self._volts = Number(canvas, _SPLIT, 31, width, fonts.medium, fonts.small, True)
        self._amps = Number(canvas, _SPLIT, 50, width, fonts.medium, fonts.small, True)
        self._low_mv = Number(canvas, 33, _CELLS_Y, 50, fonts.medium, fonts.small, True)
        self._high_mv = Number(canvas, 100, _CELLS_Y, 62, fonts.medium, fonts.small)
        self._delta = Number(canvas, 175, _CELLS_Y, _RIGHT - 175, fonts.medium, fonts.small, True)
        self._cold = Number(canvas, 33, _TEMPS_Y, 50, fonts.medium, fonts.small, True)
        self._hot = Number(canvas, 100, _TEMPS_Y, 62, fonts.medium, fonts.small)

    def _make_tiles(self, canvas, fonts):
        y = _TEMPS_Y - 1
        right = _RIGHT - Tile.W
        self._charge = Tile(canvas, right - 50, y, fonts.icons, CHARGE, fonts.small)
        self._discharge = Tile(canvas, right - 25, y, fonts.icons, DISCHARGE, fonts.small)
        self._heat = Tile(canvas, right, y, fonts.icons, HEAT, fonts.small)
        self._links = Links(canvas, _LINKS_X, 4, fonts.icons)

    def open(self):
        """Clears the canvas and draws everything anew at the next `show`."""
        self._canvas.clear()
        for part in self._parts:
            part.reset()
        for y, label in ((_CELLS_Y, b"cell"), (_TEMPS_Y, b"temp")):
            small = self._fonts.small
            base = y + self._fonts.medium.height - small.height
            small.draw(self._canvas.fb, label, 0, len(label), _LEFT, base, pal.GREY)
            self._fonts.medium.draw(self._canvas.fb, b"~", 0, 1, 84, y, pal.GREY)
        large = self._fonts.large
        y = 4 + self._fonts.huge.height - large.height
        large.draw(self._canvas.fb, _PERCENT, 0, 1, _LINKS_X - 2, y, pal.GREY)

    def show(self, model, live):
        """Shows the model; in grey while it is not `live`, with dashes while it is withheld."""
        self._show_charge(model, live)
        self._show_power(model, live)
        self._show_cells(model, live)
        self._show_temps(model, live)
        self._show_tiles(model, live)
        self._links.show(model)
        self._footer.show(model, live, True)

    def _show_charge(self, model, live):
        soc = model.soc_pct
        ink = pal.WHITE
        if not live:
            ink = pal.GREY
        elif soc is not None and soc < _SOC_EMPTY_PCT:
            ink = pal.RED
        elif soc is not None and soc < _SOC_LOW_PCT:
            ink = pal.AMBER
        self._soc.show(soc, 0, _NONE, ink)
        self._gauge.show(soc, pal.GREEN if ink is pal.WHITE else ink)

    def _show_power(self, model, live):
        ink = _flow_ink(model.current_ma, live)
        power = model.power_mw
        if power is None or -999_500 < power < 999_500:
            self._power.show(scaled(power, 1000), 0, _W, ink, True)
        elif -9_995_000 < power < 9_995_000:
            self._power.show(scaled(power, 10_000), 2, _KW, ink, True)
        elif -99_950_000 < power < 99_950_000:
            self._power.show(scaled(power, 100_000), 1, _KW, ink, True)
        else:
            self._power.show(scaled(power, 1_000_000), 0, _KW, ink, True)
        ink = pal.WHITE if live else pal.GREY
        self._volts.show(scaled(model.pack_mv, 10), 2, _V, ink)
        self._amps.show(scaled(model.current_ma, 100), 1, _A, ink, True)

    def _show_cells(self, model, live):
        low = model.cell_min_mv
        ink = plain = pal.WHITE if live else pal.GREY
        if live and _reached(model.cell_uvp_mv, low):
            ink = pal.RED
        elif live and _reached(model.cell_uvpr_mv, low):
            ink = pal.AMBER
        self._low_mv.show(low, 3, _NONE, ink)
        over = live and _reached(model.cell_max_mv, model.cell_ovp_mv)
        self._high_mv.show(model.cell_max_mv, 3, _V, pal.RED if over else plain)
        self._delta.show(model.cell_delta_mv, 0, _MV, plain)

    def _show_temps(self, model, live):
        cold = model.temp_min_dc
        hot = model.temp_max_dc
        if _has_tenths(cold) or _has_tenths(hot):
            self._tenths = True
        ink = plain = pal.WHITE if live else pal.GREY
        if live and _below(cold, model.charge_utp_dc):
            ink = pal.BLUE
        over = live and _reached(hot, model.charge_otp_dc)
        if self._tenths:
            self._cold.show(cold, 1, _NONE, ink)
            self._hot.show(hot, 1, _DEGREES, pal.RED if over else plain)
        else:
            self._cold.show(scaled(cold, 10), 0, _NONE, ink)
            self._hot.show(scaled(hot, 10), 0, _DEGREES, pal.RED if over else plain)

    def _show_tiles(self, model, live):
        _show_switch(self._charge, model.charge_on, live)
        _show_switch(self._discharge, model.discharge_on, live)
        if self._footer.heater_failed(model):
            self._heat.show(FAULT, pal.ON_RED)
        elif model.heater_on:
            self._heat.show(ON, pal.ON_AMBER)
        elif live and model.heating:  # the output of the BMS itself
            self._heat.show(ON, pal.ON_AMBER)
        else:
            self._heat.show(IDLE, pal.GREY)


def scaled(value, divisor):
    """Returns value / divisor, rounded half away from zero; None stays None."""
    if value is None:
        return None
    if value < 0:
        return -((-value + divisor // 2) // divisor)
    return (value + divisor // 2) // divisor


def _has_tenths(dc):
    return dc is not None and dc % 10 != 0


def _reached(value, limit):
    return value is not None and limit is not None and value >= limit


def _below(value, limit):
    return value is not None and limit is not None and value < limit


def _flow_ink(current_ma, live):
    """Returns the colour of charging, discharging or neither (below 0.05 A)."""
    if not live:
        return pal.GREY
    if current_ma is None or -50 < current_ma < 50:
        return pal.WHITE
    return pal.GREEN if current_ma > 0 else pal.AMBER


def _show_switch(tile, on, live):
    if on is None:
        tile.show(UNKNOWN, pal.GREY)
    elif not on:
        tile.show(OFF, pal.AMBER if live else pal.GREY)
    else:
        tile.show(ON, pal.ON_GREEN if live else pal.ON_GREY)

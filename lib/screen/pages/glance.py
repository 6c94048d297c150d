"""The glance page for a panel of 240 × 135: everything about the pack at arm's length."""

from bms import pack as p
from compat import const
from screen import palette as pal
from screen.font import FACES, HEIGHT, width
from screen.fonts.barlow import HUGE, LARGE, MEDIUM, SMALL
from screen.widgets import CHARGE, DISCHARGE, FAULT, HEAT, IDLE, OFF, ON, TILE_W, UNKNOWN

_LEFT = const(3)
_RIGHT = const(237)  # one after the last column used
_LINKS_X = const(115)
_CELLS_Y = const(76)
_TEMPS_Y = const(95)
_TILES_Y = const(94)
_UNIT_GAP = const(3)

_SOC_LOW_PCT = const(20)
_SOC_EMPTY_PCT = const(10)

# Slots; 0 to 2 are those of screen.widgets. Figures come first, in the order of _PLACES.
_SOC = const(3)
_POWER = const(4)
_VOLTS = const(5)
_AMPS = const(6)
_LOW = const(7)
_HIGH = const(8)
_DELTA = const(9)
_COLD = const(10)
_HOT = const(11)
_GAUGE = const(12)
_CHARGE_TILE = const(13)
_DISCHARGE_TILE = const(14)
_HEAT_TILE = const(15)

_FIELDS = const(6)
# fmt: off
# A figure: left edge, top of the digits, width, face, face of the unit, 1 to end at the right.
_PLACES = bytes([
    3, 4, 107, HUGE, LARGE, 1,
    140, 4, 97, LARGE, MEDIUM, 1,
    140, 31, 97, MEDIUM, SMALL, 1,
    140, 50, 97, MEDIUM, SMALL, 1,
    33, _CELLS_Y, 50, MEDIUM, SMALL, 1,
    100, _CELLS_Y, 62, MEDIUM, SMALL, 0,
    175, _CELLS_Y, 62, MEDIUM, SMALL, 1,
    33, _TEMPS_Y, 50, MEDIUM, SMALL, 1,
    100, _TEMPS_Y, 62, MEDIUM, SMALL, 0,
])
# fmt: on

# Units, one a line; '^' is the degree sign of the fonts.
_UNITS = b"\nV\nA\nW\nkW\nmV\n^C"
_NONE = const(0)
_V = const(1)
_A = const(2)
_W = const(3)
_KW = const(4)
_MV = const(5)
_DEGREES = const(6)

_UNKNOWN = const(-0x3FFFFFFF)  # what a slot keeps for None


class Glance:
    """The page; call `show` as often as wanted, it draws what changed."""

    def __init__(self, widgets, footer):
        self._widgets = widgets
        self._footer = footer
        self._tenths = False  # a temperature with tenths was seen: show them from now on

    def open(self):
        """Draws what stays; the canvas is black."""
        pen = self._widgets.pen
        pen.draw(SMALL, b"cell", 0, 4, _LEFT, _CELLS_Y + 5, pal.GREY)
        pen.draw(SMALL, b"temp", 0, 4, _LEFT, _TEMPS_Y + 5, pal.GREY)
        pen.draw(MEDIUM, b"~", 0, 1, 84, _CELLS_Y, pal.GREY)
        pen.draw(MEDIUM, b"~", 0, 1, 84, _TEMPS_Y, pal.GREY)
        pen.draw(LARGE, b"%", 0, 1, _LINKS_X - 2, 42, pal.GREY)

    def show(self, model, live):
        """Shows the model; in grey while it is not `live`, with dashes while it is withheld."""
        self._show_charge(model, live)
        self._show_power(model, live)
        self._show_cells(model, live)
        self._show_temps(model, live)
        self._show_tiles(model, live)
        self._widgets.links(model, _LINKS_X, 4, 0, 18)
        self._footer.show(model, live, True)

    def _show_charge(self, model, live):
        soc = model.get(p.SOC_PCT)
        ink = pal.WHITE
        if not live:
            ink = pal.GREY
        elif soc is not None and soc < _SOC_EMPTY_PCT:
            ink = pal.RED
        elif soc is not None and soc < _SOC_LOW_PCT:
            ink = pal.AMBER
        self._number(_SOC, soc, 0, _NONE, ink)
        bar = pal.GREEN if ink == pal.WHITE else ink
        self._widgets.gauge(_GAUGE, _LEFT, 69, _RIGHT - _LEFT, 3, soc, bar)

    def _show_power(self, model, live):
        ink = _flow_ink(model.get(p.CURRENT_MA), live)
        power = model.get(p.POWER_MW)
        if power is None or -999_500 < power < 999_500:
            self._number(_POWER, scaled(power, 1000), 0, _W, ink, True)
        elif -9_995_000 < power < 9_995_000:
            self._number(_POWER, scaled(power, 10_000), 2, _KW, ink, True)
        elif -99_950_000 < power < 99_950_000:
            self._number(_POWER, scaled(power, 100_000), 1, _KW, ink, True)
        else:
            self._number(_POWER, scaled(power, 1_000_000), 0, _KW, ink, True)
        ink = pal.WHITE if live else pal.GREY
        self._number(_VOLTS, scaled(model.get(p.PACK_MV), 10), 2, _V, ink)
        self._number(_AMPS, scaled(model.get(p.CURRENT_MA), 100), 1, _A, ink, True)

    def _show_cells(self, model, live):
        low = model.get(p.CELL_MIN_MV)
        ink = plain = pal.WHITE if live else pal.GREY
        if live and _reached(model.get(p.CELL_UVP_MV), low):
            ink = pal.RED
        elif live and _reached(model.get(p.CELL_UVPR_MV), low):
            ink = pal.AMBER
        self._number(_LOW, low, 3, _NONE, ink)
        over = live and _reached(model.get(p.CELL_MAX_MV), model.get(p.CELL_OVP_MV))
        self._number(_HIGH, model.get(p.CELL_MAX_MV), 3, _V, pal.RED if over else plain)
        self._number(_DELTA, model.get(p.CELL_DELTA_MV), 0, _MV, plain)

    def _show_temps(self, model, live):
        cold = model.get(p.TEMP_MIN_DC)
        hot = model.get(p.TEMP_MAX_DC)
        if _has_tenths(cold) or _has_tenths(hot):
            self._tenths = True
        ink = plain = pal.WHITE if live else pal.GREY
        if live and _below(cold, model.get(p.CHARGE_UTP_DC)):
            ink = pal.BLUE
        over = live and _reached(hot, model.get(p.CHARGE_OTP_DC))
        if self._tenths:
            self._number(_COLD, cold, 1, _NONE, ink)
            self._number(_HOT, hot, 1, _DEGREES, pal.RED if over else plain)
        else:
            self._number(_COLD, scaled(cold, 10), 0, _NONE, ink)
            self._number(_HOT, scaled(hot, 10), 0, _DEGREES, pal.RED if over else plain)

    def _show_tiles(self, model, live):
        x = _RIGHT - TILE_W - 50
        self._switch(_CHARGE_TILE, x, CHARGE, model.get(p.CHARGE_ON), live)
        self._switch(_DISCHARGE_TILE, x + 25, DISCHARGE, model.get(p.DISCHARGE_ON), live)
        state = IDLE
        ink = pal.GREY
        if self._footer.heater_failed(model):
            state = FAULT
            ink = pal.ON_RED
        elif (
            model.heater_on or live and model.get(p.HEATING)
        ):  # `heating`: the output of the BMS itself
            state = ON
            ink = pal.ON_AMBER
        self._widgets.tile(_HEAT_TILE, x + 50, _TILES_Y, HEAT, state, ink)

    def _switch(self, slot, x, icon, on, live):
        state = UNKNOWN
        ink = pal.GREY
        if on:
            state = ON
            ink = pal.ON_GREEN if live else pal.ON_GREY
        elif on is not None:
            state = OFF
            ink = pal.AMBER if live else pal.GREY
        self._widgets.tile(slot, x, _TILES_Y, icon, state, ink)

    def _number(self, slot, value, decimals, unit, ink, plus=False):
        """Shows value / 10**decimals; `plus` puts a + before what is above zero.

        None is shown as a dash, and so is what has no room: figures of a real pack have, and a
        part of a number would be a lie.
        """
        how = unit << 20 | decimals << 16 | ink
        if not self._widgets.changed(slot, _UNKNOWN if value is None else value, how):
            return
        text = self._widgets.text.start(b"")
        if value is None:
            text.add(b"-")
        else:
            if plus and value > 0:
                text.add(b"+")
            text.fixed(value, decimals)
        self._draw((slot - _SOC) * _FIELDS, text, unit, ink)

    def _draw(self, at, text, unit, ink):
        """Draws a figure at the place _PLACES[at]."""
        x = _PLACES[at]
        y = _PLACES[at + 1]
        room = _PLACES[at + 2]
        face = _PLACES[at + 3]
        small = _PLACES[at + 4]
        buf = text.buf
        digits = text.n
        end = text.word(_UNITS, unit).n
        extra = width(small, buf, digits, end)
        if extra:
            extra += _UNIT_GAP
        if width(face, buf, 0, digits) + extra > room:
            digits = text.start(b"-").n
            end = text.word(_UNITS, unit).n
        height = FACES[face][HEIGHT]
        widgets = self._widgets
        # Round digits stand out by a pixel above and below.
        widgets.canvas.fill(x, y - 1, room, height + 2, 0)
        if _PLACES[at + 5]:
            x += room - width(face, buf, 0, digits) - extra
        pen = widgets.pen
        x = pen.draw(face, buf, 0, digits, x, y, ink) + _UNIT_GAP
        pen.draw(small, buf, digits, end, x, y + height - FACES[small][HEIGHT], pal.GREY)


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

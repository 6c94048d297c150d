"""The heater's page: what it does and why, how cold the pack is, and how long until it is warm.

In memory only while it is shown.
"""

from bms import pack as p
from compat import const
from screen import palette as pal
from screen.font import width
from screen.fonts.barlow import LARGE, SMALL, TEXT

# Positions in words, whose order never changes.
_OFF = const(0)
_IDLE = const(1)
_HEATING = const(2)
_WAITING = const(3)
_BLOCKED = const(4)
_FIRST_BLOCKED = const(10)  # among the reasons

_TITLES = b"HEATER OFF\nWARM ENOUGH\nHEATING\nWAITING FOR A CHARGER\nBLOCKED\nFAULT"
_INKS = (pal.ON_GREY, pal.ON_GREEN, pal.ON_AMBER, pal.ON_BLUE, pal.ON_GREY, pal.ON_RED)

# Why it is blocked, by reason; what ends it, where that is not plain.
_WHY = (
    b"the BMS does not answer\n"
    b"the BMS's figures are old\n"
    b"the BMS's figures are wrong\n"
    b"the BMS's figures stand still\n"
    b"no battery sensor\n"
    b"three good readings first\n"
    b"a sensor leaps: loose or wet?\n"
    b"temperature limits unknown\n"
    b"the BMS has an alarm\n"
    b"the mat takes too much power\n"
    b"no warmth: tries again later\n"
    b"another sensor is too warm\n"
    b"a rest between two heatings\n"
    b"too cold for this mat\n"
    b"the probe does not answer\n"
    b"the BMS does not switch it on"
)
_FED = b"fed by the pack\nfed by the charger"
_SEEN = b"no charger is seen\na charger is there"

_UNKNOWN = const(-0x3FFFFFFF)
_BAR_X = const(4)
_BAR_Y = const(74)
_BAR_W = const(232)
# How far the bar reaches beyond the two thresholds, in 0.1 °C.
_BELOW_DC = const(100)
_ABOVE_DC = const(30)
_LONGEST_S = const(356_400)  # more than 99 hours is no forecast


class HeaterPage:
    """Shows a row a call."""

    def __init__(self, widgets, _footer, names):
        self._widgets = widgets
        self._names = names

    def open(self):
        """The canvas is black, and nothing on this page stays."""

    def show(self, model, live):
        """Draws the next row that has changed; returns False if there was none."""
        heater = model.heater
        cold = model.get(p.TEMP_MIN_DC)
        return (
            self._show_state(heater)
            or self._show_why(heater)
            or self._show_cold(cold, live)
            or self._show_limits(heater.law)
            or self._show_bar(heater.law, cold, live)
            or self._show_power(heater, model.heater_on)
            or self._show_ready(heater)
        )

    def _show_state(self, heater):
        state = heater.state
        if not self._widgets.changed(3, state, 0):
            return False
        self._widgets.text.start(b"").word(_TITLES, state)
        self._widgets.line(TEXT, 3, 2, 234, 20, _INKS[state])
        return True

    def _show_why(self, heater):
        boost_min = (heater.boost_s + 59) // 60
        fed = heater.law.charger.present
        state = heater.state
        how = boost_min << 3 | (heater.mode == 0) << 1 | fed
        if not self._widgets.changed(4, state << 8 | heater.reason, how):
            return False
        text = self._widgets.text.start(b"")
        if state == _BLOCKED and heater.reason >= _FIRST_BLOCKED:
            text.word(_WHY, heater.reason - _FIRST_BLOCKED)
        elif state > _BLOCKED:
            text.word(self._names.heater_reasons, heater.reason)
        elif boost_min:
            text.add(b"boost: ").fixed(boost_min, 0).add(b" min left")
        elif state == _HEATING:
            text.word(_FED, fed)
        elif state == _WAITING:
            text.add(b"it is cold, and none is seen")
        elif state == _OFF:
            text.add(b"by its mode" if heater.mode == 0 else b"no output is set")
        else:
            text.word(_SEEN, fed)
        self._widgets.line(TEXT, 5, 23, 230, 18, pal.WHITE)
        return True

    def _show_cold(self, cold, live):
        ink = pal.WHITE if live else pal.GREY
        if not self._widgets.changed(5, _UNKNOWN if cold is None else cold, ink):
            return False
        widgets = self._widgets
        text = widgets.text.start(b"")
        if cold is None:
            text.add(b"-")
        else:
            text.fixed(cold, 1)
        widgets.line(LARGE, 5, 42, 100, 28, ink)
        x = 8 + width(LARGE, text.buf, 0, text.n)
        widgets.pen.draw(SMALL, b"^C", 0, 2, x, 57, pal.GREY)
        return True

    def _show_limits(self, law):
        on = law.on_dc
        how = 0 if on is None else law.off_dc + 1000
        if not self._widgets.changed(6, _UNKNOWN if on is None else on, how):
            return False
        # No letter here reaches below the line: the two are close to each other.
        text = self._widgets.text.start(b"on below  ")
        _put_degrees(text, on)
        self._widgets.line(TEXT, 115, 42, 120, 15, pal.GREY, True)
        text.start(b"off from  ")
        _put_degrees(text, law.off_dc)
        self._widgets.line(TEXT, 115, 57, 120, 15, pal.GREY, True)
        return True

    def _show_bar(self, law, cold, live):
        """Shows where the coldest sensor is between the thresholds, which are marked."""
        on = law.on_dc
        off = law.off_dc
        if on is None:
            return False
        low = on - _BELOW_DC
        span = off + _ABOVE_DC - low
        filled = 0
        ink = pal.GREEN
        if cold is not None:
            filled = min(max((cold - low) * _BAR_W // span, 2), _BAR_W)
            if cold < off:
                ink = pal.BLUE if cold < on else pal.AMBER
        if not live:
            ink = pal.GREY
        tick = _BELOW_DC * _BAR_W // span
        end = (off - low) * _BAR_W // span
        if not self._widgets.changed(7, filled << 16 | tick << 8 | end, ink):
            return False
        canvas = self._widgets.canvas
        canvas.fill(_BAR_X, _BAR_Y, _BAR_W, 9, 0)
        canvas.fill(_BAR_X, _BAR_Y + 2, _BAR_W, 5, pal.DIM)
        canvas.fill(_BAR_X, _BAR_Y + 2, filled, 5, ink & 15)
        canvas.fill(_BAR_X + tick, _BAR_Y, 2, 9, pal.WHITE & 15)
        canvas.fill(_BAR_X + end, _BAR_Y, 2, 9, pal.WHITE & 15)
        return True

    def _show_power(self, heater, on):
        """Shows the mat: watts, share of the time, and the energy of today."""
        watts = heater.power_mw
        watts = 0 if watts is None else (watts + 500) // 1000
        percent = (heater.duty_permille + 5) // 10
        wh = heater.wh_today
        if not self._widgets.changed(
            8, watts << 8 | percent << 1 | on, 0 if wh is None else wh + 1
        ):
            return False
        widgets = self._widgets
        text = widgets.text.start(b"mat  ")
        if not on:
            text.add(b"off")
        elif watts:
            text.fixed(watts, 0).add(b" W")
        else:
            text.add(b"on")
        if on and percent < 100:
            text.add(b",  ").fixed(percent, 0).add(b" %")
        widgets.line(TEXT, 5, 90, 125, 18, pal.AMBER if on else pal.WHITE)
        text.start(b"")
        if wh is not None:
            text.add(b"today  ").fixed(wh, 0).add(b" Wh")
        widgets.line(TEXT, 130, 90, 105, 18, pal.GREY, True)
        return True

    def _show_ready(self, heater):
        """Shows how long until the pack can be charged, and what that takes; or why never."""
        ready_s = heater.ready_s
        minutes = -1 if ready_s is None or ready_s > _LONGEST_S else (ready_s + 59) // 60
        wh = heater.ready_wh
        if heater.loss_w is not None:
            minutes = -2
            wh = heater.mat_w << 12 | min(heater.loss_w, 4095)
        if not self._widgets.changed(9, minutes, 0 if wh is None else wh + 1):
            return False
        text = self._widgets.text.start(b"warm in  ")
        ink = pal.WHITE
        if minutes == 0:
            text.start(b"warm enough to be charged")
            ink = pal.GREEN
        elif minutes == -2:
            text.start(b"mat ").fixed(heater.mat_w, 0).add(b" W, cold takes ")
            text.fixed(heater.loss_w, 0).add(b" W")
            ink = pal.AMBER
        elif minutes < 0:
            text.add(b"unknown")
            ink = pal.GREY
        elif minutes < 100:
            text.fixed(minutes, 0).add(b" min")
        else:
            text.fixed((minutes + 30) // 60, 0).add(b" h")
        if minutes > 0 and wh is not None:
            text.add(b",  ").fixed(wh, 0).add(b" Wh")
        self._widgets.line(TEXT, 5, 112, 230, 18, ink)
        return True


def _put_degrees(text, dc):
    """Writes a temperature given in 0.1 °C, which may be unknown."""
    if dc is None:
        text.add(b"-")
    else:
        text.fixed(dc, 1)

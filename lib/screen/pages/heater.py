"""The heater's two pages: what it does and why; what it goes by, and what the cold has cost."""

import words as w
from bms import pack as p
from compat import const
from screen import labels, layout
from screen.draw import palette as pal
from screen.draw import sheet as s
from screen.pages.glance import COLD, show_figure

_INKS = (pal.ON_GREY, pal.ON_GREEN, pal.ON_AMBER, pal.ON_BLUE, pal.ON_GREY, pal.ON_RED)

_UNKNOWN = const(-0x3FFFFFFF)
# How far the bar reaches beyond the two thresholds, in 0.1 °C.
_BELOW_DC = const(100)
_ABOVE_DC = const(30)
_LONGEST_S = const(356_400)  # more than 99 hours is no forecast
# What stands for a time until it is warm.
_UNCERTAIN = const(-1)
_NEVER = const(-2)

# Rows of the report.
_MODE = const(0)
_CHARGER = const(1)
_PREHEAT = const(2)
_PROBE = const(3)
_BELOW = const(4)


class HeaterPage:
    """What the heater does and why, how cold the pack is, and how long until it is warm."""

    ROWS = layout.HEATER

    def __init__(self, sheet):
        self._sheet = sheet

    def show(self, field, model, live):
        """See Glance.show."""
        heater = model.heater
        if field == 0:
            return self._sheet.line(field, w.STATE_TEXTS, heater.state, _INKS[heater.state])
        if field == 1:
            return self._show_why(field, heater)
        if field == 2:
            return show_figure(self._sheet, field, model, live, COLD)
        if field == 3:
            return self._show_limits(field, heater.law)
        if field == 4:
            return self._show_bar(field, heater.law, model.get(p.TEMP_MIN_DC), live)
        if field == 5:
            return self._show_power(field, heater, model.heater_on)
        if field == 6:
            return self._show_today(field, heater.wh_today)
        return self._show_ready(field, heater)

    def _show_why(self, field, heater):
        boost_min = (heater.boost_s + 59) // 60
        fed = heater.law.charger.present
        state = heater.state
        sheet = self._sheet
        if state >= w.BLOCKED or heater.reason:
            return sheet.line(field, w.REASON_TEXTS, heater.reason, pal.WHITE)
        if boost_min:
            if not sheet.changed(field, boost_min, pal.WHITE):
                return False
            sheet.say(labels.BOOST).add(b" ").fixed(boost_min, 0).add(b" ")
            sheet.say(labels.MINUTES)
            return True
        if state == w.HEATING:
            return sheet.label(field, labels.FED + fed, pal.WHITE)
        if state == w.WAITING_CHARGER:
            return sheet.label(field, labels.COLD, pal.WHITE)
        if state == w.OFF:
            off = labels.SWITCHED_OFF if heater.mode == w.MODE_OFF else labels.NO_OUTPUT
            return sheet.label(field, off, pal.WHITE)
        return sheet.label(field, labels.SEEN + fed, pal.WHITE)

    def _show_limits(self, field, law):
        """Shows from where to where it heats."""
        on = _UNKNOWN if law.on_dc is None else law.on_dc
        off = 0 if law.off_dc is None else law.off_dc + 1000
        if not self._sheet.changed(field, on, off << 16 | pal.GREY):
            return False
        text = self._sheet.say(labels.AIM).add(b" ")
        if on == _UNKNOWN:
            text.add(b"-")
        else:
            text.fixed(on, 1).add(b" ")
            self._sheet.say(labels.TO).add(b" ").fixed(law.off_dc, 1)
        return True

    def _show_bar(self, field, law, cold, live):
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
            filled = min(max((cold - low) * 1000 // span, 10), 1000)
            if cold < off:
                ink = pal.BLUE if cold < on else pal.AMBER
        if not live:
            ink = pal.GREY
        tick = _BELOW_DC * 1000 // span
        return self._sheet.bar(field, filled, ink, tick, (off - low) * 1000 // span)

    def _show_power(self, field, heater, on):
        """Shows what the mat takes, and its share of the time."""
        watts = heater.power_mw
        watts = 0 if watts is None else (watts + 500) // 1000
        percent = (heater.duty_permille + 5) // 10
        ink = pal.AMBER if on else pal.WHITE
        if not self._sheet.changed(field, watts << 8 | percent << 1 | on, ink):
            return False
        text = self._sheet.text
        if on and watts:
            text.fixed(watts, 0).add(b" W")
        else:
            text = self._sheet.say(labels.MAT).add(b" ")
            self._sheet.say(labels.ON if on else labels.OFF)
        if on and percent < 100:
            text.add(b", ").fixed(percent, 0).add(b" %")
        return True

    def _show_today(self, field, wh):
        if not self._sheet.changed(field, _UNKNOWN if wh is None else wh, pal.GREY):
            return False
        if wh is not None:
            self._sheet.say(labels.TODAY).add(b" ").fixed(wh, 0).add(b" Wh")
        return True

    def _show_ready(self, field, heater):
        """Shows how long until the pack can be charged, and what that takes; or why never."""
        ready_s = heater.ready_s
        wh = heater.ready_wh
        minutes = (ready_s + 59) // 60 if ready_s is not None else _UNCERTAIN
        if minutes > _LONGEST_S // 60:
            minutes = _UNCERTAIN
        ink = pal.WHITE
        if heater.loss_w is not None:
            minutes = _NEVER
            wh = heater.mat_w << 10 | min(heater.loss_w, 1023)
            ink = pal.AMBER
        elif minutes == 0:
            return self._sheet.label(field, labels.WARM, pal.GREEN)
        elif minutes == _UNCERTAIN:
            return self._sheet.label(field, labels.UNCERTAIN)
        how = (0 if wh is None else min(wh + 1, 8191)) << 16
        if not self._sheet.changed(field, minutes, how | ink):
            return False
        text = self._sheet.text
        if minutes == _NEVER:
            text.fixed(heater.mat_w, 0).add(b" ")
            self._sheet.say(labels.TAKES).add(b" ").fixed(heater.loss_w, 0).add(b" W")
            return True
        self._sheet.say(labels.WARM_IN).add(b" ")
        hours = minutes >= 100
        text.fixed((minutes + 30) // 60 if hours else minutes, 0).add(b" ")
        self._sheet.say(labels.HOURS if hours else labels.MINUTES)
        if wh is not None:
            text.add(b", ").fixed(wh, 0).add(b" Wh")
        return True


class Report:
    """What the heater goes by, and what the cold has cost so far."""

    ROWS = layout.REPORT

    def __init__(self, sheet):
        self._sheet = sheet

    def show(self, field, model, _live):
        """See Glance.show."""
        sheet = self._sheet
        heater = model.heater
        row = field >> 1
        if field & 1 == 0:
            return sheet.label(field, labels.REPORT + row)
        if row == _MODE:
            return sheet.line(field, w.MODE_TEXTS, heater.mode, pal.WHITE)
        if row == _CHARGER:
            charger = heater.law.charger
            source = charger.source if charger.present else 0
            return sheet.line(field, w.CHARGER_TEXTS, source, pal.WHITE)
        if row == _PREHEAT:
            return sheet.line(field, w.PREHEAT_TEXTS, heater.preheat, pal.WHITE)
        if row == _PROBE:
            return sheet.figure(field, heater.probe_dc, 1, s.DEGREES, pal.WHITE)
        if row == _BELOW:
            if not sheet.changed(field, heater.cold_min, pal.WHITE):
                return False
            sheet.text.fixed(heater.cold_min, 0).add(b" ")
            sheet.say(labels.MINUTES)
            return True
        tenths = (heater.cold_charged_mah + 50) // 100
        return sheet.figure(field, tenths, 1, s.AMPERE_HOUR, pal.WHITE)

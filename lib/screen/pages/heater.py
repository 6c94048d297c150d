"""The heater's two pages: what it does and why; what it goes by, and what the cold has cost."""

import words as w
from bms import pack as p
from compat import const
from screen import labels, layout
from screen.draw import palette as pal
from screen.draw import sheet as s
from screen.pages.glance import figure, label

# Of the state's name, by heater state: on a field of that colour, unlike the footer's words.
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


def _state(sheet, field, _what, model, _live):
    state = model.heater.state
    return sheet.line(field, w.STATE_TEXTS, state, _INKS[state])


def _why(sheet, field, _what, model, _live):
    heater = model.heater
    boost_min = (heater.boost_s + 59) // 60
    fed = heater.law.charger.present
    state = heater.state
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


def _limits(sheet, field, _what, model, _live):
    """Shows from where to where it heats."""
    law = model.heater.law
    on = _UNKNOWN if law.on_dc is None else law.on_dc
    off = 0 if law.off_dc is None else law.off_dc + 1000
    if not sheet.changed(field, on, off << 16 | pal.GREY):
        return False
    text = sheet.say(labels.AIM).add(b" ")
    if on == _UNKNOWN:
        text.add(b"-")
    else:
        text.fixed(on, 1).add(b" ")
        sheet.say(labels.TO).add(b" ").fixed(law.off_dc, 1)
    return True


def _bar(sheet, field, _what, model, live):
    """Shows where the coldest sensor is between the thresholds, which are marked."""
    law = model.heater.law
    cold = model.get(p.TEMP_MIN_DC)
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
    return sheet.bar(field, filled, ink, tick, (off - low) * 1000 // span)


def _power(sheet, field, _what, model, _live):
    """Shows what the mat takes, and its share of the time."""
    heater = model.heater
    on = model.heater_on
    watts = heater.power_mw
    watts = 0 if watts is None else (watts + 500) // 1000
    percent = (heater.duty_permille + 5) // 10
    ink = pal.AMBER if on else pal.WHITE
    if not sheet.changed(field, watts << 8 | percent << 1 | on, ink):
        return False
    text = sheet.text
    if on and watts:
        text.fixed(watts, 0)
        sheet.add_unit(s.WATT)
    else:
        text = sheet.say(labels.MAT).add(b" ")
        sheet.say(labels.ON if on else labels.OFF)
    if on and percent < 100:
        text.add(b", ").fixed(percent, 0)
        sheet.add_unit(s.PERCENT)
    return True


def _today(sheet, field, _what, model, _live):
    wh = model.heater.wh_today
    if not sheet.changed(field, _UNKNOWN if wh is None else wh, pal.GREY):
        return False
    if wh is not None:
        sheet.say(labels.TODAY).add(b" ").fixed(wh, 0)
        sheet.add_unit(s.WATT_HOUR)
    return True


def _ready(sheet, field, _what, model, _live):
    """Shows how long until the pack can be charged, and what that takes; or why never."""
    heater = model.heater
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
        return sheet.label(field, labels.WARM, pal.GREEN)
    elif minutes == _UNCERTAIN:
        return sheet.label(field, labels.UNCERTAIN)
    how = (0 if wh is None else min(wh + 1, 8191)) << 16
    if not sheet.changed(field, minutes, how | ink):
        return False
    text = sheet.text
    if minutes == _NEVER:
        text.fixed(heater.mat_w, 0).add(b" ")
        sheet.say(labels.TAKES).add(b" ").fixed(heater.loss_w, 0)
        sheet.add_unit(s.WATT)
        return True
    sheet.say(labels.WARM_IN).add(b" ")
    hours = minutes >= 100
    text.fixed((minutes + 30) // 60 if hours else minutes, 0).add(b" ")
    sheet.say(labels.HOURS if hours else labels.MINUTES)
    if wh is not None:
        text.add(b", ").fixed(wh, 0)
        sheet.add_unit(s.WATT_HOUR)
    return True


def _row(sheet, field, row, model, _live):
    """Shows what the heater goes by, and what the cold has cost so far."""
    heater = model.heater
    if row == _MODE:
        return sheet.line(field, w.MODE_TEXTS, heater.mode, pal.WHITE)
    if row == _CHARGER:
        return sheet.line(field, w.CHARGER_TEXTS, heater.law.charger.source, pal.WHITE)
    if row == _PREHEAT:
        return sheet.line(field, w.PREHEAT_TEXTS, heater.preheat, pal.WHITE)
    if row == _PROBE:
        return sheet.figure(field, heater.probe_dc, 1, s.DEGREES, pal.WHITE)
    if row == _BELOW:
        unit = s.LABEL + labels.MINUTES
        return sheet.figure(field, heater.cold_min, 0, unit, pal.WHITE)
    tenths = (heater.cold_charged_mah + 50) // 100
    return sheet.figure(field, tenths, 1, s.AMPERE_HOUR, pal.WHITE)


# What the heater does and why, how cold the pack is, and how long until it is warm.
HEATER = (layout.HEATER, (_state, _why, figure, _limits, _bar, _power, _today, _ready))
REPORT = (layout.REPORT, (label, _row) * 6)

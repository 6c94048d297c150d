"""The lowest line of a page: alarms and faults in turn, else what the heater does."""

import words as w
from bms.check import NO_DATA, PLAUSIBLE
from compat import const
from screen import labels
from screen.draw import palette as pal
from screen.draw.sheet import WATT

_MESSAGE_S = const(2)  # each of several messages stays this long
_MINUTES_END_S = const(5970)  # what would be 100 minutes is told in hours
# Codes of what is shown beside the lines of tables (table << 8 | number, see Sheet.line).
_HEATING = const(1 << 28)
_ERRORS = const(1 << 27)
_TITLE = const(1 << 26)

_INKS = (pal.GREY, pal.GREY, pal.ON_AMBER, pal.BLUE, pal.AMBER, pal.ON_RED)  # by heater state


def is_withheld(verdict):
    """True if the figures contradict each other; their absence is no contradiction."""
    return verdict != PLAUSIBLE and verdict != NO_DATA


class Footer:
    """`errors` is the number of settings errors to be reported; `title` what is shown when there
    is nothing to tell."""

    def __init__(self, sheet, title):
        from screen.draw.letters import encoded  # needed once

        self.errors = 0
        self.sheet = sheet
        self._title = encoded(title)

    def show(self, slot, model, live):
        """Shows the line, if it has changed: see Sheet. `live`: the figures are fresh."""
        fault = model.heater.state == w.FAULT
        alarms = model.alarm_count if live else 0
        withheld = is_withheld(model.verdict)
        warned = model.heater.warnings != 0
        count = alarms + fault + withheld + model.frozen + warned + (self.errors != 0)
        if count == 0:
            return self._show_heater(slot, model)
        turn = model.uptime_s // _MESSAGE_S % (count + bool(model.heater_on))
        if turn < alarms:
            return self._show_alarm(slot, model.pack, model.alarm(turn))
        # What remains: heater, verdict, frozen, warnings, settings, what the heater does.
        turn -= alarms
        if turn == count - alarms or fault and turn == 0:
            return self._show_heater(slot, model)
        turn -= fault
        if withheld and turn == 0:
            return self.sheet.line(slot, w.VERDICT_TEXTS, model.verdict, pal.ON_RED)
        if model.frozen and turn == withheld:
            return self.sheet.label(slot, labels.FROZEN, pal.ON_AMBER)
        if warned and turn == withheld + model.frozen:
            number = w.first_bit(model.heater.warnings)
            return self.sheet.line(slot, w.WARNING_TEXTS, number, pal.ON_AMBER)
        if not self.sheet.changed(slot, _ERRORS | self.errors, pal.ON_AMBER):
            return False
        self.sheet.text.fixed(self.errors, 0).add(b" ")
        self.sheet.say(labels.ERRORS if self.errors > 1 else labels.ERROR)
        return True

    def _show_alarm(self, slot, pack, alarm):
        """Shows an alarm, and the cell that it is about, if that is known."""
        cell = pack.alarm_cell(alarm)
        if not self.sheet.changed(slot, w.ALARM_TEXTS << 8 | alarm | cell << 16, pal.ON_RED):
            return False
        text = self.sheet.text
        self.sheet.texts.put(text, w.ALARM_TEXTS, alarm)
        if cell:
            text.add(b": ").fixed(cell, 0)
        return True

    def _show_heater(self, slot, model):
        """Shows what the heater does."""
        heater = model.heater
        state = heater.state
        if state == w.HEATING:
            return self._show_heating(slot, heater)
        if state == w.FAULT or state == w.BLOCKED:
            return self.sheet.line(slot, w.REASON_TEXTS, heater.reason, _INKS[state])
        if state != w.OFF:
            return self.sheet.line(slot, w.STATE_TEXTS, state, _INKS[state])
        if not self.sheet.changed(slot, _TITLE, pal.GREY):
            return False
        self.sheet.text.add(self._title)
        return True

    def _show_heating(self, slot, heater):
        """Shows the power and the time until warm, as far as they are known."""
        watts = 0 if heater.power_mw is None else min((heater.power_mw + 500) // 1000, 4095)
        ready_s = heater.ready_s
        hours = ready_s is not None and ready_s >= _MINUTES_END_S
        left = 0  # minutes or hours, and one more
        if ready_s is not None:
            left = min((ready_s + 1800) // 3600 if hours else (ready_s + 59) // 60, 999) + 1
        what = _HEATING | watts << 12 | left << 1 | hours
        if not self.sheet.changed(slot, what, pal.ON_AMBER):
            return False
        text = self.sheet.text
        self.sheet.texts.put(text, w.STATE_TEXTS, w.HEATING)
        if watts:
            text.add(b" ").fixed(watts, 0)
            self.sheet.add_unit(WATT)
        if left:
            text.add(b", ").fixed(left - 1, 0).add(b" ")
            self.sheet.say(labels.HOURS if hours else labels.MINUTES)
        return True

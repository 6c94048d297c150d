"""What is wrong, one thing after the other, in plain words, and what to do about it."""

import words as w
from compat import const
from screen import labels, titles
from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw.fonts.barlow import TEXT
from screen.pages.footer import is_withheld

_TURN_S = const(8)  # each alarm

# By alarm: the advice in the table ADVICE_TEXTS, ADVICE_LINES each.
LOW = const(0)
BMS_HOT = const(1)
VOLTAGE_HIGH = const(2)
VOLTAGE_LOW = const(3)
BATTERY_HOT = const(4)
CHARGE_CURRENT = const(5)
LOAD_CURRENT = const(6)
CELLS_DIFFER = const(7)
TOO_COLD = const(8)
BMS_FAULT = const(9)
SHORT = const(10)
WIRES = const(11)
CELL_SETTINGS = const(12)
SENSOR = const(13)
CHARGER = const(14)
APP = const(15)
REPAIR = const(16)
COLD_LOAD = const(17)
DATA = const(18)
FROZEN = const(19)
WARNED = const(20)
ADVICES = const(21)

ADVICE = bytes(
    (LOW, BMS_HOT, VOLTAGE_HIGH, VOLTAGE_LOW, BATTERY_HOT, CHARGE_CURRENT, LOAD_CURRENT)
    + (CELLS_DIFFER, BMS_HOT, TOO_COLD, VOLTAGE_HIGH, VOLTAGE_LOW, BMS_FAULT, BMS_FAULT)
    + (LOAD_CURRENT, SHORT, BMS_FAULT, WIRES, CELL_SETTINGS, BMS_FAULT, CHARGER, BATTERY_HOT)
    + (TOO_COLD, SHORT, BATTERY_HOT, REPAIR, REPAIR, APP, APP, BMS_FAULT, SENSOR, BMS_FAULT)
    + (SHORT, LOAD_CURRENT, LOAD_CURRENT, COLD_LOAD, APP, CELL_SETTINGS, WIRES, REPAIR)
    + (BMS_FAULT, BMS_FAULT, CHARGER, APP, BMS_FAULT, APP, REPAIR, REPAIR, REPAIR, REPAIR)
    + (REPAIR, APP, APP, REPAIR, BMS_HOT, WIRES, BMS_HOT, BMS_FAULT, APP, BMS_FAULT)
    + (VOLTAGE_LOW, APP)
)
_CELL_AT = const(16)


def count(model, live):
    """Returns how much is wrong: alarms, data that are not believed, the heater's warnings."""
    found = model.alarm_count if live else 0
    return found + is_withheld(model.verdict) + model.frozen + (model.heater.warnings != 0)


def _which(model, live):
    """Returns (table, number) in one integer of what is shown now, -1 if nothing is wrong."""
    total = count(model, live)
    if not total:
        return -1
    turn = model.uptime_s // _TURN_S % total
    told = model.alarm_count if live else 0
    if turn < told:
        return w.ALARM_TEXTS << 8 | model.alarm(turn)
    turn -= told
    if is_withheld(model.verdict):
        if turn == 0:
            return w.VERDICT_TEXTS << 8 | model.verdict
        turn -= 1
    if model.frozen and turn == 0:
        return w.SCREEN_TEXTS << 8 | labels.FROZEN
    return w.WARNING_TEXTS << 8 | w.first_bit(model.heater.warnings)


def advice(what):
    """Returns the number of the advice about what _which() tells."""
    table = what >> 8
    if table == w.ALARM_TEXTS:
        return ADVICE[what & 0xFF]
    if table == w.VERDICT_TEXTS:
        return DATA
    return FROZEN if table == w.SCREEN_TEXTS else WARNED


def _headline(sheet, field, _what, model, live):
    which = _which(model, live)
    if which < 0:
        return sheet.title(field, titles.WELL, pal.ON_GREEN)
    total = count(model, live)
    cell = model.pack.alarm_cell(which & 0xFF) if which >> 8 == w.ALARM_TEXTS else 0
    if not sheet.changed(field, which, total << 22 | cell << _CELL_AT | pal.ON_RED):
        return False
    text = sheet.text
    sheet.texts.put(text, which >> 8, which & 0xFF)
    if cell:
        text.add(b": ").fixed(cell, 0)
    return True


def _advice(sheet, field, line, model, live):
    which = _which(model, live)
    if which < 0:
        return sheet.title(field, titles.WELL_2 if line == 0 else -1, pal.WHITE)
    return sheet.line(field, w.ADVICE_TEXTS, advice(which) * w.ADVICE_LINES + line, pal.WHITE)


def _turn(sheet, field, _what, model, live):
    """Shows which of how many."""
    total = count(model, live)
    which = model.uptime_s // _TURN_S % total if total > 1 else -1
    if not sheet.changed(field, which << 8 | total, pal.GREY):
        return False
    if which >= 0:
        sheet.text.fixed(which + 1, 0).add(b"/").fixed(total, 0)
    return True


PAGE = (
    (22, (100, TEXT, 0, _headline)),
    (22, (100, TEXT, 0, _advice)),
    (22, (100, TEXT, 1, _advice)),
    (22, (100, TEXT, 2, _advice)),
    (22, (100, TEXT + b.RIGHT, 0, _turn)),
)

"""Taking up what the heater saved before a restart: a flat dict of plain values.

Needed once, at boot; the application drops this module afterwards. Heater.save() is the other way.

Wear: at most 150 writes a day beside commands, faults and restarts, which the application keeps a
minute apart: 24 with the hourly figures, 96 while a belief in a charger runs out, and the rest for
beliefs that change and for episodes that taught something new. An idle heater writes nothing. The
energy that the relay counts (bms.meter) has it written 144 times a day while something flows. A
file system of 2 MB spreads them over 500 blocks of 100,000 erasures: over a hundred years.
"""

import words as s
from compat import const
from heat.report import HIGHEST

_LIMIT = const(1 << 29)
_ADDING = const(99)  # records up to this version only add to what one of ours has (words)
_ANY_FAULTS = const((1 << 30) - 1)  # newer ones among them
_MOST_HOLDS = const(0xFFFF)  # two switches of four packs
_BOOKS_VERSION = const(3)  # with the book of heat, and the day of the calendar
_FIRST_VERSION = const(1)  # without thresholds, what was learned, and the cold-charge report


def restore(heater, saved, crashed):
    """Takes up a record; a bad one latches `state_lost`, and each good part of it still counts.

    Of a newer version it takes what it knows; a fault that it does not know is `state_lost`, too.
    """
    if saved == {}:
        return heater.boots.restore((), crashed)
    record = saved if isinstance(saved, dict) else {}
    version = _number(record, "version", _ADDING)
    good = version is not None and version > 0
    latched = _number(record, "latched", _ANY_FAULTS)
    if latched is not None and latched >> s.LAST_FAULT:
        good = False
        latched &= (1 << s.LAST_FAULT) - 1
    strikes = _number(record, "strikes", 9)
    hold_s = _number(record, "charger_hold_s", 86_400)
    wh = _number(record, "day_wh", _LIMIT)
    minute = _number(record, "day_min", _LIMIT)
    ages = _ages(record)
    modes_good = _restore_mode(heater, record)
    good = good and None not in (latched, strikes, hold_s, wh, minute, ages) and modes_good
    if version != _FIRST_VERSION:
        thresholds_good = _restore_thresholds(heater, record)
        learned_good = _restore_learned(heater, record)
        report_good = _restore_report(heater, record)
        good = good and thresholds_good and learned_good and report_good
        holds = _number(record, "holds", _MOST_HOLDS)
        good = good and holds is not None
        heater.holds = holds or 0
    known = (
        _number(record, "known", _MOST_HOLDS) if "known" in record else 0
    )  # newer than the rest
    good = good and known is not None
    heater.known = known or 0
    heater.guard.latched = latched or 0
    heater.guard.strikes = strikes or 0
    heater.law.charger.restore((hold_s or 0) * 1000)
    day = unseen_j = 0
    if version is None or version >= _BOOKS_VERSION:
        day = _number(record, "day", _LIMIT)
        unseen_j = _number(record, "unseen_j", _LIMIT)
        good = good and None not in (day, unseen_j)
    heater.guard.energy.restore(wh or 0, minute or 0, day or 0)
    heater.guard.balance.unseen_j = unseen_j or 0
    heater.boots.restore(ages or (), crashed)
    if not good:
        heater.guard.trip(s.STATE_LOST)


def _number(record, key, highest):
    """Returns a whole number 0..highest of the record, None if it is not one."""
    value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
        return None
    return value


def _ages(record):
    value = record.get("boots_min")
    if not isinstance(value, list) or len(value) > 100:
        return None
    for age in value:
        if isinstance(age, bool) or not isinstance(age, int) or age < 0:
            return None
    return value


def _pair(record, key, highest):
    """Returns a list of two whole numbers 0..highest, None if it is not one."""
    pair = record.get(key)
    if not isinstance(pair, list) or len(pair) != 2:
        return None
    for value in pair:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= highest:
            return None
    return pair


def _restore_learned(heater, record):
    """Takes up the heat capacity that was learned, unless it was another pack's."""
    pair = _pair(record, "learned", _LIMIT)
    if pair is not None and pair[0] == heater.thermal.prior_j_k:
        heater.thermal.restore(pair[1])
    return pair is not None


def _restore_report(heater, record):
    pair = _pair(record, "report", HIGHEST)
    if pair is not None:
        heater.report.restore(pair[0], pair[1])
    return pair is not None


def _restore_mode(heater, record):
    """Takes up a mode commanded before the restart, unless the settings have changed since.

    None above the settings' own: what is commanded may lower it only (relay.commands.Judge).
    """
    mode = s.find(s.MODE_NAMES, record.get("mode"))
    base = s.find(s.MODE_NAMES, record.get("base_mode"))
    if mode < 0 or base < 0:
        return False
    if base == heater.base_mode:
        heater.law.mode = min(mode, heater.base_mode)
    return True


def _restore_thresholds(heater, record):
    """Takes up thresholds commanded before the restart, unless the settings have changed since."""
    dc = record.get("own_dc")
    if not isinstance(dc, list) or len(dc) != 4 or not s.are_thresholds(dc[0], dc[1]):
        return False
    if dc[2] == heater.base_on_dc and dc[3] == heater.base_off_dc:
        on_dc = min(dc[0], heater.base_on_dc)
        off_dc = min(dc[1], heater.base_off_dc)
        if s.are_thresholds(on_dc, off_dc):
            heater.inputs.own_on_dc = on_dc
            heater.inputs.own_off_dc = off_dc
    return True

"""Taking up what the heater saved before a restart: a flat dict of plain values.

Needed once, at boot; the application drops this module afterwards. Heater.save() is the other way.

Wear: at most 150 writes a day beside commands, faults and restarts, which the application keeps a
minute apart: 80 while a budget is spent or fades, 24 of the hourly report, 96 while a belief in a
charger runs out, which comes with less of the others, and the rest for beliefs that change and for
episodes that taught something new. A heater that has been idle for days writes nothing. The
energy that the relay counts (bms.meter) has it written 144 times a day while something flows. A
file system of 2 MB spreads them over 500 blocks of 100,000 erasures: over a hundred years.
"""

import words as s
from compat import const
from heat.report import HIGHEST

_LIMIT = const(1 << 29)
_ADDING = const(99)  # records up to this version only add to what one of ours has (words)
_HIGHEST = const((1 << 30) - 1)  # of faults: newer ones among them
_MOST_HOLDS = const(0xFFFF)  # two switches of four packs

# The whole numbers: key, highest, and the first version whose records have it; 100 for those that
# came without a new version, so that none must have it.
_NUMBERS = (
    ("latched", _HIGHEST, 1),
    ("strikes", 9, 1),
    ("charger_hold_s", 86_400, 1),
    ("day_wh", _LIMIT, 1),
    ("day_min", _LIMIT, 1),
    ("holds", _MOST_HOLDS, 2),
    ("day", _LIMIT, 3),
    ("unseen_j", _LIMIT, 3),
    ("known", _MOST_HOLDS, 100),
    ("spent_mwh", _HIGHEST, 100),
)


def restore(heater, saved, crashed):
    """Takes up a record; a bad one latches `state_lost`, and each good part of it still counts.

    Of a newer version it takes what it knows; a fault that it does not know is `state_lost`, too.

    What was commanded or learned holds for the settings of then: with others, they are the last
    word. But where a wrong setting has taken the heater away (it is not `fitted`), it stays as it
    was, and is there again when the file is right.
    """
    if saved == {}:
        return heater.boots.restore((), crashed)
    record = saved if isinstance(saved, dict) else {}
    version = _number(record, "version", _ADDING)
    good = version is not None and version > 0
    numbers = {}
    for key, highest, since in _NUMBERS:
        number = _number(record, key, highest)
        numbers[key] = number or 0
        if number is None:
            good = good and key not in record and version < since
    if numbers["latched"] >> s.LAST_FAULT:
        good = False
        numbers["latched"] &= (1 << s.LAST_FAULT) - 1
    heater.guard.latched = numbers["latched"]
    heater.guard.strikes = numbers["strikes"]
    heater.guard.balance.unseen_j = numbers["unseen_j"]
    spent_mwh = numbers["spent_mwh"] if "spent_mwh" in record else None
    heater.guard.energy.restore(numbers["day_wh"], numbers["day_min"], numbers["day"], spent_mwh)
    heater.law.charger.restore(numbers["charger_hold_s"] * 1000)
    heater.holds = numbers["holds"]
    heater.known = numbers["known"]
    ages = _list(record, "boots_min", 0, None)
    heater.boots.restore(ages or (), crashed)
    good = good and ages is not None
    for part, since in _PARTS:
        if not part(heater, record) and (version is None or version >= since):
            good = False
    if not good:
        heater.guard.trip(s.STATE_LOST)


def _number(record, key, highest):
    """Returns a whole number 0..highest of the record, None if it is not one."""
    value = record.get(key)
    return value if _is_whole(value, 0, highest) else None


def _list(record, key, lowest, highest, length=None):
    """Returns a list of whole numbers of the record, None if it is not one; highest None: any.

    length: of the list; None: 100 at most.
    """
    values = record.get(key)
    if not isinstance(values, list) or len(values) > 100 or length not in (None, len(values)):
        return None
    for value in values:
        if not _is_whole(value, lowest, highest):
            return None
    return values


def _is_whole(value, lowest, highest):
    if isinstance(value, bool) or not isinstance(value, int) or value < lowest:
        return False
    return highest is None or value <= highest


def _restore_mode(heater, record):
    """Takes up a mode commanded before the restart, unless the settings have changed since.

    None above the settings' own: what is commanded may lower it only (relay.commands.Judge).
    """
    mode = s.find(s.MODE_NAMES, record.get("mode"))
    base = s.find(s.MODE_NAMES, record.get("base_mode"))
    if mode < 0 or base < 0:
        return False
    if not heater.fitted:
        heater.base_mode = base
    if base == heater.base_mode:
        heater.law.mode = min(mode, heater.base_mode)
    return True


def _restore_thresholds(heater, record):
    """Takes up thresholds commanded before the restart, unless the settings have changed since.

    Whole numbers within bounds are a good record: settings that do not use them may have them too
    close together. They are taken up only if they can be in force.
    """
    dc = _list(record, "own_dc", s.ON_LOW_DC, s.OFF_HIGH_DC, 4)
    if dc is None:
        return False
    if not heater.fitted:
        heater.base_on_dc, heater.base_off_dc = dc[2:]
    if dc[2] == heater.base_on_dc and dc[3] == heater.base_off_dc:
        on_dc = min(dc[0], heater.base_on_dc)
        off_dc = min(dc[1], heater.base_off_dc)
        if s.are_thresholds(on_dc, off_dc):
            heater.inputs.own_on_dc = on_dc
            heater.inputs.own_off_dc = off_dc
    return True


def _restore_learned(heater, record):
    """Takes up the heat capacity that was learned, unless it was another pack's."""
    pair = _list(record, "learned", 0, _LIMIT, 2)
    if pair is not None and not heater.fitted:
        heater.thermal.prior_j_k = pair[0]
    if pair is not None and pair[0] == heater.thermal.prior_j_k:
        heater.thermal.restore(pair[1])
    return pair is not None


def _restore_report(heater, record):
    pair = _list(record, "report", 0, HIGHEST, 2)
    if pair is not None:
        heater.report.restore(pair[0], pair[1])
    return pair is not None


# Lists and names: who takes them up, and the first version that has them.
_PARTS = (
    (_restore_mode, 1),
    (_restore_thresholds, 2),
    (_restore_learned, 2),
    (_restore_report, 2),
)

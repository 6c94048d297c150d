"""Pre-heating: the pack is at recovery at a time of day, for a charge that is planned then.

Loaded only where the settings name a time. It begins as early as the pack and the mat need, and
goes on for half an hour after the time, as chargers are late; from a charger or from the pack, in
any mode but off. Summer time is not known: when it begins or ends, the time is an hour off until
utc_offset_min is changed. Without the time of day there is no pre-heating, and that is told.

A clock that jumps is taken at its word. Heating that has begun goes on while it is still of use;
a time that was jumped over is missed, and no heat is made up for it.
"""

import words as s
from compat import const
from heat.mat import mat_mw

_DAY_S = const(86_400)
_MARGIN_S = const(600)  # and a quarter of what it takes: the wind may turn
_LONGEST_S = const(28_800)
_AFTER_S = const(1800)


def minute_of(text):
    """Returns the minute of the day of "HH:MM"."""
    return int(text[:2]) * 60 + int(text[3:])


class Preheat:
    """`state`: one of words.PREHEAT_NAMES."""

    def __init__(self, settings):
        self.state = s.PREHEAT_NO_TIME
        self._at_s = minute_of(settings["preheat_at"]) * 60
        self._mat_mohm = settings["heater_mat_mohm"]
        self._max_mw = settings["heater_max_w"] * 1000
        self._need_s = 0

    def step(self, heater, day_s):
        """Decides whether to heat. `day_s`: seconds since local midnight, None while unknown."""
        if day_s is None:
            self.state = s.PREHEAT_NO_TIME
        else:
            self._learn_need(heater)
            begun = self.state == s.PREHEAT_HEATING
            is_time = self._is_time((self._at_s - day_s) % _DAY_S, begun)
            is_time = is_time and heater.law.mode != s.MODE_OFF
            self.state = s.PREHEAT_HEATING if is_time else s.PREHEAT_WAITING
        heater.preheat = self.state
        heater.law.preheating = self.state == s.PREHEAT_HEATING

    def _is_time(self, until_s, begun):
        if until_s == 0 or until_s > _DAY_S - _AFTER_S:
            return begun or self._need_s > 0
        lead_s = self._need_s + self._need_s // 4 + _MARGIN_S
        if begun:
            lead_s += lead_s  # what is needed shrinks while it heats
        return until_s <= lead_s and until_s <= _LONGEST_S

    def _learn_need(self, heater):
        """Brings up to date how long the pack would have to be heated; kept while unknown."""
        cold_dc = heater.inputs.sensors.cold_dc
        off_dc = heater.law.off_dc
        if cold_dc is None or off_dc is None:
            return
        if cold_dc >= off_dc:
            self._need_s = 0
            return
        mw = mat_mw(heater.inputs.pack_mv, self._mat_mohm)
        if mw is not None and 0 < self._max_mw < mw:
            mw = self._max_mw
        need_s = heater.thermal.ready_s(mw, off_dc - cold_dc)
        # Never, as things are: then as early as may be.
        self._need_s = _LONGEST_S if need_s is None else min(need_s, _LONGEST_S)

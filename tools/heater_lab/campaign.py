"""The fault campaign: each fault in each state, and two at once; measured, and judged.

What must hold in every play, whatever the fault:
- no stretch of heating lasts longer than the fault's bound, counted from the fault or from its own
  beginning if that came later; after a fault that must stay off, none begins any more;
- the reason shown is one that explains it;
- the output is on only in the state `heating`, and never with a fault latched; nothing but an
  acknowledgement clears one;
- no cell becomes hotter than the fault's `hot_c`;
- once the fault has gone, and has been acknowledged if it was latched, the heater works again.
"""

import copy
import functools

import words as s
from tools.heater_lab import faults as f
from tools.heater_lab.starts import HEATING, STARTS, make_start

_RIDE_S = 1800  # how long a fault without a bound is watched
_AFTER_S = 120  # how long each is watched after its bound
_PROOF_S = 8000  # two windows and the pause between them
_LATCHED_S = 600  # how long what latches; the mat has then given away the heat that it held
_WELL_S = 20_000  # until the heater must work again: half a book of heat, in the cold
_OFF_S = 10  # the steps of that, in which nothing is on
_GAP_S = 3  # between the first and the second of two faults
_SLACK_S = _GAP_S + 1  # of two faults: the second comes later, between two steps


class Broken(AssertionError):
    """Something that must hold did not; the text says what, and in which play."""


class Play:
    """One play of `faults` (one or two) on a copy of a start; what was measured is in attributes.

    `first_s`, `off_s`: from the last fault to the output's going off, for the first and for the
    last time; None if it was never on. `longest_s`: the longest stretch of heating. `reason`: the
    text of the state that explains the first "off". `hot_c`: the hottest cell. `alarm_s`: from the
    last "off" to the first warning or fault, None without one.
    """

    def __init__(self, start, faults):
        self.start = start
        self.faults = faults
        settings = {}
        for fault in faults:
            settings |= fault.settings
        self.lab = copy.deepcopy(_start(start, tuple(settings.items())))
        self.first_s = self.off_s = self.alarm_s = None
        self.reason = ""
        self.hot_c = -99.0
        self.longest_s = 0.0
        self._latched = self.lab.heater.latched
        self._told = self._latched << s.LAST_FAULT | self.lab.heater.warnings
        self._since_ms = None  # beginning of the stretch of heating under way

    def run(self):
        """Plays; raises Broken where something did not hold. Returns self."""
        lab = self.lab
        for fault in self.faults:
            if fault is not self.faults[0]:
                self._watch(_GAP_S)
            self.struck_ms = lab.t_ms
            was_on = lab.on
            if self._since_ms is None and was_on:
                self._since_ms = lab.t_ms
            fault.begin(lab)
            self._look()
        self._watch_out()
        self._judge()
        self._mend()
        return self

    # -- watching ---------------------------------------------------------------------------------

    def _watch(self, seconds):
        for _ in range(seconds):
            self.lab.tick()
            self._look()

    def _watch_out(self):
        """Watches to the horizon, or until what has latched has proved that it stays so."""
        lab = self.lab
        latched_s = 0
        for _ in range(self._horizon_s()):
            self._watch(1)
            latched_s = latched_s + 1 if lab.heater.latched and not lab.on else 0
            if latched_s >= _LATCHED_S:
                return

    def _look(self):
        lab = self.lab
        plant = lab.plant
        if lab.on and lab.loop in (f.RUNS, f.RAISES):
            self._expect(lab.heater.state == s.HEATING, "on, and says " + lab.text)
            self._expect(not lab.heater.latched, "on with a fault latched")
        if lab.heater.latched & self._latched != self._latched:
            # A record that is damaged says so instead.
            lost = lab.heater.latched >> s.STATE_LOST - 1 & 1
            self._expect(lost or self._acknowledges(), "a fault was forgotten")
        told = lab.heater.latched << s.LAST_FAULT | lab.heater.warnings
        if told & ~self._told and self.alarm_s is None:
            self.alarm_s = (lab.t_ms - lab.off_ms) / 1000
        self._told = told
        self._latched = lab.heater.latched
        self.hot_c = max(self.hot_c, plant.near_c, plant.far_c)
        self._follow()
        if self.first_s is not None and not self.reason and lab.text not in ("off", "heating"):
            self.reason = lab.text

    def _follow(self):
        """Keeps account of stretches of heating."""
        lab = self.lab
        if self._since_ms is None:
            if lab.on:
                self._since_ms = lab.t_ms
        elif not lab.on or lab.off_ms > self._since_ms:
            self.longest_s = max(self.longest_s, (lab.off_ms - self._since_ms) / 1000)
            self.off_s = (lab.off_ms - self.struck_ms) / 1000
            if self.first_s is None:
                self.first_s = self.off_s
            self._since_ms = lab.t_ms if lab.on else None

    # -- judging ----------------------------------------------------------------------------------

    def _judge(self):
        lab = self.lab
        bound_s = self._bound_s()
        if self._since_ms is not None:
            self.longest_s = max(self.longest_s, (lab.t_ms - self._since_ms) / 1000)
        if bound_s is not None:
            pauses = any(fault.then == f.PAUSES for fault in self.faults)
            lasted_s = (self.first_s or 0) if pauses else self.longest_s
            self._expect(lasted_s <= bound_s, f"on for {lasted_s:g} s, bound {bound_s:g} s")
        hot_c = [fault.hot_c for fault in self.faults]
        if None not in hot_c:
            self._expect(self.hot_c <= max(hot_c), f"a cell reached {self.hot_c:.1f} °C")
        thens = {fault.then for fault in self.faults}
        if thens == {f.STAYS}:
            self._expect(not lab.on, "on at the end")
            self._expect(self.off_s is None or self.off_s <= bound_s, "on again")
        if len(self.faults) == 1 and self.start in HEATING:
            self._judge_reason(self.faults[0])

    def _judge_reason(self, fault):
        if fault.alarm_s is not None:
            late = self.alarm_s is None or self.alarm_s > fault.alarm_s
            self._expect(not late, f"alarm after {self.alarm_s} s")
        if fault.bound_s is None or self._ends_warm():
            return
        shown = self.reason.partition(":")[2]
        self._expect(shown in fault.reasons, f"shows {self.reason}")
        if fault.then == f.LATCHES:
            held = self.lab.heater.latched or self.lab.heater.reason in fault.instead
            self._expect(held, f"latches nothing, but shows {self.lab.text}")

    def _ends_warm(self):
        """True if the heat that was already on its way was enough."""
        return self.reason == "idle" and min(self.lab.plant.sensed_c) > -2

    def _mend(self):
        """Takes all faults away, acknowledges, and looks whether it works again."""
        lab = self.lab
        prior = STARTS[self.start][-1]
        for fault in self.faults + ([prior] if prior else []):
            if not fault.moment:
                fault.end(lab)
        self._watch(60)
        lab.heater.acknowledge()
        self._latched = 0
        lab.plant.charger_on = True
        lab.plant.set_temp(-2.0)
        lab.heater.set_mode(s.MODE_CHARGER)
        for _ in range(_WELL_S // _OFF_S):
            if lab.on:
                return
            lab.tick(1, 1000 * _OFF_S)
        self._expect(False, "does not heat again: " + lab.text)

    # -- bounds -----------------------------------------------------------------------------------

    def _bound_s(self):
        if self._acknowledges() and any(fault.moment for fault in self.faults):
            return None  # what is over and acknowledged is no reason any more
        bounds = [fault.bound_s for fault in self.faults if fault.bound_s is not None]
        if not bounds:
            return None
        # The second of two may hide the first: then its own bound is what is left.
        return max(bounds) + (_SLACK_S if len(self.faults) > 1 else 0)

    def _horizon_s(self):
        seconds = [_AFTER_S]
        for fault in self.faults:
            if fault.bound_s is None:
                seconds.append(_RIDE_S + (fault.alarm_s or 0))
            elif "not_heating" in fault.reasons:
                seconds.append(_PROOF_S)
            else:
                seconds.append(int(fault.bound_s) + _AFTER_S)
        return max(seconds)

    def _acknowledges(self):
        return any(fault.name == "acknowledge_storm" for fault in self.faults)

    def _expect(self, holds, what):
        if not holds:
            names = " and ".join(fault.name for fault in self.faults)
            raise Broken(f"{names}, {self.start}: {what}")


@functools.lru_cache(None)
def _start(name, settings):
    return make_start(name, dict(settings))


def singles(starts=None):
    """Yields (start, [fault]): each fault in each state."""
    for start in starts or STARTS:
        for fault in f.FAULTS.values():
            yield start, [fault]


def pairs(start=HEATING[1]):
    """Yields (start, [first, second]) of all ordered pairs of different faults, the BMS's alarms
    but one left out: they are alike."""
    chosen = [x for x in f.FAULTS.values() if not x.name.startswith("alarm_")]
    chosen.append(f.FAULTS["alarm_mos_overtemp"])
    for first in chosen:
        for second in chosen:
            if first is not second:
                yield start, [first, second]


def attempt(play):
    """Plays (start, faults); returns (Play or None, what is broken or "")."""
    try:
        return Play(*play).run(), ""
    except Broken as broken:
        return None, str(broken)

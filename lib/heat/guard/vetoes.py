"""The guard: independent of the law, it can only veto, and most of its faults latch.

It works out for itself what it judges, from the same inputs. The hardware lease is the output's.
These are its rules in the order in which they are asked; of what holds, the first is told, and a
latched fault before all others (of several words.first_fault). A test plays the list.

The readings cannot be acted on; this ends by itself (_distrust):
    link_down         nobody speaks: what is known is getting old
    stale             no new figures for so long that the pack may be another by now
    implausible       the figures contradict each other, so none of them is believed
    frozen            the figures repeat word for word: a BMS that hangs says what was true once
    no_sensor         a pack on the mat, or all, without a battery sensor: nobody sees its warmth
    settling          fewer than three good readings: one may be an accident

Something is wrong with mat, sensors or the switch; this latches (_check_current, then
_look_for_faults, as far as the readings can be acted on):
    stuck_on          the mat's current did not go when it was switched off
    open_circuit      ... or did not come when it was switched on
    sensor_spread     no cells are so far apart: a sensor hangs loose, or lies on the mat
    over_temperature  hot while heating: what should have ended it earlier has not
    heat_unseen       more heat was put in than any sensor shows (balance.py)
    too_long          on for longer than owner or forecast allow, or the day's energy is spent
    stuck_on          off, and the pack goes on warming as if heated (stuck.py)
    open_circuit      on, and every sensor falls (proof.py)
    not_heating       two windows of on-time without a rise (proof.py)

The readings are good, and the output must be off all the same; this ends by itself (_hindrance):
    bms_alarm         the BMS says: hot, or a sensor, a wire or itself broken
    no_thresholds     nobody says how cold is too cold, or says what would be too hot
    jump              a reading leapt to where heating would be wrong, or leaps again and again
    mat_limit         at this voltage the mat takes more than the output bears
    losing_heat       the book of heat is full: more would go where nobody sees it
    too_weak          the cold takes more than the mat gives: to heat on would only empty the pack
    backoff           no rise in its time, or an edge is awaited: off, to see what follows
    too_warm          one sensor is hot, or all are warm, or the BMS's board: no cold to end

Other reasons for the output to be off are not the guard's: the law's `resting`, and what options
have (heat.options). Any exception is `internal` (heater.py); `unstable` and `state_lost` come from
what was saved (restore.py).
"""

import words as s
from compat import const
from heat.guard import balance, proof
from heat.guard.stuck import OffWatch
from heat.mat import mat_ma
from heat.thermal import LIFTED
from heat.uptime import EnergyDay, Stretch

_MIN_HYSTERESIS_DC = const(20)
_RESOLUTION_DC = const(10)
_JUMP_MS = const(3000)  # the longest that a set-aside reading may leave the output on
_BACKOFF_MS = const(2_700_000)  # to see how the unheated pack cools: a dead mat, or a weak one?
# Windows without a rise until it is a fault. A warm pack clears them, and one that the mat has
# lifted since; no smaller rise does: a pack that has cooled during the back-off rises at first,
# whatever the mat is worth.
_STRIKES = const(2)
_LONG_MS = const(86_400_000)
# Until a mat that cannot beat the cold is tried again; twice as long each time, up to four hours.
_WEAK_MS = const(3_600_000)
_WEAK_MOST_MS = const(14_400_000)
_RECHECK_MS = const(60_000)  # off between two edges that are to show the mat's current


class Guard:
    """Vetoes. `latched` is the set of faults, reason n as bit n - 1; `veto` the last verdict.

    `max_ma`, `max_mw`: limits of the output, 0 for none. `dirty`: something to be saved.
    `electric`: the CurrentProof, None where the pack's current does not show the mat's. `loss_mw`:
    what the pack lost to the cold when the mat could not beat it, None while it can. `backoff_ms`,
    `weak_ms`: pauses to come; the counters are public, since tests go through all their values.
    """

    def __init__(self, settings, thermal, max_ma=0, max_mw=0):
        self.latched = 0
        self.strikes = 0
        self.veto = s.SETTLING
        self.dirty = False
        self.energy = EnergyDay()
        self.electric = None
        self.loss_mw = None
        self._thermal = thermal
        self.balance = balance.Balance(settings, thermal)
        self.proof = proof.Proof()
        self.off_watch = OffWatch() if settings["heater_output"] != "none" else None
        self._lead_dc = settings["heater_lead_dc"]
        self._max_temp_dc = settings["heater_max_temp_dc"]
        self._spread_dc = settings["heater_spread_dc"]
        self.stretch = Stretch(settings["heater_max_on_min"])
        self.max_wh = settings["heater_max_wh_day"]
        self._mat_mohm = settings["heater_mat_mohm"]
        self.max_ma = max_ma
        self.max_mw = max_mw
        self.backoff_ms = 0
        self.weak_ms = 0
        self.next_weak_ms = _WEAK_MS
        self._rechecked = False
        self.shown = False  # the mat was seen to work after a window without, and in none since
        self._jump_ms = 0
        self.hot_while_on = False
        if settings["heater_feed"] == "output" and self.off_watch is not None:
            from heat.guard.current_proof import CurrentProof  # of no use elsewhere

            self.electric = CurrentProof(settings)

    def step(self, inputs, demand, mw, mean_mw):
        """Returns the reason for the output to be off, states.NONE if there is none.

        `demand` is what the law wants, `mw` the mat's power now (None: unknown), `mean_mw` what
        slow on and off makes of it.
        """
        self._count(inputs, mw)
        self.balance.step(inputs, mw)
        veto = self._distrust(inputs)
        if self.electric is not None:
            self._check_current(inputs)
        if veto == s.NONE:
            self._look_for_faults(inputs, mean_mw)
            veto = self._hindrance(inputs, demand, mean_mw)
        if self.latched:
            veto = s.first_fault(self.latched)
        self.veto = veto
        return veto

    def trip(self, reason):
        """Latches a fault."""
        bit = 1 << (reason - 1)
        if self.latched & bit == 0:
            self.latched |= bit
            self.dirty = True

    @property
    def warms_off(self):
        """True while the pack warms as if heated, and nothing else says that the mat is on."""
        return self.off_watch is not None and self.off_watch.warns

    def acknowledge(self):
        """Clears the faults and the record that led to them; energy of the day is kept."""
        if self.off_watch is not None:
            self.off_watch.restart(self.latched >> s.STUCK_ON - 1 & 1)
        self.latched = 0
        self.strikes = 0
        self.backoff_ms = 0
        self.stretch.restart()
        self.proof.restart()
        self.balance.restart()
        self._forget_weakness()
        if self.electric is not None:
            self.electric.restart()
        self.dirty = True

    # -- counting --------------------------------------------------------------------------------

    def _count(self, inputs, mw):
        elapsed = inputs.elapsed_ms
        self.energy.step(elapsed, inputs.on_ms, mw, inputs.day)
        self.backoff_ms = max(self.backoff_ms - elapsed, 0)
        self.weak_ms = max(self.weak_ms - elapsed, 0)
        if inputs.sensors.pending:
            self._jump_ms = min(self._jump_ms + elapsed, _LONG_MS)
        else:
            self._jump_ms = 0
        self.stretch.step(inputs)

    # -- the readings cannot be acted on ---------------------------------------------------------

    def _distrust(self, inputs):
        """Why the readings cannot be acted on."""
        if not inputs.link_up:
            return s.LINK_DOWN
        if not inputs.fresh:
            return s.STALE
        if not inputs.plausible:
            return s.IMPLAUSIBLE
        if inputs.frozen:
            return s.FROZEN
        if inputs.blind_pack:
            return s.NO_SENSOR
        if inputs.sensors.count == 0:
            return s.NO_SENSOR if inputs.sensors.readings else s.SETTLING
        return s.NONE if inputs.sensors.settled else s.SETTLING

    # -- what latches ----------------------------------------------------------------------------

    def _check_current(self, inputs):
        if self.electric.step(inputs):
            if self.electric.is_stuck:
                self.trip(s.STUCK_ON)
            elif self.electric.is_open:
                self.trip(s.OPEN_CIRCUIT)
            elif self.backoff_ms < _RECHECK_MS:
                self.backoff_ms = _RECHECK_MS

    def _look_for_faults(self, inputs, mw):
        sensors = inputs.sensors
        if inputs.enabled and sensors.hot_dc - sensors.cold_dc > self._spread_dc:
            self.trip(s.SENSOR_SPREAD)
        # Hot while heating is a fault even if the reading, a jump, was confirmed only after "off".
        if inputs.heating_ms and sensors.raw_hot_dc > self._max_temp_dc:
            self.hot_while_on = True
        elif sensors.raw_hot_dc <= self._max_temp_dc:
            self.hot_while_on = False
        if self.hot_while_on and sensors.hot_dc > self._max_temp_dc:
            self.trip(s.OVER_TEMPERATURE)
        book = self.balance
        told_twice = book.half and inputs.heating_ms and self._is_board_warm(inputs)
        if book.verdict == balance.UNSEEN or told_twice:
            self.trip(s.HEAT_UNSEEN)
        is_cold = inputs.protect_dc is not None and sensors.cold_dc < self._ceiling_dc(inputs)
        self._watch_length(inputs, mw, is_cold)
        if self.off_watch is not None:
            self._watch_off(inputs, mw, is_cold)
        if is_cold or inputs.protect_dc is None:
            self._take_proof(inputs, mw)
        else:
            self.stretch.restart()
            self.proof.restart()
            self._set_strikes(0)
            self._forget_weakness()

    def _watch_length(self, inputs, mw, is_cold):
        if self.max_wh and self.energy.spent_wh >= self.max_wh:
            self.trip(s.TOO_LONG)
        stretch = self.stretch
        if stretch.is_new and is_cold:
            rise_dc = self._ceiling_dc(inputs) - inputs.sensors.cold_dc
            stretch.expect(self._thermal.ready_s(mw, rise_dc))
        elif stretch.is_over:
            stretch.restart()
            if stretch.forecast:  # the books are right, and the mat is behind
                self._give_way(mw, 0, 1)
            else:
                self.trip(s.TOO_LONG)

    def _watch_off(self, inputs, mw, is_cold):
        electric = self.electric
        suspect = electric is not None and electric.suspect
        disproved = electric is not None and electric.disproves(inputs)
        if self.off_watch.step(inputs, self._thermal, mw, is_cold, suspect, disproved):
            self.trip(s.STUCK_ON)

    def _take_proof(self, inputs, mw):
        attempt = self.proof
        window_ms = self._thermal.window_s(mw) * 1000
        verdict = attempt.step(inputs, window_ms, self.balance.verdict != 0)
        if verdict == proof.WAITING:
            return
        heated = self._thermal.is_heated(mw, attempt.change_dc, attempt.took_s)
        works = self.electric is not None and self.electric.works
        if verdict == proof.RISEN:
            attempt.shown = 2 if heated else attempt.shown or 1
            if self.strikes and self._thermal.lifted == LIFTED:
                self.shown = True
                self._set_strikes(0)
        elif verdict == proof.FALLING and (heated is False or (self.strikes and not works)):
            self.trip(s.OPEN_CIRCUIT)
        elif works and heated is False and not self._rechecked:
            self._rechecked = True  # did it break while on? The next edge tells
            self.backoff_ms = _RECHECK_MS
        # The last: nothing proves it dead, and it was seen to work; or this is the second window
        # without, and the pack has risen in it: longer pauses then tell how it cools unheated.
        elif (works or heated) or (
            heated is None and (self.shown or attempt.shown + self.strikes > 1)
        ):
            self._give_way(mw, attempt.change_dc, attempt.took_s)
        else:
            self._strike()

    def _strike(self):
        self.shown = False
        self._set_strikes(self.strikes + 1)
        if self.strikes >= _STRIKES:
            self.trip(s.NOT_HEATING)
        else:
            self.backoff_ms = _BACKOFF_MS

    def _give_way(self, mw, change_dc, seconds):
        """The mat works, and the cold takes more than it gives."""
        self.loss_mw = None
        if mw is not None:
            self.loss_mw = mw - self._thermal.j_k // seconds * change_dc * 100
        self.weak_ms = self.next_weak_ms
        self.next_weak_ms = min(2 * self.next_weak_ms, _WEAK_MOST_MS)

    def _forget_weakness(self):
        self.loss_mw = None
        self.weak_ms = 0
        self.next_weak_ms = _WEAK_MS
        self._rechecked = False

    def _set_strikes(self, strikes):
        if strikes != self.strikes:
            self.strikes = strikes
            self.dirty = True

    # -- the readings are good, and the output must be off all the same ---------------------------

    def _hindrance(self, inputs, demand, mw):
        """Why the output must be off although the readings are good."""
        if inputs.danger:
            return s.BMS_ALARM
        if inputs.protect_dc is None or self._ceiling_dc(inputs) > self._max_temp_dc:
            return s.NO_THRESHOLDS
        if self._jump_matters(inputs):
            return s.JUMP
        if self._is_over_limit(inputs, mw):
            return s.MAT_LIMIT
        if self.balance.verdict:
            return s.LOSING_HEAT
        if self.weak_ms:
            return s.TOO_WEAK
        if self.backoff_ms:
            return s.BACKOFF
        sensors = inputs.sensors
        if demand and (
            sensors.hot_dc > self._max_temp_dc
            or sensors.cold_dc >= self._ceiling_dc(inputs)
            or self._is_board_warm(inputs)
        ):
            return s.TOO_WARM
        return s.NONE

    def _is_board_warm(self, inputs):
        """True if the BMS's own switches, at rest, are too hot for the cold that is told of."""
        return (inputs.mos_dc or 0) > self._max_temp_dc and self._thermal.is_calm(inputs)

    def _ceiling_dc(self, inputs):
        """The temperature from which no pack is heated; see control.py about topping up."""
        dc = max(inputs.recover_dc, inputs.protect_dc + self._lead_dc + _MIN_HYSTERESIS_DC)
        return dc + _RESOLUTION_DC if inputs.from_bms and inputs.held else dc

    def _jump_matters(self, inputs):
        """A jump is ignored while it is short and, were it true, heating would still be right."""
        sensors = inputs.sensors
        # What is hot counts before it is confirmed: of several packs, when any of them says so.
        if sensors.erratic or sensors.raw_hot_dc > self._max_temp_dc >= sensors.hot_dc:
            return True
        if sensors.pending == 0:
            return False
        return self._jump_ms >= _JUMP_MS or sensors.raw_cold_dc >= self._ceiling_dc(inputs)

    def _is_over_limit(self, inputs, mw):
        ma = mat_ma(inputs.pack_mv, self._mat_mohm)
        if ma is not None and self.max_ma and ma > self.max_ma:
            return True
        return mw is not None and self.max_mw != 0 and mw > self.max_mw

"""The guard: independent of the law, it can only veto, and most of its faults latch.

It works out for itself what it judges, from the same inputs. Every row of heater.md's table that
needs no probe and no current measurement of the mat is here; the hardware lease is the output's.
"""

from array import array

from bms.pack import MAX_TEMPS
from compat import const
from heat import states as s
from heat.thermal import mat_ma, window_s
from heat.uptime import EnergyDay

_MIN_HYSTERESIS_DC = const(20)
_RESOLUTION_DC = const(10)
_JUMP_MS = const(3000)  # the longest that a set-aside reading may leave the output on
_BACKOFF_MS = const(1_800_000)
# Windows without a rise until it is a fault. Only a warm pack clears them: one that has cooled
# during the back-off rises at first, whatever the mat is worth.
_STRIKES = const(2)
_LONG_MS = const(86_400_000)

# Verdicts of Proof.step().
_WAITING = const(0)
_RISEN = const(1)
_NO_RISE = const(2)
_FALLING = const(3)

_RISE_DC = const(10)  # of any one sensor: the resolution of the GPS port
_FALL_DC = const(20)  # of every sensor
# What was cooling goes on cooling until mat, cells and sensors have followed.
_LAG_MS = const(300_000)
_FALL_AFTER_MS = const(600_000)
# A pause shorter than this is one and the same attempt: a fault that comes and goes must not
# start the clock anew each time.
_PAUSE_MS = const(600_000)


class Proof:
    """Does the pack warm while the mat is on? (heater.md, guard; research.md §4.2)

    Follows attempts to heat: each must show a rise within its window of on-time.
    """

    def __init__(self):
        self.on_ms = 0
        self._off_ms = _PAUSE_MS
        self._lag_ms = _LAG_MS
        self._started = False
        self._epoch = 0
        self._base_dc = array("h", bytes(2 * MAX_TEMPS))

    def restart(self):
        """Forgets the attempt; the next one begins with the temperatures of its first step."""
        self._started = False

    def step(self, inputs, window_ms):
        """Takes a step whose inputs are trusted and settled; returns a verdict.

        _NO_RISE and _FALLING end the attempt.
        """
        if inputs.on_ms == 0:
            self._off_ms = min(self._off_ms + inputs.elapsed_ms, _PAUSE_MS)
            if self._off_ms >= _PAUSE_MS:
                self._started = False
            return _WAITING
        self._off_ms = 0
        sensors = inputs.sensors
        if not self._started or self._epoch != sensors.epoch:
            self._begin(sensors, _LAG_MS)
            return _WAITING
        self.on_ms += inputs.on_ms
        return self._judge(sensors, window_ms)

    def _judge(self, sensors, window_ms):
        risen = False
        falling = True
        for i in range(MAX_TEMPS):
            if sensors.accepted[i]:
                change = sensors.temps_dc[i] - self._base_dc[i]
                if change >= _RISE_DC:
                    risen = True
                if change > -_FALL_DC:
                    falling = False
        if risen:
            self._begin(sensors, 0)
            return _RISEN
        if falling and self.on_ms >= _FALL_AFTER_MS:
            self._started = False
            return _FALLING
        if self.on_ms >= window_ms + self._lag_ms:
            self._started = False
            return _NO_RISE
        return _WAITING

    def _begin(self, sensors, lag_ms):
        self._started = True
        self._epoch = sensors.epoch
        self._lag_ms = lag_ms
        self.on_ms = 0
        for i in range(MAX_TEMPS):
            self._base_dc[i] = sensors.temps_dc[i]


class Guard:
    """Vetoes. `latched` is the set of faults, reason n as bit n - 1; `veto` the last verdict.

    `max_ma`, `max_mw`: limits of the output, 0 for none. `dirty`: something to be saved.
    """

    def __init__(self, settings, max_ma=0, max_mw=0):
        self.latched = 0
        self.strikes = 0
        self.veto = s.SETTLING
        self.dirty = False
        self.energy = EnergyDay()
        self._proof = Proof()
        self._lead_dc = settings["heater_lead_dc"]
        self._max_temp_dc = settings["heater_max_temp_dc"]
        self._spread_dc = settings["heater_spread_dc"]
        self._max_on_ms = settings["heater_max_on_min"] * 60_000
        self._max_wh = settings["heater_max_wh_day"]
        self._mat_mohm = settings["heater_mat_mohm"]
        self._pack_wh = settings["pack_wh"]
        self._max_ma = max_ma
        self._max_mw = max_mw
        self._run_ms = 0  # on-time at a stretch, short pauses left out
        self._pause_ms = 0
        self._backoff_ms = 0
        self._jump_ms = 0
        self._hot_while_on = False

    def step(self, inputs, demand, mw):
        """Returns the reason for the output to be off, states.NONE if there is none.

        `demand` is what the law wants, `mw` the mat's power now (None: unknown).
        """
        self._count(inputs, mw)
        veto = self._distrust(inputs)
        if veto == s.NONE:
            self._look_for_faults(inputs, mw)
            veto = self._hindrance(inputs, demand, mw)
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

    def acknowledge(self):
        """Clears the faults and the record that led to them; energy of the day is kept."""
        self.latched = 0
        self.strikes = 0
        self._backoff_ms = 0
        self._run_ms = 0
        self._proof.restart()
        self.dirty = True

    # -- counting --------------------------------------------------------------------------------

    def _count(self, inputs, mw):
        elapsed = inputs.elapsed_ms
        self.energy.step(elapsed, inputs.on_ms, mw)
        self._backoff_ms = self._backoff_ms - elapsed if self._backoff_ms > elapsed else 0
        if inputs.sensors.pending:
            self._jump_ms = min(self._jump_ms + elapsed, _LONG_MS)
        else:
            self._jump_ms = 0
        if inputs.on_ms:
            self._run_ms = min(self._run_ms + inputs.on_ms, _LONG_MS)
            self._pause_ms = 0
        else:
            self._pause_ms = min(self._pause_ms + elapsed, _PAUSE_MS)
            if self._pause_ms >= _PAUSE_MS:
                self._run_ms = 0

    # -- what ends by itself ---------------------------------------------------------------------

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
        if inputs.sensors.count == 0:
            return s.NO_SENSOR if inputs.sensors.readings else s.SETTLING
        return s.NONE if inputs.sensors.settled else s.SETTLING

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
        if self._backoff_ms:
            return s.BACKOFF
        sensors = inputs.sensors
        if demand and (
            sensors.hot_dc > self._max_temp_dc or sensors.cold_dc >= self._ceiling_dc(inputs)
        ):
            return s.TOO_WARM
        return s.NONE

    def _ceiling_dc(self, inputs):
        """The temperature from which no pack is heated; see control.py about topping up."""
        dc = max(inputs.recover_dc, inputs.protect_dc + self._lead_dc + _MIN_HYSTERESIS_DC)
        return dc + _RESOLUTION_DC if inputs.from_bms and inputs.cold_alarm else dc

    def _jump_matters(self, inputs):
        """A jump is ignored while it is short and, were it true, heating would still be right."""
        sensors = inputs.sensors
        if sensors.erratic:
            return True
        if sensors.pending == 0:
            return False
        return (
            self._jump_ms >= _JUMP_MS
            or sensors.raw_hot_dc > self._max_temp_dc
            or sensors.raw_cold_dc >= self._ceiling_dc(inputs)
        )

    def _is_over_limit(self, inputs, mw):
        ma = mat_ma(inputs.pack_mv, self._mat_mohm)
        if ma is not None and self._max_ma and ma > self._max_ma:
            return True
        return mw is not None and self._max_mw != 0 and mw > self._max_mw

    # -- what latches ----------------------------------------------------------------------------

    def _look_for_faults(self, inputs, mw):
        sensors = inputs.sensors
        if inputs.enabled and sensors.hot_dc - sensors.cold_dc > self._spread_dc:
            self.trip(s.SENSOR_SPREAD)
        # Hot while heating is a fault even if the reading, a jump, was confirmed only after "off".
        if inputs.on_ms and sensors.raw_hot_dc > self._max_temp_dc:
            self._hot_while_on = True
        elif sensors.raw_hot_dc <= self._max_temp_dc:
            self._hot_while_on = False
        if self._hot_while_on and sensors.hot_dc > self._max_temp_dc:
            self.trip(s.OVER_TEMPERATURE)
        if self._run_ms >= self._max_on_ms or self.energy.wh >= self._max_wh:
            self.trip(s.TOO_LONG)
        if inputs.protect_dc is not None and sensors.cold_dc >= self._ceiling_dc(inputs):
            self._run_ms = 0
            self._proof.restart()
            self._set_strikes(0)
        else:
            self._take_proof(inputs, mw)

    def _take_proof(self, inputs, mw):
        verdict = self._proof.step(inputs, window_s(self._pack_wh, mw) * 1000)
        if verdict == _FALLING:
            self.trip(s.OPEN_CIRCUIT)
        elif verdict == _NO_RISE:
            self._set_strikes(self.strikes + 1)
            if self.strikes >= _STRIKES:
                self.trip(s.NOT_HEATING)
            else:
                self._backoff_ms = _BACKOFF_MS

    def _set_strikes(self, strikes):
        if strikes != self.strikes:
            self.strikes = strikes
            self.dirty = True

"""The heater: inputs -> law -> guard -> may the output be on until the next step?

    heater = Heater(settings, board.HEATER_MAX_MA, board.HEATER_MAX_W * 1000)
    heater.load(saved)                    # {} on the very first boot
    if heater.step(pack, check, link_up, charger_pin, now): output.renew(now)
    else: output.off()
    if heater.dirty: heater.save(record)  # and write `record` to the flash

Call step() twice a second. It never raises: an exception inside it is a latched fault.
"""

import words as s
from bms.pack import power_mw
from heat.control import Law
from heat.guard.vetoes import Guard
from heat.inputs import Inputs
from heat.mat import mat_mw
from heat.report import ColdReport
from heat.thermal import Thermal, energy_wh
from heat.uptime import Boots


class Heater:
    """See the module. Attributes that only options of its own write (firmware/heating), and nobody
    else; plain integers, None where unknown:

    `state`, `reason` (words), `latched` (fault n is bit n - 1), `duty_permille`,
    `power_mw` (the mat's, 0 while off), `wh_today`, `ready_s` and `ready_wh` (heating until warm,
    0 if warm), `learned_j_k` (the pack's heat capacity as measured, J/K; 0: not yet), `mat_w` and
    `loss_w` (of the mat too weak for this cold), `mode` (index in words.MODE_NAMES),
    `boost_s` (of a boost, to come), `probe_dc` (the local probe, 0.1 °C), `preheat` (of
    PREHEAT_NAMES), `on` (what step() returned last), `heating` (that, or a pause of slow on and
    off). The law has the thresholds in force, and what is known of a charger.

    `warnings` (words.WARNING_NAMES; warning n is bit n - 1): nothing is off for them.

    `cold_min` and `cold_charged_mah` are the cold-charge report: minutes too cold for the cells to
    be charged, and charge taken meanwhile. `cut_discharge` is True while the BMS should switch
    discharging off to disconnect a mat that is stuck on, which its owner has opted in to.
    """

    def __init__(self, settings, max_ma=0, max_mw=0):
        self.state = s.OFF
        self.reason = s.NONE
        self.duty_permille = 0
        self.power_mw = 0
        self.wh_today = None
        self.ready_s = None
        self.ready_wh = None
        self.mat_w = None
        self.loss_w = None
        self.probe_dc = None
        self.holds = 0  # what is remembered of held switches, two bits each (heat.options.inhibit)
        self.preheat = s.PREHEAT_NONE
        self.law = Law(settings)
        self.thermal = Thermal(settings)
        self.guard = Guard(settings, self.thermal, max_ma, max_mw)
        self.report = ColdReport(settings["cells_limit_dc"])
        self.inputs = Inputs(settings)
        self.boots = Boots()
        self.warnings = 0
        self.known = 0  # warnings that somebody has acknowledged; kept over restarts
        self.base_mode = self.law.mode
        self.base_on_dc = self.inputs.own_on_dc
        self.base_off_dc = self.inputs.own_off_dc
        self.fitted = settings["heater_output"] != "none"
        self._mat_mohm = settings["heater_mat_mohm"]
        self._cutoff = settings["heater_stuck_cutoff"]
        self.unsaved = False  # what save() gave last could not be written; whoever tried sets it
        self._dirty = self.on = False
        self.heating = False  # on, or in a pause of slow on and off
        self.pwm = self._probe = None
        self.bms_output = None  # a heat.options.bms_output.BMSOutput, where that is what heats
        self._load_options(settings)

    def _load_options(self, settings):
        """Imports only what the settings ask for."""
        if settings["heater_max_w"]:
            from heat.options.pwm import Pwm

            self.pwm = Pwm(settings)
        if settings["heater_probe"] != "none":
            from heat.options.probe import ProbeCheck

            self._probe = ProbeCheck(settings["heater_probe"])

    def step(self, pack, check, link_up, charger_pin, now):
        """Returns True if the output may be on until the next step, LEASE_MS from `now` at most.

        `link_up`: the link to the BMS works. `charger_pin`: 1 charger there, 0 none, None not
        wired.
        """
        try:
            on = self._step(pack, check, link_up, charger_pin, now)
        except Exception:  # whatever it is, the mat must not be on
            self.guard.trip(s.INTERNAL)
            on = self.heating = False
            self._publish_state(False, s.INTERNAL)
        self.on = on
        output = self.bms_output
        if not self.heating or (output is not None and not output.on):
            self.duty_permille = 0
        elif self.pwm is None:
            self.duty_permille = 1000
        else:
            self.duty_permille = self.pwm.duty_permille
        return on

    def _step(self, pack, check, link_up, charger_pin, now):
        inputs = self.inputs
        output = self.bms_output
        if output is not None:
            self.on = self.heating = output.on
        if self._probe is not None and self._probe.on_cell:
            inputs.probe_dc = self.probe_dc
        inputs.gather(pack, check, link_up, charger_pin, self.on, self.heating, now)
        self.boots.step(inputs.elapsed_ms)
        mw = mat_mw(inputs.pack_mv, self._mat_mohm)
        if output is not None and output.ma is not None and inputs.pack_mv is not None:
            mw = power_mw(inputs.pack_mv, output.ma)
        self.thermal.step(inputs, mw)
        law = self.law
        demand = law.step(inputs) and self.fitted
        inputs.enabled = self.fitted and law.active
        hindrance = s.NONE
        if self._probe is not None:
            hindrance = self._probe.step(self.probe_dc, inputs, self.guard)
        mean_mw = mw
        if self.pwm is not None:
            mean_mw = self.pwm.mean_mw(mw)
            if mw is None:
                hindrance = s.MAT_LIMIT
        if output is not None and output.over_limit:
            hindrance = s.MAT_LIMIT
        veto = self.guard.step(inputs, demand, mw, mean_mw)
        if hindrance and not self.guard.latched:
            veto = hindrance
        self.report.step(inputs, self.guard.energy.minute)
        limit_dc = inputs.bms_protect_dc
        if limit_dc is not None:
            self._warn(s.BMS_TOO_COLD, limit_dc < self.report.limit_dc)
        self._warn(s.WARMS_OFF, self.guard.warms_off)
        self._warn(s.NOT_SAVED, self.unsaved)
        on = self.heating = demand and veto == s.NONE
        if output is not None and output.unconfirmed:
            veto = self._unless_worse(veto)
        self._publish_state(on, veto)
        is_on = on if output is None else output.on
        self._publish_figures(inputs, is_on, mean_mw)
        if self.pwm is not None:
            on = self.pwm.step(on, law.charger.testing, inputs, mw)
        return on

    def _warn(self, warning, holds):
        """Tells a warning while it holds, unless somebody knows; what has been mended is new."""
        bit = 1 << warning - 1
        if not holds and self.known & bit:
            self.known ^= bit
            self._dirty = True
        self.warnings = (self.warnings | bit if holds else self.warnings & ~bit) & ~self.known

    def _unless_worse(self, veto):
        """Returns UNCONFIRMED where nothing weighs more; the wish stays. A link that is down may
        be so because the BMS was given away in that state."""
        if veto == s.NONE or veto == s.LINK_DOWN or not self.law.active:
            return s.UNCONFIRMED
        return veto

    def _publish_state(self, on, veto):
        law = self.law
        self.reason = s.NONE
        if not self.fitted:
            self.state = s.OFF
        elif self.guard.latched:
            self.state = s.FAULT
            self.reason = s.first_fault(self.guard.latched)
        elif not law.active and (veto != s.UNCONFIRMED or (not self.on and self.inputs.link_up)):
            self.state = s.OFF  # and that is true: not of a BMS that heats all the same
        elif veto != s.NONE:
            self.state = s.BLOCKED
            self.reason = veto
        elif on:
            self.state = s.HEATING
        elif law.resting:
            self.state = s.BLOCKED
            self.reason = s.RESTING
        elif law.cold:
            self.state = s.WAITING_CHARGER
            if law.charger.is_blind:
                self.reason = s.CHARGER_UNSEEN
        else:
            self.state = s.IDLE

    def _publish_figures(self, inputs, on, mw):
        self.power_mw = mw if on else 0
        self.wh_today = self.guard.energy.wh if self._mat_mohm else None
        self.mat_w = self.loss_w = None
        loss_mw = self.guard.loss_mw
        if loss_mw is not None and mw is not None:
            self.mat_w = mw // 1000
            self.loss_w = loss_mw // 1000
        cold_dc = inputs.sensors.cold_dc
        off_dc = self.law.off_dc
        self.ready_wh = None
        if cold_dc is None or off_dc is None:
            self.ready_s = None
            return
        self.ready_s = 0
        if self.law.cold:  # nothing is promised of a mat that has been seen to be too weak
            weak = loss_mw is not None
            self.ready_s = None if weak else self.thermal.ready_s(mw, off_dc - cold_dc)
        if self.ready_s == 0:
            self.ready_wh = 0
        elif self.ready_s is not None:
            self.ready_wh = energy_wh(mw, self.ready_s)

    # -- what others may read --------------------------------------------------------------------

    @property
    def latched(self):
        """Set of latched faults: reason n is bit n - 1."""
        return self.guard.latched

    @property
    def mode(self):
        """Index in words.MODE_NAMES."""
        return self.law.mode

    @property
    def learned_j_k(self):
        """The pack's heat capacity as learned, J/K; 0 while nothing has been."""
        return self.thermal.learned_j_k

    @property
    def cold_min(self):
        """Minutes too cold for the cells to be charged, since the report began."""
        return self.report.cold_min

    @property
    def cold_charged_mah(self):
        """Charge taken in these minutes."""
        return self.report.charged_mah

    @property
    def cut_discharge(self):
        """True while the BMS should switch discharging off: opted in to, and the mat stuck on."""
        return self._cutoff and self.guard.latched >> s.STUCK_ON - 1 & 1 == 1

    @property
    def boost_s(self):
        """Seconds left of a boost, 0 for none."""
        return (self.law.boost_ms + 999) // 1000

    # -- commands --------------------------------------------------------------------------------

    def acknowledge(self):
        """Clears faults and warnings. After faults, the output stays off for three new readings.

        A fault whose cause still holds is back with the readings that show it; a warning is not.
        """
        if self.warnings:
            self.known |= self.warnings
            self.warnings = 0
            self._dirty = True
        if self.guard.latched == 0:
            return
        self.guard.acknowledge()
        self.boots.forget()
        self.inputs.sensors.restart()

    def set_mode(self, mode):
        """Changes the mode, by its index; returns False, changing nothing, if there is none.

        Off ends a boost: whoever says it means the mat. One that is commanded afterwards stands.
        """
        if not isinstance(mode, int) or not 0 <= mode <= s.MODE_CHARGER_OR_SOC:
            return False
        if mode == s.MODE_OFF:
            self.law.boost_ms = 0
        if mode != self.law.mode:
            self.law.mode = mode
            self._dirty = True
        return True

    def boost(self, minutes):
        """Heats to recovery for so many minutes, in any mode; 0 ends that.

        From a charger, or from the pack as mode charger_or_soc does. Returns False, changing
        nothing, if it cannot be: out of bounds, no output, a latched fault. Ends with a restart.
        """
        if not isinstance(minutes, int) or not 0 <= minutes <= s.MAX_BOOST_MIN:
            return False
        if minutes and (self.guard.latched or not self.fitted):
            return False
        self.law.boost_ms = minutes * 60_000
        return True

    def set_thresholds(self, on_dc, off_dc):
        """Changes the owner's thresholds, 0.1 °C; returns False, changing nothing, if it may not.

        Only where they are in use (not the BMS's), and within the bounds of the settings.
        """
        inputs = self.inputs
        if inputs.from_bms or not s.are_thresholds(on_dc, off_dc):
            return False
        if on_dc != inputs.own_on_dc or off_dc != inputs.own_off_dc:
            inputs.own_on_dc = on_dc
            inputs.own_off_dc = off_dc
            self._dirty = True
        return True

    def reset_report(self):
        """Begins a new cold-charge report."""
        self.report.restore(0, 0)
        self._dirty = True

    def fail(self):
        """Latches `internal`: for an exception in the loop around the heater."""
        self.guard.trip(s.INTERNAL)
        self.on = self.heating = False
        self.duty_permille = 0
        self.power_mw = 0
        self._publish_state(False, s.INTERNAL)

    # -- over restarts ---------------------------------------------------------------------------

    @property
    def dirty(self):
        """True while something has changed that save() would write."""
        return (
            self._dirty
            or self.unsaved
            or self.guard.dirty
            or self.guard.energy.dirty
            or self.thermal.dirty
            or self.report.dirty
            or self.boots.dirty
            or self.law.charger.dirty
        )

    def save(self, out):
        """Puts everything that must survive a restart into the dict `out`; clears `dirty`."""
        guard = self.guard
        out["version"] = s.RECORD_VERSION
        out["latched"] = guard.latched
        out["strikes"] = guard.strikes
        out["boots_min"] = self.boots.saved()
        out["charger_hold_s"] = self.law.charger.hold_ms // 1000
        out["day_wh"] = guard.energy.wh
        out["day_min"] = guard.energy.minute
        out["day"] = guard.energy.day
        out["spent_mwh"] = guard.energy.spent_mwh
        out["unseen_j"] = guard.balance.unseen_j
        out["learned"] = [self.thermal.prior_j_k, self.thermal.learned_j_k]
        out["report"] = [self.report.cold_min, self.report.charged_mah]
        out["mode"] = s.name(s.MODE_NAMES, self.law.mode)
        out["base_mode"] = s.name(s.MODE_NAMES, self.base_mode)
        out["holds"] = self.holds
        out["known"] = self.known
        inputs = self.inputs
        out["own_dc"] = [inputs.own_on_dc, inputs.own_off_dc, self.base_on_dc, self.base_off_dc]
        self.report.saved()
        self._dirty = guard.dirty = guard.energy.dirty = self.thermal.dirty = False
        self.boots.dirty = self.law.charger.dirty = False

    def load(self, saved, crashed=True):
        """Takes up what save() wrote. Call once, before the first step.

        `crashed`: it was a watchdog, a brown-out or an exception that led to this start, and not
        somebody who switched on. {} is a first boot. Anything else that is not a good record, None
        included, means that a latched fault may have been lost: the heater stays off until that
        is acknowledged.
        """
        from heat.restore import restore  # needed once

        restore(self, saved, crashed)
        if self.boots.unstable:
            self.guard.trip(s.UNSTABLE)
        if self.fitted and self.guard.latched:
            self.state = s.FAULT
            self.reason = s.first_fault(self.guard.latched)

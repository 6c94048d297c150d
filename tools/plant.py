"""A lithium pack in the cold: cells, mat, box, sensors, charger, load and a BMS of its own.

The truth that the virtual bench and the heater's tests measure Packmate against. Inputs are plain
attributes (`ambient_c`, `charger_on`, `charger_a`, `load_w`, `heater_on`, `sensor_absent`, and the
faults `sensors_swapped`, `sensor_coupling`, `sensor_drift_k_h`, `sensors_at_c`, `mat_open`,
`mat_touches`, `output_stuck`); `step(dt_s)` moves on;
outputs carry the names and units of the vocabulary. Nothing here knows a protocol, and equal seeds
and inputs give equal outputs.

Heat: the mat warms the near half of the cells, that half the far half; all lose heat to the
ambient. One sensor sits on each half, lags, and is shown in whole °C as the GPS port shows it.
"""

import math
import random

# J/K for each Wh of cells: 1130 J/kg·K (LFP) over 160 Wh/kg.
J_PER_K_WH = 7.0
_SUBSTEP_S = 10.0  # the mat's time constant is over 60 s
COARSE_S = 60.0  # the longest that is stable: within 0.3 °C, in a sixth of the time
_LOOSE_W_K = 2.0  # of a mat that touches nothing but air
# Open-circuit voltage of an LFP cell, mV at 0, 5, 10 ... 100 %.
_OCV_MV = (2700, 3060, 3190, 3215, 3235, 3252, 3265, 3275, 3283, 3288, 3291)
_OCV_MV += (3294, 3297, 3301, 3308, 3318, 3326, 3331, 3335, 3342, 3450)
_RESTS_S = 5.0  # a BMS waits before it lets go or takes back


def ocv_mv(soc):
    """Returns the open-circuit voltage in mV of an LFP cell at `soc` (0..1)."""
    place = min(max(soc, 0.0), 1.0) * (len(_OCV_MV) - 1)
    low = min(int(place), len(_OCV_MV) - 2)
    return _OCV_MV[low] + (place - low) * (_OCV_MV[low + 1] - _OCV_MV[low])


class Bms:
    """The protections of a JK board: its thresholds, its switches and what they make of them.

    Temperatures are judged at its own resolution, finer than what it sends.
    """

    def __init__(self):
        self.charge_utp_dc = 0
        self.charge_utpr_dc = 50
        self.charge_otp_dc = 700
        self.cell_ovp_mv = 3600
        self.cell_ovpr_mv = 3500
        self.cell_uvp_mv = 2700
        self.cell_uvpr_mv = 2900
        self.mos_otp_dc = 900
        self.low_soc_pct = 10
        self.charge_switch = True
        self.discharge_switch = True
        self.heating_switch = False  # its own heating output may be used
        self.heating_start_dc = None  # temperatures of its own for that; None: the charge limits
        self.heating_stop_dc = None
        self.heating = False  # its heating output is on
        self.extra_alarms = 0  # alarm bits of table gps_alarms raised from outside
        self.cold = False
        self.hot = False
        self.full = False
        self.empty = False
        self._waited_s = 0.0

    @property
    def charge_on(self):
        """True while the charge MOS conducts."""
        return self.charge_switch and not (self.cold or self.hot or self.full)

    @property
    def discharge_on(self):
        """True while the discharge MOS conducts."""
        return self.discharge_switch and not self.empty

    def judge(self, sensed_c, cell_mv, dt_s):
        """Takes the sensors it has (a list, °C) and a typical cell's mV."""
        self.full = cell_mv >= (self.cell_ovpr_mv if self.full else self.cell_ovp_mv)
        self.empty = cell_mv <= (self.cell_uvpr_mv if self.empty else self.cell_uvp_mv)
        if not sensed_c:
            self.heating = False
            return  # an absent sensor protects nothing
        coldest = 10 * min(sensed_c)
        self._judge_heating(coldest)
        self.hot = 10 * max(sensed_c) > self.charge_otp_dc
        if self.cold:
            self._waited_s = self._waited_s + dt_s if coldest > self.charge_utpr_dc else 0.0
            self.cold = self._waited_s < _RESTS_S
        elif coldest < self.charge_utp_dc:
            self.cold = True
            self._waited_s = 0.0

    def _judge_heating(self, coldest_dc):
        if self.heating_start_dc is None:
            start_dc, stop_dc = self.charge_utp_dc, self.charge_utpr_dc
        else:
            start_dc, stop_dc = self.heating_start_dc, self.heating_stop_dc
        limit_dc = stop_dc if self.heating else start_dc
        self.heating = self.heating_switch and coldest_dc < limit_dc

    def alarms(self, soc_pct, mos_c):
        """Returns the alarm word of jk.md table gps_alarms."""
        raised = (soc_pct < self.low_soc_pct) | (10 * mos_c > self.mos_otp_dc) << 1
        raised |= self.hot << 4 | self.cold << 9 | self.full << 10 | self.empty << 11
        return raised | self.extra_alarms


class Plant:
    """See the module. `bms` is a Bms; `cells`, `capacity_ah`, `mat_mohm`, `loss_w_k` size it.

    `mat_feed` says where the mat hangs: "output" (behind BMS and shunt, beside charger and loads)
    or "cells" (straight on the cells, unseen by the shunt). `substep_s`: of the integration, up to
    COARSE_S where speed counts for more than the mat's temperature.
    """

    def __init__(
        self,
        cells=16,
        capacity_ah=100.0,
        mat_mohm=26_200,
        loss_w_k=1.5,
        temp_c=8.0,
        seed=1,
        substep_s=_SUBSTEP_S,
    ):
        self.ambient_c = temp_c
        self.charger_on = False
        self.charger_a = 20.0
        self.load_w = 0.0
        self.heater_on = False
        self.sensor_absent = ()  # positions (0, 1), or True for all
        self.sensors_swapped = False
        self.sensor_coupling = (
            1.0  # how much of a sensor's warmth is the cell's, the rest the air's
        )
        self.sensor_drift_k_h = 0.0
        self.sensors_at_c = None  # a function of the seconds: °C of another place, where they hang
        self.mat_open = False
        self.mat_touches = True  # False: it has fallen off the cells
        self.output_stuck = False  # the switch conducts whatever `heater_on` says
        self.mat_feed = "output"
        self.mat_on_bms = False  # it hangs at the BMS's own heating output, not at our switch
        self.bms_heater_a = 0.0  # what that output gives
        self.bms = Bms()
        self.cells = cells
        self.capacity_ah = capacity_ah
        self.pack_wh = cells * 3.2 * capacity_ah
        self.mat_mohm = mat_mohm
        self.loss_w_k = loss_w_k
        self.rounding = "nearest"  # how a sensor's °C become whole: nearest, down or toward zero
        self.lag_s = 60.0
        self.time_s = 0.0
        self._drifted_k = 0.0
        self.soc = 0.6
        self.current_a = 0.0  # through the shunt, positive while charging
        self.heater_w = 0.0  # what the mat really takes
        self._substep_s = substep_s
        self._jitter = 0
        self._seed = random.Random(seed).randrange(1 << 30)
        odd = random.Random(seed)
        self._odd_mv = [odd.randint(-4, 4) for _ in range(cells)]
        self._volt = cells * ocv_mv(self.soc) / 1000
        self._cell_mv = None  # of this moment, once somebody has asked: several do
        self._resistance = cells * 0.0006
        half = J_PER_K_WH * self.pack_wh / 2
        self._half_j_k = half
        self._mat_j_k = 300 + half / 40
        self._mat_w_k = self._mat_j_k / 80  # contact; a time constant of 80 s
        self._across_w_k = half / 450  # between the halves
        self.set_temp(temp_c)

    # -- setting the scene ----------------------------------------------------------------------

    def set_temp(self, temp_c):
        """Puts cells, mat and sensors at one temperature."""
        self.near_c = self.far_c = self.mat_c = self.mos_c = float(temp_c)
        self.sensed_c = [float(temp_c), float(temp_c)]

    def set_soc(self, pct):
        """Sets the state of charge in %."""
        self.soc = min(max(pct / 100, 0.0), 1.0)
        self._volt = self.cells * ocv_mv(self.soc) / 1000
        self._cell_mv = None

    # -- moving on --------------------------------------------------------------------------------

    def step(self, dt_s):
        """Moves on by `dt_s` seconds with the inputs as they are."""
        pieces = max(1, math.ceil(dt_s / self._substep_s))
        piece_s = dt_s / pieces
        for _ in range(pieces):
            self._electric(piece_s)
            self._thermal(piece_s)
            known = [self.sensed_c[i] for i in (0, 1) if not self._is_absent(i)]
            self.bms.judge(known, 1000 * self._volt / self.cells, piece_s)
        self.time_s += dt_s
        self._jitter = (self._jitter * 1103515245 + self._seed) & 0x3FFFFFFF
        self._cell_mv = None

    def _electric(self, dt_s):
        bms = self.bms
        volt = self._volt
        wanted = bms.heating if self.mat_on_bms else self.heater_on
        closed = (wanted or self.output_stuck) and not self.mat_open
        mat_a = volt / (self.mat_mohm / 1000) if closed else 0.0
        self.bms_heater_a = mat_a if self.mat_on_bms else 0.0
        outside = self.mat_feed == "output" and not self.mat_on_bms
        if outside and not (self.charger_on or bms.discharge_on):
            mat_a = 0.0
        want_a = self.load_w / volt + (mat_a if outside else 0.0)
        spare_a = (self.charger_a if self.charger_on else 0.0) - want_a
        if spare_a > 0:
            room_a = (self.cells * 3.45 - self.cells * ocv_mv(self.soc) / 1000) / self._resistance
            flow_a = max(0.0, min(spare_a, room_a)) if bms.charge_on else 0.0
        else:
            flow_a = spare_a if bms.discharge_on else 0.0
        self.current_a = flow_a
        self.heater_w = mat_a * volt
        true_a = flow_a - (0.0 if outside else mat_a)
        self.soc = min(max(self.soc + true_a * dt_s / 3600 / self.capacity_ah, 0.0), 1.0)
        self._volt = self.cells * ocv_mv(self.soc) / 1000 + true_a * self._resistance

    def _thermal(self, dt_s):
        near, far, mat, air = self.near_c, self.far_c, self.mat_c, self.ambient_c
        into = (mat - near) * self._mat_w_k if self.mat_touches else 0.0
        across = (near - far) * self._across_w_k
        own = self.current_a * self.current_a * self._resistance / 2
        loss = self.loss_w_k / 2
        lost = (mat - air) * (0.05 * loss if self.mat_touches else _LOOSE_W_K)
        self.mat_c = mat + (self.heater_w - into - lost) * dt_s / self._mat_j_k
        self.near_c = near + (into - across + own - (near - air) * loss) * dt_s / self._half_j_k
        self.far_c = far + (across + own - (far - air) * loss) * dt_s / self._half_j_k
        share = 1 - math.exp(-dt_s / self.lag_s)
        self._sense(dt_s, share)
        self.mos_c += (near + abs(self.current_a) * 0.15 - self.mos_c) * share

    def _sense(self, dt_s, share):
        sensed = self.sensed_c
        drift_k = self.sensor_drift_k_h * dt_s / 3600
        self._drifted_k += drift_k
        for i, cell_c in enumerate((self.near_c, self.far_c)):
            if self.sensors_at_c is not None:
                cell_c = self.sensors_at_c(self.time_s)
            elif self.sensor_coupling < 1.0:
                cell_c = self.ambient_c + (cell_c - self.ambient_c) * self.sensor_coupling
            sensed[i] += (cell_c + self._drifted_k - sensed[i]) * share + drift_k * (1 - share)

    # -- what a BMS shows -------------------------------------------------------------------------

    @property
    def temps_c(self):
        """True temperatures of the two halves, °C."""
        return [self.near_c, self.far_c]

    @property
    def temps_dc(self):
        """The sensors as the GPS port shows them, 0.1 °C in steps of 10; None: absent."""
        order = (1, 0) if self.sensors_swapped else (0, 1)
        return [None if self._is_absent(i) else 10 * self._whole(self.sensed_c[i]) for i in order]

    @property
    def mos_temp_dc(self):
        """Temperature of the switches, 0.1 °C in steps of 10."""
        return 10 * self._whole(self.mos_c)

    @property
    def cell_mv(self):
        """Cell voltages in mV, with each cell's oddity and 1 mV of noise."""
        if self._cell_mv is None:
            base = round(1000 * self._volt / self.cells)
            noise = self._jitter
            self._cell_mv = [
                base + odd + (noise >> (i & 15) & 1) for i, odd in enumerate(self._odd_mv)
            ]
        return self._cell_mv

    @property
    def pack_mv(self):
        """Pack voltage in mV, to 10 mV."""
        return 10 * round(sum(self.cell_mv) / 10)

    @property
    def current_ma(self):
        """Current in mA as the BMS shows it, to 10 mA, positive while charging, 0 under 150 mA."""
        shown = 10 * round(100 * self.current_a)
        if abs(shown) < 150:
            return 0
        return shown + 10 * (((self._jitter >> 5) & 3) - 1)

    @property
    def soc_pct(self):
        """State of charge in whole %."""
        return int(100 * self.soc + 0.5)

    @property
    def capacity_mah(self):
        """Full capacity in mAh."""
        return round(1000 * self.capacity_ah)

    @property
    def runtime_s(self):
        """Working time, s in whole minutes."""
        return 60 * int(self.time_s / 60)

    @property
    def charge_on(self):
        """True while the charge MOS conducts."""
        return self.bms.charge_on

    @property
    def discharge_on(self):
        """True while the discharge MOS conducts."""
        return self.bms.discharge_on

    @property
    def alarms_raw(self):
        """Alarm word of jk.md table gps_alarms."""
        return self.bms.alarms(self.soc_pct, self.mos_c)

    def _is_absent(self, sensor):
        absent = self.sensor_absent
        return absent is True or (bool(absent) and sensor in absent)

    def _whole(self, temp_c):
        if self.rounding == "nearest":
            return math.floor(temp_c + 0.5)
        return math.floor(temp_c) if self.rounding == "down" else int(temp_c)

"""What mat and pack can do: power, heat capacity and loss; how long a rise of temperature takes.

A pack's heat capacity follows from its energy: 1130 J/kg·K (LFP cells) over 160 Wh/kg is 7 J/K for
each Wh; NMC cells store more in a kilogram, so that the figure errs on the slow side for them.
Episodes of heating then show what it really is, as the mat sees it: with all that the box
swallows.
"""

from bms.watts import power_mw
from compat import const
from heat.mat import mat_ma

_J_PER_K_WH = const(7)
# While the loss is unknown: the share of the mat's power that stays in the cells.
_SHARE_PER_TEN = const(6)
# A sensor of whole °C shows a rise for certain only after 2 K.
_PROOF_DC = const(20)
# Bounds of the must-rise window, and what holds while pack or mat are not described: the slowest
# of the ordinary packs of research.md §4.2 (16S 280 Ah with 100 W: 54 min).
_SHORTEST_S = const(1800)  # there are sensors that follow within three quarters of an hour
_LONGEST_S = const(10_800)
_UNKNOWN_S = const(3600)
_ENDLESS_S = const(1_000_000)
_STRONGEST_MW = const(100_000_000)  # keeps the division below under 2**30
LIFTED = const(2)  # see Thermal
MEASURED_MW = const(2_500_000)  # the same, where a mat's effect is measured
# Less is lost in a BMS's current among loads.
_SEEN_MA = const(1000)

# Trends: of the mean of the sensors, which the flow of heat between halves does not change.
_EDGE_DC = const(5)  # a trend begins and ends where the mean changes, which is exact in time
_LAG_MS = const(600_000)  # for mat, cells and sensors to follow
_PAUSE_MS = const(600_000)  # off for less belongs to the same episode
_TREND_DC = const(10)
_FALL_DC = const(20)  # then the next trend begins
_LEARN_DC = const(30)
_LONGEST_MS = const(10_800_000)
_FALL_VALID_MS = const(43_200_000)
_ALIKE_DC = const(50)
_SAME_DC = const(20)  # a pack that is warmer by more loses more than was seen
_STEEPEST_CKH = const(10_000)
_MOST_J = const(100_000_000)
# Heat of the pack's own resistance: 4 % of the power at 1 C, and less at a quarter than the loss.
_CALM_MA = const(10_000)  # while pack_wh is unknown


def seen_ma(pack_mv, mat_mohm):
    """Returns the mat's current as the pack's would clearly show it; None if it would not."""
    ma = mat_ma(pack_mv, mat_mohm)
    return ma if ma is not None and ma >= _SEEN_MA else None


def heat_s(j_k, mw, rise_dc):
    """Returns the seconds in which `mw` warms `j_k` J/K by `rise_dc`; None if unknown."""
    if j_k <= 0 or mw is None or mw < 100:
        return None
    if mw > _STRONGEST_MW:
        mw = _STRONGEST_MW
    joule = j_k // 10 * rise_dc + j_k % 10 * rise_dc // 10  # 3 * 10**8 for 600 kWh and 50 K
    per_100_s = mw // 10
    if joule // per_100_s >= _ENDLESS_S // 100:
        return _ENDLESS_S
    return joule // per_100_s * 100 + joule % per_100_s * 100 // per_100_s


def energy_wh(mw, seconds):
    """Returns the Wh of so many seconds, for up to 60 kW; None if the power is unknown."""
    if mw is None or mw >= 60_000_000:
        return None
    return mw // 1000 * (seconds // 60) // 60


def energy_mj(mw, ms):
    """Returns the mJ of so many ms of a mat (mat_mw) under its lease; both below 2**30."""
    return power_mw(mw, ms)  # a thousandth of the product, there too


class Thermal:
    """Follows the pack's temperature, heated and unheated, and learns from the difference.

    `j_k`: heat capacity in force, J/K, 0 while unknown; `learned_j_k`: the same once it has been
    learned from an episode. `fall_ckh`: how fast the unheated pack was last seen to cool, in
    0.01 K/h (negative: to warm), None after 12 hours; `fall_dc`: at which mean. `rise_ckh`: how
    fast it last rose heated. `lifted`: 1 once it has risen by 3 K in an episode of heating, LIFTED
    if it has as only the mat lifts it.
    """

    def __init__(self, settings):
        self.j_k = self.prior_j_k = _J_PER_K_WH * settings["pack_wh"]
        self.learned_j_k = 0
        self.fall_ckh = None
        self.rise_ckh = None
        self.dirty = False
        self._saved_j_k = 0
        self._pack_wh = settings["pack_wh"]
        self._fall_age_ms = 0
        self.fall_dc = 0  # where
        self._mean_dc = 0
        self._heating = False
        self.lifted = 0  # in this episode
        self._off_ms = _PAUSE_MS
        # The trend: from `base` on, as far as `last`, the furthest that the mean has come.
        self._epoch = 0
        self._begun = False
        self._ms = -_LAG_MS
        self._base_dc = 0
        self._last_dc = 0
        self._last_ms = 0
        self.joule = 0
        self._mj = 0

    def restore(self, j_k):
        """Takes up what was learned before a restart; 0: nothing."""
        if j_k and self.prior_j_k:
            self.j_k = self.learned_j_k = self._saved_j_k = self._bounded(j_k)

    # -- what follows from it ---------------------------------------------------------------------

    def window_s(self, mw):
        """Returns within how many seconds of heating a rise must show."""
        seconds = None if mw is None else heat_s(self.j_k, mw // 10 * _SHARE_PER_TEN, _PROOF_DC)
        if seconds is None:
            return _UNKNOWN_S
        if seconds < _SHORTEST_S:
            return _SHORTEST_S
        return seconds if seconds < _LONGEST_S else _LONGEST_S

    def ready_s(self, mw, rise_dc):
        """Returns the seconds of heating for `rise_dc`; None if unknown, or never."""
        if mw is None:
            return None
        net_mw = mw // 10 * _SHARE_PER_TEN
        if self.fall_ckh is not None:
            net_mw = mw - max(self.loss_mw(), 0)
            if net_mw < mw // 10:
                return None
        return heat_s(self.j_k, net_mw, rise_dc)

    def heated_s(self, mw, rise_dc):
        """Returns in how many seconds a pack that is heated rises so far; None if unknown."""
        if self.rise_ckh:
            return rise_dc * 48_000 // self.rise_ckh  # a third more than last time
        return None if mw is None else heat_s(self.j_k, mw // 10 * _SHARE_PER_TEN, rise_dc)

    def loss_mw(self):
        """Returns what the unheated pack was last seen to lose; `fall_ckh` must be known."""
        return (self.j_k + 50) // 100 * self.fall_ckh // 36 * 10

    def is_heated(self, mw, change_dc, seconds):
        """Tells a heated pack from an unheated one by how its mean changed; None if it cannot.

        Without heat it would have gone on falling as before; `mw` makes a difference to that. A
        fall that was seen at quite another temperature tells nothing about this one; and where
        the pack was colder it lost less, so that a warmer one may be heated and stand still.
        """
        if self.fall_ckh is None or self.j_k == 0 or mw is None or mw > MEASURED_MW:
            return None
        warmer_dc = self._mean_dc - self.fall_dc
        if not -_ALIKE_DC <= warmer_dc <= _ALIKE_DC:
            return None
        unheated = None if warmer_dc > _SAME_DC else False
        return self.is_warmed(mw, self.fall_ckh, change_dc, seconds) or unheated

    def is_warmed(self, mw, fall_ckh, change_dc, seconds):
        """The same, against a fall; `mw` and capacity must be known, the power under 2.5 kW."""
        expected_dc = mw // 100 * seconds // self.j_k
        return 2 * (change_dc + fall_ckh * seconds // 36_000) >= expected_dc

    def is_calm(self, inputs):
        """True while the pack's own current cannot warm it noticeably: under a quarter of C."""
        ma = inputs.current_ma
        if ma is None:
            return False
        most_ma = _CALM_MA
        if self._pack_wh and inputs.pack_mv is not None and inputs.pack_mv >= 1000:
            most_ma = self._pack_wh * 2500 // (inputs.pack_mv // 100)
        return -most_ma <= ma <= most_ma

    # -- following ------------------------------------------------------------------------------

    def step(self, inputs, mw):
        """Takes a step's inputs, and the mat's power now (None: unknown)."""
        elapsed = inputs.elapsed_ms
        if self.fall_ckh is not None:
            self._fall_age_ms += elapsed
            if self._fall_age_ms >= _FALL_VALID_MS:
                self.fall_ckh = None
        if inputs.heating_ms:
            self._off_ms = 0
        else:
            self._off_ms = min(self._off_ms + elapsed, _PAUSE_MS)
        sensors = inputs.sensors
        if not (inputs.trusted and sensors.settled and self.is_calm(inputs)):
            self._ms = -_LAG_MS
            return
        if self._heating != (self._off_ms < _PAUSE_MS) or self._epoch != sensors.epoch:
            self._heating = self._off_ms < _PAUSE_MS
            self._epoch = sensors.epoch
            self._ms = -_LAG_MS
        if not self._heating:
            self.lifted = 0
        self._ms += elapsed
        self._mean_dc = sensors.mean_dc
        self._follow(inputs, mw)

    def _follow(self, inputs, mw):
        mean_dc = self._mean_dc
        if self._ms < 0:
            self._begin(mean_dc)
            self._begun = False
            return
        if not self._begun:
            if not -_EDGE_DC < mean_dc - self._base_dc < _EDGE_DC:
                self._begin(mean_dc)
        elif self._heating and (mw is None or mw > MEASURED_MW):
            self._ms = -_LAG_MS
            return
        else:
            if self._heating:
                self._mj += energy_mj(mw, inputs.on_ms)
                self.joule += self._mj // 1000
                self._mj %= 1000
            if abs(mean_dc - self._base_dc) > abs(self._last_dc - self._base_dc):
                self._last_dc = mean_dc
                self._last_ms = self._ms
                self._judge()
        if self._ms >= _LONGEST_MS:
            if not self._heating and abs(self._last_dc - self._base_dc) < _TREND_DC:
                self._set_fall(self._base_dc - mean_dc, self._ms)
            self._begin(mean_dc)
            self._begun = False

    def _begin(self, mean_dc):
        self._begun = True
        self._base_dc = self._last_dc = mean_dc
        self.joule = 0
        if self._ms > 0:
            self._ms = 0

    def _judge(self):
        change_dc = self._last_dc - self._base_dc
        # Sensors of whole degrees: from one edge of one of them to a later edge of the same.
        if change_dc % _TREND_DC != 0:
            return
        if not self._heating:
            if abs(change_dc) >= _TREND_DC:
                self._set_fall(-change_dc, self._last_ms)
            if abs(change_dc) >= _FALL_DC:
                self._begin(self._last_dc)
        elif change_dc >= _LEARN_DC and not self.lifted:
            self.lifted = 1
            self.learn(change_dc, max(self._last_ms // 1000, 1))

    def _set_fall(self, fall_dc, ms):
        ckh = fall_dc * 36_000 // max(ms // 1000, 1)
        self.fall_ckh = max(-_STEEPEST_CKH, min(ckh, _STEEPEST_CKH))
        self._fall_age_ms = 0
        self.fall_dc = self._mean_dc

    def learn(self, change_dc, seconds):
        """Takes an episode for what it shows, a third of the way, a fifth of the value at most."""
        self.rise_ckh = max(change_dc * 36_000 // seconds, 1)
        if change_dc * self.j_k > 5 * self.joule:  # half of what was given, whatever was lost
            self.lifted = LIFTED
        if self.prior_j_k == 0 or self.fall_ckh is None:
            return
        warmed_dc = change_dc + self.fall_ckh * seconds // 36_000
        if warmed_dc < _FALL_DC:
            return
        shown_j_k = min(self.joule, _MOST_J) * 10 // warmed_dc
        most = self.j_k // 5
        change = max(-most, min((shown_j_k - self.j_k) // 3, most))
        self.j_k = self.learned_j_k = self._bounded(self.j_k + change)
        if abs(self.j_k - self._saved_j_k) > self.j_k // 20:  # less is not worth a write
            self._saved_j_k = self.j_k
            self.dirty = True

    def _bounded(self, j_k):
        """Returns `j_k`, within what a pack of that energy can have."""
        return max(self.prior_j_k * 2 // 5, min(j_k, self.prior_j_k * 2))

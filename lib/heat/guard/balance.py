"""Is more heat put in than the sensors show? (heater.md, guard: energy put in, warmth seen)

What the mat gives warms the cells, and the sensors show that; or the box loses it to the cold. A
book is kept in joules: what was put in, less what the sensors' mean has risen (its falls added
again), less what a box of the pack's size loses at most. What is left has gone somewhere that
nobody sees: into cells whose sensor hangs loose, is another pack's, or drifts. It stands for the
most that the cells can be warmer than they are said to be.

Beyond what the mat gives in an hour, as slow sensors owe that, and 10 to 22 K of the pack, the
heat stops until the book is halved. At the second time, if the unheated pack was seen to lose
clearly less than the book needs while it was about as warm, the sensor is wrong, which latches;
else it may as well be a poor box, which is heated by no more than a good one loses. A sensor that
drifts looks exactly like it.

Where the BMS does not tell how warm its own board is, nothing but this book ends the heat. Then it
holds 10 K and no more; a box may lose half of that, if its owner has not said what it does; and
once the book was full, it is one of heat and loss alone until it is empty, whatever the sensors
say.
"""

from compat import const
from heat.thermal import energy_mj

ENOUGH = const(0)  # nothing to complain of
LOSING = const(1)  # stop until the book is halved
UNSEEN = const(2)  # and the sensor is wrong

# A box of foam for 5.1 kWh loses 35 W in the cold of -20 °C; others by their surface, which is
# 3.5 K/h there and less for larger packs.
_LOSS_CKH = const(6000)  # divided by the cube root of the Wh
_SLOW_S = const(3600)
_LEAST_K = const(10)
_MOST_K = const(22)
_LONG_MS = const(500_000_000)
# Where the board's temperature is unknown.
_BLIND_MS = const(3_600_000)  # a reading that is missing for less may come back
_ALIKE_DC = const(30)  # a pack that is colder by more than this loses less: that proves nothing


class Balance:
    """Call step() each second. `unseen_j`: the book, J; `verdict`: of the last step; `half`: the
    book is half full, which is a fault if something else says the same.

    Without the pack's energy and the mat's resistance there is no book.
    """

    def __init__(self, settings, thermal):
        self.unseen_j = 0
        self.verdict = ENOUGH
        self.half = False
        self._thermal = thermal
        self.loss_w = self._blind_w = settings["heater_loss_w"]
        if settings["pack_wh"] and not self.loss_w:
            ckh = int(_LOSS_CKH / settings["pack_wh"] ** (1 / 3))
            self.loss_w = thermal.prior_j_k // 36 * ckh // 10_000
            self._blind_w = self.loss_w // 2
        self._mj = 0
        self.open_ms = 0  # since the book was empty
        self.again = False  # the heat had to stop since
        self.lost_w = -1  # the most that was seen unheated since; -1: nothing
        self.lost_dc = 0  # the warmest at which it was
        self._epoch = -1
        self._mean_dc = 0
        self.blind_ms = _BLIND_MS

    def step(self, inputs, mw):
        """Takes a step's inputs, and the mat's power now (None: unknown)."""
        self.blind_ms = min(self.blind_ms + inputs.elapsed_ms, _BLIND_MS)
        if not inputs.blind:
            self.blind_ms = 0
        blind = self.blind_ms == _BLIND_MS
        loss_w = self._blind_w if blind else self.loss_w
        self._book_rise(inputs.sensors, blind)
        if mw is not None:
            self._mj += energy_mj(mw, inputs.on_ms)
        if self.unseen_j > 0 or inputs.on_ms:
            elapsed = inputs.elapsed_ms
            self._mj -= loss_w * elapsed
            self.open_ms = min(self.open_ms + elapsed, _LONG_MS)
        self.unseen_j += self._mj // 1000
        self._mj %= 1000
        if self.unseen_j <= 0:
            self.restart()
        self._note_loss()
        self._judge(mw, loss_w, _LEAST_K if blind else _MOST_K)

    def restart(self):
        """Closes the book, and begins a new one."""
        self.unseen_j = self._mj = self.open_ms = 0
        self.lost_w = -1
        self.again = self.half = False
        self.verdict = ENOUGH

    def _note_loss(self):
        thermal = self._thermal
        if thermal.fall_ckh is None:
            return
        if self.lost_w < 0 or thermal.fall_dc > self.lost_dc:
            self.lost_dc = thermal.fall_dc
        self.lost_w = max(self.lost_w, thermal.loss_mw() // 1000)

    def _book_rise(self, sensors, blind):
        if sensors.mean_dc is None:
            return
        if self._epoch == sensors.epoch and not (blind and self.again):
            rise_dc = sensors.mean_dc - self._mean_dc
            if rise_dc > 0 or self.unseen_j > 0:
                self.unseen_j -= self._thermal.j_k // 10 * rise_dc
        self._epoch = sensors.epoch
        self._mean_dc = sensors.mean_dc

    def _judge(self, mw, loss_w, most_k):
        j_k = self._thermal.prior_j_k
        if not j_k or mw is None:
            return
        limit_j = mw // 1000 * _SLOW_S
        limit_j = max(_LEAST_K * j_k, min(limit_j, most_k * j_k))
        self.half = 2 * self.unseen_j >= limit_j
        if self.unseen_j < limit_j:
            if not self.half:
                self.verdict = ENOUGH
            return
        self.unseen_j = limit_j  # nobody waits for more than half of it
        if self.verdict == ENOUGH:
            self.verdict = LOSING
            needed_w = loss_w + self.unseen_j // max(self.open_ms // 1000, 1)
            alike = self._mean_dc - self.lost_dc <= _ALIKE_DC
            if self.again and alike and 0 <= 3 * self.lost_w < 2 * needed_w:
                self.verdict = UNSEEN
            self.again = True

"""The JK's own heating output, supervised; loaded only where the settings choose it.

The BMS has no command "heat now". There is a switch that allows it to heat, and thresholds by
which it then does (jk.md §3.10). So Packmate moves that switch, reads back that it has moved, and
sees by status and current whether the output follows. There is no lease: while we are dead or the
link is down, the BMS goes by its switch and thresholds.
"""

from bms import pack as p
from compat import const

# What is to be asked of the BMS.
NOTHING = const(0)
SWITCH = const(1)
UTP = const(2)
UTPR = const(3)
START = const(4)
STOP = const(5)

# What the board can switch (jk.md §3.10): 3 A, 200 W. Up to 8 cells, 3 A are under the 100 W of
# the one board that has less.
MAX_MA = const(3000)
MAX_MW = const(200_000)

CONFIRM_S = const(40)  # for it to say that it is off, before nobody here can tell it any more
_PROVE_MS = const(30_000)  # for a command to go out and show, with one retry
_AGAIN_MS = const(15_000)
_TRIES = const(3)
_WRITE_AGAIN_MS = const(600_000)  # then; flash wears in a BMS, too
# Three new readings after a reconnection are no reason to wear the BMS's flash.
_SETTLING_MS = const(60_000)
_LEAST_MA = const(100)
_ERROR_MA = const(300)  # of its measurement
_MOST_MA = const(20_000)  # more is another field
_OVER_MS = const(5000)
_REST_MS = const(1_800_000)
_NO_CURRENT_MS = const(120_000)


class BMSOutput:
    """`on`: the BMS says that it heats. `unconfirmed`: for some time now it has not been doing
    what it was told. `ma`: what its heater takes, None if it does not tell. `over_limit`: that has
    been more than the board can switch, half an hour ago at most.

    `held_off`: off, whatever the wish, at once: the link is about to be given away, or the program
    to end. `confirmed_off`: the BMS says, now, that its switch and its output are off.

    After step(), `command` and `value` are to be asked of the BMS. `thresholds`: write ours.
    """

    def __init__(self, thresholds):
        self.on = False
        self.held_off = self.confirmed_off = False
        self.unconfirmed = False
        self.ma = None
        self.over_limit = False
        self.over_ms = 0  # of readings above the limit; then, until the next attempt
        self.command = NOTHING
        self.value = 0
        self._thresholds = thresholds
        self.wait_ms = 0
        self.asked = 0  # of the switch
        self._write_wait_ms = 0
        self._tried = NOTHING  # the threshold that was asked for last
        self._tries = 0
        self.wrong_ms = 0
        self.settling_ms = 0
        self.no_current_ms = 0

    def look(self, pack, fresh):
        """Takes what the BMS says of its output, if that is `fresh`; before the heater's step."""
        heating = pack.get(p.HEATING)
        self.on = fresh and heating == 1
        self.confirmed_off = fresh and heating == 0 and pack.get(p.HEATING_SWITCH) == 0
        ma = pack.get(p.HEATING_MA)
        # Old firmware has other things in this place.
        self.ma = ma if self.on and ma is not None and 0 <= ma <= _MOST_MA else None

    def step(self, wish, settling, pack, on_dc, off_dc, elapsed_ms):
        """Compares what is with what is to be. `wish`: heat; `settling`: there is no wish only
        because readings are still being waited for; `on_dc`, `off_dc`: the thresholds in force.
        """
        self.command = NOTHING
        wish = wish and not self.held_off
        settling = settling and not self.held_off
        self._watch_limit(elapsed_ms)
        self.wait_ms = self.wait_ms - elapsed_ms if self.wait_ms > elapsed_ms else 0
        left_ms = self._write_wait_ms - elapsed_ms
        self._write_wait_ms = left_ms if left_ms > 0 else 0
        settling_ms = self.settling_ms + elapsed_ms if settling else 0
        self.settling_ms = min(settling_ms, _SETTLING_MS)
        if settling and self.settling_ms < _SETTLING_MS:
            return
        switch = pack.get(p.HEATING_SWITCH)
        self._confirm(wish, switch, elapsed_ms)
        target = 1 if wish else 0
        if switch != target and switch is not None:
            if self.wait_ms == 0 or self.asked != target:
                self.wait_ms = _AGAIN_MS
                self.command = SWITCH
                self.value = self.asked = target
        elif self._thresholds and on_dc is not None and self._write_wait_ms == 0:
            self._compare_thresholds(pack, on_dc, off_dc)

    def _watch_limit(self, elapsed_ms):
        if self.over_limit:
            self.over_ms -= elapsed_ms
            self.over_limit = self.over_ms > 0
        elif self.ma is None or self.ma <= MAX_MA + _ERROR_MA:
            self.over_ms = 0
        else:
            self.over_ms += elapsed_ms
            if self.over_ms >= _OVER_MS:
                self.over_limit = True
                self.over_ms = _REST_MS

    def _confirm(self, wish, switch, elapsed_ms):
        if not self.on or self.ma is None or self.ma >= _LEAST_MA:
            self.no_current_ms = 0
        elif self.no_current_ms < _NO_CURRENT_MS:
            self.no_current_ms += elapsed_ms
        if wish:
            good = switch == 1 and self.on and self.no_current_ms < _NO_CURRENT_MS
        else:
            good = switch == 0 and not self.on
        self.wrong_ms = 0 if good else min(self.wrong_ms + elapsed_ms, _PROVE_MS)
        self.unconfirmed = self.wrong_ms >= _PROVE_MS

    def _compare_thresholds(self, pack, on_dc, off_dc):
        """Asks for one that is not ours yet, in an order that keeps the lower one lower.

        Units with temperatures of their own for the heater, in whole degrees, get these; others
        heat below the charge protection, which is only ever raised: it guards the cells.
        """
        low = pack.get(p.HEATING_START_DC)
        high = pack.get(p.HEATING_STOP_DC)
        if low is not None and high is not None:
            on_dc -= on_dc % 10  # -0.5 °C: -1 °C
            off_dc += -off_dc % 10
            self._choose(START, low, on_dc, STOP, high, off_dc)
            return
        low = pack.get(p.CHARGE_UTP_DC)
        high = pack.get(p.CHARGE_UTPR_DC)
        if low is not None and high is not None:
            self._choose(UTP, low, max(low, on_dc), UTPR, high, max(high, off_dc))

    def _choose(self, low_command, low, low_dc, high_command, high, high_dc):
        if high != high_dc and (high_dc > low or low == low_dc):
            self.command = high_command
            self.value = high_dc
        elif low != low_dc:
            self.command = low_command
            self.value = low_dc
        if self.command != NOTHING:
            self._tries = self._tries + 1 if self.command == self._tried else 1
            self._write_wait_ms = _AGAIN_MS if self._tries < _TRIES else _WRITE_AGAIN_MS
        self._tried = self.command

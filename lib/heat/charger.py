"""Is a charger there? The question that cold makes hard.

Once the BMS has cut charging off, no charge current flows, whether there is a charger or not: the
current cannot see the charger in exactly the state that needs heat. Some BMSs send a flag; a pin
can be wired to the charger; the GPS port of a JK sends neither. What is left there:

- memory: a charger was charging when the cut came. It is believed for a bounded time. When the
  pack is seen to discharge meanwhile, no charger carries the loads: the belief pauses, and only
  half of it is left;
- the charger's voltage: a full LiFePO4 pack takes no current, but a charger keeps its cells above
  3.4 V, to which they never rest; so a charger is remembered that was there without a current;
- the load test, if the mat hangs at the BMS's output (`heater_feed`): switched on, the mat is fed
  by the charger, or else the pack's current steps down by the mat's own. It needs no memory.

docs/charger-presence.md says which unit gives what.
"""

from compat import const
from heat.thermal import seen_ma

# Where the knowledge comes from; the position in SOURCE_NAMES.
UNKNOWN = const(0)
FLAG = const(1)
PIN = const(2)
CURRENT = const(3)
MEMORY = const(4)
LOAD_TEST = const(5)

SOURCE_NAMES = b"none\nflag\npin\ncurrent\nmemory\nload_test"

CHARGING_MA = const(300)  # less may be the error of a shunt at rest
DISCHARGING_MA = const(500)
_FLOAT_MV = const(3400)  # of LiFePO4 cells on a charger; at rest they fall to 3350
_LFP_OVP_MV = const(3800)  # protection of a cell: other chemistries are beyond
_BLIND_MS = const(600_000)  # of cold, until it is told that nothing could show a charger
_CURRENT_HOLD_MS = const(60_000)  # a cloud, a tracker looking for its point
_CUT_WITHIN_MS = const(120_000)  # the charge MOS goes off up to two polls after the current
_GONE_MS = const(20_000)  # of discharge, until a remembered charger is doubted
_PAUSE_MS = const(600_000)  # then; a kettle is done by that time
_SAVE_EVERY_MS = const(900_000)  # of a belief running out
_LONG_MS = const(86_400_000)

# The load test.
_TEST_EVERY_MS = const(1_800_000)
_TEST_FIRST_MS = const(60_000)
_TEST_ABANDON_MS = const(120_000)  # the output was vetoed, or the current never known
_TEST_READINGS = const(3)
SKIP_MS = const(4000)  # BMSs average their current for seconds
_TEST_HOLD_MS = const(600_000)  # a passed test; renewed while the mat is on


class ChargerSense:
    """Judges `present` from one step's inputs, and says in `source` how; UNKNOWN if it is not.

    `testing` is True while the law must switch the mat on to find out. `hold_ms` is what is left
    of a belief that cannot be seen confirmed; it is kept over restarts (see restore()).
    """

    def __init__(self, settings):
        self.present = False
        self.source = UNKNOWN
        self.testing = False
        self.hold_ms = 0
        self.dirty = False
        self._blind_ms = 0
        self._memory_ms = settings["heater_charger_hold_min"] * 60_000
        self._behind_bms = settings["heater_feed"] == "output"
        self._mat_mohm = settings["heater_mat_mohm"]
        self._quiet_ms = _LONG_MS  # since a charge current was last seen
        self._gone_ms = 0
        self._pause_ms = 0
        self._cut = False
        self._tested = False  # the belief comes from a test
        self._wait_ms = _TEST_FIRST_MS
        self._test_ms = 0
        self._step_seen = 0  # readings in a row with the mat's current in the pack's
        self._step_missing = 0

    @property
    def is_blind(self):
        """True while heat is wanted, and nothing here could show a charger."""
        return self._blind_ms >= _BLIND_MS

    def restore(self, hold_ms):
        """Takes up a belief from before a restart; it ends when charging is possible again."""
        self.hold_ms = min(hold_ms, self._memory_ms)

    def step(self, inputs, cold, pack_ok):
        """Judges. `cold`: heat is wanted; `pack_ok`: the pack could pay for a test."""
        if not inputs.trusted:
            self.present = False
            self.source = UNKNOWN
            self._end_test()
            self._tick(inputs)
            return
        self._tick(inputs)
        self._watch_current(inputs)
        self._watch_cut(inputs)
        self._watch_mat(inputs)
        self._decide(inputs)
        self._plan_test(inputs, cold and pack_ok)
        can_see = self.present or _is_told(inputs) or self._expected_ma(inputs) is not None
        blind = cold and (self._cut or inputs.charge_on != 1) and not can_see
        self._blind_ms = min(self._blind_ms + inputs.elapsed_ms, _BLIND_MS) if blind else 0

    def _tick(self, inputs):
        elapsed = inputs.elapsed_ms
        if self._quiet_ms < _LONG_MS:
            self._quiet_ms += elapsed
        self._pause_ms = max(self._pause_ms - elapsed, 0)
        before = self.hold_ms
        if before:
            self.hold_ms = max(before - elapsed, 0)
            if self.hold_ms // _SAVE_EVERY_MS != before // _SAVE_EVERY_MS or self.hold_ms == 0:
                self.dirty = True

    def _watch_current(self, inputs):
        ma = inputs.current_ma
        if ma is None:
            return
        if ma >= CHARGING_MA or (ma > -CHARGING_MA and _is_held_up(inputs)):
            self._quiet_ms = 0
        if ma > -DISCHARGING_MA or not self.hold_ms or self._pause_ms:
            self._gone_ms = 0
            return
        self._gone_ms += inputs.elapsed_ms
        if self._gone_ms >= _GONE_MS:
            self._gone_ms = 0
            self._pause_ms = _PAUSE_MS
            self.hold_ms //= 2
            self.dirty = True
            if self.hold_ms < _PAUSE_MS:
                self._forget()

    def _watch_cut(self, inputs):
        """Remembers a charger when the cold cuts it off; forgets it when the cut is over."""
        cut = _is_cut_by_cold(inputs)
        if cut and not self._cut and self._quiet_ms <= _CUT_WITHIN_MS:
            self._believe(self._memory_ms, False)
        elif not cut and inputs.charge_on:
            self._forget()  # from here on its current shows
        self._cut = cut

    def _watch_mat(self, inputs):
        """Looks for the mat's current in the pack's while the mat is on and charging is cut."""
        expected = self._expected_ma(inputs)
        if not (inputs.on and self._cut) or expected is None:
            self._step_seen = 0
            self._step_missing = 0
            self._test_ms = 0
            return
        self._test_ms += inputs.on_ms
        if not inputs.reading or self._test_ms < SKIP_MS or inputs.current_ma is None:
            return
        if inputs.current_ma <= -(expected // 2):
            self._step_missing = 0
            self._step_seen += 1
            if self._step_seen >= _TEST_READINGS:
                self._step_seen = 0
                self._forget()
                self._end_test()
        else:
            self._step_seen = 0
            self._step_missing += 1
            if self._step_missing >= _TEST_READINGS:
                self._step_missing = 0
                self._believe(_TEST_HOLD_MS, True)
                self._end_test()

    def _decide(self, inputs):
        self.present = True
        if inputs.charger_flag:
            self.source = FLAG
        elif inputs.charger_pin:
            self.source = PIN
        elif self._quiet_ms <= _CURRENT_HOLD_MS and (inputs.charge_on or not self._cut):
            self.source = CURRENT  # of several packs, of one that is not cut off
        elif self.hold_ms and not self._pause_ms and not _is_told(inputs):
            self.source = LOAD_TEST if self._tested else MEMORY
        else:
            self.present = False
            self.source = UNKNOWN

    def _plan_test(self, inputs, wanted):
        wanted = wanted and self._cut and not _is_told(inputs)
        if self.present or not wanted or self._expected_ma(inputs) is None:
            self._end_test()
        elif self.testing:
            self._wait_ms += inputs.elapsed_ms
            if self._wait_ms >= _TEST_ABANDON_MS:
                self._end_test()
        else:
            self._wait_ms -= inputs.elapsed_ms
            if self._wait_ms <= 0:
                self.testing = True
                self._wait_ms = 0

    def _expected_ma(self, inputs):
        """Returns the mat's current as the shunt would see it; None if it would not, clearly."""
        return seen_ma(inputs.pack_mv, self._mat_mohm) if self._behind_bms else None

    def _end_test(self):
        if self.testing:
            self.testing = False
            self._wait_ms = _TEST_EVERY_MS

    def _believe(self, hold_ms, tested):
        self._pause_ms = 0
        # A renewed belief is saved only when its kind or presence changes: flash wears.
        if self.hold_ms == 0 or self._tested != tested:
            self.dirty = True
        self.hold_ms = hold_ms
        self._tested = tested

    def _forget(self):
        if self.hold_ms:
            self.hold_ms = 0
            self.dirty = True


def _is_told(inputs):
    """True where a flag or a pin says whether a charger is there, so that nothing is inferred."""
    return inputs.charger_flag is not None or inputs.charger_pin is not None


def _is_cut_by_cold(inputs):
    """True while the BMS, not its owner, keeps charging off, with cold the likely cause."""
    if not inputs.cut:
        return False
    if inputs.cold_alarm:
        return True
    cold = inputs.sensors.cold_dc
    return cold is not None and inputs.recover_dc is not None and cold < inputs.recover_dc


def _is_held_up(inputs):
    """True if the cells are at a voltage that only a charger can keep, which may reach them."""
    mv = inputs.cell_min_mv
    ovp_mv = inputs.cell_ovp_mv
    if mv is None or ovp_mv is None or inputs.charge_on != 1:
        return False
    return mv >= _FLOAT_MV and ovp_mv <= _LFP_OVP_MV

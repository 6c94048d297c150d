"""Everything that the heater can be in: its finite abstraction (enumeration.py tries it all).

There are three slices, for all at once would be millions: whether heat is wanted and allowed
(commands, modes, vetoes in all combinations), what is believed of two sensors, and what takes
time. In the last one minutes are scaled to seconds, so that counters have few values. What decides
is in a state, see the pictures; what is left out cannot change the decision within the slice, and
what the heater tells is the enumeration's to note.
"""

import contextlib
import unittest.mock

import words as s
from bms import alarms
from bms import pack as p
from bms.pack import PackState
from compat import ticks_add
from heat import thermal, uptime
from heat.guard import balance, proof, stuck
from heat.guard import vetoes as guard
from heat.heater import Heater
from host_tests.heat.heat_world import Verdict, make_settings

MAX_MA = 3000
OVER_MV = 90_000  # the mat would take 3.4 A
COLD, BETWEEN, WARM, HOT = -10, 20, 40, 300  # 0.1 °C; only to and from HOT it is a jump
STALE_MS = 20_000

_SCALED = {
    guard: {"_BACKOFF_MS": 2000, "_LONG_MS": 9000},
    uptime: {"_PAUSE_MS": 2000, "_LONG_MS": 9000},
    proof: {"_LAG_MS": 0, "_FALL_AFTER_MS": 2000, "_PAUSED_MS": 1000, "_PAUSE_MS": 2000},
    # A pack that has warmed by 3 K while off is warned of; one that reaches WARM then is certain.
    stuck: {"_LAG_MS": 1000, "_SOON_MS": 1000, "_RISE_DC": 30, "_CERTAIN_DC": WARM},
    thermal: {"_SHORTEST_S": 3, "_LONGEST_S": 3},
}
# The book of heat holds two seconds of the mat, and is forgotten more slowly than it fills.
SHORT_BOOK = {
    guard: {"_BACKOFF_MS": 2000, "_WEAK_MS": 1000, "_WEAK_MOST_MS": 2000},
    balance: {"_SLOW_S": 2, "_LEAST_K": 200 / 35_840, "_LONG_MS": 4000},
    proof: {"_LAG_MS": 1000, "_PAUSE_MS": 2000, "_PAUSED_MS": 1000},
}
# No book, and a window of two seconds.
SHORT_PROOF = {
    guard: {"_BACKOFF_MS": 1000, "_WEAK_MS": 1000, "_WEAK_MOST_MS": 2000},
    proof: {"_LAG_MS": 0, "_PAUSE_MS": 1000, "_PAUSED_MS": 1000, "_TURN_MS": 0},
    thermal: {"_SHORTEST_S": 2, "_LONGEST_S": 2},
}
_RUN_MS = 5000  # the longest time on
# The thresholds and limits of the settings, 0.1 °C.
LIMIT_DC, RECOVERY_DC, HIGHEST_DC = 0, 40, 250


@contextlib.contextmanager
def scaled_time(scales=None):
    """Minutes are seconds in here."""
    with contextlib.ExitStack() as stack:
        for module, names in (scales or _SCALED).items():
            for name, value in names.items():
                stack.enter_context(unittest.mock.patch.object(module, name, value))
        yield


# -- inputs ---------------------------------------------------------------------------------------


class Reading:
    """What one step is given: a pack, a verdict, link and pin; and whether heating may be."""

    def __init__(self, temps, bad="", charger_on=True, **changes):
        self.name = f"{temps} {bad} {'charger' if charger_on else ''} {changes or ''}"
        self.bad = bad
        self.link_up = "link" not in bad
        self.pin = int(charger_on)
        self.check = Verdict()
        self.check.plausible = "implausible" not in bad
        self.check.still = "frozen" in bad
        self.pack = _make_pack(temps, **changes)
        known = [dc for dc in temps if dc is not None]
        # The independent word on whether the mat may be on, were all else well.
        self.allows = not bad and bool(known) and not changes
        self.allows = self.allows and max(known) <= HIGHEST_DC and min(known) < RECOVERY_DC

    def step(self, heater):
        """Steps the heater by a second."""
        now = ticks_add(heater.inputs.now, 1000)
        self.pack.touch(p.STATUS, ticks_add(now, -STALE_MS if "stale" in self.bad else 0))
        return heater.step(self.pack, self.check, self.link_up, self.pin, now)


def _make_pack(temps, thresholds=True, danger=False, pack_mv=51_200):
    pack = PackState()
    pack.temps = len(temps)
    for i, dc in enumerate(temps):
        if dc is None:
            pack.drop_temp(i)
        else:
            pack.put_temp(i, dc)
    pack.put(p.PACK_MV, pack_mv)
    pack.put(p.CURRENT_MA, 0)
    pack.put(p.SOC_PCT, 60)
    pack.put(p.CELL_MIN_MV, 3200)
    pack.put(p.CELL_UVPR_MV, 2900)
    pack.put(p.CHARGE_ON, 1)
    pack.put(p.CHARGE_SWITCH, 1)
    pack.put(p.MOS_TEMP_DC, BETWEEN)
    if thresholds:
        pack.put(p.CHARGE_UTP_DC, LIMIT_DC)
        pack.put(p.CHARGE_UTPR_DC, RECOVERY_DC)
    if danger:
        pack.raise_alarm(alarms.MOS_OVERTEMP)
    return pack


def all_vetoes():
    """Returns inputs: every combination of what can be wrong with good frames of one sensor, and
    each way in which frames are not good, alone and with all else."""
    found = []
    changes = ({"thresholds": False}, {"danger": True}, {"pack_mv": OVER_MV})
    for dc in (COLD, BETWEEN, WARM, None):
        for charger_on in (True, False):
            for which in range(1 << len(changes)):
                chosen = {}
                for i, change in enumerate(changes):
                    if which >> i & 1:
                        chosen |= change
                found.append(Reading((dc,), "", charger_on, **chosen))
    for bad in ("link", "stale", "implausible", "frozen", "link stale implausible frozen"):
        found.append(Reading((COLD,), bad))
        found.append(Reading((WARM,), bad, False, thresholds=False, danger=True))
    return found


def all_sensors():
    """Returns inputs: every combination of what two sensors say."""
    levels = (COLD, HOT, None)
    found = [Reading((first, second)) for first in levels for second in levels]
    return found + [Reading((WARM, WARM)), Reading((COLD, COLD), "stale")]


class Cooling(Reading):
    """A Reading of a pack of which it is known how fast it cools unheated, in 0.01 K/h.

    `lifted`: it has just been seen to rise as only a mat lifts it.
    """

    def __init__(self, temps, fall_ckh, lifted=False, **others):
        super().__init__(temps, pack_mv=50_000, **others)
        self.name += f" cools {fall_ckh} {'lifted' if lifted else ''}"
        self.allows = not self.bad and temps[0] < RECOVERY_DC
        self.fall_ckh = fall_ckh
        self.lifted = lifted

    def step(self, heater):
        heater.thermal.lifted = thermal.LIFTED if self.lifted else 0
        heater.thermal.fall_ckh = self.fall_ckh
        heater.thermal.fall_dc = self.pack.temps_dc[0]
        return super().step(heater)


def all_of_heat(board_dc=BETWEEN):
    """Returns inputs: what fills the book of heat, and what empties it.

    `board_dc`: what the BMS says of its own board, None for nothing.
    """
    found = [Cooling((COLD,), fall_ckh) for fall_ckh in (None, 0, 9000)]
    found += [Cooling((WARM,), None), Cooling((COLD,), None, bad="stale")]
    for reading in found:
        if board_dc is None:
            reading.pack.drop(p.MOS_TEMP_DC)
    return found


def all_of_proof():
    """Returns inputs: what shows that the mat works, what that it does not, and what neither."""
    found = [Cooling((COLD + 10,), None, lifted) for lifted in (True, False)]
    found += [Cooling((dc,), None) for dc in (COLD, WARM)]
    return found + [Cooling((COLD,), 0), Cooling((COLD,), None, bad="stale")]


def all_in_time():
    """Returns inputs: what makes time pass for one sensor, and what interrupts."""
    found = [Reading((dc,), "", on) for dc in (COLD, BETWEEN, WARM) for on in (True, False)]
    return found + [Reading((COLD,), "stale"), Reading((COLD,), danger=True)]


def _restart(heater, record=None, forgets=True):
    if record is None:
        record = {}
        heater.save(record)
    fresh = Heater(heater.settings, MAX_MA)
    fresh.load(record)
    if forgets:
        fresh.boots.forget()  # or it would be `unstable` soon
    _bound_stretch(fresh, heater.guard.stretch.most_ms)
    fresh.settings = heater.settings
    heater.__dict__ = fresh.__dict__


def _restart_often(heater):
    record = {}
    heater.save(record)
    _restart(heater, record | {"boots_min": [0] * 6}, False)


COMMANDS = {
    "acknowledge": lambda heater: heater.acknowledge(),
    "mode off": lambda heater: heater.set_mode(s.MODE_OFF),
    "mode charger": lambda heater: heater.set_mode(s.MODE_CHARGER),
    "mode charger_or_soc": lambda heater: heater.set_mode(s.MODE_CHARGER_OR_SOC),
    "boost": lambda heater: heater.boost(1),
    "no boost": lambda heater: heater.boost(0),
    "exception": lambda heater: heater.fail(),
    "restart": _restart,
    "six restarts": _restart_often,
    "restart with a damaged record": lambda heater: _restart(heater, {"version": 1}),
}


# -- states ---------------------------------------------------------------------------------------


def make_heater(**settings):
    """Returns a heater that has just been started for the first time."""
    times = {"heater_min_on_s": 0, "heater_min_off_s": 0, "charger_pin_used": True}
    values = make_settings(**(times | settings))
    heater = Heater(values, MAX_MA)
    heater.settings = values
    heater.load({})
    _bound_stretch(heater, _RUN_MS)
    return heater


def make_heater_of_100_w():
    """Returns one whose mat takes 100 W of 50 V, in a box that loses half of that."""
    return _make_heater_of_100_w(50)


def make_heater_without_a_book():
    """Returns one in a box that may lose all that the mat gives."""
    return _make_heater_of_100_w(100)


def _make_heater_of_100_w(loss_w):
    heater = make_heater(heater_mat_mohm=25_000, heater_loss_w=loss_w)
    _bound_stretch(heater, 0)
    return heater


def _bound_stretch(heater, most_ms):
    """Its owner allows no longer stretch; so being late is a fault, not a weak mat."""
    stretch = heater.guard.stretch
    stretch.most_ms = most_ms
    stretch.limit_ms = most_ms or stretch.limit_ms


def picture(heater):
    """Returns what decides what the heater does next while time plays no part, as a tuple."""
    law, keeper, sensors = heater.law, heater.guard, heater.inputs.sensors
    return (
        keeper.latched,
        law.mode,
        law.boost_ms > 0,
        law.cold,
        heater.on,
        heater.heating,
        _seen(sensors, 0),
        _seen(sensors, 1),
        sensors.count,
        min(sensors.readings, 3),
        min(sensors.pending, 3),
        sensors.trouble,
        sensors.erratic,
        keeper.hot_while_on,
    )


def _seen(sensors, i):
    agreeing = sensors.agreeing[i]
    return (
        sensors.temps_dc[i] if sensors.accepted[i] else None,
        (sensors.candidate_dc[i], min(agreeing, 2)) if agreeing else None,
    )


def picture_of_either(heater):
    """The same, whichever of two sensors it is that says something."""
    *before, one, other, count, readings, pending, trouble, erratic, hot = picture(heater)
    pair = (one, other) if repr(one) <= repr(other) else (other, one)
    return (*before, pair, count, readings, pending, trouble, erratic, hot)


def picture_in_time(heater):
    """The same, with all counters of the guard and what watches over it."""
    keeper, attempt, watch = heater.guard, heater.guard.proof, heater.guard.off_watch
    stretch = keeper.stretch
    return picture(heater) + (
        keeper.strikes,
        keeper.backoff_ms,
        stretch.ms,
        stretch.pause_ms if stretch.ms else 0,
        (attempt.on_ms, attempt.base_dc[0], attempt.off_ms) if attempt.epoch >= 0 else None,
        watch.off_ms,
        watch.epoch == heater.inputs.sensors.epoch and watch.base_dc,
        watch.peak_dc if watch.warns else None,
        heater.warnings,
        heater.known,
    )


def picture_of_heat(heater):
    """Returns what decides of heat that no sensor shows: the book first of its own part."""
    keeper, book, attempt = heater.guard, heater.guard.balance, heater.guard.proof
    return picture(heater) + (
        keeper.strikes,
        keeper.backoff_ms,
        (attempt.on_ms, attempt.base_dc[0], attempt.low_dc[0], attempt.lag_ms)
        + (attempt.off_ms, attempt.shown)
        if attempt.epoch >= 0
        else None,
        (book.unseen_j, book.open_ms, book.verdict, book.again, book.lost_w, book.lost_dc)
        + (book.blind_ms,),
        (keeper.shown, keeper.weak_ms, keeper.next_weak_ms),
    )

"""Several packs in parallel, seen as one: sums, extremes, and how far they can be believed.

A pack that is stale or implausible is never left out in silence: a sum without it would be wrong,
so all sums become unknown, and `good` tells of how many packs the rest is. Extremes and alarms are
of the good packs: a cell that is too cold is too cold whatever its neighbours do. A limit is the
strictest of all.
"""

from array import array

from bms import pack as p
from bms.check import PLAUSIBLE
from bms.heated import Heated, add_alarms, take_limit
from compat import const, ticks_add

# Verdicts; the line in NAMES.
WHOLE = const(0)
NO_PACK = const(1)  # none of them can be believed
INCOMPLETE = const(2)
SPREAD = const(3)  # their voltages are too far apart for packs in parallel

NAMES = b"whole\nno_pack\nincomplete\nspread"

# Packs in parallel differ by what their cables drop: 2 % and 300 mV, as far as sensors agree.
_SPREAD_MV = const(300)
_SPREAD_DIVISOR = const(50)

# Summed, if every pack has them.
_SUMS = bytes((p.CURRENT_MA, p.POWER_MW, p.REMAINING_MAH, p.CAPACITY_MAH, p.HEATING_MA))
# True if it is true of any pack; unknown unless all packs know, or one says so.
_ANY = bytes(
    (p.BALANCING, p.HEATING, p.CHARGER_PRESENT, p.CHARGE_ON, p.CHARGE_SWITCH, p.DISCHARGE_ON)
)
# Limits: the strictest is the highest or the lowest one.
_HIGHEST = bytes((p.CHARGE_UTP_DC, p.CHARGE_UTPR_DC, p.CELL_UVP_MV, p.CELL_UVPR_MV))
_LOWEST = bytes((p.CELL_OVP_MV, p.CHARGE_OTP_DC))
_MOST = const(0x0FFFFFFF)  # of one pack; four of them are less than 2**30
_TENTHS = const(100)  # mAh in 0.1 Ah, by which charges are weighted
_MOST_TENTHS = const(1_000_000)


class Bank:
    """An aggregate of `packs` (2…4 PackStates), judged by `checks`, as a PackState: `pack`.

    good: how many packs are fresh and plausible now; ok: 1 for each of those; verdict: see NAMES;
    spread_mv: between the highest and the lowest pack voltage, -1 while unknown. 1-based numbers
    of packs, 0 while unknown: cell_min_pack, cell_max_pack, coldest_pack, hottest_pack.
    CELL_MIN_INDEX and CELL_MAX_INDEX of `pack` are positions in those packs; it lists no cells of
    its own. Its sensors are the coldest and the hottest one of each pack that `on_mat` has (all by
    default), since they are there for the heater; `blind` is the number of the first of those
    that has no battery sensor, 0 for none; `heated` is what the heater goes by (bms.heated). Its
    status is as old as the oldest among those of the
    good packs, and counts as a new one (`seq`) when each of them has sent again; anything new
    changes its `fingerprint`.
    """

    def __init__(self, packs, checks, max_age_ms, on_mat=None):
        self.pack = p.PackState()
        self.packs = packs
        self.good = 0
        self.verdict = NO_PACK
        self.spread_mv = -1
        self.cell_min_pack = 0
        self.cell_max_pack = 0
        self.coldest_pack = 0
        self.hottest_pack = 0
        self.blind = 0
        self._all = bytes((1,) * len(packs))
        self._on_mat = on_mat or self._all
        self._heard = array("H", (0,) * len(packs))  # seq of each at the last new status
        self._checks = checks
        self._max_age_ms = max_age_ms
        self.ok = bytearray(len(packs))
        self._sent = 0  # statuses of all good packs, and how many these were, at the last step
        self._good_then = 0
        self._apart = False
        self.pack.temps = 2 * len(packs)
        self.heated = Heated(self, self._on_mat)

    def step(self, now):
        """Looks at all packs; call it once a second. Returns the verdict. Nothing allocates."""
        self._look(now)
        self._take_extremes()
        self._take_sensors()
        for slot in _HIGHEST:
            take_limit(self.pack, self.packs, self._all, slot, 1)
        for slot in _LOWEST:
            take_limit(self.pack, self.packs, self._all, slot, -1)
        self._take_voltage()
        for slot in _SUMS:
            self._take_sum(slot)
        self._take_soc()
        for slot in _ANY:
            self._take_any(slot)
        self._take_alarms()
        self._judge()
        self._touch(now)
        self.heated.step(now)
        return self.verdict

    def _look(self, now):
        self.good = 0
        for i in range(len(self.packs)):
            check = self._checks[i]
            fresh = self.packs[i].fresh(p.STATUS, now, self._max_age_ms)
            ok = fresh and check.verdict == PLAUSIBLE and not check.frozen
            self.ok[i] = 1 if ok else 0
            self.good += self.ok[i]

    def _judge(self):
        if self.good == 0:
            self.verdict = NO_PACK
        elif self.good < len(self.packs):
            self.verdict = INCOMPLETE
        elif self._apart:
            self.verdict = SPREAD
        else:
            self.verdict = WHOLE

    def _touch(self, now):
        """The aggregate is new when one of the good packs is, and as old as the oldest of them."""
        sent = 0
        age_ms = -1
        unprotected = False
        for i in range(len(self.packs)):
            if self.ok[i]:
                pack = self.packs[i]
                sent += pack.seq
                age_ms = max(age_ms, pack.age_ms(p.STATUS, now))
                unprotected = unprotected or pack.unprotected
        self.pack.unprotected = unprotected
        if age_ms >= 0 and (sent != self._sent or self.good != self._good_then):
            bank = self.pack
            bank.fingerprint = bank.fingerprint + 1 & 0xFFFF
            rounds = bank.seq
            bank.touch(p.STATUS, ticks_add(now, -age_ms))  # counts it as a reading
            if not self._is_round():
                bank.seq = rounds
        self._sent = sent
        self._good_then = self.good

    def _is_round(self):
        """True when every good pack has sent something since the last time."""
        for i in range(len(self.packs)):
            if self.ok[i] and self.packs[i].seq == self._heard[i]:
                return False
        for i in range(len(self.packs)):
            self._heard[i] = self.packs[i].seq
        return True

    def _take_extremes(self):
        self.cell_min_pack = self._take_extreme(p.CELL_MIN_MV, -1)
        self.cell_max_pack = self._take_extreme(p.CELL_MAX_MV, 1)
        self.coldest_pack = self._take_extreme(p.TEMP_MIN_DC, -1)
        self.hottest_pack = self._take_extreme(p.TEMP_MAX_DC, 1)
        self._take_extreme(p.MOS_TEMP_DC, 1)
        pack = self.pack
        pack.drop(p.CELL_MIN_INDEX)
        pack.drop(p.CELL_MAX_INDEX)
        pack.drop(p.CELL_DELTA_MV)
        if self.cell_min_pack and self.cell_max_pack:
            lowest = self.packs[self.cell_min_pack - 1]
            highest = self.packs[self.cell_max_pack - 1]
            pack.put(p.CELL_MIN_INDEX, lowest.get(p.CELL_MIN_INDEX, 0))
            pack.put(p.CELL_MAX_INDEX, highest.get(p.CELL_MAX_INDEX, 0))
            delta = pack.get(p.CELL_MAX_MV, 0) - pack.get(p.CELL_MIN_MV, 0)
            pack.put(p.CELL_DELTA_MV, delta)

    def _take_extreme(self, slot, sign):
        """Stores the highest (sign 1) or lowest figure of the good packs; returns whose it is."""
        whose = 0
        best = 0
        for i in range(len(self.packs)):
            pack = self.packs[i]
            if self.ok[i] and pack.has(slot):
                value = pack.get(slot)
                if whose == 0 or sign * value > sign * best:
                    whose = i + 1
                    best = value
        if whose:
            self.pack.put(slot, best)
        else:
            self.pack.drop(slot)
        return whose

    def _take_sensors(self):
        bank = self.pack
        self.blind = 0
        for i in range(len(self.packs) - 1, -1, -1):
            pack = self.packs[i]
            sees = pack.has(p.TEMP_MIN_DC)
            if self.ok[i] and self._on_mat[i] and not sees:
                self.blind = i + 1
            if self.ok[i] and self._on_mat[i] and sees:
                bank.put_temp(2 * i, pack.get(p.TEMP_MIN_DC))
                bank.put_temp(2 * i + 1, pack.get(p.TEMP_MAX_DC))
            else:
                bank.drop_temp(2 * i)
                bank.drop_temp(2 * i + 1)

    def _take_voltage(self):
        """The mean; of packs that are too far apart to be in parallel, the highest."""
        self.spread_mv = -1
        self._apart = False
        low = high = total = 0
        for i in range(len(self.packs)):
            mv = self.packs[i].get(p.PACK_MV) if self.ok[i] else None
            if mv is None:
                self.pack.drop(p.PACK_MV)
                return
            total += mv
            if i == 0 or mv < low:
                low = mv
            if i == 0 or mv > high:
                high = mv
        self.spread_mv = high - low
        self._apart = self.spread_mv > low // _SPREAD_DIVISOR + _SPREAD_MV
        if self._apart:
            self.pack.put(p.PACK_MV, high)
        else:
            self.pack.put(p.PACK_MV, (total + len(self.packs) // 2) // len(self.packs))

    def _take_sum(self, slot):
        total = 0
        for i in range(len(self.packs)):
            value = self.packs[i].get(slot) if self.ok[i] else None
            if value is None or not -_MOST <= value <= _MOST:
                self.pack.drop(slot)
                return
            total += value
        self.pack.put(slot, total)

    def _take_soc(self):
        """The charge of all in proportion to what each holds when it is full."""
        charge = full = 0
        for i in range(len(self.packs)):
            pack = self.packs[i]
            soc = pack.get(p.SOC_PCT) if self.ok[i] else None
            tenths = pack.get(p.CAPACITY_MAH, 0) // _TENTHS
            if soc is None or not 0 < tenths <= _MOST_TENTHS:
                self.pack.drop(p.SOC_PCT)
                return
            charge += soc * tenths
            full += tenths
        self.pack.put(p.SOC_PCT, (charge + full // 2) // full)

    def _take_any(self, slot):
        known = True
        for i in range(len(self.packs)):
            value = self.packs[i].get(slot) if self.ok[i] else None
            if value == 1:
                self.pack.put(slot, 1)
                return
            known = known and value == 0
        if known:
            self.pack.put(slot, 0)
        else:
            self.pack.drop(slot)

    def _take_alarms(self):
        """Whatever any good pack complains of."""
        ours = self.pack
        ours.clear_alarms()
        for i in range(len(self.packs)):
            if self.ok[i]:
                add_alarms(ours, self.packs[i])

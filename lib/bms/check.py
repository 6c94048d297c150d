"""Plausibility: does a decoding make physical sense, and does its content still move?

A wrong dialect or variant decodes to figures that contradict each other. What fails here is
withheld from the heater and marked everywhere else, never published as if it were good.
"""

from bms import pack as p
from compat import const, ticks_diff

# Verdicts; the line in NAMES.
PLAUSIBLE = const(0)
NO_DATA = const(1)
CELL_RANGE = const(2)
CELL_COUNT = const(3)
CELL_SUM = const(4)
PACK_RANGE = const(5)
CURRENT_RANGE = const(6)
SOC_RANGE = const(7)
TEMP_RANGE = const(8)
CAPACITY = const(9)

NAMES = (
    b"plausible\n"
    b"no_data\n"
    b"cell_range\n"
    b"cell_count\n"
    b"cell_sum\n"
    b"pack_range\n"
    b"current_range\n"
    b"soc_range\n"
    b"temp_range\n"
    b"capacity"
)

# Any chemistry: LTO at its emptiest to NMC at its fullest, and a margin.
_CELL_MIN_MV = const(500)
_CELL_MAX_MV = const(5000)
_CURRENT_MAX_MA = const(1_000_000)
# The two are measured at different moments; under load 2 % and 200 mV were never seen exceeded.
_SUM_SLACK_MV = const(200)
_SUM_SLACK_DIVISOR = const(50)
# The range of the sensors (ant.md §4) with a margin; a cell outside it is a decoding error.
_TEMP_MIN_DC = const(-450)
_TEMP_MAX_DC = const(1300)
# SOC is a counter that drifts and is rounded; a wrong layout is off by more than this.
_SOC_SLACK_PCT = const(15)
_LONG_MS = const(86_400_000)


class Check:
    """Judges a PackState whenever a new frame has arrived.

    `verdict` is the first contradiction found (PLAUSIBLE: none). `content_ms` is how long frames
    have been coming whose content does not change, a day at most: a live BMS changes some digit
    all the time, so that such frames are old ones repeated. `frozen` is True from `freeze_s` s
    on (see Dialect.FREEZE_S): nothing is shown as live. `still`, from half of it on: nothing is
    switched or written any more. `mat`: of several packs, see bms.heated.
    """

    mat = None

    def __init__(self, pack, freeze_s=300):
        self.verdict = NO_DATA
        self.content_ms = 0
        self.frozen = False
        self.still = False
        self._pack = pack
        self._freeze_ms = freeze_s * 1000
        self._seq = pack.seq
        self._fingerprint = -1
        self._seen_ms = 0

    @property
    def plausible(self):
        """True if the last frame contradicts neither itself nor physics."""
        return self.verdict == PLAUSIBLE

    def step(self, now):
        """Looks at the pack; call at least once a second. Returns `plausible`."""
        pack = self._pack
        if pack.seq != self._seq:
            self._seq = pack.seq
            self.verdict = judge(pack)
            self._watch_content(pack.fingerprint, now)
        elif not pack.seen(p.STATUS):
            self.verdict = NO_DATA  # none yet, or of another unit
        return self.verdict == PLAUSIBLE

    def reset(self):
        """Starts anew after the link was lost."""
        self.verdict = NO_DATA
        self.content_ms = 0
        self.frozen = self.still = False
        self._fingerprint = -1

    def _watch_content(self, fingerprint, now):
        if fingerprint != self._fingerprint:
            self._fingerprint = fingerprint
            self.content_ms = 0
        else:  # added up from frame to frame: no clock wraps in between
            passed_ms = max(ticks_diff(now, self._seen_ms), 0)
            self.content_ms = min(self.content_ms + passed_ms, _LONG_MS)
        self._seen_ms = now
        self.frozen = self.content_ms >= self._freeze_ms
        self.still = 2 * self.content_ms >= self._freeze_ms


def judge(pack):
    """Returns the verdict on the figures of a pack: PLAUSIBLE or the first contradiction."""
    verdict = _judge_cells(pack)
    if verdict == PLAUSIBLE:
        verdict = _judge_ranges(pack)
    if verdict == PLAUSIBLE:
        verdict = _judge_capacity(pack)
    return verdict


def _judge_cells(pack):
    if not pack.seen(p.STATUS):
        return NO_DATA
    cells = pack.cells
    if cells == 0 or cells != pack.get(p.CELL_COUNT, cells):
        return CELL_COUNT
    total = 0
    for i in range(cells):
        mv = pack.cell_mv[i]
        if not _CELL_MIN_MV <= mv <= _CELL_MAX_MV:
            return CELL_RANGE
        total += mv
    if pack.has(p.PACK_MV):
        if abs(pack.get(p.PACK_MV) - total) > total // _SUM_SLACK_DIVISOR + _SUM_SLACK_MV:
            return CELL_SUM
    return PLAUSIBLE


def _judge_ranges(pack):
    if not pack.has(p.PACK_MV):
        return PACK_RANGE
    if not -_CURRENT_MAX_MA < pack.get(p.CURRENT_MA, 0) < _CURRENT_MAX_MA:
        return CURRENT_RANGE
    if not 0 <= pack.get(p.SOC_PCT, 0) <= 100:
        return SOC_RANGE
    if pack.has(p.TEMP_MIN_DC):
        low = pack.get(p.TEMP_MIN_DC)
        high = pack.get(p.TEMP_MAX_DC)
        if low < _TEMP_MIN_DC or high > _TEMP_MAX_DC:
            return TEMP_RANGE
    return PLAUSIBLE


def _judge_capacity(pack):
    """SOC against remaining over full, where a dialect sends all three."""
    if not (pack.has(p.SOC_PCT) and pack.has(p.REMAINING_MAH) and pack.has(p.CAPACITY_MAH)):
        return PLAUSIBLE
    full = pack.get(p.CAPACITY_MAH)
    if full < 1000:
        return PLAUSIBLE
    # Per mille by two divisions: remaining * 100 would pass 2**30 at 10 000 Ah.
    off = pack.get(p.REMAINING_MAH) // (full // 100) - pack.get(p.SOC_PCT)
    return PLAUSIBLE if abs(off) <= _SOC_SLACK_PCT else CAPACITY

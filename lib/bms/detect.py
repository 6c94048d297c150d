"""Which BMS is it? Tries dialects and baud rates in a stated order, and settles on a proven one.

Listening comes first: the display port talks unasked. Then each dialect asks in its own words;
what is not its own it cannot take for an answer, since all but the display port have checksums.
Proven is a dialect when several whole statuses in a row make physical sense. Nothing of what a
trial decodes is the pack's: it has a PackState of its own, until it is proven.

A round in which nothing answers takes the sum of all `quick`, 96 s; none can take longer than the
sum of all `whole`, 201 s, and whatever happens another follows. The one that was proven last comes
first.
"""

from bms import check
from compat import const, ticks_diff

# Dialect, baud rate, quick: ms without a good frame that end the trial, whole: its longest time.
# quick covers: a talker's frame of 400 ms; three questions to a JK that takes 2 s; 5 s of
# listening to a bus, and then one address of a Modbus in its two forms, twice, and later all
# fifteen; three questions to an ANT, and to an older one two in each form.
UART_TRIALS = (
    ("jk_display", 2400, 2500, 30_000),  # its slower variant needs 18 s for three looks
    ("jk_modbus", 115_200, 5100, 25_000),  # it only listens so far: a master shows in 4.4 s
    ("jk_gps", 115_200, 4500, 10_000),
    ("jk_modbus", 115_200, 6800, 15_000),
    ("jk_modbus", 9600, 6800, 17_000),
    ("ant_new", 19_200, 3200, 10_000),  # before ant_old: newer boards may answer to both
    ("ant_old", 19_200, 4200, 9000),
    ("ant_old", 9600, 4200, 9000),
    ("jk_modbus", 115_200, 29_400, 37_000),
    ("jk_modbus", 9600, 29_400, 39_000),
)
# By dialect, for those that an advertisement names (bms.adverts).
BLE_TRIALS = (
    ("jk_ble", 0, 6000, 25_000),
    ("ant_new", 0, 3200, 10_000),
    ("ant_old", 0, 4200, 9000),
)

# What step() says.
WAIT = const(0)
NEXT = const(1)  # another trial: name and baud are new
PROVEN = const(2)  # this is it: make it anew, with the pack's own PackState

# Why the last trial ended; the line in REASONS.
NONE = const(0)
SILENT = const(1)  # not a byte came
NO_FRAME = const(2)  # bytes, but no good frame
UNPROVEN = const(3)  # good frames, but not enough that make sense
LOST = const(4)  # it was proven, and has not been heard for long

REASONS = b"none\nsilent\nno_frame\nunproven\nlost"

_STATUSES = const(3)  # in a row, each of them plausible
_CONTRADICTIONS = const(3)  # more statuses than this make no sense: it is another layout
_LOST_MS = const(60_000)


class Detect:
    """Runs the trials. `last`: (name, baud) of what was proven last, or None. `lost_ms`: how long
    what is proven may be silent.

    name, baud: of the trial, or of what is proven; rounds: how many ended in vain; reason: why the
    last trial ended.

    The owner opens the link at `baud`, makes the dialect with a spare PackState, calls `begin`,
    and after each feed `step`. On NEXT or PROVEN it does so again, on PROVEN with the pack's own
    PackState; it may drop the old dialect first. It remembers (name, baud) of what is proven.
    """

    def __init__(self, trials=UART_TRIALS, last=None, lost_ms=_LOST_MS):
        self.proven = False
        self.rounds = 0
        self.reason = NONE
        self._trials = trials
        self._lost_ms = lost_ms
        self._first = _find(trials, last)
        self._turn = 0
        self._row = self._first if self._first >= 0 else 0
        self._dialect = None
        self._begin_ms = 0
        self._seq = 0
        self._good = 0
        self._bad = 0
        self._address = 0  # on a bus, of what was proven last
        self._plain = False

    @property
    def name(self):
        """Name of the dialect on trial, or proven."""
        return self._trials[self._row][0]

    @property
    def baud(self):
        """Baud rate of the trial; 0 over BLE."""
        return self._trials[self._row][1]

    def begin(self, dialect, now):
        """Takes the dialect that was made for the trial, or for what is proven."""
        self._dialect = dialect
        self._begin_ms = now
        self._seq = dialect.pack.seq
        self._good = self._bad = 0
        if self._address and dialect.NAME == "jk_modbus":
            dialect.resume(self._address, self._plain)

    def step(self, now):
        """Returns WAIT, NEXT or PROVEN; call it after each feed, and about ten times a second."""
        pack = self._dialect.pack
        if self.proven:
            return self._watch(pack, now)
        if pack.seq != self._seq:
            self._seq = pack.seq
            if check.judge(pack) == check.PLAUSIBLE:
                self._good += 1
            else:
                self._good = 0
                self._bad += 1
            if self._good == _STATUSES:
                self._settle(now)
                return PROVEN
            if self._bad > _CONTRADICTIONS:
                return self._give_up(UNPROVEN)
        _, _, quick, whole = self._trials[self._row]
        framer = self._dialect.framer
        taken = ticks_diff(now, self._begin_ms)
        if framer.frames + framer.others == 0:
            if taken >= quick:
                return self._give_up(NO_FRAME if framer.fed else SILENT)
        elif taken >= whole:
            return self._give_up(UNPROVEN)
        return WAIT

    def _settle(self, now):
        self.proven = True
        self._first = self._row
        self._begin_ms = now
        if self.name == "jk_modbus":
            self._address = self._dialect.address
            self._plain = self._dialect.plain
        self._dialect = None  # its memory is for what comes next

    def _watch(self, pack, now):
        """Starts over when what is proven has not been heard for long."""
        if pack.seq != self._seq:
            self._seq = pack.seq
            self._begin_ms = now
        elif ticks_diff(now, self._begin_ms) >= self._lost_ms:
            self.proven = False
            self._dialect = None
            self._turn = 0
            self.reason = LOST
            return NEXT
        return WAIT

    def _give_up(self, why):
        """Goes on to the next trial: the one proven last, then all others in their order."""
        self.reason = why
        self._dialect = None
        self._turn += 1
        if self._turn == len(self._trials):
            self._turn = 0
            self.rounds = self.rounds + 1 & 0xFFFF
        turn = self._turn
        if self._first < 0 or turn > self._first:
            self._row = turn
        else:
            self._row = turn - 1 if turn else self._first
        return NEXT


def ble_trials(names):
    """Returns the trials for the dialects that an advertisement may belong to, in that order."""
    return tuple([row for name in names for row in BLE_TRIALS if row[0] == name])


def _find(trials, last):
    """Returns the row of what was proven last; of two, the one that takes its time. -1: none."""
    for row in range(len(trials) - 1, -1, -1):
        if last is not None and trials[row][0] == last[0] and trials[row][1] == last[1]:
            return row
    return -1

"""Several BMSs as one, for the heater, the screen and the relay; loaded only where there are some.

Shown is what the good packs tell (bms.bank). The heater, which has one mat for all, is stricter:
it goes by all of them or by none. A pack that is not heard is a link that is down; one that is
implausible or stands still makes the whole implausible.
"""

from bms import bank as b
from bms.check import NO_DATA, PLAUSIBLE
from bms.pack import STATUS
from words import BANK_TEXTS


class Checks:
    """The verdicts of all in one, as check.Check has them of one. mat: the bms.heated.Heated."""

    def __init__(self, mat):
        self.mat = mat
        self.verdict = NO_DATA
        self.plausible = self.frozen = self.still = False
        self.content_ms = 0

    def judge(self, units, bank):
        """Takes up the verdicts of all. `plausible`, for the heater, is of all of them; what is
        shown, with `verdict` and `frozen`, is of the good ones."""
        frozen = still = False
        worst = PLAUSIBLE
        self.content_ms = 0
        for unit in units:
            check = unit.check
            if check.verdict != PLAUSIBLE:
                worst = check.verdict
            frozen = frozen or check.frozen
            still = still or check.still
            self.content_ms = max(self.content_ms, check.content_ms)
        self.plausible = worst == PLAUSIBLE and not frozen
        self.verdict = PLAUSIBLE if bank.good else worst
        self.frozen = frozen and not bank.good
        self.still = still


class Ways:
    """What there is to tell of the ways to all: `reason`, the bank's verdict, in the words of
    `TEXTS`, and how often one of them was lost."""

    TEXTS = BANK_TEXTS

    def __init__(self):
        self.reason = b.NO_PACK
        self.losses = 0


class Several:
    """What unit.Unit is for one. bank: the bms.bank.Bank. `on_mat`: a byte for each."""

    def __init__(self, units, max_age_ms, on_mat=None):
        packs = [unit.pack for unit in units]
        self.bank = b.Bank(packs, [unit.check for unit in units], max_age_ms, on_mat)
        self.pack = self.bank.pack
        self.units = tuple(units)
        self.check = Checks(self.bank.heated)
        self.link = Ways()
        self.answering = False
        self.commands = self.ble = None
        self._max_age_ms = max_age_ms

    def look(self, now):
        """Brings what the heater goes by up to date; returns whether all packs are heard."""
        heard = True
        for unit in self.units:
            up = unit.look(now)
            heard = heard and up and unit.pack.fresh(STATUS, now, self._max_age_ms)
        self.bank.step(now)
        self.check.judge(self.units, self.bank)
        self.link.reason = self.bank.verdict
        return heard

    def watch(self, now):
        """Learns who answers; call once a second."""
        self.answering = True
        losses = 0
        for unit in self.units:
            unit.watch(now)
            self.answering = self.answering and unit.answering
            losses += unit.link.losses
        self.link.losses = losses
        self.pack.settle(now)

"""Several packs as the heater sees them, which has one mat under some of them.

It is the whole (bms.bank), but for what only those on the mat may say: their limits, their alarms,
their boards, and whether the cold has cut their charging off. A pack that stands elsewhere is told
of on the screen and by the relay, and must be heard and believed like all others.
"""

from bms import alarms
from bms import pack as p
from compat import ticks_add

_LIMITS = bytes((p.CHARGE_UTP_DC, p.CHARGE_UTPR_DC))
_FULLS = alarms.mask((alarms.CELL_OVERVOLTAGE, alarms.PACK_OVERVOLTAGE))


class Heated(p.PackState):
    """See the module. bank: the bms.bank.Bank; on_mat: a byte for each of its packs.

    Of those on the mat: boardless: one of them tells no temperature of its board; lax_pack: the
    number of the one that may be charged in the deepest cold, 0 while none has told, and lax_dc:
    down to where; cut: one of them at least keeps its charging off, and neither its owner nor a
    full cell does.
    """

    def __init__(self, bank, on_mat):
        super().__init__()
        self.boardless = True
        self.lax_pack = 0
        self.lax_dc = None
        self.cut = False
        self._bank = bank
        self._on_mat = on_mat
        whole = bank.pack
        self.temps = whole.temps
        self.temps_dc = whole.temps_dc
        self.temp_valid = whole.temp_valid

    def step(self, now):
        """Takes up what the bank has. Nothing allocates."""
        whole = self._bank.pack
        if whole.seen(p.STATUS):
            self.touch(p.STATUS, ticks_add(now, -whole.age_ms(p.STATUS, now)))
        self.seq = whole.seq
        self.fingerprint = whole.fingerprint
        self.valid[:] = whole.valid
        self.value_bytes[:] = whole.value_bytes
        self.clear_alarms()
        self.drop(p.MOS_TEMP_DC)
        self.boardless = self.cut = False
        for i in range(len(self._on_mat)):
            pack = self._bank.packs[i]
            if self._on_mat[i] and self._bank.ok[i]:
                self._take_board(pack)
                add_alarms(self, pack)
                self.cut = self.cut or _is_cut(pack)
        for slot in _LIMITS:
            take_limit(self, self._bank.packs, self._on_mat, slot, 1)
        self._find_lax()

    def tell(self, inputs):
        """Tells heat.inputs.Inputs what no figure of a single pack can say."""
        inputs.blind_pack = self._bank.blind
        inputs.cut = inputs.cut or self.cut
        inputs.blind = inputs.blind or self.boardless
        inputs.bms_protect_dc = self.lax_dc

    def _take_board(self, pack):
        """The warmest."""
        dc = pack.get(p.MOS_TEMP_DC)
        if dc is None:
            self.boardless = True
        elif dc > self.get(p.MOS_TEMP_DC, dc - 1):
            self.put(p.MOS_TEMP_DC, dc)

    def _find_lax(self):
        self.lax_pack = 0
        self.lax_dc = None
        for i in range(len(self._on_mat)):
            dc = self._bank.packs[i].get(p.CHARGE_UTP_DC) if self._on_mat[i] else None
            if dc is not None and (self.lax_dc is None or dc < self.lax_dc):
                self.lax_pack = i + 1
                self.lax_dc = dc


def add_alarms(ours, theirs):
    """Adds to what a pack complains of what another one does."""
    for at in range(len(ours.alarms)):
        ours.alarms[at] |= theirs.alarms[at]
        ours.notices[at] |= theirs.notices[at]


def take_limit(ours, packs, chosen, slot, sign):
    """Stores the highest (sign 1) or lowest of a limit, if every chosen pack has told it.

    chosen: a byte for each of the packs.
    """
    ours.drop(slot)
    for i in range(len(packs)):
        if chosen[i]:
            value = packs[i].get(slot)
            if value is None:
                ours.drop(slot)
                return
            if not ours.has(slot) or sign * value > sign * ours.get(slot, 0):
                ours.put(slot, value)


def _is_cut(pack):
    """See Heated."""
    if pack.get(p.CHARGE_ON) != 0 or pack.get(p.CHARGE_SWITCH) == 0 or pack.get(p.FULL) == 1:
        return False
    for at in range(len(_FULLS)):
        if pack.alarms[at] & _FULLS[at]:
            return False
    return True

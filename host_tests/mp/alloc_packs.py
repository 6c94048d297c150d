"""The messages of several packs allocate nothing."""

import harness

from bms import check
from bms import pack as p
from bms.bank import Bank
from relay import view as v
from relay.packs import BankMessage, PackMessage

packs = [p.PackState() for _ in range(3)]
for pack in packs:
    pack.cells = p.MAX_CELLS
    pack.temps = 2
    pack.put_temp(0, -200)
    for slot in range(p.SLOTS):
        pack.put(slot, 1 if slot < p.BOOLS else 2**30 - 1)
    pack.touch(p.STATUS, 0)
bank = Bank(packs, [check.Check(pack) for pack in packs], 10_000)
view = v.View([b"one\ntwo"] * v.CHOICES)
view.put(v.PLAUSIBLE, 1)
whole = BankMessage(view, 10_000, bank)
one = PackMessage(check.NAMES, b"none\nsilent", 10_000, whole.buf)
one.view.put(v.PLAUSIBLE, 1)
sizes = [0, 0]


def tell(now):
    bank.step(now)
    sizes[0] = whole.build(bank.pack, now)
    sizes[1] = one.build(packs[1], now)


harness.check_no_alloc("messages", lambda: tell(0))
harness.check(sizes[0] > 1000 and sizes[1] > 900, str(sizes))
harness.check_no_alloc("messages of stale packs", lambda: tell(60_000))
print("OK")

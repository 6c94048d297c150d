"""A pack of eight cells with figures, for tests of several packs."""

from bms import pack as p


def fill(pack, now=0, mv=3300, ma=-2000, soc=50, temps=(150, 160), full=100_000, **slots):
    """Puts a status of eight cells into a pack; a slot that is None is unknown."""
    for i in range(8):
        pack.cell_mv[i] = mv + i
    pack.cells = 8
    pack.put(p.CELL_COUNT, 8)
    pack.put(p.PACK_MV, sum(mv + i for i in range(8)))
    pack.put(p.CURRENT_MA, ma)
    pack.put(p.SOC_PCT, soc)
    pack.put(p.CAPACITY_MAH, full)
    pack.put(p.REMAINING_MAH, full // 100 * soc)
    for i, temp in enumerate(temps):
        pack.put_temp(i, temp)
    pack.temps = len(temps)
    for name, value in slots.items():
        slot = getattr(p, name.upper())
        if value is None:
            pack.drop(slot)
        else:
            pack.put(slot, value)
    pack.summarise()
    pack.touch(p.STATUS, now)

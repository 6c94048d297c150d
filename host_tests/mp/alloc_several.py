"""A unit and several of them allocate nothing: serving, looking, watching, whoever is silent."""

import harness

from bms import catalog
from bms import pack as p
from bms.check import Check
from links.several import Several
from links.unit import Unit

MAX_AGE_MS = 10_000


class Link:
    """A link that has nothing to say."""

    up = True
    renewed = sending = False
    losses = pending = 0

    def readinto(self, buf):
        return 0

    def write(self, buf, n):
        pass

    def free_bus(self, now):
        pass

    def watch(self, answering, dialect):
        pass


def unit(name):
    pack = p.PackState()
    dialect = catalog.create(name, pack, 128, 1000)
    link = Link()
    return Unit(dialect, Check(pack), link, link, MAX_AGE_MS)


def fill(pack, now):
    for i in range(8):
        pack.cell_mv[i] = 3300 + i
    pack.cells = 8
    pack.put(p.CELL_COUNT, 8)
    pack.put(p.PACK_MV, 26_428)
    pack.put(p.CURRENT_MA, -290_000)
    pack.put(p.SOC_PCT, 50)
    pack.put(p.CAPACITY_MAH, 280_000)
    pack.put(p.REMAINING_MAH, 140_000)
    pack.put_temp(0, -20)
    pack.temps = 1
    pack.put(p.CHARGE_UTP_DC, 0)
    pack.summarise()
    pack.touch(p.STATUS, now)


units = [unit(name) for name in ("jk_gps", "jk_ble", "ant_new", "ant_old")]
several = Several(units, MAX_AGE_MS)
clock = [0]


def passes(heard):
    clock[0] += 1000
    now = clock[0]
    for i in range(heard):
        fill(units[i].pack, now)
    for one in several.units:
        one.serve(now)
        one.check.step(now)
    several.look(now)
    several.watch(now)


for heard in (4, 3, 0):
    for _ in range(12):
        passes(heard)
    harness.check_no_alloc("%d of 4 packs heard" % heard, lambda heard=heard: passes(heard))
    whole = heard == 4
    harness.check(several.bank.good == heard and several.answering == whole, "not counted")
    harness.check(several.check.plausible and several.look(clock[0]) == whole, "not heard")
harness.check(not several.pack.fresh(p.STATUS, clock[0], MAX_AGE_MS), "fresh")
print("OK")

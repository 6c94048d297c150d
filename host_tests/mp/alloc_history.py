"""Looking whether a record is due, making it, replaying it and drawing it: 0 bytes of heap."""

import harness

from bms import pack as p
from history.curve import Curve
from history.keeper import Keeper
from history.page import BYTES
from history.replay import READY, Replay
from history.ring import Ring

PAGES = 1


class Memory:
    """The files of a ring, in fixed room."""

    def __init__(self):
        self.segment = bytearray(3 * PAGES * BYTES)
        self.begins = [-1, -1, -1]
        self.used = [0, 0, 0]

    def numbers(self):
        return []

    def read(self, number, at, buf):
        at += self.begins.index(number) * PAGES * BYTES
        for i in range(len(buf)):
            buf[i] = self.segment[at + i] if at + i < len(self.segment) else 0
        return len(buf)

    def append(self, number, buf, start, end):
        if number not in self.begins:
            self.begins[self.begins.index(-1)] = number
        place = self.begins.index(number)
        at = place * PAGES * BYTES + self.used[place]
        for i in range(start, end):
            self.segment[at + i - start] = buf[i]
        self.used[place] += end - start

    def remove(self, number):
        place = self.begins.index(number)
        self.used[place] = 0
        self.begins[place] = -1

    def read_tail(self, buf):
        return 0

    def write_tail(self, buf, end):
        pass


class Rig:
    def __init__(self):
        pack = self.pack = p.PackState()
        pack.put(p.SOC_PCT, 50)
        pack.put(p.PACK_MV, 52_000)
        pack.put(p.CURRENT_MA, -100_000)
        pack.put(p.TEMP_MIN_DC, -101)
        pack.put(p.TEMP_MAX_DC, 101)
        pack.put(p.CELL_MIN_MV, 3200)
        pack.put(p.CELL_MAX_MV, 4200)
        pack.put(p.CHARGE_ON, 1)
        self.ring = Ring(Memory(), 3, PAGES)
        self.keeper = Keeper(self.ring, 10, 60, 1)
        self.replay = Replay(self.ring)
        self.curve = Curve(self.ring, 400, 40)
        self.s = 0
        self.told = 0

    def second(self):
        self.s += 1
        self.pack.values[p.SOC_PCT] = self.s % 100
        day_s = 90_000_000 + self.s if self.s > 100 else None
        assert self.keeper.look(self.pack, True, self.s & 64 != 0, 2, self.s, day_s)
        if self.ring.changed:
            self.ring.commit()
        if self.replay.step(True) == READY:
            self.told += 1
            self.replay.acknowledged()
        if not self.curve.step():
            self.curve.begin(self.s, day_s)


def main():
    rig = Rig()
    harness.check_no_alloc("history", rig.second, rounds=1000)
    assert rig.told > 150 and rig.ring.first > 0, (rig.told, rig.ring.first)


main()

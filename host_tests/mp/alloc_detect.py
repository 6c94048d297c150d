"""Neither the detection between two trials nor the aggregate of several packs allocates."""

import harness
import samples

from bms import bank, check, detect
from bms import pack as p
from bms.ant.ant_new import AntNew
from bms.pack import PackState
from compat import ticks_add

CHUNK = 400


class Trial:
    """A detection that never settles: each third status is implausible."""

    def __init__(self):
        frames = [samples.ant_status(), samples.ant_status(), samples.ant_status(mv=5200)]
        self.frames = [bytearray(frame) + bytes(CHUNK - len(frame)) for frame in frames]
        self.sizes = [len(frame) for frame in frames]
        self.detect = detect.Detect((("ant_new", 19_200, 3200, 10_000),))
        self.dialect = AntNew(PackState(), CHUNK)
        self.out = bytearray(32)
        self.now = (1 << 30) - 3000
        self.ended = 0
        self.detect.begin(self.dialect, self.now)

    def run(self):
        """Twenty seconds of it, and as much silence."""
        for i in range(400):
            self.now = ticks_add(self.now, 100)
            if i < 200 and i % 7 == 0:
                which = i // 7 % 3
                self.dialect.feed(self.frames[which], self.sizes[which], self.now)
            self.dialect.request(self.now, self.out)
            if self.detect.step(self.now):
                self.ended += 1
                self.detect.begin(self.dialect, self.now)


def check_detect():
    """Trials that end for every reason, and the watch after a success."""
    trial = Trial()
    harness.check_no_alloc("detect, trials", trial.run)
    harness.check(trial.ended > 5 and not trial.detect.proven, "no trial ended")
    trial.frames[2] = trial.frames[0]
    trial.sizes[2] = trial.sizes[0]
    trial.run()
    harness.check(trial.ended > 5, "nothing was proven")
    harness.check_no_alloc("detect, proven and lost", trial.run)


def check_bank():
    """Four packs with the largest figures; one of them missing; too far apart."""
    packs = [PackState() for _ in range(4)]
    checks = [check.Check(pack) for pack in packs]
    whole = bank.Bank(packs, checks, 10_000)
    seen = bytearray(4)
    states = [0]

    def run():
        for i in range(8):
            now = 1000 * i
            for k in range(4):
                pack = packs[k]
                for cell in range(8):
                    pack.cell_mv[cell] = 4100 + (200 * k if i == 5 else k)
                pack.cells = 8
                pack.put(p.CELL_COUNT, 8)
                pack.put(p.PACK_MV, 8 * pack.cell_mv[0])
                pack.put(p.CURRENT_MA, -999_999)
                pack.put(p.SOC_PCT, 100)
                pack.put(p.CAPACITY_MAH, 0x3FFFFFFF if i == 6 else 9_000_000)
                pack.put(p.REMAINING_MAH, 0x3FFFFFFF if i == 6 else 9_000_000)
                pack.put_temp(0, -200 + k)
                pack.temps = 1
                pack.raise_alarm(k)
                pack.summarise()
                if i != 3 or k:
                    pack.touch(p.STATUS, now)
                checks[k].step(now)
            seen[whole.step(now + (9500 if i == 3 else 0))] = 1
            states[0] = whole.good

    harness.check_no_alloc("bank", run)
    harness.check(seen[bank.WHOLE] and seen[bank.SPREAD] and seen[bank.INCOMPLETE], str(seen))


check_detect()
check_bank()

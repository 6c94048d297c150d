"""Random and mutated input on real MicroPython: no exception, no frame out of nothing, in sync.

The same properties as host_tests/bms/test_contract.py, here where integers and buffers are others.
"""

import harness
import samples

from bms import catalog
from bms.pack import CURRENT_MA, PACK_MV, SLOTS, SOC_PCT, PackState
from compat import ticks_add

ROUNDS = 120
CHUNK = 400


class Random:
    """A small generator, the same on every build."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        """Returns a number under `limit`, which is under 2**15."""
        self.state = self.state * 75 % 65537
        return self.state % limit


def start(name):
    """Returns a dialect that knows its unit."""
    dialect = catalog.create(name, PackState(), CHUNK, 1000)
    dialect.request(ticks_add(0, -6000), bytearray(32))  # a bus is listened to first
    dialect.request(0, bytearray(32))
    before = samples.BEFORE.get(name)
    if before:
        harness.check_equal(dialect.feed(before, len(before), 0), 1, name + ": unit known")
    return dialect


def figures(pack):
    """Returns what a reader would see."""
    cells = [pack.cell_mv[i] for i in range(pack.cells)]
    return cells, pack.get(PACK_MV), pack.get(CURRENT_MA), pack.get(SOC_PCT)


def mutate(frame, random):
    """Returns a frame with bytes changed, lost or added; never the frame itself."""
    damaged = bytearray(frame)
    kind = random.below(4)
    at = random.below(len(frame))
    if kind == 0:
        damaged[at] ^= 1 << random.below(8)
    elif kind == 1:
        damaged = damaged[:at]
    elif kind == 2:
        damaged = damaged[:at] + damaged[at + 1 + random.below(9) :]
    else:
        junk = bytes([random.below(256) for _ in range(1 + random.below(40))])
        damaged = damaged[: at + 1] + junk + damaged[at + 1 :]
    return bytes(damaged)


def feed(dialect, data, random):
    """Feeds in pieces of random size; returns the number of frames decoded."""
    decoded = at = 0
    while at < len(data):
        n = 1 + random.below(90)
        piece = data[at : at + n]
        decoded += dialect.feed(piece, len(piece), 0)
        at += n
    framer = dialect.framer
    fed = framer.frame_bytes + framer.dropped + framer.pending()
    harness.check_equal(fed, framer.fed, "bytes accounted for")
    return decoded


def silence(dialect):
    """Ends what is pending; returns the number of frames decoded."""
    return dialect.feed(b"", 0, dialect.framer.gap_ms + 1)


def fuzz(name):
    """Mutated frames, each followed by a good one that must be read."""
    random = Random(4711)
    good = samples.SAMPLES[name]
    reference = []
    for frame in good:
        dialect = start(name)
        harness.check_equal(feed(dialect, frame, random), 1, name + ": sample")
        reference.append(figures(dialect.pack))
    for i in range(ROUNDS):
        dialect = start(name)
        which = i % len(good)
        feed(dialect, mutate(good[(i + 1) % len(good)], random), random)
        feed(dialect, good[which], random)
        silence(dialect)
        harness.check_equal(figures(dialect.pack), reference[which], "%s, round %d" % (name, i))


def noise(name):
    """Random bytes, some of them from frames."""
    random = Random(99)
    dialect = start(name)
    frames = dialect.framer.frames
    frame = samples.SAMPLES[name][0]
    for _ in range(ROUNDS):
        at = random.below(len(frame))
        feed(dialect, frame[at : at + random.below(30)], random)
        feed(dialect, bytes([random.below(256) for _ in range(60)]), random)
    silence(dialect)
    harness.check_equal(dialect.framer.frames, frames, name + ": frames in noise")
    for slot in range(SLOTS):
        harness.check(-(2**30) < dialect.pack.get(slot, 0) < 2**30, "slot %d" % slot)


for dialect_name in catalog.NAMES:
    fuzz(dialect_name)
    noise(dialect_name)
    print(dialect_name + ": ok")

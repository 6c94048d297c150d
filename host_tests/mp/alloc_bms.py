"""Feeding, decoding, judging and asking allocate nothing, whatever comes, in every dialect."""

import harness
import samples

from bms import catalog
from bms import pack as p
from bms.check import Check
from bms.meter import Meter
from bms.pack import PackState
from compat import ticks_add

CHUNK = 64
ROUND = 40  # chunks in a round of random input


class Listener:
    """A device's loop around one dialect: reads pieces, feeds, settles, judges, asks."""

    def __init__(self, name):
        self.pack = PackState()
        self.dialect = catalog.create(name, self.pack, CHUNK, 1000)
        self.check = Check(self.pack)
        self.piece = bytearray(CHUNK)
        self.out = bytearray(32)
        self.now = (1 << 30) - 5000  # on 32 bits the tick counter wraps soon
        self.step(0)
        self.stream = samples.BEFORE.get(name, b"")
        self.hear()

    def hear(self):
        """Feeds the stream in pieces, as a UART would hand it over, then a pause."""
        stream = self.stream
        size = len(stream)
        at = 0
        while at < size:
            n = size - at if size - at < CHUNK else CHUNK
            for i in range(n):
                self.piece[i] = stream[at + i]
            self.step(n)
            at += n
        self.now = ticks_add(self.now, 600)
        self.step(0)

    def step(self, n):
        """One turn of the loop."""
        self.dialect.feed(self.piece, n, self.now)
        self.now = ticks_add(self.now, 5)
        self.pack.settle(self.now)
        self.dialect.settle(self.now)
        self.check.step(self.now)
        self.dialect.request(self.now, self.out)


class Noise:
    """Random bytes with many of the dialect's own bytes among them; the same on every run."""

    def __init__(self, listener, frame):
        self.listener = listener
        self.frame = frame
        self.state = 12345

    def random(self):
        """Returns a number under 2**16, without an integer that needs the heap."""
        self.state = self.state * 75 % 65537
        return self.state

    def hear(self):
        """Feeds some pieces, then a pause."""
        listener = self.listener
        frame = self.frame
        piece = listener.piece
        for _ in range(ROUND):
            start = self.random() % len(frame)
            good = self.random() % CHUNK
            for i in range(CHUNK):
                piece[i] = frame[(start + i) % len(frame)] if i < good else self.random() & 0xFF
            listener.step(CHUNK)
        listener.now = ticks_add(listener.now, 600)
        listener.step(0)


def damaged(frame):
    """Returns the frame with a bit flipped, cut short, and whole with garbage around."""
    flipped = bytearray(frame)
    flipped[len(frame) // 2] ^= 0x10
    cut = frame[: len(frame) // 3]
    return bytes(flipped) + cut + b"NW\x01\x20\x55\xaa\xeb\x90" + frame + b"N" + frame[7:]


def check_dialect(name):
    """Checks all kinds of input to one dialect."""
    good = samples.SAMPLES[name]
    listener = Listener(name)
    framer = listener.dialect.framer
    for kind, stream in (
        ("good frames", b"".join(good)),
        ("quiet frames", b"".join(samples.QUIET[name])),
        ("damaged frames", damaged(good[0]) + damaged(good[1])),
    ):
        listener.stream = stream
        harness.check_no_alloc("%s, %s" % (name, kind), listener.hear)
    harness.check(framer.frames >= 10, "%s: nothing was decoded" % name)
    harness.check(framer.dropped > 100, "%s: nothing was damaged" % name)
    harness.check_no_alloc("%s, noise" % name, Noise(listener, good[0]).hear)
    harness.check(listener.pack.seq >= 10, "%s: nothing reached the pack" % name)
    fed = framer.frame_bytes + framer.dropped + framer.pending()
    harness.check_equal(fed, framer.fed, "%s: bytes accounted for" % name)


class Metered:
    """A pack whose figures change their sign with each status."""

    def __init__(self):
        self.pack = PackState()
        self.meter = Meter(None)
        self.now = 0
        self.ma = 900_000

    def hear(self):
        self.ma = 50_000 - self.ma
        self.now = ticks_add(self.now, 30_000)
        self.pack.put(p.PACK_MV, 60_000)
        self.pack.put(p.CURRENT_MA, self.ma)
        self.pack.derive()
        self.pack.touch(p.STATUS, self.now)
        self.meter.step(self.pack, True, self.now)


metered = Metered()
harness.check_no_alloc("meter", metered.hear)
harness.check(min(metered.meter.save()) > 0, "nothing was counted in, or nothing out")
for dialect_name in catalog.NAMES:
    check_dialect(dialect_name)

# only: 64
"""Decoding a JK02 status over Bluetooth takes no heap for the state of any call, which is slow.

A function with more than 11 words of local variables and intermediate values takes heap at each
call and gives it back at its end (docs/performance.md). That leaves no garbage: only the total of
all that was ever taken tells it.
"""

import harness
import micropython
import samples

from bms import catalog
from bms.pack import PackState
from compat import const

ROUNDS = const(10)
CHUNK = const(128)
UNITS = (
    (b"JK-B2A24S15P", b"10.XW", b"10.07", False),
    (b"JK-BD6A17S6P", b"6.X", b"6.10", False),
    (b"JK-B2A20S20P", b"11.XW", b"11.26", True),
    (b"JK-PB2A16S20P", b"15A", b"15.41", True),
)


class Line:
    """A dialect, and two statuses that take turns, in pieces as the radio hands them over."""

    def __init__(self, model, hardware, software, wide):
        self.pack = PackState(wires=wide)
        # With the catalogue as on a device: what only one dialect names is put where it is called.
        self.dialect = catalog.create("jk_ble", self.pack, CHUNK, 1000)
        self.pieces = self.others = pieces(samples.jk_device(model, hardware, software))
        self.hear()
        self.pieces = pieces(samples.jk02_status(3300, 50, -2000, wide, 16))
        self.others = pieces(samples.jk02_status(3310, 51, 1500, wide, 16))

    def hear(self):
        """Feeds a frame."""
        for piece in self.pieces:
            self.dialect.feed(piece, len(piece), 0)
        self.pieces, self.others = self.others, self.pieces


def pieces(frame):
    """Returns a frame in pieces of at most CHUNK bytes."""
    return [bytearray(frame[i : i + CHUNK]) for i in range(0, len(frame), CHUNK)]


def taken(fn):
    """Returns the bytes of heap that some calls of `fn` take, were they given back or not."""
    fn()
    fn()
    before = micropython.mem_total()
    for _ in range(ROUNDS):
        fn()
    return micropython.mem_total() - before


def at_most(a=1):
    b = c = d = e = f = g = h = a
    return a + b + c + d + e + f + g + h


def too_much(a=1):
    b = c = d = e = f = g = h = i = j = k = a
    return a + b + c + d + e + f + g + h + i + j + k


harness.check_equal(taken(at_most), 0, "bytes that a small function takes")
harness.check(taken(too_much) > 0, "what a large function takes is not seen")
for unit in UNITS:
    line = Line(*unit)
    harness.check_equal(taken(line.hear), 0, "bytes that statuses of %s take" % unit[0])
    harness.check_equal(line.pack.seq, ROUNDS + 2, "statuses decoded")

# only: 64
"""A status of these dialects takes no heap for the state of a call either (docs/performance.md).

A function with more than 11 words of local and intermediate values takes it at each call and gives
it back, which no check of what is left in use sees. What the inliner puts together is not seen
here: its own test has what it must keep apart. Only the 64-bit build counts what was ever taken.
"""

import micropython
import samples

from bms.ant.ant_new import AntNew
from bms.pack import PackState


def taken(dialect, piece, now):
    """Returns the bytes of heap that were taken while a piece was decoded, given back or not."""
    before = micropython.mem_total()
    dialect.feed(piece, len(piece), now)
    return micropython.mem_total() - before


def check(dialect, frame):
    """Checks the fifth time that a frame comes, in two pieces."""
    pieces = bytearray(frame[:128]), bytearray(frame[128:])
    for now in range(0, 400, 100):
        for piece in pieces:
            dialect.feed(piece, len(piece), now)
    decoded = dialect.framer.frames
    for piece in pieces:
        grown = taken(dialect, piece, 500)
        assert grown == 0, "%s: %d B" % (dialect.NAME, grown)
    assert dialect.framer.frames == decoded + 1


for cells in (13, 16):  # the CRC begins at an odd word, or at an even one
    check(AntNew(PackState(), 128), samples.ant_status(cells, 3300, 50, 20, (19, -40)))

"""How the ring of records wears a flash, for tools/cost/history_figures.py: 64-bit MicroPython.

The file system of a 4 MB board's 2 MB with a hundred other files; records that are each delivered,
and of the size that a van's have. One line a figure: name|number.
"""

import sys

from nor_flash import Flash, make, use

from history.record import FIGURES, Record
from history.ring import Ring
from kept.record_store import PAGES, RecordStore

BLOCKS = 512
SEGMENTS = 16
OTHERS = 100
OTHER_BYTES = 700
# What a record differs by from the one before it, and the one behind it back again.
CHANGES = (1, 300, 4_000, 5, 0, 20, 20, 0, 0)


def record_of(n):
    """Returns a record."""
    record = Record()
    record.of_day = True
    record.time_s = 90_000_000 + 60 * n
    for figure in range(FIGURES):
        record.valid[figure] = 1
        record.values[figure] = CHANGES[figure] * (n % 2)
    return record


def main(records):
    """Wears a flash."""
    flash = Flash(BLOCKS)
    make(flash)
    use(flash)
    for i in range(OTHERS):
        with open("other%d" % i, "wb") as file:
            file.write(bytes(OTHER_BYTES))
    ring = Ring(RecordStore(PAGES), SEGMENTS)
    flash.erased = [0] * BLOCKS
    reads = erasures = 0
    for n in range(records):
        read, erased = flash.read_bytes, sum(flash.erased)
        ring.delivered = ring.next
        assert ring.put(record_of(n))
        ring.commit()
        reads = max(reads, flash.read_bytes - read)
        erasures = max(erasures, sum(flash.erased) - erased)
    print("erased|%d" % sum(flash.erased))
    print("worst|%d" % max(flash.erased))
    print("read_at_once|%d" % reads)
    print("erased_at_once|%d" % erasures)


main(int(sys.argv[1]))

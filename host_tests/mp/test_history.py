# only: 64
# heap: 4000000
"""The ring of records on the device's own file system, LittleFS, in a flash that loses its power.

Cut at every byte that a write programs and in every erasure; killed at random, again and again;
and how often a block is erased. The other build has no LittleFS.
"""

import random

from nor_flash import Flash, make, use
from ring_records import records

from history.record import Record
from history.ring import Ring
from kept.record_store import PAGES, RecordStore

BLOCKS = 20
SEGMENTS = 3
PER = 2  # pages in a segment
RECORDS = 10  # that fill a page


def ring_of(flash):
    """Returns the ring of a device that starts."""
    use(flash)
    return Ring(RecordStore(PAGES), SEGMENTS, PER)


def times(ring):
    """Returns what all records of the ring are about; fails on a damaged one."""
    return [record.time_s for _, record in records(ring)]


def put(ring, n):
    record = Record()
    record.time_s = n
    for figure, most in ((1, 600_000), (2, 8_000_000), (5, 8000), (6, 8000)):
        record.values[figure] = most * (n % 2) - 4_000_000 * (figure == 2)
        record.valid[figure] = 1
    assert ring.put(record)


def write(ring, n):
    """Makes record `n`; returns False if the flash died."""
    put(ring, n)
    try:
        ring.commit()
    except OSError:
        return False
    return True


def cuts(count):
    """Cuts the write of record `count` at every step, behind a ring that has those before it."""
    flash = Flash(BLOCKS)
    make(flash)
    ring = ring_of(flash)
    for n in range(count):
        assert write(ring, n)
    content = bytes(flash.data)
    before = times(ring)
    start = flash.steps
    assert write(ring, count)
    whole = flash.steps - start
    for budget in range(whole):
        flash.data[:] = content
        flash = Flash(flash.data)
        ring = ring_of(flash)
        flash.budget = flash.steps + budget
        write(ring, count)
        ring = ring_of(Flash(flash.data))
        found = times(ring)
        if found and found[-1] == count:
            found.pop()  # the cut came when it was there already
        assert found in (before, before[PER * RECORDS :]), (budget, found)
        if budget % 16 == 0:
            for n in range(ring.next, ring.next + 8):
                assert write(ring, n)
            assert times(ring_of(Flash(flash.data)))[-8:] == list(range(n - 7, n + 1))
    print("record", count, "cut at each of", whole, "steps")


def kills():
    """One flash, in a device that is killed again and again, in the middle of whatever it does."""
    random.seed(7)
    flash = Flash(BLOCKS)
    make(flash)
    made = 0
    for _ in range(150):
        flash = Flash(flash.data)
        ring = ring_of(flash)
        found = times(ring)
        assert ring.next >= made, (ring.next, made)
        assert found == list(range(ring.first, ring.next))
        assert len(found) >= min(made, (SEGMENTS - 1) * PER * RECORDS)
        flash.budget = flash.steps + random.randrange(20_000)
        made = ring.next
        while write(ring, made):
            made += 1
    print("killed 150 times,", made, "records")


def wear():
    """Counts erasures and what is read, in a small flash, so that any hot spot shows."""
    records = 2000
    flash = Flash(64)
    make(flash)
    use(flash)
    ring = Ring(RecordStore(PAGES), 4, 40)
    flash.erased = [0] * len(flash.erased)
    most_read = most_erased = 0
    for n in range(records):
        read = flash.read_bytes
        erased = sum(flash.erased)
        ring.delivered = ring.next  # the broker has all before it
        assert write(ring, n)
        most_read = max(most_read, flash.read_bytes - read)
        most_erased = max(most_erased, sum(flash.erased) - erased)
    total = sum(flash.erased)
    print("erased per 1000 records:", total * 1000 // records, "worst block", max(flash.erased))
    print("in one write at most: erased", most_erased, "read", most_read, "bytes")
    assert total < 0.15 * records  # what docs/history.md says
    assert max(flash.erased) < 0.02 * records
    assert most_erased <= 5


wear()
for last in (2, 9, 10, 30, 60):  # tails; appends, of a new segment too; the oldest one goes
    cuts(last)
kills()

# only: 64
"""The records of a board without PSRAM on LittleFS, in a flash that loses its power.

Cut while a record is appended, while a new file begins, and while the oldest one goes. The other
build has no LittleFS.
"""

import gc
import random

from nor_flash import BLOCK, Flash, make, use
from ring_records import records

from bms.pack import PackState
from history.record import BYTES, PER, Record
from history.ring import Ring
from history.unpaged import Unpaged
from kept.record_store import PAGES, UNPAGED, RecordStore
from kept.record_writer import keep

BLOCKS = 44
SEGMENTS = 2
# What is in the flash, and what was in it before a write.
DATA = bytearray(BLOCK * BLOCKS)
BEFORE = bytearray(BLOCK * BLOCKS)


class Thing:
    def __init__(self, **attributes):
        for name in attributes:
            setattr(self, name, attributes[name])


def device(n):
    clock = Thing(since_2024_s=lambda: n)
    check = Thing(frozen=False, verdict=1)
    bms = Thing(pack=PackState(), check=check)
    heater = Thing(state=1)
    return Thing(uptime_s=n, clock=clock, bms=bms, heater=heater, boots=1, max_age_ms=1000)


def write(n):
    """Makes record `n`; returns False if the flash died."""
    try:
        keep(device(n), False, SEGMENTS, 2)
    except OSError:
        return False
    return True


def there(flash):
    """Returns (the first record, the one behind the last), as `packmate history` reads them: each
    is whole, and about its number."""
    use(flash)
    ring = Ring(RecordStore(PAGES), 1, old=Unpaged(RecordStore(UNPAGED)))
    for number, record in records(ring):
        assert record.time_s == number, number
    return ring.first, ring.next


def prepared(records):
    """Returns a flash that has so many records, put there in a few large pieces."""
    for at in range(0, len(DATA), BLOCK):
        DATA[at : at + BLOCK] = b"\xff" * BLOCK
    flash = Flash(DATA)
    make(flash)
    use(flash)
    store = RecordStore(UNPAGED)
    record = Record()
    record.of_day = True
    buf = bytearray(BYTES * 100)
    for first in range(0, records, 100):
        n = min(100, records - first)
        for i in range(n):
            record.time_s = first + i
            record.pack(buf, BYTES * i)
        store.append(first // PER, buf, 0, BYTES * n)
    return flash


def cuts(count, times):
    """Cuts the write of record `count` at so many of its steps, behind those before it."""
    flash = prepared(count)
    assert there(flash) == (0, count)
    BEFORE[:] = DATA
    use(flash)
    start = flash.steps
    assert write(count)
    whole = flash.steps - start
    first, end = there(flash)
    assert end == count + 1 and first in (0, PER)
    for _ in range(times):
        gc.collect()  # or its pieces leave no room for a block
        DATA[:] = BEFORE
        flash = Flash(DATA)
        use(flash)
        flash.budget = flash.steps + random.randrange(whole)
        write(count)
        found = there(Flash(DATA))
        assert found in ((0, count), (first, count), (first, count + 1)), found
    print("record", count, "cut at", times, "of", whole, "steps")


random.seed(5)  # the same steps in each run
cuts(0, 60)
cuts(3, 60)
cuts(250, 40)  # over the end of a block
cuts(PER, 12)  # a new file begins
cuts(2 * PER, 12)  # and the oldest goes

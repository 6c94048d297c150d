"""Records that stand one by one, 20 bytes each: read, and deleted, and never written here.

A board without PSRAM keeps its history so (kept.record_writer), and before there were pages every
board did, with a tail of a few records beside the files. A record's number says where it is: file
number // PER, place number % PER.
"""

from compat import const
from history.page import MOST
from history.record import BYTES, KEPT, PER, Record
from history.unpacking import unpack

_TAIL = const(6)  # records: five, behind a mark with the ring's own state


class Unpaged:
    """store: as for history.ring.Ring; per: records in a file.

    `first`, `next`: the numbers of the oldest record and of the one behind the newest; `files`:
    how many there are; `delivered`: the broker has all before it. Whoever has newer records than
    these makes `next` smaller.
    """

    def __init__(self, store, per=PER):
        self._store = store
        self._per = per
        self._tail_begin = self._written = 0  # records before this one are in the files
        self._record = Record()
        self._buf = bytearray(BYTES * MOST)
        self._tail = bytearray(BYTES * _TAIL)
        self._numbers = sorted(store.numbers())
        self.first = self.next = self.delivered = 0
        if self._numbers:
            self._load()

    def _load(self):
        newest = self._numbers[-1]
        end = newest * self._per + min(self._store.size(newest) // BYTES, self._per)
        begin, count, delivered = self._load_tail()
        if not begin <= end <= begin + count:  # it is of other files
            begin = end
            count = 0
        self._tail_begin = begin
        self._written = end
        self.first = self._numbers[0] * self._per
        self.next = begin + count
        self.delivered = max(self.first, min(delivered, self.next))

    @property
    def files(self):
        return len(self._numbers)

    def _load_tail(self):
        """Returns the number of the tail's first record, how many it has, and `delivered`."""
        size = self._store.read_tail(self._tail)
        state = self._record
        if size < BYTES or not unpack(state, self._tail, 0) or state.kind != KEPT:
            return 0, 0, 0
        return state.first, size // BYTES - 1, state.second

    def load(self, number, page):
        """Has a history.page.Page hold the record of that number and its neighbours."""
        page.clear()
        if not self.first <= number < self.next:
            return
        buf = self._buf
        if number >= self._written:
            page.begin = self._written
            count = self._read_tail(buf)
        else:
            place = number % self._per // MOST * MOST
            page.begin = number - number % self._per + place
            count = min(self._written, self.next) - page.begin
            count = min(count, self._per - place, MOST)
            self._read(number // self._per, place, count, buf)
        record = self._record
        for i in range(count):
            page.keep(page.begin + i, record if unpack(record, buf, BYTES * i) else None)

    def _read_tail(self, buf):
        count = self.next - self._written
        at = BYTES * (1 + self._written - self._tail_begin)
        buf[: BYTES * count] = self._tail[at : at + BYTES * count]
        return count

    def _read(self, file, place, count, buf):
        """What should be there and is not is read as zeros, which are no record."""
        try:
            got = self._store.read(file, BYTES * place, buf)
        except OSError:
            got = 0
        for i in range(got, BYTES * count):
            buf[i] = 0

    def remove_oldest(self):
        """Deletes the oldest file; with the last one the tail's records go, too."""
        self._store.remove(self._numbers.pop(0))
        self.first = self._numbers[0] * self._per if self._numbers else self.next

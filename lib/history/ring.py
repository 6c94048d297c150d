"""The ring of records in the flash: segments that are appended to and, the oldest, deleted whole.

A record's number says where it is: segment number // PER, place number % PER. The last few, for
which the file system would erase a block each time, are in a small file beside, the tail, which
it keeps inside its own books; with WHOLE of them there they are appended to the segment, in one
go. The tail's first record is a mark with the ring's own state: the number of the first record
in the tail, and how many the broker has.

A file is either as it was or as it is to be, whatever cuts the power: LittleFS swaps files when
they are closed. If the power goes between an append and the next tail, the old tail has records
that are in the segment, too, which their numbers tell. So a cut costs the record that was being
written, and what the broker has acknowledged since the last write comes twice.
"""

from compat import const
from history.record import BYTES, KEPT, PER, Record
from history.unpacking import unpack

WHOLE = const(6)  # one less and the state are 120 bytes; LittleFS keeps up to 128 in its books
ROOM = const(16)  # records that can wait for a write


class Ring:
    """store: the files, with `numbers()` of the segments, `size(number)` in bytes,
    `read(number, at, buf)` -> bytes, `append(number, buf, start, end)`, `remove(number)`,
    `read_tail(buf)` -> bytes, 0 if there is none, `write_tail(buf, end)`; all may raise OSError.
    segments: how many there may be; per: records in each.

    `first`, `next`: the numbers of the oldest record and of the next one to be made. `safe`: all
    before it are in the flash, and keep their numbers whatever happens. `delivered`: the broker
    has all before it; the owner moves it. `lost`: how many went before they were delivered, since
    this start. `changed`: something is to be written.
    """

    def __init__(self, store, segments, per=PER):
        self.first = self.next = self.safe = self.delivered = self.lost = 0
        self.changed = False
        self._store = store
        self.segments = segments
        self._per = per
        self._written = 0  # records before it are in segments
        self._saved = 0  # `delivered` as it is there
        self._state = Record()
        self._tail = bytearray(BYTES * (1 + ROOM))
        self._load()

    # -- starting --------------------------------------------------------------------------------

    def _load(self):
        numbers = sorted(self._store.numbers())
        while len(numbers) > self.segments or numbers and _has_gap(numbers):
            self._store.remove(numbers.pop(0))
        begin, count, delivered = self._load_tail()
        end = begin
        if numbers:
            self.first = numbers[0] * self._per
            size = self._store.size(numbers[-1])
            end = numbers[-1] * self._per + min(size // BYTES, self._per)
            if size % BYTES:
                end = (numbers[-1] + 1) * self._per
        if begin > end or not numbers and begin % self._per:
            end = (begin + self._per - 1) // self._per * self._per  # what was before it is gone
            skipped = 0
        else:
            skipped = min(end - begin, count)
        if not numbers:
            self.first = end
        tail = self._tail
        for i in range(BYTES * (count - skipped)):
            tail[BYTES + i] = tail[BYTES * (1 + skipped) + i]
        self._written = end
        self.next = self.safe = end + count - skipped
        self.delivered = self._saved = max(self.first, min(delivered, self.next))

    def _load_tail(self):
        """Returns the number of the tail's first record, how many it has, and `delivered`."""
        size = self._store.read_tail(self._tail)
        state = self._state
        if size < BYTES or not unpack(state, self._tail, 0) or state.kind != KEPT:
            return 0, 0, 0
        return state.first, size // BYTES - 1, state.second

    # -- making ----------------------------------------------------------------------------------

    def full(self):
        """True if no record can be put before what waits has been written."""
        return self.next - self._written >= ROOM

    def put(self, record):
        """Takes a record; returns False if there is no room. `commit` brings it to the flash."""
        if self.full():
            return False
        record.pack(self._tail, BYTES * (1 + self.next - self._written))
        self.next += 1
        self.changed = True
        return True

    def waiting(self):
        """Returns how many records are not in the flash yet."""
        return self.next - self.safe

    def stale(self):
        """True if the flash does not know yet what the broker has."""
        return self.delivered != self._saved

    def commit(self):
        """Writes what waits. Raises OSError; then all of it waits on."""
        if self.next - self._written >= WHOLE:
            self._append()
            self.safe = self.next
        if self.waiting() or self.stale():
            self._replace_tail()
            self.safe = self.next
        self.changed = False

    def _replace_tail(self):
        state = self._state
        state.mark(KEPT, self._written, self.delivered)
        state.pack(self._tail, 0)
        self._store.write_tail(self._tail, BYTES * (1 + self.next - self._written))
        self._saved = self.delivered

    def _append(self):
        begin = self._written
        while self._written < self.next:
            number = self._written // self._per
            n = min(self.next, (number + 1) * self._per) - self._written
            if self._written % self._per == 0:
                self._make_room(number)
            at = BYTES * (1 + self._written - begin)
            try:
                self._store.append(number, self._tail, at, at + BYTES * n)
            except OSError:
                self._shift(self._written - begin)
                raise
            self._written += n

    def _shift(self, records):
        """Brings what still waits to the beginning of the tail."""
        tail = self._tail
        for i in range(BYTES, len(tail) - BYTES * records):
            tail[i] = tail[i + BYTES * records]

    def _make_room(self, number):
        while self.first // self._per <= number - self.segments:
            self._store.remove(self.first // self._per)
            self.first = (self.first // self._per + 1) * self._per
            if self.delivered < self.first:
                self.lost += self.first - self.delivered
                self.delivered = self.first

    # -- reading ---------------------------------------------------------------------------------

    def together(self, number):
        """Returns the number of the first record that one `read` can give up to this one."""
        if number >= self._written:
            return self._written
        return max(self.first, number - number % self._per)

    def read(self, number, buf):
        """Copies records from `number` on into `buf`; returns how many, 0 if there are none.

        What should be there and is not, or lies in damaged flash, is read as zeros, which are no
        record: unpack() says so.
        """
        if not self.first <= number < self.next:
            return 0
        most = len(buf) // BYTES
        if number >= self._written:
            n = min(self.next - number, most)
            at = BYTES * (1 + number - self._written)
            for i in range(BYTES * n):
                buf[i] = self._tail[at + i]
            return n
        place = number % self._per
        n = min(self._written - number, self._per - place, most)
        try:
            got = self._store.read(number // self._per, BYTES * place, buf)
        except OSError:
            got = 0
        for i in range(got, BYTES * n):
            buf[i] = 0
        return n


def _has_gap(numbers):
    return numbers[-1] - numbers[0] >= len(numbers)

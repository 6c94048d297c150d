"""The ring of records in the flash: files of pages that are appended to and, the oldest, deleted.

The page that is being filled (history.page) is a small file beside them, the tail, which LittleFS
keeps in its own books without an erasure; when the next record has no room in it, it is appended
to the newest segment as it is. A segment is called by the number of its first record; within it
the pages, which know their own numbers, are of one size, so that a record is found in a few reads,
and one that is damaged costs no other.

A file is either as it was or as it is to be, whatever cuts the power: LittleFS swaps files when
they are closed. If the power goes between an append and the next tail, the old tail has records
that are in the segment, too, which their numbers tell. So a cut costs the record that was being
written, and what the broker has acknowledged since the last write comes twice.
"""

from array import array

from compat import const
from history.page import BYTES, MOST, Draft, Page

PAGES = const(255)  # in a segment, which is a file: 8 blocks of LittleFS's
ROOM = const(16)  # records that can wait for a write
_FULL = const(6)  # pages that can: so many the longest records take


class Ring:
    """store: the files, with `numbers()` of the segments, `size(number)` in bytes,
    `read(number, at, buf)` -> bytes, `append(number, buf, start, end)`, `remove(number)`,
    `read_tail(buf)` -> bytes, 0 if there is none, `write_tail(buf, end)`; all may raise OSError.
    segments: how many there may be; pages: in each. old: a history.unpaged.Unpaged with what a
    version before wrote, whose files count as segments; None: nothing.

    `first`, `next`: the numbers of the oldest record and of the next one to be made. `safe`: all
    before it are in the flash, and keep their numbers whatever happens. `delivered`: the broker
    has all before it; the owner moves it. `lost`: how many went before they were delivered, since
    this start. `changed`: something is to be written. `written`: those before it are in segments.
    """

    def __init__(self, store, segments, pages=PAGES, old=None):
        self.first = self.next = self.safe = self.delivered = self.lost = 0
        self.changed = False
        self.segments = segments
        self._store = store
        self._most = pages
        self._old = old
        self._begins = array("i", bytes(4 * segments))  # the number of each segment's first record
        self._count = 0  # of segments
        self._pages = 0  # in the newest one
        self.written = 0
        self._saved = 0  # `delivered` as it is there
        self._draft = Draft()
        self._full = bytearray(BYTES * _FULL)  # pages that wait for a write
        self._waiting = 0  # so many
        self._page = Page()
        self._load()

    # -- starting --------------------------------------------------------------------------------

    def _load(self):
        numbers = sorted(self._store.numbers())
        while len(numbers) > self.segments:
            self._store.remove(numbers.pop(0))
        for number in numbers:
            self._begins[self._count] = number
            self._count += 1
        old = self._old
        if old and numbers:  # the version before may have run once more
            old.next = min(old.next, numbers[0])
        damaged = self._load_end()
        page = self._page
        if page.look(self._store.read_tail(page.buf)) and page.begin >= self.written:
            page.unfold()
            self._draft.resume(page)
            self.delivered = page.delivered
        else:
            self._draft.start(self.written + MOST * damaged)
        self.written = self._draft.begin
        self.next = self.safe = self._draft.end
        self._find_first()
        self.delivered = self._saved = max(self.first, min(self.delivered, self.next))

    def _load_end(self):
        """Finds the last record that is good in the segments, and what was delivered by then.
        Returns how many damaged pages are behind it, whose numbers are not to come again."""
        if self._old:
            self.written = self._old.next
            self.delivered = self._old.delivered
        if not self._count:
            return 0
        newest = self._begins[self._count - 1]
        self.written = newest
        size = self._store.size(newest)
        whole = size // BYTES
        self._pages = self._most if size % BYTES else whole  # nothing comes behind a piece
        for damaged in range(whole):
            if self._read_page(newest, whole - 1 - damaged, self._page):
                self.written = self._page.end
                self.delivered = self._page.delivered
                return damaged
        return whole

    def _find_first(self):
        self.first = self._begins[0] if self._count else self.written
        if self._old and self._old.first < self._old.next:
            self.first = self._old.first

    # -- making ----------------------------------------------------------------------------------

    def full(self):
        """True if no record can be put before what waits has been written."""
        return self._waiting == _FULL or self.waiting() >= ROOM

    def put(self, record):
        """Takes a record; returns False if there is no room. `commit` brings it to the flash."""
        if self.full():
            return False
        draft = self._draft
        if not draft.put(record):
            self._close()
            draft.put(record)
        self.next += 1
        self.changed = True
        return True

    def _close(self):
        """Has the page that is full wait for a write, and begins another."""
        self._draft.seal(self.delivered)
        at = BYTES * self._waiting
        self._full[at : at + BYTES] = self._draft.buf
        self._waiting += 1
        self._draft.start(self.next)

    def waiting(self):
        """Returns how many records are not in the flash yet."""
        return self.next - self.safe

    def stale(self):
        """True if the flash does not know yet what the broker has."""
        return self.delivered != self._saved

    def commit(self):
        """Writes what waits. Raises OSError; then all of it waits on."""
        while self._waiting:
            self._append()
        if self.waiting() or self.stale():
            self._store.write_tail(self._draft.buf, self._draft.seal(self.delivered))
            self._saved = self.delivered
            self.safe = self.next
        self.changed = False

    def _append(self):
        """Appends pages that wait, as many as belong into one segment."""
        if not self._count or self._pages >= self._most:
            self._begin_segment()
        n = min(self._waiting, self._most - self._pages)
        self._store.append(self._begins[self._count - 1], self._full, 0, BYTES * n)
        self._pages += n
        self._waiting -= n
        full = self._full
        for i in range(BYTES * self._waiting):
            full[i] = full[BYTES * n + i]
        self.written = self._draft.begin
        if self._waiting:
            self._look_at_waiting(0, self._page)
            self.written = self._page.begin
        self.safe = max(self.safe, self.written)

    def _begin_segment(self):
        while self._count + (self._old.files if self._old else 0) >= self.segments:
            self._remove_oldest()
        self._begins[self._count] = self.written
        self._count += 1
        self._pages = 0

    def _remove_oldest(self):
        begins = self._begins
        if self._old and self._old.files:
            self._old.remove_oldest()
        else:
            self._store.remove(begins[0])
            self._count -= 1
            for i in range(self._count):
                begins[i] = begins[i + 1]
        self._find_first()
        if self.delivered < self.first:
            self.lost += self.first - self.delivered
            self.delivered = self.first

    # -- reading ---------------------------------------------------------------------------------

    def load(self, number, page):
        """Has a history.page.Page hold the record of that number and its neighbours; nothing, if
        it is not there or damaged."""
        page.clear()
        if not self.first <= number < self.next:
            return
        if self._old and number < self._old.next:
            self._old.load(number, page)
            return
        if number < self.written:
            self._find(number, page)
        elif number >= self._draft.begin:
            size = self._draft.seal(self.delivered)
            page.buf[:] = self._draft.buf
            page.look(size)
        else:
            self._find_waiting(number, page)
        page.unfold()

    def _find_waiting(self, number, page):
        for i in range(self._waiting):
            if self._look_at_waiting(i, page) and number < page.end:
                return

    def _look_at_waiting(self, i, page):
        full = self._full
        for at in range(BYTES):
            page.buf[at] = full[BYTES * i + at]
        return page.look(BYTES)

    def _find(self, number, page):
        """Looks where it should be by what is known of the pages around it; a few reads."""
        begins = self._begins
        i = self._count - 1
        while i and number < begins[i]:
            i -= 1
        newest = i == self._count - 1
        low = 0
        high = self._pages if newest else self._most
        before = begins[i]  # the first number of page `low`, and of the one behind `high`
        behind = self.written if newest else begins[i + 1]
        while low < high:
            guess = at = low + (number - before) * (high - low) // (behind - before)
            while at < high and not self._read_page(begins[i], at, page):
                at += 1  # one that is damaged says nothing
            if at == high:
                high = guess
            elif number < page.begin:
                high = guess
                behind = page.begin
            elif number >= page.end:
                low = at + 1
                before = page.end
            else:
                return
        page.clear()

    def _read_page(self, segment, at, page):
        try:
            size = self._store.read(segment, BYTES * at, page.buf)
        except OSError:
            size = 0
        if size < BYTES:  # what is not there any more is as that of the page before
            page.clear()
            return False
        return page.look(size)


class Window:
    """A few records of a Ring around the one that was read last."""

    def __init__(self, ring):
        self._ring = ring
        self._page = Page()

    def read(self, number, record):
        """Fills a history.record.Record; returns False if it is damaged, or not there."""
        page = self._page
        if not page.begin <= number < page.end:
            self._ring.load(number, page)
        return page.read(number, record)

"""A page of the ring: up to 32 records one after the other, which stand and fall together.

    0      how many bytes there are, without the check
    1      how many records
    2…5    the number of the first one, big-endian
    6…9    how many the broker had when the page was written
    10     the records, each as its differences to the one before (history.differences), the first
           as those to zeros
           CRC-16/MODBUS of all that, low byte first

128 bytes at most: so much LittleFS keeps in its own books, where a file needs no erasure.
"""

from array import array

from bms.crc16 import is_good, put_crc
from bms.wire import put_u16be, u32be
from compat import const
from history.differences import LONGEST, NUMBERS, Changes, give, take, write
from history.record import Record

BYTES = const(128)
MOST = const(32)  # records
_HEAD = const(10)
_CHECK = const(2)


class Draft:
    """The page that is being filled: `begin`, `end`: the numbers of its first record and of the
    next one; `buf`: what `seal` has made of it."""

    def __init__(self):
        self.begin = self.end = 0
        self.buf = bytearray(BYTES)
        self._used = _HEAD
        self._last = array("i", bytes(4 * NUMBERS))
        self._row = array("i", bytes(4 * NUMBERS))
        self._bytes = bytearray(LONGEST)

    def start(self, number):
        """Begins an empty page with that number."""
        self.begin = self.end = number
        self._used = _HEAD
        for i in range(NUMBERS):
            self._last[i] = 0

    def resume(self, page):
        """Goes on with a Page that was read."""
        self.start(page.begin)
        record = Record()
        for number in range(page.begin, page.end):
            page.read(number, record)
            self.put(record)

    def put(self, record):
        """Takes a record; returns False if it has no room here."""
        row = self._row
        last = self._last
        for i in range(NUMBERS):
            row[i] = last[i]
        take(record, row, 0)
        size = write(self._bytes, 0, row, last)
        used = self._used
        if self.end - self.begin == MOST or used + size + _CHECK > BYTES:
            return False
        for i in range(size):
            self.buf[used + i] = self._bytes[i]
        self._used = used + size
        self.end += 1
        self._row = last
        self._last = row
        return True

    def seal(self, delivered):
        """Writes head and check; returns how many bytes of `buf` there are then."""
        buf = self.buf
        buf[0] = self._used
        buf[1] = self.end - self.begin
        _put_u32be(buf, 2, self.begin)
        _put_u32be(buf, 6, delivered)
        put_crc(buf, 0, self._used)
        return self._used + _CHECK


class Page:
    """A page that was read: the records from number `begin` on, before `end`; of how many the
    broker had been told. To be read into `buf`."""

    def __init__(self):
        self.begin = self.end = self.delivered = 0
        self.buf = bytearray(BYTES)
        self._rows = array("i", bytes(4 * NUMBERS * (MOST + 1)))  # the first: zeros
        self._changes = Changes(self.buf)

    def clear(self):
        """Forgets what it has."""
        self.begin = self.end = 0

    def look(self, size):
        """Looks at `size` bytes of `buf`: begin, end, delivered; False if they are damaged."""
        buf = self.buf
        used = buf[0]
        if not _HEAD <= used <= size - _CHECK or not is_good(buf, 0, used):
            self.clear()
            return False
        self.begin = u32be(buf, 2)
        self.end = self.begin + min(buf[1], MOST)
        self.delivered = u32be(buf, 6)
        return True

    def unfold(self):
        """Reads all records of what look() found good."""
        self._changes.at = _HEAD
        for i in range(self.end - self.begin):
            self._changes.read(self._rows, NUMBERS * (i + 1), NUMBERS * i)

    def keep(self, number, record):
        """Keeps a record that was found elsewhere, behind those from `begin` on; None: one that is
        damaged."""
        take(record, self._rows, NUMBERS * (1 + number - self.begin))
        self.end = number + 1

    def read(self, number, record):
        """Fills a Record; returns False if it is not here."""
        if not self.begin <= number < self.end:
            return False
        return give(record, self._rows, NUMBERS * (1 + number - self.begin))


def _put_u32be(buf, at, value):
    put_u16be(buf, at, value >> 16)
    put_u16be(buf, at + 2, value & 0xFFFF)

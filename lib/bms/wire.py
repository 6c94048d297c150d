"""Reading integers from frames, sums over them, and digits into a buffer. Nothing allocates.

`u32be` saturates at 2**30 - 1: larger integers live on the heap of a 32-bit MicroPython, and no
figure of a battery is that large. bms.wire_le has the little-endian ones.
"""

from array import array

from compat import const

_LIMIT = const(0x3FFFFFFF)


def u16be(buf, at):
    """Returns the unsigned big-endian 16-bit integer at `at`."""
    return buf[at] << 8 | buf[at + 1]


def s16be(buf, at):
    """Returns the signed big-endian 16-bit integer at `at`."""
    high = buf[at]
    if high & 0x80:
        high -= 256
    return high << 8 | buf[at + 1]


def u32be(buf, at):
    """Returns the unsigned big-endian 32-bit integer at `at`, saturated at 2**30 - 1."""
    high = buf[at]
    if high > 0x3F:
        return _LIMIT
    return high << 24 | buf[at + 1] << 16 | buf[at + 2] << 8 | buf[at + 3]


def put_u16be(buf, at, value):
    """Stores the low 16 bits of `value` big-endian at `at`."""
    buf[at] = value >> 8 & 0xFF
    buf[at + 1] = value & 0xFF


class Pieces:
    """A buffer of which the start always changes, and what follows it seldom.

    From `first` to `last` it is seen in pieces of 32 bytes, each of which is compared with what it
    was at the last look, which is much faster than to add it up. After `look`, the bytes from
    `same_from` to before `same_to`, where the last whole piece ends, are what they were. `last`
    is a multiple of 32 bytes later, and no more than the buffer has.
    """

    def __init__(self, buf, first, last):
        view = memoryview(buf)
        self.same_from = self.same_to = 0
        self._buf = buf
        self._head = view[:first]
        self._first = first
        self._last = last
        self._views = tuple([view[i : i + 32] for i in range(first, last, 32)])
        self._before = tuple([bytearray(32) for _ in self._views])
        self._sums = array("H", bytes(2 * len(self._views)))

    def look(self, end, again):
        """Returns the sum of buf[:end]. Unless `again`, nothing is compared, and nothing kept."""
        buf = self._buf
        views = self._views
        at = total = whole = 0
        if end > self._first:
            at = self._first
            total = sum(self._head)
            whole = min(end - at >> 5, len(views))
        same_from = at
        for i in range(whole):
            view = views[i]
            before = self._before[i]
            at += 32
            if not again:
                total += sum(view)
                same_from = at
                continue
            if before != view:
                before[:] = view
                self._sums[i] = sum(view)
                same_from = at
            total += self._sums[i]
        self.same_from = same_from
        self.same_to = at
        if end - at > 16 and 0 < at < self._last:
            total += sum(views[whole])  # and what is too much is taken off again
            at += 32
        for i in range(at, end):
            total += buf[i]
        for i in range(end, at):
            total -= buf[i]
        return total


def put_fixed(buf, at, value, decimals):
    """Writes value / 10**decimals in decimal at `at` (|value| < 2**30); returns the end position.

    put_fixed(buf, 0, -125, 1) writes "-12.5". The caller provides room for 12 characters.
    """
    if value < 0:
        buf[at] = 45
        at += 1
        value = -value
    rest = value
    last = at
    while rest >= 10:
        rest //= 10
        last += 1
    if decimals:
        last = max(last, at + decimals) + 1
    end = last + 1
    while last >= at:  # from the last digit to the first
        buf[last] = 48 + value % 10
        value //= 10
        last -= 1
        decimals -= 1
        if not decimals:
            buf[last] = 46
            last -= 1
    return end


def put_bytes(buf, at, data):
    """Copies all of `data` to `at`; returns the position after it."""
    end = at + len(data)
    buf[at:end] = data
    return end


def put_word(buf, at, table, number):
    """Copies line `number` of `table` (bytes, lines parted by newlines) to `at`.

    Returns the position after it, or -1 if the table has no such line. What does not fit into
    `buf` is left out.
    """
    start = 0
    while number > 0:
        start = table.find(b"\n", start) + 1
        if start == 0:
            return -1
        number -= 1
    if number < 0:
        return -1
    end = table.find(b"\n", start)
    if end < 0:
        end = len(table)
    if end - start > len(buf) - at:
        end = start + len(buf) - at
    while start < end:
        buf[at] = table[start]
        at += 1
        start += 1
    return at

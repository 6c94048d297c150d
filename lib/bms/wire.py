"""Reading integers from frames, sums over them, and digits into a buffer. Nothing allocates.

`u32be` saturates at 2**30 - 1: larger integers live on the heap of a 32-bit MicroPython, and no
figure of a battery is that large. bms.wire_le has the little-endian ones.
"""

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


class PrefixSums:
    """Sums of the first n bytes of one buffer, n up to `longest`, by the C loop of `sum()`.

    A cached memoryview for each 32 bytes of length makes the bulk of the sum run in C without an
    allocation; the 16 bytes at most from there to the end are added, or subtracted, one by one.
    """

    def __init__(self, buf, longest):
        view = memoryview(buf)
        self._buf = buf
        self._views = tuple([view[:n] for n in range(0, longest + 32, 32)])

    def sum(self, end):
        """Returns the sum of buf[:end] (under 2**30 for any buffer that fits here)."""
        near = end + 16 >> 5
        total = sum(self._views[near])
        near <<= 5
        buf = self._buf
        for i in range(near, end):
            total += buf[i]
        for i in range(end, near):
            total -= buf[i]
        return total


def put_int(buf, at, value):
    """Writes `value` in decimal at `at`; returns the position after it."""
    return put_fixed(buf, at, value, 0)


def put_fixed(buf, at, value, decimals):
    """Writes value / 10**decimals in decimal at `at` (|value| < 2**30); returns the end position.

    put_fixed(buf, 0, -125, 1) writes "-12.5". The caller provides room for 12 characters.
    """
    if value < 0:
        buf[at] = 45
        at += 1
        value = -value
    scale = 1
    digits = 1
    while digits <= decimals or value // scale >= 10:
        scale *= 10
        digits += 1
    while digits:
        buf[at] = 48 + value // scale % 10
        at += 1
        digits -= 1
        scale //= 10
        if digits and digits == decimals:
            buf[at] = 46
            at += 1
    return at


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

"""A line of text being put together, without allocation."""

from bms.wire import put_bytes, put_fixed, put_word
from compat import const

_ROOM = const(64)
_WIDEST_INT = const(12)
_UNDERSCORE = const(95)
_SPACE = const(32)


class Text:
    """Bytes `buf[0:n]`. What does not fit is left out."""

    def __init__(self):
        self.buf = bytearray(_ROOM)
        self.n = 0

    def start(self, data):
        """Begins anew with `data` (bytes); returns itself."""
        self.n = 0
        return self.add(data)

    def add(self, data):
        """Appends bytes; returns itself."""
        if self.n + len(data) <= _ROOM:
            self.n = put_bytes(self.buf, self.n, data)
        return self

    def fixed(self, value, decimals):
        """Appends value / 10**decimals; returns itself."""
        if self.n + _WIDEST_INT <= _ROOM:
            self.n = put_fixed(self.buf, self.n, value, decimals)
        return self

    def two(self, value):
        """Appends 0..99 with two digits; returns itself."""
        if value < 10:
            self.add(b"0")
        return self.fixed(value, 0)

    def word(self, table, number):
        """Appends a line of a table with its underscores as spaces, or else the number."""
        start = self.n
        self.n = put_word(self.buf, start, table, number)
        if self.n < 0:
            self.n = start
            return self.fixed(number, 0)
        for i in range(start, self.n):
            if self.buf[i] == _UNDERSCORE:
                self.buf[i] = _SPACE
        return self

    def same(self, other):
        """True if another Text says the same."""
        i = 0
        if other.n == self.n:
            while i < self.n and self.buf[i] == other.buf[i]:
                i += 1
        return i == self.n == other.n

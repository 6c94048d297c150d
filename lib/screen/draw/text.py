"""A line of text being put together, without allocation."""

from bms.wire import put_fixed, put_word
from compat import const

ROOM = const(64)
_WIDEST_INT = const(12)


class Text:
    """Bytes `buf[0:n]`, of which those from `unit` on are drawn small. What does not fit is left
    out."""

    def __init__(self, room=ROOM):
        self.buf = bytearray(room)
        self.n = self.unit = 0

    def start(self, data):
        """Begins anew with `data` (bytes); returns itself."""
        self.n = 0
        return self.add(data)

    def add(self, data):
        """Appends bytes; returns itself."""
        end = self.n + len(data)
        if end <= len(self.buf):
            self.buf[self.n : end] = data
            self.n = self.unit = end
        return self

    def fixed(self, value, decimals):
        """Appends value / 10**decimals; returns itself."""
        if self.n + _WIDEST_INT <= len(self.buf):
            self.n = self.unit = put_fixed(self.buf, self.n, value, decimals)
        return self

    def two(self, value):
        """Appends 0..99 with two digits; returns itself."""
        if value < 10:
            self.add(b"0")
        return self.fixed(value, 0)

    def word(self, table, number):
        """Appends a line of `table`; returns itself."""
        self.n = self.unit = put_word(self.buf, self.n, table, number)
        return self

    def small(self, data):
        """Appends a figure's unit; returns itself."""
        start = self.n
        self.add(data)
        self.unit = start
        return self

"""A line of text being put together, without allocation."""

from array import array

from bms.wire import put_bytes, put_fixed
from compat import const

_ROOM = const(64)
_WIDEST_INT = const(12)


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

    def byte(self, code):
        """Appends one byte."""
        if self.n < _ROOM:
            self.buf[self.n] = code
            self.n += 1

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


class Table:
    """A table of names (a tuple of str such as "cell_delta") for the screen, with spaces.

    All names share one bytes object: as separate ones they would take five times the memory.
    """

    def __init__(self, names):
        self._letters = "".join(names).replace("_", " ").encode()
        self._starts = array("H", [0] * (len(names) + 1))
        for i in range(len(names)):
            self._starts[i + 1] = self._starts[i] + len(names[i])

    def add_to(self, text, number):
        """Appends a name to a Text, or the number itself where it has no name."""
        if not 0 <= number < len(self._starts) - 1:
            text.fixed(number, 0)
            return
        for i in range(self._starts[number], self._starts[number + 1]):
            text.byte(self._letters[i])

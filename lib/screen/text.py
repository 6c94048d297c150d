"""A line of text being put together, without allocation."""

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


def words(names):
    """Returns names (a tuple of str such as "cell_delta") as bytes with spaces, for the screen."""
    return tuple([name.replace("_", " ").encode() for name in names])

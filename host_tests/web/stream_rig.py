"""A browser's line as a Connection sees it, with a clock of its own, and every byte counted."""

from website.connection import PIECE, Connection
from website.site import Site

STEP_MS = 20


class Stream:
    """`comes`: bytes that are there to be read, None behind them, or the end if `ended`. `takes`:
    bytes that each write takes at most; 0: none."""

    def __init__(self, comes=b"", takes=1 << 20):
        self.comes = comes
        self.takes = takes
        self.ended = False
        self.gone = b""
        self.closed = False
        self.calls = 0

    def readinto(self, buf, n):
        self.calls += 1
        part, self.comes = self.comes[:n], self.comes[n:]
        buf[: len(part)] = part
        return len(part) if part or self.ended else None

    def write(self, buf, at, n):
        self.calls += 1
        part = bytes(buf[at : at + min(n, self.takes)])
        self.gone += part
        return len(part) or None

    def close(self):
        self.closed = True


class Line:
    """A Connection to a Site that has a few things to ask for; `run` it, and look at `status`."""

    def __init__(self, site=None, comes=b"", takes=1 << 20):
        self.now = 0
        self.most_calls = 0
        self.stream = Stream(comes, takes)
        self.connection = Connection(site or Site(("packmate-ab12cd",)), bytearray(PIECE))
        self.connection.open(self.stream, self.now)

    def run(self, ms=200_000):
        """Steps it until it is free, or so long; returns how long it took."""
        began = self.now
        while not self.connection.free() and self.now - began < ms:
            before = self.stream.calls
            self.connection.step(self.now)
            self.most_calls = max(self.most_calls, self.stream.calls - before)
            self.now += STEP_MS
        return self.now - began

    @property
    def status(self):
        """The number of the answer, 0 for none."""
        return int(self.stream.gone.split(b" ")[1]) if self.stream.gone else 0

    @property
    def content(self):
        """What came behind the head of the answer."""
        return self.stream.gone.partition(b"\r\n\r\n")[2]

"""What the page's server takes of Python's heap, for tools/cost/web_figures.py.

One line a figure: name|bytes. Nothing is collected in between: what a step allocates is what the
heap has more behind it.
"""

import gc
import json
import sys


def taken(begin):
    """Returns how much more is in use now."""
    return gc.mem_alloc() - begin


def show(name, size):
    """Tells a figure."""
    print("%s|%d" % (name, size))


gc.collect()
before = gc.mem_alloc()
from website.connection import PIECE, Connection  # noqa: E402
from website.site import Site  # noqa: E402

gc.collect()
show("code", taken(before))


class Line:
    """A browser's line: what it has sent is there, and it takes what it is sent."""

    def __init__(self, sent):
        self._sent = sent
        self.closed = False

    def readinto(self, buf, n):
        """Gives what was sent, once."""
        sent, self._sent = self._sent, b""
        buf[: len(sent)] = sent
        return len(sent) or None

    def write(self, buf, at, n):
        """Takes it."""
        return n

    def close(self):
        """It is over."""
        self.closed = True


def answered(connection, sent):
    """Has a request answered; returns (what the busiest step allocates, all of it)."""
    line = Line(sent)
    connection.open(line, 0)
    most = 0
    begin = gc.mem_alloc()
    while not line.closed:
        step = gc.mem_alloc()
        connection.step(0)
        most = max(most, taken(step))
    return most, taken(begin)


from web.answer import Answer  # noqa: E402

content = [bytes(1200)] * 3  # what the state of a pack takes
site = Site(("packmate",))
site.answer("GET", "/", lambda request: Answer(200, "text/html", iter(content), 3600))
request = json.loads(sys.argv[1])["request"].encode()
piece = bytearray(PIECE)
gc.collect()
before = gc.mem_alloc()
connections = [Connection(site, piece) for _ in range(3)]
gc.collect()
show("connection", taken(before) // 3)
show("shared", PIECE)
answered(connections[0], request)  # names, and what is kept for ever
most, all_of_it = answered(connections[0], request)
show("step", most)
show("request", all_of_it)

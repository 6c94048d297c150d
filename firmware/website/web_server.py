"""Serves a website.site.Site to a few browsers at a time, stepped by whatever loop there is.

It needs nothing else of the application: the set-up of a new device has a loop of its own.
"""

import select
import socket

from compat import const, ticks_diff
from website.connection import PIECE, Connection

MOST = const(3)  # connections; more wait until one of these is over
_WAITING = const(3)  # of those, which cost memory of the system's
_PAUSE_MS = const(2_000)  # until it is tried again, where there is no memory or no socket left


class WebServer:
    """site: see website.site; port: where it listens, on every address there is.

    `step` it every 100 ms, and every 20 ms while it says so. The memory of the connections is
    taken once, here.
    """

    def __init__(self, site, port=80, most=MOST):
        piece = bytearray(PIECE)
        self.connections = [Connection(site, piece) for _ in range(most)]
        self._port = port
        self._sock = None
        self._poll = None
        self._failed_ms = None  # when it last could not listen, or take a connection

    def step(self, now):
        """Does what can be done at once. Returns True if another step is worth it soon."""
        try:
            self._accept(now)
        except OSError:
            self._deafen()
            self._failed_ms = now
        busy = False
        for connection in self.connections:
            busy = connection.step(now) or busy
        return busy

    def close(self):
        """Ends every connection, and listens no more."""
        for connection in self.connections:
            connection.close()
        self._deafen()

    def _deafen(self):
        sock, self._sock = self._sock, None
        if sock is not None:
            sock.close()

    def _accept(self, now):
        if self._failed_ms is not None:
            if ticks_diff(now, self._failed_ms) < _PAUSE_MS:
                return
            self._failed_ms = None
        if self._sock is None:
            self._listen()
        for _ in self._poll.ipoll(0):
            connection = self._place(now)
            if connection is not None:
                stream, address = self._sock.accept()
                stream.setblocking(False)
                connection.open(stream, now, address[0])

    def _place(self, now):
        """Returns a Connection that is free, None if all are of use to somebody."""
        for connection in self.connections:
            if connection.free():
                return connection
        for connection in self.connections:
            if connection.idle(now):
                connection.close()
                return connection
        return None

    def _listen(self):
        sock = socket.socket()
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(socket.getaddrinfo("0.0.0.0", self._port)[0][-1])
            sock.listen(_WAITING)
            sock.setblocking(False)
            self._poll = select.poll()
            self._poll.register(sock, select.POLLIN)
        except OSError:
            sock.close()
            raise
        self._sock = sock

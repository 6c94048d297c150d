"""A socket that cannot hold its user for long, for umqtt to read and write through.

umqtt's check_msg() and wait_msg() call setblocking(True) on their socket. That clears its timeout,
so that a broker that dies within a packet would hold them for ever. This stands between: whatever
umqtt asks for, waits happen in slices, and one packet may take only so many of them. It also
remembers the first byte of each packet, because umqtt does not tell its callback whether a message
was retained (some versions return that byte, some do not).
"""

from errno import EAGAIN, ETIMEDOUT

from compat import const

_SLICE_S = 0.2
# Waits that one operation of umqtt may take: 8 s, or 12 s on the ESP32, which rounds slices up.
_PATIENCE = const(40)
# The longest piece of a packet that is kept; the topics and commands of ours are shorter.
_KEEP = const(120)
_DRAIN_PIECE = const(512)
_DRAIN_MAX = const(65536)
_PINGRESP = const(0xD0)
_EOF = const(-1)  # what umqtt itself raises


class Guard:
    """Takes the place of `MQTTClient.sock`.

    begin() starts a new operation. `op`: first byte of the last packet, 0 if there was none;
    `oversized`: a piece of it was too long to keep; `ponged`: a ping was answered.
    """

    def __init__(self, sock):
        self.op = 0
        self.oversized = False
        self.ponged = False
        self._sock = sock
        self._last = 0
        self._patience = 0
        self._wait = True
        sock.settimeout(_SLICE_S)

    def begin(self):
        """Gives the next operation its whole time."""
        self.op = 0
        self.oversized = False
        self.ponged = False
        self._patience = _PATIENCE

    # -- what umqtt calls ------------------------------------------------------------------------

    def setblocking(self, flag):
        """umqtt calls this with False before, and with True after, the first byte of a packet."""
        self._wait = flag
        if flag and self._last:
            self.op = self._last
            self._last = 0
            self.oversized = False
            if self.op == _PINGRESP:
                self.ponged = True

    def read(self, n):
        """Returns n bytes; fewer if they are too many to keep; None if nothing need be waited for.

        Raises OSError: ETIMEDOUT when the time is up, -1 at the end of the stream.
        """
        if not self._wait:
            data = self._peek()
        else:
            if not 0 <= n <= _DRAIN_MAX:
                raise OSError(_EOF)  # a length that no sane broker sends
            data = self._collect(n if n < _KEEP else _KEEP)
            if n > _KEEP:
                self.oversized = True
                self._drain(n - _KEEP)
        self._last = data[0] if data else 0
        return data

    def write(self, data, n=None):
        """Writes all of `data`, or its first n bytes. Raises OSError when the time is up."""
        left = memoryview(data)
        if n is not None:
            left = left[:n]
        while len(left):
            left = left[self._send(left) :]

    def close(self):
        """Closes the socket."""
        self._sock.close()

    # -- slices ----------------------------------------------------------------------------------

    def _spend(self):
        self._patience -= 1
        if self._patience < 0:
            raise OSError(ETIMEDOUT)

    def _peek(self):
        self._sock.setblocking(False)
        try:
            return self._sock.read(1)  # as a stream: None, not an exception, if nothing is there
        finally:
            self._sock.settimeout(_SLICE_S)

    def _collect(self, n):
        data = b""
        while len(data) < n:
            data += self._recv(n - len(data))
        return data

    def _drain(self, n):
        while n > 0:
            n -= len(self._recv(n if n < _DRAIN_PIECE else _DRAIN_PIECE))

    def _recv(self, n):
        while True:
            try:
                data = self._sock.recv(n)
            except OSError as error:
                if error.errno not in (EAGAIN, ETIMEDOUT):
                    raise
                self._spend()
                continue
            if not data:
                raise OSError(_EOF)
            if len(data) < n:
                self._spend()  # a sender that dribbles costs time as well
            return data

    def _send(self, data):
        while True:
            try:
                sent = self._sock.send(data)
            except OSError as error:
                if error.errno not in (EAGAIN, ETIMEDOUT):
                    raise
                sent = 0
            if sent < len(data):
                self._spend()
            if sent:
                return sent

"""Finds the address of a host without waiting: one question over UDP, asked again if it is lost.

The port's own `getaddrinfo` holds everything for 7 s where a name server is silent. Names that end
in .local are asked of everybody in the network (RFC 6762 §5.1: a one-shot question from a port of
our own is answered to us alone), others of the name server that DHCP told (RFC 1035).
"""

import socket
from random import getrandbits

from compat import const, ticks_diff

_DNS_PORT = const(53)
_MDNS = ("224.0.0.251", 5353)
_ANSWER_BYTES = const(400)
_AGAIN_MS = const(1_500)
_LIMIT_MS = const(6_000)
_HEAD = const(12)
_A = b"\x00\x01\x00\x01"  # an IPv4 address, of the internet
_NO_SUCH_NAME = const(3)


def sockaddr(address, port):
    """Returns what connect and sendto take. `address` must be numeric: a name would block."""
    return socket.getaddrinfo(address, port)[0][-1]


class Resolver:
    """`begin`, then `step` until it returns something."""

    def __init__(self):
        self._sock = None
        self._found = ""  # an address; "" for none, None while nobody has answered
        self._question = b""
        self._server = None
        self._answer = None
        self._begun_ms = 0
        self._asked_ms = 0

    def begin(self, host, server, now):
        """Looks for a host by its name. server: the address of the name server that DHCP told, ""
        for none. Raises OSError, MemoryError."""
        self.end()
        self._begun_ms = now
        self._found = ""
        self._question = _question(host)
        if host.endswith(".local"):
            self._server = sockaddr(*_MDNS)
        elif server in ("", "0.0.0.0"):
            return
        else:
            self._server = sockaddr(server, _DNS_PORT)
        self._answer = bytearray(_ANSWER_BYTES)
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.setblocking(False)
        self._found = None
        self._ask(now)

    def step(self, now):
        """Returns the address as text, "" if there is none, None as long as it is not known."""
        if self._found is not None:
            return self._found
        try:
            self._listen()
        except OSError:
            self._found = ""  # nobody is at that address
        if self._found is None:
            if ticks_diff(now, self._begun_ms) >= _LIMIT_MS:
                self._found = ""
            elif ticks_diff(now, self._asked_ms) >= _AGAIN_MS:
                self._ask(now)
        if self._found is not None:
            self.end()
        return self._found

    def end(self):
        """Gives the socket back, and the memory."""
        sock, self._sock = self._sock, None
        self._answer = None
        if sock is not None:
            sock.close()

    def _ask(self, now):
        self._asked_ms = now
        try:
            self._sock.sendto(self._question, self._server)  # pyright: ignore[reportArgumentType]
        except OSError:
            pass  # no way there at this moment: it is asked again

    def _listen(self):
        n = self._sock.readinto(self._answer)
        if not n:
            return
        try:
            self._read(self._answer, n)
        except IndexError:
            pass  # cut off, or garbage: not an answer

    def _read(self, answer, n):
        """Judges an answer. Raises IndexError if it ends too early."""
        if n < _HEAD or answer[:2] != self._question[:2] or not answer[2] & 0x80:
            return  # somebody else's
        if answer[3] & 15:
            if answer[3] & 15 == _NO_SUCH_NAME:
                self._found = ""
            return
        at = _HEAD
        for _ in range(answer[4] << 8 | answer[5]):
            at = _skip_name(answer, at) + 4
        for _ in range(answer[6] << 8 | answer[7]):
            at = _skip_name(answer, at)
            size = answer[at + 8] << 8 | answer[at + 9]
            # mDNS marks what replaces older answers in the highest bit of the class.
            is_a = answer[at : at + 2] == _A[:2] and answer[at + 3] == 1
            if is_a and answer[at + 2] & 0x7F == 0 and size == 4 and at + 14 <= n:
                self._found = "%d.%d.%d.%d" % tuple(answer[at + 10 : at + 14])
                return
            at += 10 + size
            if at > n:
                raise IndexError
        self._found = ""  # the name is there, but has no such address


def _question(host):
    """Returns a question for the address of a host; IndexError never: a label too long is cut."""
    query = bytearray(bytes((getrandbits(8), getrandbits(8))) + b"\x01\x00\x00\x01" + bytes(6))
    for label in host.encode().split(b"."):
        if label:
            query += bytes((len(label[:63]),)) + label[:63]
    return bytes(query + b"\x00" + _A)


def _skip_name(answer, at):
    """Returns where a name ends."""
    while answer[at]:
        if answer[at] >= 0xC0:
            return at + 2  # the rest stands elsewhere
        at += 1 + answer[at]
    return at + 1

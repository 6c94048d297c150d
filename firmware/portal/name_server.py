"""Answers whoever asks for a name with the device's own address (setup.dns)."""

import socket

from compat import const
from setup import dns

_PORT = const(53)
_AT_ONCE = const(4)  # answered in a step


class NameServer:
    """address: of the device, as text. Raises OSError if there is no memory for a socket."""

    def __init__(self, address, port=_PORT):
        self._address = bytes([int(part) for part in address.split(".")])
        self._sock = sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind(socket.getaddrinfo("0.0.0.0", port)[0][-1])

    def step(self):
        """Answers what has come."""
        for _ in range(_AT_ONCE):
            try:
                packet, sender = self._sock.recvfrom(dns.LONGEST + 1)
            except OSError:
                return  # nothing more has come
            answer = dns.answer(packet, self._address)
            if answer is not None:
                self._send(answer, sender)

    def close(self):
        """Answers nobody any more."""
        self._sock.close()

    def _send(self, answer, sender):
        try:
            self._sock.sendto(answer, sender)
        except OSError:
            pass  # it asks again

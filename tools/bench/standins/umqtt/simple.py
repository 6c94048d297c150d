"""umqtt.simple as it is frozen into the stock ESP32 firmware 1.26.1, on top of PyPI's 1.3.4.

Nothing of the protocol is written here: the client is the real code, fetched by
tools/fetch_umqtt.py as `umqtt_pypi`. The frozen version (micropython-lib 1.6.0) differs in what
the firmware relies on: `connect()` takes a timeout for every socket operation and closes the
socket of an earlier session, and an empty user name means none. This adds just that.
"""

import socket as _socket

import umqtt_pypi.simple as _pypi
from umqtt_pypi.simple import MQTTException  # noqa: F401  part of the module's interface


class _TimedSockets:
    """Stands where 1.3.4 looks for the socket module; gives every new socket the timeout."""

    def __init__(self, timeout):
        self._timeout = timeout

    def socket(self):
        """Returns a new TCP socket that obeys the timeout from its connect() on."""
        sock = _socket.socket()
        sock.settimeout(self._timeout)
        return sock

    def getaddrinfo(self, host, port):
        """Resolves a name with the port's own resolver."""
        return _socket.getaddrinfo(host, port)


class MQTTClient(_pypi.MQTTClient):
    """The client with the frozen version's signatures."""

    def connect(self, clean_session=True, timeout=None):
        """Opens a session; `timeout` in seconds holds for each socket operation of it."""
        if self.sock:
            self.sock.close()
        self.user = self.user or None
        _pypi.socket = _TimedSockets(timeout)
        return _pypi.MQTTClient.connect(self, clean_session)

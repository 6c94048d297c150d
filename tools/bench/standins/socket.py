"""The host's sockets, which cannot reach anything while the bench's Wi-Fi is down.

TCP is the host's own; what is served is found on the host at a port that the bench has chosen.
UDP reaches a name server and a time server that only the bench has: every name is at 127.0.0.1,
except `silent.…`, about which the name server says nothing, and `unknown.…`.
"""

import bench_link as link
import bench_ops as ops
import esp32
import network
import uos
import uselect
from usocket import *  # noqa: F403
from usocket import SOCK_DGRAM, SOCK_STREAM
from usocket import getaddrinfo as _getaddrinfo
from usocket import socket as _socket

_EAI_FAIL = -202  # lwIP's, as the ESP32 raises it
_EHOSTUNREACH = 118
_ENOMEM = 12
_EADDRINUSE = 112
_NEEDED = 3000  # bytes of the IDF's memory in one piece, with which a socket can be made and sends
_DNS_PORTS = (53, 5353)
_NTP_PORT = 123
_SINCE_1900_S = 3_155_673_600  # of an ESP32's epoch
# First bytes of MQTT packets that are answered at once; real time to give the broker, µs.
_ANSWERED = (0x10, 0x32, 0x82, 0xC0)
_PATIENCE_MS = 5

# Of this boot, in s since 2000; empty: no server answers.
_boot_s = uos.getenv("PACKMATE_WALL") or ""
# Where the host has what the firmware serves, on whatever port that is for the firmware.
_web_port = int(uos.getenv("PACKMATE_WEB_PORT") or "0")
_name_port = int(uos.getenv("PACKMATE_NAME_PORT") or "0")  # likewise, over UDP


def _is_up():
    return link.cells[ops.WIFI] == ops.WIFI_GOT_IP


def _is_reached():
    return _is_up() or network.bench_has_own()


def getaddrinfo(host, port, *args):
    if not _is_up() and not host.replace(".", "").isdigit():
        raise OSError(_EAI_FAIL)
    return _getaddrinfo(host, port)[:1]  # lwIP gives one


def _need_memory():
    if esp32.idf_heap_info(esp32.HEAP_DATA)[0][2] < _NEEDED:
        raise OSError(_ENOMEM)


def socket(family=2, kind=SOCK_STREAM, *args):
    _need_memory()
    return _Datagrams() if kind == SOCK_DGRAM else _Stream(_socket())


class _Stream:
    """A TCP socket. Virtual time may run much faster than the broker's, or a browser's: so while
    something is due from there, a look at the socket waits a moment of real time.

    `bench_socket`: the host's.
    """

    def __init__(self, sock, served=False):
        self._sock = self.bench_socket = sock
        self._poll = uselect.poll()
        self._poll.register(sock, uselect.POLLIN)
        self._waiting = self._served = served

    def setblocking(self, flag):
        self._sock.setblocking(flag)

    def setsockopt(self, *option):
        self._sock.setsockopt(*option)

    def bind(self, address):
        if not _web_port:
            raise OSError(_EADDRINUSE)
        self._sock.bind(_getaddrinfo("127.0.0.1", _web_port)[0][-1])

    def listen(self, backlog=2):
        self._sock.listen(backlog)

    def accept(self):
        sock, address = self._sock.accept()
        return _Stream(sock, True), address

    def connect(self, address):
        if not _is_up():
            raise OSError(_EHOSTUNREACH)
        self._sock.connect(address)

    def write(self, data, at=0, n=-1):
        _need_memory()
        if self._served and not _is_reached():
            return None
        if at == 0 and data[0] in _ANSWERED:
            self._waiting = True
        return self._sock.write(data, at, len(data) - at if n < 0 else n)

    def readinto(self, buf, n=-1):
        if self._served and not _is_reached():
            return None
        if self._waiting and self._poll.poll(_PATIENCE_MS):
            self._waiting = self._served
        return self._sock.readinto(buf, len(buf) if n < 0 else n)

    def close(self):
        self._sock.close()


class _Datagrams:
    """A UDP socket, with the servers that answer it; once it is bound, the host's."""

    def __init__(self):
        self._answer = None
        self._sock = None

    def setblocking(self, flag):
        pass

    def bind(self, address):
        self._sock = _socket(2, SOCK_DGRAM)
        self._sock.setblocking(False)
        self._sock.bind(_getaddrinfo("127.0.0.1", _name_port)[0][-1])

    def recvfrom(self, n):
        return self._sock.recvfrom(n)

    def sendto(self, data, address):
        if self._sock is not None:
            return self._sock.sendto(data, address)
        if not _is_up():
            raise OSError(_EHOSTUNREACH)
        port = address[2] << 8 | address[3]  # of the host's sockaddr
        if port in _DNS_PORTS:
            self._answer = _name_server(data)
        elif port == _NTP_PORT and _boot_s:
            self._answer = _time_server(data)

    def readinto(self, buf, n=-1):
        answer, self._answer = self._answer, None
        if answer is None:
            return None
        n = min(len(answer), len(buf))
        buf[:n] = answer[:n]
        return n

    def close(self):
        if self._sock is not None:
            self._sock.close()


def _name_server(data):
    if data[13:19] == b"silent":
        return None
    if data[13:20] == b"unknown":
        return data[:2] + b"\x81\x83" + data[4:]
    record = b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x7f\x00\x00\x01"
    return data[:2] + b"\x81\x80\x00\x01\x00\x01" + data[8:] + record


def _time_server(data):
    seconds = int(_boot_s) + link.now_us() // 1_000_000 + _SINCE_1900_S
    return b"\x24\x01" + bytes(22) + data[40:48] + bytes(8) + seconds.to_bytes(4, "big") + bytes(4)

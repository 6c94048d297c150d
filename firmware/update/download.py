"""Fetches a file over HTTP without waiting: a generator of pauses in ms.

Over TLS where there is PSRAM for that, if the address says so; it need not be, since what is
fetched is signed, and nothing secret goes out. No redirections, and the length must be told: a
small server of one's own has both (`python3 -m http.server`).
"""

import socket
from errno import EINPROGRESS
from time import ticks_ms

from compat import const, ticks_diff
from hardware.net.resolver import Resolver, sockaddr
from update.intake import Refused

_SILENCE_MS = const(30_000)
_LONGEST_MS = const(1_200_000)  # the heater is off meanwhile
_PIECE = const(1024)
_HEAD_BYTES = const(4096)
_AGAIN_MS = const(20)


def parts_of(url):
    """Returns (whether it is secure, host, port, path) of a URL; raises Refused."""
    kind, _, rest = url.partition("://")
    if kind not in ("http", "https"):
        raise Refused("update_url begins neither with http:// nor with https://")
    host, slash, path = rest.partition("/")
    host, _, port = host.partition(":")
    secure = kind == "https"
    try:
        return secure, host, int(port or (443 if secure else 80)), slash + path or "/"
    except ValueError:
        raise Refused("update_url has no number for its port") from None


def download(url, wifi, take, wrap=None):
    """Calls take(bytes) with what comes, until that returns True or all is there.

    wrap(socket, host) -> its secure stream (see mqtt.secure); None where there is no memory for
    one. Raises Refused in words, OSError; closes what it has opened in any case.
    """
    secure, host, port, path = parts_of(url)
    if secure and wrap is None:
        raise Refused("https:// is for boards with PSRAM only: take http://, it is signed")
    address = host
    if not host.replace(".", "").isdigit():
        resolver = Resolver()
        try:
            resolver.begin(host, wifi.name_server(), ticks_ms())
            address = None
            while address is None:
                yield _AGAIN_MS
                address = resolver.step(ticks_ms())
        finally:
            resolver.end()
        if not address:
            raise Refused("no host is called %s" % host)
    sock = socket.socket()
    try:
        sock.setblocking(False)
        try:
            sock.connect(sockaddr(address, port))
        except OSError as error:
            if error.errno != EINPROGRESS:
                raise
        if secure:
            sock = wrap(sock, host)  # pyright: ignore[reportOptionalCall] asked above
        request = b"GET %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n\r\n"
        for pause_ms in _send(sock, request % (path.encode(), host.encode())):
            yield pause_ms
        for pause_ms in _receive(sock, take):
            yield pause_ms
    finally:
        sock.close()


def _send(sock, data):
    since = ticks_ms()
    at = 0
    while at < len(data):
        sent = sock.write(data, at, len(data) - at)  # as it was: see mqtt.secure
        if sent:
            at += sent
        elif ticks_diff(ticks_ms(), since) > _SILENCE_MS:
            raise Refused("the server does not answer")
        else:
            yield _AGAIN_MS


def _receive(sock, take):
    buf = memoryview(bytearray(_PIECE))
    head = b""
    left = None  # bytes of the body
    begun = since = ticks_ms()
    while left is None or left > 0:
        if ticks_diff(ticks_ms(), begun) > _LONGEST_MS:
            raise Refused("the server is too slow")
        size = sock.readinto(buf, _PIECE)
        if size is None:
            if ticks_diff(ticks_ms(), since) > _SILENCE_MS:
                raise Refused("the server has fallen silent")
            yield _AGAIN_MS
            continue
        if not size:
            raise Refused("it ends too early")
        since = ticks_ms()
        data = buf[:size]
        if left is None:
            head += bytes(data)
            if len(head) > _HEAD_BYTES:
                raise Refused("the server's answer is no HTTP")
            end = head.find(b"\r\n\r\n")
            if end < 0:
                continue
            left = _length(head[:end])
            data = head[end + 4 :]
        left -= len(data)
        if data and take(data):
            return
        yield 0


def _length(head):
    lines = head.split(b"\r\n")
    words = lines[0].split(b" ")
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
        raise Refused("the server's answer is no HTTP")
    if words[1] != b"200":
        raise Refused("the server answers %s" % words[1][:3].decode())
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    raise Refused("the server does not tell the length")

"""What a server of updates answers, whatever it is: taken as it was sent, or refused in words."""

import importlib
import sys
import time
import types

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from update.intake import Refused

kept = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
BODY = bytes(range(256)) * 9
CUTS = st.lists(st.integers(0, 4000), max_size=9)
HEADERS = st.lists(
    st.sampled_from([b"Server: x", b"content-type:a:b", b"no colon", b"", b"\xff: \xff"]).filter(
        bool
    ),
    max_size=5,
)
WORDS = st.sampled_from(
    [b"HTTP/1.1", b"HTTP/1.", b" ", b"200", b"404", b"\xff\xfe", b"\r\n", b"\r\n\r\n", b"\n"]
    + [b"Content-Length:", b"content-length : ", b"-1", b"7", b"99999999999999999999", b"x" * 5000]
)


class Server:
    """A socket on which these pieces come, None for a pause, and then the end."""

    def __init__(self, pieces):
        self.pieces = list(pieces)

    def setblocking(self, _on):
        pass

    connect = setblocking

    def close(self):
        self.pieces = None

    def write(self, data, at, n):
        return n

    def readinto(self, buf, n):
        if not self.pieces:
            return 0
        piece = self.pieces[0]
        if piece is None:
            self.pieces.pop(0)
            return None
        size = min(n, len(piece))
        buf[:size] = piece[:size]
        self.pieces[0] = piece[size:]
        if not self.pieces[0]:
            self.pieces.pop(0)
        return size


def cut(data, cuts):
    edges = [0, *sorted(at % (len(data) + 1) for at in cuts), len(data)]
    for start, end in zip(edges, edges[1:], strict=False):
        yield data[start:end] or None


def take_into(taken):
    return lambda data: taken.append(bytes(data))


@pytest.fixture
def receive(monkeypatch):
    """Returns what receives such an answer, and returns what was taken of it."""
    now = [0]

    def ticks_ms():
        now[0] += 10
        return now[0]

    monkeypatch.setattr(time, "ticks_ms", ticks_ms, raising=False)
    resolver = types.SimpleNamespace(Resolver=None, sockaddr=lambda *where: where)
    monkeypatch.setitem(sys.modules, "hardware.net.resolver", resolver)
    monkeypatch.delitem(sys.modules, "update.download", raising=False)
    module = importlib.import_module("update.download")

    def run(pieces):
        taken = []
        server = Server(pieces)
        monkeypatch.setattr(module, "socket", types.SimpleNamespace(socket=lambda: server))
        try:
            for pause_ms in module.download("http://10.0.0.1/x", None, take_into(taken)):
                assert 0 <= pause_ms <= 100
        finally:
            assert server.pieces is None, "it is closed, whatever comes"
        return b"".join(taken)

    yield run
    sys.modules.pop("update.download", None)


@kept
@given(before=HEADERS, behind=HEADERS, cuts=CUTS)
def test_a_file_is_taken_as_it_was_sent_however_it_comes(receive, before, behind, cuts):
    lines = [b"HTTP/1.0 200 OK", *before, b"CONTENT-length:  %d " % len(BODY), *behind]
    assert receive(cut(b"\r\n".join(lines) + b"\r\n\r\n" + BODY, cuts)) == BODY


@kept
@given(data=st.binary(max_size=400) | st.lists(WORDS, max_size=30).map(b"".join), cuts=CUTS)
@example(data=b"HTTP/1.1 2\xff0 OK\r\n\r\n", cuts=[])
@example(data=b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", cuts=[])
def test_whatever_a_server_says_it_is_refused_in_words_or_taken(receive, data, cuts):
    try:
        taken = receive(cut(data, cuts))
    except Refused as error:
        assert str(error).isascii()
        return
    assert taken == b"" or data.endswith(taken)


@kept
@given(at=st.integers(0, 50), bit=st.integers(0, 7))
def test_no_change_of_its_head_changes_the_file(receive, at, bit):
    data = bytearray(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY))
    data[at % len(data)] ^= 1 << bit
    try:
        assert BODY.startswith(receive([bytes(data) + BODY]))
    except Refused:
        pass

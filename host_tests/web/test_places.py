"""The few places that the server has: who gets one, and when it is taken back."""

import errno

import pytest

from host_tests.web import request_rig as rig
from host_tests.web.stream_rig import STEP_MS, Stream
from web.answer import whole
from website import web_server
from website.site import Site

ASKS = b"GET / HTTP/1.1\r\n" + rig.HOST + b"\r\n"


class Host:
    """Stands in for the modules socket and select: who has connected waits in `waiting`."""

    SOL_SOCKET = SO_REUSEADDR = POLLIN = 1

    def __init__(self):
        self.waiting = []
        self.accepted = []
        self.listening = False
        self.listens = 0
        self.fails = 0  # times that the next call has no memory

    def socket(self):
        return self

    poll = socket

    def setsockopt(self, *_):
        if self.fails:
            self.fails -= 1
            raise OSError(errno.ENOMEM)

    def getaddrinfo(self, host, port):
        return [(host, port)]

    def bind(self, address):
        pass

    def listen(self, backlog):
        self.listening = True
        self.listens += 1

    def setblocking(self, flag):
        assert flag is False

    def register(self, sock, flags):
        assert sock is self

    def ipoll(self, timeout):
        assert timeout == 0 and self.listening
        return [self] if self.waiting else []

    def accept(self):
        if self.fails:
            self.fails -= 1
            raise OSError(errno.ENFILE)
        self.accepted.append(self.waiting.pop(0))
        return self.accepted[-1], ("10.0.0.9", 1234)

    def close(self):
        self.listening = False


class Waiting(Stream):
    def setblocking(self, flag):
        assert flag is False


@pytest.fixture
def host(monkeypatch):
    host = Host()
    monkeypatch.setattr(web_server, "socket", host)
    monkeypatch.setattr(web_server, "select", host)
    return host


@pytest.fixture
def server(host):
    site = Site(())
    site.answer("GET", "/", lambda request: whole(b"<p>%s" % request.peer.encode()))
    return web_server.WebServer(site, 80, 3)


def run(server, ms, now=0):
    """Steps the server for so long; returns when it is then."""
    for at in range(now, now + ms, STEP_MS):
        server.step(at)
    return now + ms


def test_who_says_something_is_answered_and_gone(server, host):
    host.waiting = [Waiting(ASKS) for _ in range(10)]
    lines = list(host.waiting)
    run(server, 600)
    assert all(line.closed and line.gone.endswith(b"<p>10.0.0.9") for line in lines)


def test_one_is_taken_a_step_and_no_more_than_there_are_places(server, host):
    host.waiting = [Waiting(b"G") for _ in range(5)]
    for taken in (1, 2, 3, 3):
        server.step(0)
        assert len(host.accepted) == taken


def test_who_has_said_nothing_makes_room_at_once(server, host):
    host.waiting = [Waiting() for _ in range(3)] + [Waiting(ASKS)]
    last = host.waiting[-1]
    run(server, 500)
    assert not last.gone
    run(server, 200, 500)
    assert last.gone and [line.closed for line in host.accepted].count(True) == 2


def test_who_has_said_nothing_keeps_a_place_that_nobody_wants(server, host):
    host.waiting = [Waiting()]
    run(server, 4900)
    assert not host.accepted[0].closed


def test_slow_ones_make_room_when_their_time_is_over(server, host):
    host.waiting = [Waiting(ASKS[:20]) for _ in range(3)] + [Waiting(ASKS)]
    last = host.waiting[-1]
    now = run(server, 4900)
    assert not last.gone
    run(server, 400, now)
    assert last.gone and all(line.closed for line in host.accepted)


@pytest.mark.parametrize("listening", [False, True])
def test_without_memory_it_is_tried_again(server, host, listening):
    if listening:
        server.step(0)
    host.fails = 1
    host.waiting = [Waiting(ASKS)]
    run(server, 1900, STEP_MS)
    assert not host.accepted and not host.listening
    run(server, 300, 1900 + STEP_MS)
    assert host.accepted and host.listening


def test_a_server_that_is_closed_holds_nothing(server, host):
    host.waiting = [Waiting(b"G")]
    server.step(0)
    server.close()
    assert host.accepted[0].closed and not host.listening
    assert all(connection.free() for connection in server.connections)


def test_a_bug_in_a_connection_takes_nobody_with_it(server, host, monkeypatch):
    monkeypatch.setattr("sys.print_exception", print, raising=False)
    host.waiting = [Waiting(ASKS), Waiting(ASKS)]
    first, second = host.waiting
    first.readinto = lambda buf, n: {}["a bug"]
    run(server, 200)
    assert first.closed and not first.gone and second.gone

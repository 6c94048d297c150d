"""The server on real MicroPython and real sockets: browsers, and who means no good."""

import http.client
import socket
import threading

import pytest

from host_tests.reporting_program import ReportingProgram, wait_for
from host_tests.web import request_rig as rig
from tools import ROOT
from tools.bench.net.broker import free_port

LIMIT_S = 20


class Program(ReportingProgram):
    """web_program.py, and who asks it."""

    def __init__(self):
        self.port = free_port()
        places = (ROOT / "lib", ROOT / "firmware", ".frozen")
        super().__init__("web_program.py", str(self.port), places=places, heap="300k")

    def report(self):
        """Returns a report that is newer than this moment."""
        calls = self.last.get("calls", 0)
        self.wait_for(lambda: self.last.get("calls", 0) > calls)
        return self.last

    def wait_for(self, condition):
        wait_for(condition, LIMIT_S, self.told)

    def ask(self, method="GET", path="/", body=None, headers=None):
        """Returns (status, content) as a well-behaved client gets them."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)
        line.request(method, path, body, headers or {})
        answer = line.getresponse()
        content = answer.read()
        line.close()
        return answer.status, content

    def open(self, sent=b""):
        """Returns a socket on which that was sent."""
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT_S)
        sock.sendall(sent)
        return sock


@pytest.fixture(scope="module")
def program():
    program = Program()
    program.report()
    yield program
    program.kill()
    assert not program.noise


def test_browsers_are_answered(program):
    assert program.ask() == (200, b"<p>")
    assert program.ask("HEAD") == (200, b"")
    assert program.ask("POST", "/echo", b"{}") == (200, b"{}")
    assert program.ask("GET", "/none")[0] == 404
    assert program.ask("POST", "/echo", b"x" * 2001)[0] == 413


def test_long_bodies_go_both_ways(program):
    assert program.ask("POST", "/upload", b"x" * 1_000_000) == (200, b"1000000")
    assert program.ask("GET", "/numbers") == (200, b"".join(b"%1000d" % i for i in range(400)))


def test_several_at_once_are_answered_in_turn(program):
    found = []
    threads = [threading.Thread(target=lambda: found.append(program.ask())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_S)
    assert found == [(200, b"<p>")] * 6
    assert program.report()["most"] <= 3


def test_lines_that_say_nothing_do_not_take_the_places(program):
    silent = [program.open() for _ in range(6)]
    assert program.ask() == (200, b"<p>")
    for sock in silent:
        sock.close()


def test_fifty_lines_at_once_take_no_more_than_there_is(program):
    sockets = []
    for _ in range(50):
        sock = socket.socket()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", program.port))
        sockets.append(sock)
    assert program.report()["most"] <= 3
    for sock in sockets:
        sock.close()
    assert program.ask() == (200, b"<p>")


def test_what_is_no_request_costs_nothing(program):
    before = program.report()
    for noise in (*list(rig.REFUSED), b"\x00" * 100_000, b"\xff\n" * 50_000):
        sock = program.open()
        try:
            sock.sendall(noise)
            sock.shutdown(socket.SHUT_WR)
            while sock.recv(4096):
                pass
        except OSError:
            pass  # it was given up before all was sent
        sock.close()
    assert program.ask() == (200, b"<p>")
    after = program.report()
    assert after["calls"] > before["calls"] and after["heap"] <= before["heap"] + 1024


def test_lines_that_break_off_are_given_back(program):
    for sent in (rig.GET[:20], b"POST /upload HTTP/1.1\r\n" + rig.HOST + b"Content-Length: 9\r\n"):
        for _ in range(5):
            program.open(sent).close()
    sock = program.open(b"GET /numbers HTTP/1.1\r\n" + rig.HOST + b"\r\n")
    sock.recv(100)
    sock.close()
    assert program.ask() == (200, b"<p>")

"""A connection: each step does little, whatever the other side does; and all of an answer goes."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tests.web import request_rig as rig
from host_tests.web.stream_rig import STEP_MS, Line
from web.answer import JSON, Answer, elsewhere, refusal, whole
from website.site import Site

# The most that a step reads or writes: with PIECE bytes each.
MOST_CALLS = 4


@pytest.fixture(autouse=True)
def prints_exceptions(monkeypatch):
    monkeypatch.setattr(sys, "print_exception", lambda error: print(repr(error)), raising=False)


def get(path, method=b"GET", more=b""):
    return method + b" " + path + b" HTTP/1.1\r\n" + rig.HOST + more + b"\r\n"


def post(path, body, length=None, more=b""):
    told = b"Content-Length: %d\r\n" % (len(body) if length is None else length)
    return get(path, b"POST", told + more) + body


class Upload:
    """A receiver that notes what it is told."""

    def __init__(self, request, refuse_at=None, rests=0):
        self.taken = b""
        self.closed = 0
        self.waits = rests
        self.rests = rests
        self.refuse_at = refuse_at

    def ready(self):
        self.waits -= 1
        return self.waits < 0

    def take(self, data):
        self.taken += bytes(data)
        if self.refuse_at is not None and len(self.taken) >= self.refuse_at:
            return refusal(422, "no bundle")
        return None

    def end(self):
        self.rests -= 1
        return None if self.rests >= 0 else whole(b"%d" % len(self.taken))

    def close(self):
        self.closed += 1


def fails(*_):
    raise KeyError("a bug")


def breaks_off():
    yield b"a" * 3000
    raise OSError(5)


@pytest.fixture
def uploads():
    return []


@pytest.fixture
def site(uploads):
    site = Site(("packmate-ab12cd", "packmate-ab12cd.local"))

    def receive(request):
        uploads.append(Upload(request, *([5000] if request.query else [])))
        return uploads[-1]

    site.answer("GET", "/", lambda request: whole(b"<p>", "text/html"))
    site.answer("GET", "/large", lambda _: Answer(200, JSON, (b"%1000d" % i for i in range(50))))
    site.answer("GET", "/unsized", lambda _: Answer(200, JSON, iter([b"a", b"b"]), None))
    site.answer("GET", "/elsewhere", lambda _: elsewhere("/"))
    site.answer("GET", "/fails", fails)
    site.answer("GET", "/breaks", lambda _: Answer(200, JSON, breaks_off(), 6000))
    site.answer("POST", "/echo", lambda request: whole(request.body), 3000)
    site.receive("POST", "/upload", receive, 1_000_000)
    site.receive("POST", "/bad", fails, 10)
    return site


@pytest.mark.parametrize(
    ("request_", "status", "content"),
    [
        (get(b"/"), 200, b"<p>"),
        (get(b"/", b"HEAD"), 200, b""),
        (get(b"/?x=1"), 200, b"<p>"),
        (get(b"/unsized"), 200, b"ab"),
        (get(b"/elsewhere"), 303, b""),
        (get(b"/fails"), 500, None),
        (get(b"/none"), 404, None),
        (get(b"/../secrets.json"), 404, None),
        (get(b"/%2e%2e/secrets.json"), 404, None),
        (get(b"/echo"), 405, None),
        (post(b"/", b""), 405, None),
        (post(b"/echo", b"{}"), 200, b"{}"),
        (post(b"/echo", b""), 200, b""),
        (post(b"/echo", b"x" * 3000), 200, b"x" * 3000),
        (post(b"/echo", b"x" * 3001), 413, None),
        (post(b"/bad", b"x"), 500, None),
        (get(b"/").replace(b"192.168.1.5", b"evil.example"), 421, None),
        (post(b"/echo", b"{}", more=b"Origin: http://evil.example\r\n"), 403, None),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 400, None),  # somebody tries https
    ],
)
def test_a_request_is_answered(site, request_, status, content):
    line = Line(site, request_)
    line.stream.ended = True
    line.run()
    assert line.status == status and line.stream.closed and line.connection.free()
    if content is not None:
        assert line.content == content
    else:
        assert line.content.startswith(b'{"error":"')
    assert line.most_calls <= MOST_CALLS


def test_every_answer_keeps_to_itself(site):
    line = Line(site, get(b"/none"))
    line.run()
    head = line.stream.gone.partition(b"\r\n\r\n")[0]
    for header in (b"default-src 'none'", b"frame-ancestors 'none'", b"nosniff", b"no-store"):
        assert header in head
    assert b"Access-Control" not in head


def test_a_path_that_is_there_says_how_it_may_be_asked_for(site):
    line = Line(site, post(b"/", b""))
    line.run()
    assert b"\r\nAllow: GET\r\n" in line.stream.gone


@given(st.integers(1, 700), st.binary(max_size=3000))
def test_an_answer_arrives_whole_however_little_is_taken_at_a_time(takes, body):
    site = Site(())
    site.answer("POST", "/echo", lambda request: whole(request.body), 3000)
    line = Line(site, post(b"/echo", body), takes)
    line.run()
    assert line.content == body and line.stream.closed


def test_a_long_answer_is_made_piece_by_piece(site):
    line = Line(site, get(b"/large"))
    for step in range(6):  # the first reads, the second asks, the third tells the head
        line.connection.step(line.now)
        assert len(line.content) == max(0, step - 2) * 1000
    line.run()
    assert line.content == b"".join(b"%1000d" % i for i in range(50))


def test_an_answer_that_fails_on_the_way_is_not_taken_for_whole(site, capsys):
    line = Line(site, get(b"/breaks"))
    line.run()
    assert b"Content-Length: 6000" in line.stream.gone and len(line.content) == 3000
    assert line.stream.closed and "OSError" in capsys.readouterr().out


# -- bodies ---------------------------------------------------------------------------------------


@given(st.integers(0, 20_000), st.integers(0, 5))
def test_a_long_body_is_handed_on_piece_by_piece(length, rests):
    receivers = []
    site = Site(())

    def receive(request):
        receivers.append(Upload(request, rests=rests))
        return receivers[0]

    site.receive("POST", "/upload", receive, 20_000)
    body = bytes(i % 251 for i in range(length))
    line = Line(site, post(b"/upload", body) + b"GET / HTTP/1.1\r\n")
    line.run()
    assert line.content == b"%d" % length
    assert receivers[0].taken == body and receivers[0].closed == 1
    assert line.most_calls <= MOST_CALLS


def test_a_body_may_be_refused_on_the_way(site, uploads):
    line = Line(site, post(b"/upload?refuse", b"x" * 900_000))
    line.run()
    assert line.status == 422 and uploads[0].closed == 1
    assert 5000 <= len(uploads[0].taken) < 7000


def test_what_still_comes_of_a_refused_body_is_read_but_not_for_ever(site):
    line = Line(site, post(b"/echo", b"x" * 50_000))
    line.run()
    assert line.status == 413 and not line.stream.comes
    line = Line(site, post(b"/echo", b"x" * 3_000_000))
    assert line.run() < 1500
    assert line.status == 413 and line.stream.comes


def test_a_line_that_breaks_off_gives_the_receiver_back(site, uploads):
    line = Line(site, post(b"/upload", b"x" * 100, 1000))
    line.stream.ended = True
    line.run()
    assert line.status == 0 and line.stream.closed
    assert uploads[0].taken == b"x" * 100 and uploads[0].closed == 1


# -- time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comes", "least_ms", "most_ms"),
    [
        (b"", 5000, 5100),
        (b"GET / HTTP/1.1\r\nHost: x", 5000, 5100),
        (post(b"/echo", b"", 3000), 10_000, 10_100),
        (post(b"/upload", b"x" * 50_000, 60_000), 10_000, 10_600),
    ],
)
def test_who_says_nothing_more_is_given_up(site, comes, least_ms, most_ms):
    line = Line(site, comes)
    assert least_ms <= line.run() <= most_ms
    assert line.status == 0 and line.stream.closed


def test_a_slow_trickle_is_given_up(site):
    """A byte a second: the head is not there in time."""
    line = Line(site)
    for byte in get(b"/"):
        line.stream.comes += bytes([byte])
        line.run(1000)
    assert line.now <= 60_000 and line.status == 0 and line.connection.free()


def test_a_body_that_trickles_is_given_up(site):
    line = Line(site, post(b"/upload", b"", 10_000))
    while not line.connection.free():
        line.stream.comes += b"x"
        line.run(1000)
    assert 25_000 <= line.now <= 26_100


def test_who_takes_nothing_is_given_up(site):
    line = Line(site, get(b"/large"), takes=0)
    assert 10_000 <= line.run() <= 10_100


def test_who_takes_little_is_given_up(site):
    line = Line(site, get(b"/large"))
    while not line.connection.free():
        line.stream.takes = 1 if line.now % 2000 == 0 else 0
        line.run(STEP_MS)
    assert 60_000 <= line.now <= 60_100


def test_a_receiver_that_is_busy_for_long_loses_nothing(site, uploads):
    line = Line(site, post(b"/upload", b"x" * 60_000))
    line.run(40)
    uploads[0].waits = 900
    line.run()
    assert line.content == b"60000" and line.now > 18_000


def test_only_who_has_said_nothing_is_idle(site):
    line = Line(site)
    assert not line.connection.idle(400) and line.connection.idle(500)
    line.stream.comes = b"G"
    line.connection.step(510)
    assert not line.connection.idle(2000)


@given(st.binary(max_size=4000), st.integers(1, 2000))
def test_whatever_comes_the_line_is_given_back(noise, takes):
    site = Site(("packmate",))
    site.answer("GET", "/", lambda request: whole(b"<p>", "text/html"))
    line = Line(site, noise, takes)
    line.run()
    assert line.stream.closed and line.connection.free() and line.most_calls <= MOST_CALLS

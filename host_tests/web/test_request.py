"""Requests: what is taken, what is refused, and that nothing depends on how the bytes come."""

from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from host_tests.web import request_rig as rig
from web import form, origin
from web import request as r


def test_a_request_says_what_is_asked_for():
    request, taken = rig.fed(rig.GET + b"more")
    assert rig.seen(request)[:5] == (r.READY, 0, "GET", "/api/state", "since=7&x=a%20b")
    assert taken == len(rig.GET)
    assert form.fields(request.query) == {"since": "7", "x": "a b"}
    assert request.host() == "192.168.1.5" and request.token() == ""


def test_a_body_is_told_and_left_alone():
    request, taken = rig.fed(rig.POST + b'{"password": ""}')
    assert (request.method, request.length, taken) == ("POST", 15, len(rig.POST))
    assert request.host() == "packmate-ab12cd" and request.token() == "0a1b"
    assert request.headers["content-type"] == "application/json"


def test_a_browser_of_today_is_understood():
    request, _ = rig.fed(rig.BROWSER)
    assert rig.seen(request)[:4] == (r.READY, 0, "GET", "/")
    assert request.headers == {"host": "127.0.0.1:8080", "sec-fetch-site": "none"}


def test_what_is_not_asked_for_may_be_long():
    data = rig.GET[:-2] + b"Cookie: " + b"c" * 5000 + b"\r\n" + b"n" * 600 + b": x\r\n\r\n"
    assert rig.fed(data)[0].state == r.READY


@pytest.mark.parametrize("data", rig.REFUSED, ids=range(len(rig.REFUSED)))
def test_it_is_refused_by_status(data):
    request, taken = rig.fed(data)
    assert (request.state, request.status) == (r.REFUSED, rig.REFUSED[data])
    assert taken <= r.HEAD_BYTES


def test_lines_may_end_without_a_carriage_return():
    assert rig.fed(rig.POST.replace(b"\r\n", b"\n"))[0].headers == rig.fed(rig.POST)[0].headers


PIECES = st.sampled_from(
    [rig.GET, rig.POST, rig.BROWSER, b"\r\n", b"\n", b":", b" ", b"GET / HTTP/1.1\r\n", rig.HOST]
)
NOISE = st.lists(PIECES | st.binary(max_size=30), max_size=8).map(b"".join)


@given(NOISE, st.data())
@example(b"GET / HTTP/1.1\r\nHost: x\r", None)
def test_however_it_comes_it_is_the_same_request(data, draw):
    cuts = []
    if draw is not None:
        cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=20)))
    at_once, taken = rig.fed(data)
    in_pieces, also_taken = rig.fed(data, cuts)
    bytewise, singly_taken = rig.fed(data, range(len(data)))
    assert rig.seen(at_once) == rig.seen(in_pieces) == rig.seen(bytewise)
    assert taken == also_taken == singly_taken


@given(st.binary(max_size=2000) | NOISE)
def test_whatever_comes_it_is_one_of_three(data):
    request, taken = rig.fed(data)
    assert taken <= len(data)
    assert (request.status == 0) == (request.state != r.REFUSED)
    if request.state == r.READY:
        assert request.method in r.METHODS and request.path[0] == "/" and request.headers["host"]
        assert 0 <= request.length <= r.LONGEST_BODY
        assert all(32 <= ord(char) < 127 for text in request.headers.values() for char in text)


def test_a_request_after_another_knows_nothing_of_it():
    request, _ = rig.fed(rig.POST)
    request.restart()
    request.feed(bytearray(rig.GET), 0, len(rig.GET))
    assert rig.seen(request) == rig.seen(rig.fed(rig.GET)[0])


# -- forms ----------------------------------------------------------------------------------------


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=40), max_size=10))
def test_a_form_is_read_as_browsers_write_it(fields):
    assert form.fields(urlencode(fields)) == form.fields(urlencode(fields).encode()) == fields


@pytest.mark.parametrize(
    "text",
    ["a=%", "a=%1", "a=%zz", "a=%ff", "=x", "a=1&a=2", "a&&b", "&".join(map(str, range(65)))],
)
def test_a_form_that_is_none_has_no_fields(text):
    assert form.fields(text) is None


@given(st.binary(max_size=200))
def test_no_form_raises(text):
    found = form.fields(text)
    assert found is None or all(isinstance(part, str) for row in found.items() for part in row)


# -- whose requests -------------------------------------------------------------------------------

NAMES = ("packmate-ab12cd", "packmate-ab12cd.local")


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("192.168.1.5", True),
        ("192.168.1.5:8080", True),
        ("Packmate-AB12CD", True),
        ("packmate-ab12cd.local:80", True),
        ("packmate-ab12cd.evil.example", False),
        ("evil.example", False),
        ("192.168.1.5.evil.example", False),
        ("256.1.1.1", False),
        ("1.1.1", False),
        ("[::1]:80", False),
        ("", False),
    ],
)
def test_a_name_of_somebody_else_is_not_ours(host, ours):
    request = r.Request()
    request.headers = {"host": host}
    assert origin.is_for_us(request, NAMES) == ours


@pytest.mark.parametrize(
    ("method", "path", "headers", "ours"),
    [
        ("GET", "/", {}, True),
        ("GET", "/api/state", {}, True),
        ("POST", "/api/login", {}, True),  # by a program, not by a browser
        ("POST", "/api/login", {"origin": "http://192.168.1.5"}, True),
        ("POST", "/api/login", {"origin": "HTTP://192.168.1.5"}, True),
        ("POST", "/api/login", {"origin": "http://192.168.1.5:81"}, False),
        ("POST", "/api/login", {"origin": "https://192.168.1.5"}, False),
        ("POST", "/api/login", {"origin": "http://evil.example"}, False),
        ("POST", "/api/login", {"origin": "null"}, False),
        ("POST", "/api/login", {"origin": ""}, False),
        ("GET", "/api/state", {"origin": "http://evil.example"}, False),
        ("GET", "/api/state", {"sec-fetch-site": "cross-site"}, False),
        ("GET", "/api/state", {"sec-fetch-site": "same-site"}, False),
        ("GET", "/api/state", {"sec-fetch-site": "same-origin"}, True),
        ("POST", "/x", {"sec-fetch-site": "cross-site"}, False),
        ("GET", "/", {"sec-fetch-site": "cross-site"}, True),  # a link on another page
    ],
)
def test_a_page_of_somebody_else_asks_for_nothing(method, path, headers, ours):
    request = r.Request()
    request.method = method
    request.path = path
    request.headers = {"host": "192.168.1.5", **headers}
    assert origin.is_from_us(request) == ours


def test_quoting_is_what_browsers_do():
    assert form.fields("ssid=" + quote_plus("Häuschen & Söhne +1")) == {
        "ssid": "Häuschen & Söhne +1"
    }

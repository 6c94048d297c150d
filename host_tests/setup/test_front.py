"""The pages of the set-up in front of a browser, with a clock of their own."""

import re
import types
from urllib.parse import urlencode

import pytest

from host_tests.setup.form_rig import Balance
from portal.front import Front
from portal.states import DONE, ENTERING, FAILED, JOINED, LEFT, RUNNING, TRYING
from setup.stay import LONELY_MS, MOST_MS, Stay
from tools.cost.set_up_play import filled
from web import request as r
from web.answer import Answer
from words import WIFI_NAMES

OURS = "192.168.4.1"
PASSWORD = WIFI_NAMES.decode().split("\n").index("password")
# What phones and computers ask a network for, and in whose name.
CHECKS = [
    ("connectivitycheck.gstatic.com", "/generate_204"),  # Android
    ("www.google.com", "/gen_204"),
    ("captive.apple.com", "/hotspot-detect.html"),  # iOS, macOS
    ("captive.apple.com", "/"),
    ("www.msftconnecttest.com", "/connecttest.txt"),  # Windows 10 and later
    ("www.msftconnecttest.com", "/redirect"),
    ("www.msftncsi.com", "/ncsi.txt"),  # before
    ("detectportal.firefox.com", "/canonical.html"),
    ("detectportal.firefox.com", "/success.txt?ipv4"),
    (OURS, "/generate_204"),
    (OURS, "/favicon.ico"),
]


class Draft:
    """portal.draft.Draft, which takes everything but what a test calls wrong."""

    roomy = True
    wrong = None
    fails = False

    def __init__(self):
        self.given = {}
        self.secrets = {}
        self.errors = {}
        self.network = ""
        self.saved = None

    def take(self, fields):
        self.given = {"wifi_ssid": fields.get("wifi_ssid", "")}
        self.network = self.given["wifi_ssid"]
        self.errors = {"name": [self.wrong]} if self.wrong else {}
        return not self.errors

    def object_to(self, key, text):
        self.errors = {key: [text]}

    def save(self):
        if self.fails:
            raise OSError(28)
        self.saved = dict(self.given)


class Visitor:
    """A browser at a Front, and what the Front was given. `seconds` passes time."""

    def __init__(self):
        self.now = 0
        self.draft = Draft()
        self.joining = types.SimpleNamespace(
            state=RUNNING, reason=0, address="", network="van", step=lambda now: None
        )
        self.memory = True
        self.scans = 0
        self.forgotten = 0
        stay = Stay(0)
        self.front = Front(self.draft, stay, self._join, self._scan, [], self._forget)

    def _join(self, draft, now):
        if not self.memory:
            raise OSError(12)
        assert now == self.now
        return self.joining

    def _scan(self):
        self.scans += 1
        return [("found", -50, False)]

    def _forget(self):
        self.forgotten += 1

    def seconds(self, seconds):
        """Lets so much time pass; returns False once it is over."""
        self.now += int(1000 * seconds)
        return self.front.step(self.now)

    def ask(self, path, host=OURS, body=None, more=""):
        """Returns (status, where to, body as text) of an answer."""
        method = "GET" if body is None else "POST"
        text = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{more}"
        text += "" if body is None else f"Content-Length: {len(body)}\r\n"
        request = r.Request()
        head = f"{text}\r\n".encode()
        request.feed(bytearray(head), 0, len(head))
        answer = self.front.begin(request)
        if not isinstance(answer, Answer):
            answer.take(memoryview((body or "").encode()))
            answer, receiver = answer.end(), answer
            receiver.close()
        head = answer.head().decode()
        where = re.search("Location: (.*)\r\n", head)
        return answer.status, where and where[1], b"".join(answer.pieces).decode()

    def page(self):
        return self.ask("/")[2]

    def save(self, **fields):
        return self.ask(
            "/save", body=filled(self.page(), **fields), more=f"Origin: http://{OURS}\r\n"
        )


@pytest.fixture
def visitor():
    return Visitor()


# -- how a phone comes to the page ----------------------------------------------------------------


@pytest.mark.parametrize("host, path", CHECKS)
def test_a_phone_that_looks_for_the_internet_is_sent_to_the_page(visitor, host, path):
    where = "/" if host == OURS else "http://192.168.4.1/"
    assert visitor.ask(path, host)[:2] == (302, where)


def test_the_page_and_what_belongs_to_it_are_there(visitor):
    status, _, text = visitor.ask("/")
    assert status == 200 and Balance(text).wrong == []
    for _, attributes in Balance(text).tags:
        for name in ("href", "src"):
            if name in attributes and not attributes[name].startswith("/search"):
                assert visitor.ask(attributes[name])[0] == 200


def test_a_form_in_another_name_is_not_taken(visitor):
    """A page that calls itself ours, by its own name, is sent away with what it wants saved."""
    assert visitor.ask("/save", "evil.example", "wifi_ssid=evil")[0] == 302
    origin = "Origin: http://evil.example\r\n"
    assert visitor.ask("/save", OURS, "wifi_ssid=evil", origin)[0] == 403
    assert visitor.ask("/leave", OURS, "", origin)[0] == 403
    assert visitor.front.state == ENTERING and visitor.draft.saved is None


def test_what_there_is_not_is_refused(visitor):
    assert visitor.ask("/saves", body="")[0] == 404
    assert visitor.ask("/save")[0] == 405
    assert visitor.ask("/save", body="x" * 9000)[0] == 413


# -- saving ---------------------------------------------------------------------------------------


def test_a_network_is_tried_and_then_saved(visitor):
    assert visitor.save(wifi_ssid="van")[:2] == (303, "/trying")
    assert visitor.front.state == TRYING and visitor.draft.saved is None
    status, _, text = visitor.ask("/trying")
    assert status == 200 and 'http-equiv="refresh"' in text and "Joining van" in text
    assert visitor.ask("/")[:2] == visitor.ask("/save", body="")[:2] == (303, "/trying")
    visitor.joining.state, visitor.joining.address = JOINED, "10.0.0.7"
    assert visitor.seconds(3)
    assert visitor.front.state == DONE and visitor.draft.saved == {"wifi_ssid": "van"}
    assert "10.0.0.7" in visitor.ask("/trying")[2]
    assert visitor.seconds(3.9) and not visitor.seconds(0.2)


def test_it_starts_anew_though_the_phone_has_not_come_back(visitor):
    visitor.save(wifi_ssid="van")
    visitor.joining.state = JOINED
    assert visitor.seconds(1) and visitor.seconds(29) and not visitor.seconds(2)


def test_a_network_that_is_not_joined_is_not_saved_and_the_page_says_why(visitor):
    visitor.save(wifi_ssid="van")
    visitor.joining.state, visitor.joining.reason = FAILED, PASSWORD
    assert visitor.seconds(9)
    assert visitor.front.state == ENTERING and visitor.draft.saved is None
    assert visitor.ask("/trying")[:2] == (303, "/")
    text = visitor.page()
    assert "does not take this password" in text and "untried" in text
    assert visitor.save(wifi_ssid="van", untried="yes")[:2] == (303, "/trying")
    assert visitor.front.state == DONE and visitor.draft.saved == {"wifi_ssid": "van"}


def test_without_a_network_there_is_nothing_to_try(visitor):
    visitor.save(wifi_ssid="")
    assert visitor.front.state == DONE and visitor.draft.saved == {"wifi_ssid": ""}
    assert "has joined" not in visitor.ask("/trying")[2]


def test_without_memory_for_it_the_network_is_not_tried(visitor):
    visitor.memory = False
    visitor.save(wifi_ssid="van")
    assert visitor.front.state == ENTERING and "no memory to try" in visitor.page()


def test_what_is_wrong_is_not_saved(visitor):
    visitor.draft.wrong = "must not be empty"
    assert visitor.save(wifi_ssid="")[:2] == (303, "/")
    assert visitor.front.state == ENTERING and visitor.draft.saved is None
    assert "must not be empty" in visitor.page()


def test_a_full_flash_is_told(visitor):
    visitor.draft.fails = True
    visitor.save(wifi_ssid="")
    assert visitor.front.state == ENTERING and "cannot be written" in visitor.page()


@pytest.mark.parametrize(
    "body",
    ["a=1&a=2", "%zz=1", "=1", "a=%ff", "x=" + "y" * 600, urlencode({n: "" for n in range(200)})],
)
def test_what_is_no_form_of_ours_is_told_and_not_taken(visitor, body):
    assert visitor.ask("/save", body=body)[:2] == (303, "/")
    assert visitor.draft.saved is None and "not arrived as a whole" in visitor.page()


def test_the_page_is_forgotten_before_its_form_is_read(visitor):
    visitor.save(wifi_ssid="")
    assert visitor.forgotten == 1


def test_networks_are_looked_for_again(visitor):
    assert "found" not in visitor.page()
    assert visitor.ask("/search")[:2] == (303, "/")
    assert visitor.scans == 1 and "found" in visitor.page()
    visitor.save(wifi_ssid="van")
    visitor.ask("/search")
    assert visitor.scans == 1  # the radio has something else to do


# -- the end --------------------------------------------------------------------------------------


def test_it_can_be_ended_without_saving(visitor):
    status, _, text = visitor.ask("/leave", body="")
    assert status == 200 and "Nothing was changed" in text
    assert visitor.front.state == LEFT and visitor.draft.saved is None
    assert visitor.seconds(3.9) and not visitor.seconds(0.2)


def test_nobody_comes_and_it_ends(visitor):
    assert visitor.seconds(LONELY_MS / 1000 - 1) and not visitor.seconds(1)


def test_who_only_looks_for_the_internet_is_nobody(visitor):
    for _ in range(10):
        visitor.ask(*reversed(CHECKS[0]))
        last = visitor.seconds(LONELY_MS / 10_000)
    assert last is False


def test_somebody_at_the_page_has_time_but_not_for_ever(visitor):
    for _ in range(MOST_MS // 200_000 - 1):
        visitor.page()
        assert visitor.seconds(200)
    visitor.page()
    assert not visitor.seconds(200)

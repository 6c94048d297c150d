"""An update that a browser sends: taken in as any other, and answered in words."""

import ast
import json
import os
import re
import sys
import types

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from host_tests.web import request_rig
from host_tests.web import site_rig as rig
from host_tests.web.stream_rig import Line
from tools import ROOT, web_page
from tools.packmate import bundles
from website.login import Login
from website.site import Site

BOARD = "Board"
FILES = {"app.mpy": bytes(range(256)) * 60, "heat/heater.mpy": b"new heater" * 70}
PASSWORD = "a password"


@pytest.fixture(scope="module")
def key():
    return rsa.generate_private_key(65537, 3072)


def bundle(key, **changes):
    about = {"board": BOARD, "files": FILES, "number": 100, "version": "9.0.0"} | changes
    return bundles.build(key, *about.values())


class Device:
    """One with an updater, and its heater; `log`: what is done to it."""

    def __init__(self, load, key, folder, monkeypatch):
        self.log = log = []
        # The first that is called so is the one beside which a bundle goes.
        monkeypatch.setattr(sys, "path", [str(folder / "lib"), *sys.path])
        monkeypatch.setattr(sys, "print_exception", print, raising=False)
        monkeypatch.setattr(os, "ilistdir", entries, raising=False)
        (folder / "lib").mkdir()
        (folder / "update.key").write_text(bundles.public_text(key))
        device = rig.make_device(
            output=types.SimpleNamespace(
                off=lambda: log.append("off"),
                close=lambda: log.append("close"),
                renew=lambda now: log.append("renew"),
            ),
            heater=types.SimpleNamespace(bms_output=None, state=None),
            supervisor=types.SimpleNamespace(relax=lambda: None, excuse=lambda now: None),
            save=lambda: log.append("save"),
            bms=types.SimpleNamespace(units=[types.SimpleNamespace(ble=None, answering=True)]),
        )
        device.journal.save = lambda: None
        device.login = Login(PASSWORD, device)
        load("hardware.reset_cause").restart = starts_anew
        device.updater = load("update.updater").Updater(device, "")
        self.site = Site(("packmate-ab12cd",))
        load("website.upload").add_to(self.site, device)
        self.device = device
        self.slot = folder / "slot"
        self.task = device.updater.run()
        self.due = 0
        told = rig.told(device.login.enter(rig.asked({"password": PASSWORD})))[1]
        self.token = told["token"].encode()

    def send(self, data, path=b"/api/update", length=None, token=None):
        """Returns the Line of a browser that sends it."""
        head = b"POST %s HTTP/1.1\r\n%sAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
        length = len(data) if length is None else length
        head %= (path, request_rig.HOST, token or self.token, length)
        return Line(self.site, head + data)

    def run(self, line, ms=60_000):
        """Has the line and the updater go on, each at its own pace."""
        while not line.connection.free() and line.now < ms:
            line.run(20)
            self.step(line.now)
        return line.status, json.loads(line.content or b"null")

    def step(self, now):
        """Has the updater go on until `now`, and the heater want to heat."""
        while self.due <= now:
            self.due += next(self.task)
        self.device.output.renew(now)


class StartsAnewError(BaseException):
    """What a restart does: nothing after it."""


def starts_anew():
    raise StartsAnewError


def entries(folder):
    """As MicroPython's os.ilistdir."""
    return [(e.name, 0x4000 if e.is_dir() else 0x8000) for e in os.scandir(folder)]


@pytest.fixture
def rigged(load, key, tmp_path, monkeypatch):
    return Device(load, key, tmp_path, monkeypatch)


def test_a_good_one_is_answered_and_then_tried(rigged, key, tmp_path):
    line = rigged.send(bundle(key))
    assert rigged.run(line) == (200, {"version": "9.0.0"})
    assert rigged.slot.read_text() == "lib_b 2 0 heard_1\n"
    assert (tmp_path / "lib_b" / "heat" / "heater.mpy").read_bytes() == FILES["heat/heater.mpy"]
    with pytest.raises(StartsAnewError):  # not before that was read
        rigged.step(line.now + 3000)
    since = rigged.log.index("off")
    assert "renew" not in rigged.log[since:] and {"close", "save"} <= set(rigged.log[since:])


def test_each_step_of_the_line_takes_little(rigged, key):
    line = rigged.send(bundle(key, files={"app.mpy": bytes(200_000)}))
    assert rigged.run(line)[0] == 200 and line.most_calls <= 5


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: data[:500] + b"x" + data[501:], "it is not signed with the key"),
        (lambda data: data[:-100] + b"x" + data[-99:], "is not what was signed"),
        (lambda data: data[:-1], "it ends too early"),
        (lambda data: data + b"x", "there is more in it than it says"),
        (lambda data: b"<html>" * 50_000, "this is no bundle"),
        (lambda data: b"", "it ends too early"),
    ],
)
def test_what_is_wrong_is_said_and_all_of_it_is_read(rigged, key, damage, words):
    """A browser that is cut off while it sends, reads no answer."""
    line = rigged.send(damage(bundle(key)))
    status, told = rigged.run(line)
    assert status == 422 and words in told["error"] and not told["older"]
    assert line.stream.comes == b"" and not rigged.slot.exists()
    rigged.step(line.now + 1000)
    assert rigged.log[-1] == "renew"  # it may heat again


def test_one_for_another_board_and_any_without_a_key_are_refused(rigged, key):
    line = rigged.send(bundle(key, board="Another"))
    assert rigged.run(line)[1]["error"] == "it is for another board: Another"
    rigged.slot.with_name("update.key").unlink()
    assert "no key on the device" in rigged.run(rigged.send(bundle(key)))[1]["error"]


@pytest.mark.parametrize("changes", [{"number": 7}, {"version": "0.0.1"}])
def test_what_is_not_newer_is_taken_if_that_is_wanted(rigged, key, changes):
    rigged.slot.write_text("lib -1 7 \n")
    data = bundle(key, **changes)
    status, told = rigged.run(rigged.send(data))
    assert (status, told["older"]) == (422, True) and "lib_b" not in rigged.slot.read_text()
    assert rigged.run(rigged.send(data, b"/api/update?older"))[0] == 200
    assert rigged.slot.read_text() == "lib_b 2 7 heard_1\n"


def test_a_browser_that_goes_leaves_all_as_it_was(rigged, key):
    data = bundle(key)
    line = rigged.send(data[:3000], length=len(data))
    line.stream.ended = True
    rigged.run(line)
    rigged.step(line.now + 2000)
    assert not rigged.device.updater.is_busy() and not rigged.slot.exists()
    assert rigged.device.updater.reason == "the browser did not send all of it"
    assert rigged.run(rigged.send(data))[0] == 200


def test_a_browser_that_falls_silent_is_given_up(rigged, key):
    line = rigged.send(bundle(key)[:3000], length=20_000)
    rigged.run(line)
    assert line.connection.free() and line.now < 15_000
    rigged.step(line.now + 2000)
    assert not rigged.device.updater.is_busy() and rigged.log[-1] == "renew"


def test_one_at_a_time_and_none_in_a_trial(rigged, key):
    first = rigged.send(bundle(key)[:3000], length=20_000)
    first.run(100)
    assert rigged.run(rigged.send(bundle(key)))[0] == 409
    rigged.device.updater._wish = None
    rigged.slot.write_text("lib_b 1 7 \n")
    assert "on trial" in rigged.run(rigged.send(bundle(key)))[1]["error"]


def test_nobody_sends_one_who_has_not_logged_in(rigged, key):
    assert rigged.run(rigged.send(bundle(key), token=b"00"))[0] == 401
    assert rigged.run(rigged.send(b"", length=1_600_001))[0] == 413
    assert not rigged.device.updater.is_busy()


# -- words ----------------------------------------------------------------------------------------

_BROUGHT = (
    "update/arriving",
    "update/intake",
    "update/taking",
    "update/updater",
    "website/upload",
)


def refusals():
    """Yields the texts with which these refuse something, with {} for what differs."""
    for name in _BROUGHT:
        tree = ast.parse((ROOT / "firmware" / f"{name}.py").read_text())
        for node in ast.walk(tree):
            texts = ()
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                texts = [n.value for n in ast.walk(node.exc) if isinstance(n, ast.Constant)]
            elif isinstance(node, ast.Assign) and name.startswith("website"):
                texts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant)]
            for text in texts:
                if isinstance(text, str) and " " in text:
                    yield text.replace("%s", "{}")


def test_an_owner_reads_in_german_why_it_is_refused():
    found = set(refusals())
    known = dict(web_page.texts("german")["updates"])
    assert len(found) > 14 and found <= known.keys(), found - known.keys()
    for pattern, words in known.items():
        assert re.findall("{}", pattern) == re.findall("{}", words)
        assert words != pattern and words.endswith(".") and words[0].isupper() or words[0] == "{"

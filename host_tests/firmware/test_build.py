"""What building does when Python's heap gets short before the pages are loaded."""

import importlib
import sys
import types

import pytest

LENT = 8_000  # startup.py lends as much to a second start


class Link:
    """A link that has its ballast still."""

    ballast = 31_000

    def trim(self, ballast=0):
        self.ballast = ballast


class Memory:
    """Both heaps; `free`: bytes of Python's."""

    def __init__(self, free):
        self.python_free = free
        self.python_used = self.idf_free = self.idf_largest = self.idf_min = 0

    def look(self):
        pass


@pytest.fixture
def build(monkeypatch):
    """firmware/build.py, whose screen is a fake that notes the ballast under which it is built."""
    built = []
    screen = types.SimpleNamespace(built=built)
    screen.add_to = lambda device, early: built.append(device.link.ballast)
    fakes = {
        "board": types.SimpleNamespace(NAME="board"),
        "device": types.SimpleNamespace(Device=None),
        "version": types.SimpleNamespace(VERSION="1"),
        "starting.attempts": types.SimpleNamespace(LENT=LENT),
        "building.screen": screen,
    }
    for name, fake in fakes.items():
        monkeypatch.setitem(sys.modules, name, fake)
    monkeypatch.delitem(sys.modules, "build", raising=False)
    yield importlib.import_module("build")
    sys.modules.pop("build", None)


def built(build, free, ballast=31_000, failures=0):
    """Builds the screen with so many bytes free; returns the ballast that there is then."""
    link = Link()
    units = [types.SimpleNamespace(ble=None, link=link), types.SimpleNamespace(ble=1, link=None)]
    device = types.SimpleNamespace(link=link, bms=types.SimpleNamespace(units=units))
    early = types.SimpleNamespace(ballast=ballast, failures=failures, memory=Memory(free))
    build.build_screen(device, early)
    assert early.settings is None
    return sys.modules["building.screen"].built.pop()


def test_a_start_that_would_fail_gets_what_the_next_one_would(build, capsys):
    assert built(build, 13_999) == 31_000 - LENT
    assert "memory, lent: Python has" in capsys.readouterr().out


def test_who_has_enough_borrows_nothing(build, capsys):
    assert built(build, 14_000) == 31_000
    assert capsys.readouterr().out == ""


def test_nothing_is_lent_twice_nor_where_nothing_is_held(build):
    assert built(build, 5_000, failures=1) == 31_000
    assert built(build, 5_000, ballast=0) == 31_000

"""Which starts of the chip count as crashes for the heater's fault `unstable`."""

import importlib
import sys
import types

import pytest

REGISTER = 0x3FF4_8034


class RTC:
    """Its memory, which outlives every reset."""

    kept = b""

    def memory(self, data=None):
        if data is None:
            return RTC.kept
        RTC.kept = data


@pytest.fixture
def chip(monkeypatch):
    """Returns a function that makes a chip, and returns the modules reset_cause and attempts."""

    def make(cause, register):
        machine = types.ModuleType("machine")
        machine.PWRON_RESET, machine.HARD_RESET, machine.WDT_RESET = 1, 2, 3
        machine.reset_cause = lambda: cause
        machine.mem32 = {REGISTER: register}
        machine.RTC = RTC
        board = types.ModuleType("board")
        board.RESET_CAUSE = REGISTER
        monkeypatch.setitem(sys.modules, "machine", machine)
        monkeypatch.setitem(sys.modules, "board", board)
        for name in names:
            monkeypatch.delitem(sys.modules, name, raising=False)
        return [importlib.import_module(name) for name in names]

    names = ("hardware.reset_cause", "starting.attempts")
    monkeypatch.setattr(RTC, "kept", b"")
    yield make
    for name in names:
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    "cause, register, crashed",
    [
        (1, 1, False),  # switched on
        (1, 15, True),  # ... as MicroPython sees it; the chip says brown-out
        (1, 0x33C0 | 15, True),  # with other bits
        (1, 0x33C0 | 1, False),
        (2, 12, True),  # machine.reset() after an exception, or a panic
        (3, 12, True),  # watchdog
        (4, 5, False),  # deep sleep
        (5, 12, False),  # somebody at the console
    ],
)
def test_what_counts_as_a_crash(chip, cause, register, crashed):
    setup, _ = chip(cause, register)
    assert setup.has_crashed() is crashed


@pytest.mark.parametrize("cause", [2, 3])
def test_a_reset_that_was_asked_for_is_no_crash_and_the_one_after_it_is(chip, cause):
    """Even if the watchdog had to do it; and it is no failed start (attempts.py)."""
    setup, attempts = chip(cause, 12)
    setup.ask()
    assert attempts.begin() == (0, b"restarted for an update")
    assert not setup.has_crashed()
    failures, _ = attempts.begin()  # that start has failed, for whatever reason
    assert failures == 1 and setup.has_crashed()


def test_every_board_names_the_register():
    from tools import ROOT

    for path in (ROOT / "boards").glob("*/board.py"):
        values = {}
        exec(path.read_text(encoding="utf-8"), values)
        assert values["RESET_CAUSE"] in (REGISTER, 0x6000_8038), path

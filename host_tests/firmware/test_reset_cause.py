"""Which starts of the chip count as crashes for the heater's fault `unstable`."""

import importlib
import sys
import types

import pytest

from unload import unload

REGISTER = 0x3FF4_8034


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
def test_what_counts_as_a_crash(monkeypatch, cause, register, crashed):
    machine = types.ModuleType("machine")
    machine.PWRON_RESET, machine.HARD_RESET, machine.WDT_RESET = 1, 2, 3
    machine.reset_cause = lambda: cause
    machine.mem32 = {REGISTER: register}
    board = types.ModuleType("board")
    board.RESET_CAUSE = REGISTER
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setitem(sys.modules, "board", board)
    monkeypatch.delitem(sys.modules, "starting.reset_cause", raising=False)
    setup = importlib.import_module("starting.reset_cause")
    assert setup.has_crashed() is crashed
    unload("starting.reset_cause")


def test_every_board_names_the_register():
    from tools import ROOT

    for path in (ROOT / "boards").glob("*/board.py"):
        values = {}
        exec(path.read_text(encoding="utf-8"), values)
        assert values["RESET_CAUSE"] in (REGISTER, 0x6000_8038), path

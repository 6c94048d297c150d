"""The touch panel's driver against an XPT2046 at its pins, which minds its data sheet."""

import importlib
import sys
import types

import pytest

from host_tests.firmware.fake_chip import Chip

IRQ, CLK, DIN, DOUT, CS = 36, 25, 32, 39, 33


class Xpt2046:
    """Follows the pins; `errors` tells what the data sheet forbids."""

    def __init__(self):
        self.x = None  # where it is touched; None: nowhere
        self.pen_on = False  # the pen's interrupt, as the last control byte left it
        self.errors = []
        self.reads = 0
        self._levels = {CLK: 0, DIN: 0, CS: 1}
        self._bits = []
        self._ticks = 0
        self._dout = 0

    def drive(self, pin, level):
        before, self._levels[pin] = self._levels.get(pin, 0), level
        if pin == CS:
            self._select(level)
        elif pin == CLK and self._levels[CS] == 0 and before != level:
            self._rise() if level else self._fall()

    def level(self, pin):
        if pin == IRQ:
            return 0 if self.pen_on and self.x is not None else 1
        return self._dout

    def _select(self, level):
        if self._levels[CLK]:
            self.errors.append("the clock is high while it is selected or left")
        if level and self._ticks:
            if self._ticks != 24:
                self.errors.append(f"{self._ticks} clocks")
            self.reads += 1
        self._bits = []
        self._ticks = 0

    def _rise(self):
        self._ticks += 1
        if self._ticks <= 8:
            self._bits.append(self._levels[DIN])
            if self._ticks == 8:
                self._take()
        elif self._levels[DIN]:
            self.errors.append("another start bit in the middle of a conversion")

    def _take(self):
        start, *address, mode, single, pd1, pd0 = self._bits
        if not start or mode or single or address != [1, 0, 1]:
            self.errors.append(f"control byte {self._bits}")
        self.pen_on = not pd0

    def _fall(self):
        at = self._ticks - 9  # the first bit comes after the busy clock
        value = self.x or 0
        self._dout = value >> 11 - at & 1 if 0 <= at < 12 else 0


class Pins:
    """machine.Pin, whose pins are those of the panel and a button."""

    OUT, IN, PULL_UP = "out", "in", "up"
    panel = None
    levels = {0: 1}

    def __init__(self, number, mode, pull=None, value=None):
        self._number = number
        if value is not None:
            self(value)

    def __call__(self, level=None):
        if level is None:
            return self.value()
        self.panel.drive(self._number, level)
        return None

    def value(self):
        number = self._number
        return self.panel.level(number) if number in (IRQ, DOUT) else self.levels[number]


@pytest.fixture
def rig(monkeypatch):
    """Something with `panel`, `touch`, and what was asked of the screen."""
    found = types.SimpleNamespace(panel=Xpt2046(), asked=[])
    machine = Chip().module()
    machine.Pin = type("Pin", (Pins,), {"panel": found.panel, "levels": {0: 1}})
    board = types.SimpleNamespace(
        TOUCH_IRQ=IRQ, TOUCH_CLK=CLK, TOUCH_DIN=DIN, TOUCH_DOUT=DOUT, TOUCH_CS=CS
    )
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setitem(sys.modules, "board", board)
    for name in ("hardware.buttons", "hardware.xpt2046"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    found.buttons = importlib.import_module("hardware.buttons")
    driver = importlib.import_module("hardware.xpt2046")
    found.pins = machine.Pin
    screen = types.SimpleNamespace(back=found.asked.append)
    device = types.SimpleNamespace(screen=screen, model="model")
    found.make = lambda sides: driver.Touch(found.buttons.Button(0), device, sides)
    yield found
    for name in ("hardware.buttons", "hardware.xpt2046"):
        sys.modules.pop(name, None)


def tap(rig, touch, x, held_ms=200, start=1000):
    """Returns what is reported while the panel is touched for so long at x, and afterwards."""
    found = []
    for now in range(start, start + held_ms, 100):
        rig.panel.x = x
        found.append(touch.step(now))
    rig.panel.x = None
    found.append(touch.step(start + held_ms))
    return [press for press in found if press]


def test_the_pen_is_enabled_at_the_start(rig):
    rig.make(False)
    assert rig.panel.pen_on and rig.panel.reads == 1 and rig.panel.errors == []


@pytest.mark.parametrize("x, back", [(0, True), (1300, True), (1400, False), (4095, False)])
def test_a_tap_is_a_press_and_at_the_left_it_goes_back(rig, x, back):
    touch = rig.make(True)
    assert touch.step(0) == rig.buttons.NOTHING
    assert tap(rig, touch, x) == ([] if back else [rig.buttons.SHORT])
    assert rig.asked == (["model"] if back else [])
    assert rig.panel.errors == []


def test_where_the_screen_cannot_go_back_every_tap_is_the_next_page(rig):
    touch = rig.make(False)
    assert tap(rig, touch, 100) == [rig.buttons.SHORT]
    assert rig.asked == [] and rig.panel.reads == 1  # nobody asks where


def test_held_it_is_a_long_press_wherever_it_is(rig):
    touch = rig.make(True)
    assert tap(rig, touch, 100, held_ms=2500) == [rig.buttons.LONG]
    rig.panel.x = 2000
    touch.step(9000)
    touch.step(9500)
    assert touch.held_ms == 500


def test_the_button_works_beside_it(rig):
    touch = rig.make(True)
    touch.step(0)
    rig.pins.levels[0] = 0
    touch.step(100)
    touch.step(300)
    assert touch.held_ms == 200
    rig.pins.levels[0] = 1
    assert touch.step(400) == rig.buttons.SHORT


def test_the_emulated_chip_minds_its_data_sheet(rig):
    panel = rig.panel
    panel.drive(CS, 0)
    panel.drive(CLK, 1)
    panel.drive(CS, 1)
    assert panel.errors == ["the clock is high while it is selected or left", "1 clocks"]

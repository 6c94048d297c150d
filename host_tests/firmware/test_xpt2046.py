"""The driver of the XPT2046 against one at its pins, which minds its data sheet; and its interrupt
as a button."""

import importlib
import sys
import types

import pytest

from host_tests.firmware.fake_chip import Chip

IRQ, CLK, DIN, DOUT, CS = 36, 25, 32, 39, 33


class Xpt2046:
    """Follows the pins; `errors` tells what the data sheet forbids."""

    def __init__(self):
        self.at = None  # where it is touched, as (X, Y); None: nowhere
        self.pen_on = False  # the pen's interrupt, as the last control byte left it
        self.errors = []
        self.reads = 0
        self._levels = {CLK: 0, DIN: 0, CS: 1}
        self._bits = []
        self._ticks = 0
        self._dout = 0
        self._converted = 0
        self.lifts = False  # the finger, in the middle of a conversion

    def drive(self, pin, level):
        before, self._levels[pin] = self._levels.get(pin, 0), level
        if pin == CS:
            self._select(level)
        elif pin == CLK and self._levels[CS] == 0 and before != level:
            self._rise() if level else self._fall()

    def level(self, pin):
        if pin == IRQ:
            return 0 if self.pen_on and self.at is not None else 1
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
        places = {(1, 0, 1): 0, (0, 0, 1): 1}  # X, Y: table 1 of the data sheet
        if not start or mode or single or tuple(address) not in places:
            self.errors.append(f"control byte {self._bits}")
        elif self.at is not None:
            self._converted = self.at[places[tuple(address)]]
        if self.lifts:
            self.at = None
        self.pen_on = not pd0

    def _fall(self):
        at = self._ticks - 9  # the first bit comes after the busy clock
        self._dout = self._converted >> 11 - at & 1 if 0 <= at < 12 else 0


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
    """Something with `panel` and the modules under test."""
    found = types.SimpleNamespace(panel=Xpt2046())
    machine = Chip().module()
    machine.Pin = type("Pin", (Pins,), {"panel": found.panel, "levels": {0: 1}})
    board = types.SimpleNamespace(
        TOUCH_IRQ=IRQ, TOUCH_CLK=CLK, TOUCH_DIN=DIN, TOUCH_DOUT=DOUT, TOUCH_CS=CS
    )
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setitem(sys.modules, "board", board)
    names = ("hardware.inputs.buttons", "hardware.inputs.xpt2046", "hardware.inputs.taps")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    found.buttons = importlib.import_module("hardware.inputs.buttons")
    found.taps = importlib.import_module("hardware.inputs.taps")
    found.pen = importlib.import_module("hardware.inputs.xpt2046").Pen()
    found.pins = machine.Pin
    yield found
    for name in names:
        sys.modules.pop(name, None)


def test_the_interrupt_is_on_from_the_start(rig):
    assert rig.panel.pen_on and rig.panel.reads == 1 and rig.panel.errors == []


@pytest.mark.parametrize("at", [(0, 0), (1, 4095), (4095, 1), (1365, 2730)])
def test_where_it_is_touched(rig, at):
    assert not rig.pen.touched() and rig.panel.reads == 1  # nobody asks where
    rig.panel.at = at
    assert rig.pen.touched() and (rig.pen.down, rig.pen.across) == at
    rig.panel.at = None
    assert not rig.pen.touched() and (rig.pen.down, rig.pen.across) == at
    assert rig.panel.errors == []


def test_a_finger_that_is_lifted_meanwhile_was_nowhere(rig):
    rig.panel.at = (100, 200)
    rig.panel.lifts = True
    assert not rig.pen.touched() and (rig.pen.across, rig.pen.down) == (0, 0)


def tap(rig, taps, held_ms=200, start=1000):
    """Returns what is reported while the panel is touched for so long, and afterwards."""
    found = []
    for now in range(start, start + held_ms, 100):
        rig.panel.at = (2000, 2000)
        found.append(taps.step(now))
    rig.panel.at = None
    found.append(taps.step(start + held_ms))
    return [press for press in found if press]


def test_as_a_button_it_knows_short_and_long(rig):
    taps = rig.taps.Taps(rig.buttons.Button(0))
    assert taps.step(0) == rig.buttons.NOTHING
    assert tap(rig, taps) == [rig.buttons.SHORT]
    assert tap(rig, taps, held_ms=2500, start=3000) == [rig.buttons.LONG]
    rig.panel.at = (1, 1)
    taps.step(9000)
    taps.step(9500)
    assert taps.held_ms == 500


def test_the_button_works_beside_it(rig):
    taps = rig.taps.Taps(rig.buttons.Button(0))
    taps.step(0)
    rig.pins.levels[0] = 0
    taps.step(100)
    taps.step(300)
    assert taps.held_ms == 200
    rig.pins.levels[0] = 1
    assert taps.step(400) == rig.buttons.SHORT


def test_the_emulated_chip_minds_its_data_sheet(rig):
    panel = rig.panel
    panel.drive(CS, 0)
    panel.drive(CLK, 1)
    panel.drive(CS, 1)
    assert panel.errors == ["the clock is high while it is selected or left", "1 clocks"]
    panel.errors.clear()
    panel.drive(CLK, 0)
    panel.drive(CS, 0)
    panel.drive(DIN, 1)
    for level in (1, 0) * 8:
        panel.drive(CLK, level)
    assert panel.errors == ["control byte [1, 1, 1, 1, 1, 1, 1, 1]"] and not panel.pen_on

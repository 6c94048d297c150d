"""What a finger on the glass does: to the screen, beside the button, and while power is saved."""

import importlib
import sys
import time
import types

import pytest

from screen.axes import Axes

SHORT, LONG = 1, 2  # of hardware.inputs.buttons


class Pen:
    """A touch panel that is touched at `at`, if that is not None."""

    at = None
    across = down = 0

    def touched(self):
        if self.at is None:
            return False
        self.across, self.down = self.at
        return True


class Screen:
    def __init__(self):
        self.asked = []

    def swipe(self, model, step):
        self.asked.append(("swipe", model, step))

    def back(self, model):
        self.asked.append(("back", model))

    def brighter(self, model):
        self.asked.append(("brighter", model))


class Button:
    press = held_ms = 0

    def step(self, now):
        return self.press


class Rig:
    """The touch panel of a 320 x 240 picture; its task runs when it asks to, on its own clock."""

    def __init__(self, monkeypatch, sides=True):
        monkeypatch.setattr(time, "ticks_ms", None, raising=False)  # CPython has none
        self.module = importlib.import_module("hardware.inputs.touch")
        monkeypatch.setattr(self.module, "ticks_ms", lambda: self.now)
        assert (self.module.buttons.SHORT, self.module.buttons.LONG) == (SHORT, LONG)
        self.now = 5000
        self.pen = Pen()
        self.screen = Screen()
        self.device = types.SimpleNamespace(screen=self.screen, model="model")
        self.button = Button()
        axes = Axes(0x28, 0x28, 320, 240)
        self.touch = self.module.Touch(self.button, self.device, self.pen, axes, 320, sides)
        self.task = self.touch.run()
        self.due = self.now + next(self.task)
        self.pauses = set()
        self.pressed = []
        self.outer = self.touch  # whose `step` is called
        self.pass_time(1000)

    def pass_time(self, ms, path=None):
        """path: from where to where the finger goes meanwhile, as parts of the panel."""
        begun, end = self.now, self.now + ms
        while self.now < end:
            if path:
                (x, y), (to_x, to_y) = path
                part = (self.now - begun) / ms
                place = x + (to_x - x) * part, y + (to_y - y) * part
                self.pen.at = tuple(int(4095 * value) for value in place)
            if self.now >= self.due:
                pause = next(self.task)
                self.pauses.add(pause)
                self.due = self.now + pause
            if self.now % 100 == 0:
                self.pressed.append(self.outer.step(self.now))
            self.now += 10
        self.pen.at = None

    def does(self, ms, *path):
        """Returns what comes of a stroke: (presses, what the screen was asked for)."""
        self.pressed.clear()
        self.screen.asked.clear()
        self.pass_time(ms, path)
        self.pass_time(300)
        return [press for press in self.pressed if press], self.screen.asked


@pytest.fixture(autouse=True)
def _chip(monkeypatch):
    monkeypatch.setitem(sys.modules, "machine", types.SimpleNamespace(Pin=None))
    names = ("hardware.inputs.buttons", "hardware.inputs.touch", "power_saver")
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield
    for name in names:
        sys.modules.pop(name, None)


@pytest.fixture
def rig(monkeypatch):
    return Rig(monkeypatch)


LEFT, MIDDLE, RIGHT = (0.1, 0.5), (0.5, 0.5), (0.9, 0.6)


def test_a_tap_is_a_press_and_at_the_left_it_goes_back(rig):
    assert rig.does(120, MIDDLE, MIDDLE) == ([SHORT], [])
    assert rig.does(120, RIGHT, RIGHT) == ([SHORT], [])
    assert rig.does(120, LEFT, LEFT) == ([], [("back", "model")])


def test_a_quick_swipe_goes_on_and_back(rig):
    assert rig.does(150, RIGHT, LEFT) == ([], [("swipe", "model", 1)])
    assert rig.does(150, LEFT, RIGHT) == ([], [("swipe", "model", -1)])
    assert rig.pauses == {20, 50}  # often while the glass is touched


def test_a_swipe_up_or_down_changes_the_brightness(rig):
    assert rig.does(150, (0.5, 0.9), (0.5, 0.2)) == ([], [("brighter", "model")])


def test_where_the_screen_has_neither_a_tap_is_the_next_page_wherever(monkeypatch):
    rig = Rig(monkeypatch, sides=False)
    assert rig.does(120, LEFT, LEFT) == ([SHORT], [])
    assert rig.does(150, (0.5, 0.9), (0.5, 0.2)) == ([], [])
    assert rig.does(150, RIGHT, LEFT) == ([], [("swipe", "model", 1)])


def test_held_it_is_a_long_press_that_grows(rig):
    rig.pass_time(1500, (LEFT, LEFT))
    assert 1300 <= rig.touch.held_ms <= 1500
    assert rig.does(1000, LEFT, LEFT) == ([LONG], [])
    assert rig.touch.held_ms == 0


def test_the_button_works_beside_it(rig):
    rig.button.press, rig.button.held_ms = SHORT, 700
    assert rig.touch.step(0) == SHORT and rig.touch.held_ms == 700


def test_the_stroke_that_wakes_a_device_does_nothing_else(rig, monkeypatch):
    board = types.SimpleNamespace(CPU_HZ=240_000_000)
    monkeypatch.setitem(sys.modules, "board", board)
    saver = types.SimpleNamespace(rests=True, woken=0)

    def wake():
        rested, saver.rests = saver.rests, False
        saver.woken += rested
        return rested

    saver.wake = wake
    watched = importlib.import_module("power_saver").WatchedButton
    rig.outer = watched(rig.touch, rig.device, saver)
    for stroke in ((150, LEFT, RIGHT), (600, RIGHT, LEFT), (120, LEFT, LEFT), (2500, LEFT, LEFT)):
        saver.rests = True
        assert rig.does(*stroke) == ([], []), stroke
    assert saver.woken == 4
    assert rig.does(150, LEFT, RIGHT) == ([], [("swipe", "model", -1)])

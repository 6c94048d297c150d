"""Strokes of a finger as a resistive panel tells of them: noisy, with gaps, aslant, slow."""

import random

import pytest

from screen import gestures as g
from screen.axes import Axes
from tools.bench.panels.panel import ILI9341
from tools.bench.panels.panel import Panel as Glass

WIDTH, HEIGHT = 320, 240
STEP_MS = 20


class Finger:
    """Plays strokes into a Gestures; `told` is what came of them."""

    def __init__(self, axes=None, seed=1):
        self.gestures = g.Gestures(axes.width if axes else WIDTH)
        self.axes = axes
        self.told = []
        self.now = (1 << 30) - 700  # the counter wraps in the middle of it
        self.noise = random.Random(seed)
        self.lift(200)

    def _step(self, touched, x=0, y=0):
        if touched and self.axes:
            x, y = self.axes.to_picture(x, y)
        gesture = self.gestures.step(touched, x, y, self.now)
        if gesture:
            self.told.append(gesture)
        self.now = (self.now + STEP_MS) % (1 << 30)

    def lift(self, ms=200):
        for _ in range(ms // STEP_MS):
            self._step(False)

    def go(self, start, end, ms, jitter=4, outliers=(), gaps=()):
        """Draws a straight stroke; at the numbers in `outliers` the panel is far off, at those in
        `gaps` it feels nothing."""
        steps = ms // STEP_MS
        for i in range(steps):
            x, y = (a + (b - a) * i // max(steps - 1, 1) for a, b in zip(start, end, strict=True))
            x += self.noise.randint(-jitter, jitter)
            y += self.noise.randint(-jitter, jitter)
            if i in outliers:
                x, y = self.noise.choice(((0, 0), (319, 239), (319, 0)))
            self._step(i not in gaps, x, y)

    def draws(self, *args, **how):
        """Returns what comes of one stroke."""
        self.told.clear()
        self.go(*args, **how)
        self.lift()
        return self.told


@pytest.fixture
def finger():
    return Finger()


MIDDLE = (160, 120)


@pytest.mark.parametrize("ms", [20, 40, 60, 300, 1900])
@pytest.mark.parametrize("seed", range(5))
def test_a_finger_that_stays_is_a_tap_where_it_came_down(ms, seed):
    finger = Finger(seed=seed)
    assert finger.draws((50, 200), (50, 200), ms) == [g.TAP]
    assert abs(finger.gestures.x - 50) <= 4 and abs(finger.gestures.y - 200) <= 4


@pytest.mark.parametrize("ms", [100, 160, 300, 700])
@pytest.mark.parametrize("seed", range(5))
def test_a_swipe_is_told_by_where_it_goes(ms, seed):
    finger = Finger(seed=seed)
    assert finger.draws((240, 100), (90, 130), ms) == [g.LEFTWARDS]
    assert finger.draws((60, 120), (200, 90), ms) == [g.RIGHTWARDS]
    assert finger.draws((160, 200), (170, 60), ms) == [g.UPRIGHT]
    assert finger.draws((150, 30), (160, 190), ms) == [g.UPRIGHT]


@pytest.mark.parametrize("outlier", range(10))
def test_one_place_that_is_far_off_changes_nothing(finger, outlier):
    assert finger.draws((240, 100), (90, 120), 200, outliers=(outlier,)) == [g.LEFTWARDS]
    assert finger.draws(MIDDLE, MIDDLE, 200, outliers=(outlier,)) == [g.TAP]


@pytest.mark.parametrize("gaps", [(3,), (5, 6), (1,), (2, 5)])
def test_a_finger_that_seems_to_be_lifted_goes_on(finger, gaps):
    assert finger.draws((240, 100), (90, 120), 240, gaps=gaps) == [g.LEFTWARDS]


def test_two_taps_in_a_row_are_two(finger):
    finger.go(MIDDLE, MIDDLE, 80)
    finger.lift(80)
    finger.go(MIDDLE, MIDDLE, 80)
    finger.lift()
    assert finger.told == [g.TAP, g.TAP]


@pytest.mark.parametrize(
    "end",
    [(260, 220), (60, 40), (190, 150), (185, 121)],
    ids=["aslant", "aslant back", "short aslant", "neither far nor still"],
)
def test_what_is_neither_is_nothing(finger, end):
    assert finger.draws(MIDDLE, end, 200) == []


def test_a_slow_drag_is_neither_a_swipe_nor_a_long_press(finger):
    assert finger.draws((40, 120), (300, 120), 1200) == []
    assert finger.draws((40, 120), (300, 120), 4000) == []


def test_who_wipes_the_glass_turns_no_page(finger):
    for x, other in ((40, 280), (280, 60), (60, 220)):
        finger.go((x, 100), (other, 120), 180)
    finger.lift()
    assert finger.told == []


def test_a_long_press_is_told_once_while_the_finger_is_there(finger):
    finger.go(MIDDLE, MIDDLE, 1900)
    assert finger.told == [] and 1800 <= finger.gestures.held_ms < 2000
    finger.go(MIDDLE, MIDDLE, 300)
    assert finger.told == [g.LONG] and finger.gestures.held_ms == 0
    finger.go(MIDDLE, (300, 120), 300)
    finger.lift()
    assert finger.told == [g.LONG]


def test_a_finger_that_moves_waits_for_no_long_press_but_is_there(finger):
    finger.go((40, 120), (160, 120), 300)
    assert finger.gestures.held_ms == 1
    finger.lift(40)
    assert finger.gestures.held_ms == 1  # it may have been a gap
    finger.lift(40)
    assert finger.gestures.held_ms == 0


def test_what_lies_on_the_glass_from_the_start_on_is_no_finger():
    gestures = g.Gestures(WIDTH)
    found = [gestures.step(True, 100, 100, now) for now in range(0, 5000, STEP_MS)]
    found += [gestures.step(False, 0, 0, now) for now in range(5000, 5200, STEP_MS)]
    assert set(found) == {g.NOTHING} and gestures.held_ms == 0
    gestures.step(True, 100, 100, 6000)
    found = [gestures.step(False, 0, 0, now) for now in range(6020, 6200, STEP_MS)]
    assert [gesture for gesture in found if gesture] == [g.TAP]


# -- the picture is turned ------------------------------------------------------------------------

TURNS = [turn | 0x08 for turn in (0x00, 0x40, 0x80, 0xC0, 0x20, 0x60, 0xA0, 0xE0)]


def size_of(madctl):
    """Returns width and height of the picture on an ILI9341."""
    return (WIDTH, HEIGHT) if madctl & 0x20 else (HEIGHT, WIDTH)


def shown_at(madctl, x, y, native):
    """Returns where a panel that is mounted for `native` shows the pixel (x, y) of a picture that
    is sent with `madctl`: as the emulated controller has it."""
    glass = Glass(*size_of(native), 0, 0, native, False, ILI9341)
    for command, data in ((0x11, b""), (0x3A, b"\x55"), (0x36, bytes((madctl,))), (0x29, b"")):
        glass.feed(0, bytes((command,)))
        if data:
            glass.feed(1, data)
    for command, at in ((0x2A, x), (0x2B, y)):
        glass.feed(0, bytes((command,)))
        glass.feed(1, bytes((at >> 8, at & 255, at >> 8, at & 255)))
    glass.feed(0, b"\x2c")
    glass.feed(1, b"\xff\xff")
    at = glass.rgb().index(b"\xff\xff\xff") // 3
    return at % glass.width, at // glass.width


class Turned:
    """A finger on a picture that is turned: the touch panel stays where it is, at `native`."""

    def __init__(self, madctl, native=0x28):
        self.native_size = size_of(native)
        self.width, self.height = size_of(madctl)
        self.axes = Axes(native, madctl, self.width, self.height)

    def to_picture(self, x, y):
        width, height = self.native_size
        self.axes.put(min(max(x, 0), width - 1) * 4096 // width, y * 4096 // height)
        return self.axes.x, self.axes.y


@pytest.mark.parametrize("native", [0x28, 0x08, 0x68])
@pytest.mark.parametrize("madctl", TURNS, ids=hex)
def test_a_finger_is_where_the_glass_shows_it(madctl, native):
    axes = Axes(native, madctl, *size_of(madctl))
    width, height = size_of(native)
    x, y = 200, 90
    across, down = shown_at(madctl, x, y, native)
    axes.put((2 * across + 1) * 2048 // width, (2 * down + 1) * 2048 // height)
    assert abs(axes.x - x) <= 1 and abs(axes.y - y) <= 1


# By the picture's MADCTL: which way a swipe to the right goes there, and one upwards, on a panel
# that is mounted for 0x28.
WAYS = {
    0x28: (g.RIGHTWARDS, g.UPRIGHT),
    0xE8: (g.LEFTWARDS, g.UPRIGHT),
    0x48: (g.UPRIGHT, g.RIGHTWARDS),
    0x88: (g.UPRIGHT, g.LEFTWARDS),
}


@pytest.mark.parametrize("madctl", WAYS, ids=hex)
def test_a_swipe_is_as_one_sees_it_however_the_picture_is_turned(madctl):
    finger = Finger(Turned(madctl))
    rightwards, upwards = WAYS[madctl]
    assert finger.draws((60, 110), (230, 130), 160) == [rightwards]
    assert finger.draws((150, 200), (160, 50), 160) == [upwards]
    assert finger.draws((40, 30), (40, 30), 100) == [g.TAP]

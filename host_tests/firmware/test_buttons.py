"""The buttons, on a chip whose pins a test moves."""

import importlib
import types

import pytest

from host_tests.firmware.fake_chip import chip_under


@pytest.fixture
def chip(monkeypatch):
    with chip_under(monkeypatch, "hardware.inputs.buttons") as chip:
        yield chip


def press(chip, button, pattern):
    """Steps the button once for each (level, now); returns what it reported."""
    reports = []
    for level, now in pattern:
        chip.inputs[35] = level
        reports.append(button.step(now))
    return reports


def test_button_tells_short_presses_when_they_end_and_long_ones_once(chip):
    buttons = importlib.import_module("hardware.inputs.buttons")
    chip.inputs[35] = 1
    button = buttons.Button(35)
    nothing, short, long = buttons.NOTHING, buttons.SHORT, buttons.LONG
    assert press(chip, button, [(1, 0), (0, 250), (1, 500)]) == [nothing, nothing, short]
    held = [(0, 1000), (0, 2999), (0, 3000), (0, 3250), (1, 3500)]
    assert press(chip, button, held) == [nothing, nothing, long, nothing, nothing]


class Told:
    """A screen that notes what the second button asks of it."""

    def __init__(self):
        self.asked = []

    def back(self, model):
        self.asked.append(("back", model))

    def brighter(self, model):
        self.asked.append(("brighter", model))


def test_a_second_button_goes_back_and_changes_the_brightness(chip):
    buttons = importlib.import_module("hardware.inputs.buttons")
    both = importlib.import_module("hardware.inputs.two_buttons")
    chip.inputs[35] = chip.inputs[0] = 1
    screen = Told()
    device = types.SimpleNamespace(screen=screen, model="model")
    pair = both.Buttons(buttons.Button(35), buttons.Button(0), device)

    def step(first, second, now):
        chip.inputs[35] = first
        chip.inputs[0] = second
        return pair.step(now)

    assert [step(1, 0, 100), step(1, 1, 200)] == [buttons.NOTHING] * 2
    assert screen.asked == [("back", "model")]
    assert [step(1, 0, 300), step(1, 0, 2400), step(1, 1, 2500)] == [buttons.NOTHING] * 3
    assert screen.asked[1:] == [("brighter", "model")]
    step(0, 1, 3000)
    step(0, 1, 3500)
    assert pair.held_ms == 500
    assert step(1, 1, 3600) == buttons.SHORT
    assert len(screen.asked) == 2


def test_button_that_is_low_from_the_start_is_not_pressed(chip):
    buttons = importlib.import_module("hardware.inputs.buttons")
    chip.inputs[35] = 0
    button = buttons.Button(35)
    assert press(chip, button, [(0, 0), (0, 5000), (1, 5250)]) == [buttons.NOTHING] * 3
    assert press(chip, button, [(0, 6000), (1, 6250)])[1] == buttons.SHORT

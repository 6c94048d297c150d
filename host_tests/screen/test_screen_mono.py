"""The page of a mono panel, drawn by real MicroPython through its driver, on emulated ones."""

import pytest

from tools.bench.panels.mono_panel import CONTROLLERS, SH1106, SSD1306, MonoPanel
from tools.draw import render_mono, scenes

DRIVERS = sorted(CONTROLLERS)
ALL = (*scenes.SCENES, "history", "rest", "no_pages", "first")


@pytest.mark.parametrize("driver", DRIVERS)
def test_every_scene_is_drawn_within_the_datasheet(driver):
    panels = render_mono.draw(driver, ALL)
    assert list(panels) == list(ALL)
    for name, panel in panels.items():
        assert panel.errors == [], name
        assert panel.on, name
        outermost = [(x, y) for x in range(128) for y in (0, 63)]
        assert not any(panel.glows(*at) for at in outermost), name


def picture(panel):
    return [[panel.glows(x, y) for x in range(128)] for y in range(64)]


def test_both_controllers_show_the_same():
    one, other = (render_mono.draw(driver, ("charging",))["charging"] for driver in DRIVERS)
    assert picture(one) == picture(other)
    assert sum(map(sum, picture(one))) > 300


@pytest.mark.parametrize("first, second", [("normal", "charging"), ("normal", "heating")])
def test_scenes_differ(first, second):
    panels = render_mono.draw(DRIVERS[0], (first, second))
    assert picture(panels[first]) != picture(panels[second])


def setup_of(driver):
    """Returns what a driver sends first."""
    return render_mono.transfers(driver, ("first",))[0][0]


@pytest.mark.parametrize("driver, other", [(DRIVERS[0], SSD1306), (DRIVERS[1], SH1106)])
def test_one_controllers_start_does_not_suit_the_other(driver, other):
    panel = MonoPanel(other)
    panel.take(setup_of(driver))
    panel.take(b"\x00\xaf")
    assert panel.errors


@pytest.mark.parametrize(
    "data, said",
    [
        (b"\x00\x81", "81 without its parameters"),
        (b"\x00\xff", "undefined command FF"),
        (b"\x80\xae", "control byte 80"),
        (b"\x00\xaf", "on without a supply"),
        (b"\x00\xda\x02", "DA 02"),
        (b"\x00\xa8\x1f", "A8 1F"),
        (b"\x40" + bytes(129), "129 bytes from column 0"),
        (b"\x00\x8d\x14\xaf\x8d\x10", "8D while the display is on"),
    ],
)
def test_what_the_datasheet_forbids_is_noticed(data, said):
    panel = MonoPanel(SSD1306)
    panel.take(data)
    panel.take(b"\x00\xe3")
    assert any(said in error for error in panel.errors)

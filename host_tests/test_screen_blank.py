"""A panel without pages says who it is, and nothing more."""

from io import BytesIO

import pytest

from host_tests.bench_rig import SETTINGS, benches, configure, make_cold, wait, wait_for_heat
from host_tests.panel_text import shows
from languages import english
from screen.blank import Blank
from screen.draw.brush import Brush
from screen.draw.fonts.glyphs import DATA
from screen.draw.language import Language
from screen.draw.palette import GREY
from tools import cpython_framebuf
from tools.bench.bench import Bench
from tools.scenes import Glass, new_screen


def test_its_words_are_of_the_language():
    glass = Glass()
    texts = Language(BytesIO(english.DATA))
    screen = Blank(Brush(glass, cpython_framebuf, BytesIO(DATA)), texts)
    drawn = bytes(glass.pixels)
    assert any(drawn)
    assert screen.update(None) is False
    screen.button(None)
    screen.shift()
    assert bytes(glass.pixels) == drawn


def test_it_can_stand_in_for_the_screen():
    _, screen = new_screen(cpython_framebuf)
    asked = ("update", "shift", "button")  # by firmware/tasks.py
    assert all(callable(getattr(kind, name)) for kind in (screen, Blank) for name in asked)


@pytest.mark.bench
def test_without_pages_it_heats_all_the_same(tmp_path):
    settings = {**SETTINGS, "screen_pages": False}
    with benches() as made:
        made.append(Bench(configure(tmp_path, settings, lapse=50)))
        made[-1].start()
        make_cold(made[-1])
        wait_for_heat(made[-1])
        wait(made[-1], lambda b: b.panel.lit, 5, "light")
        picture = made[-1].picture()
        assert shows(picture, "no pages: screen_pages", GREY)
        assert made[-1].snapshot()["panel"]["errors"] == 0

"""A panel without pages says who it is, and nothing more."""

from io import BytesIO

from languages import english
from screen.blank import Blank
from screen.draw.brush import Brush
from screen.draw.fonts.glyphs import DATA
from screen.draw.language import Language
from tools.draw import cpython_framebuf
from tools.draw.scenes import Glass, new_screen


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

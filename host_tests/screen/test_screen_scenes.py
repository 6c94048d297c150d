"""Whole pictures: the same on CPython and both MicroPythons; what they must and must not hold."""

import binascii
import importlib
import sys

import pytest

from bms import alarms
from screen import model as m
from screen.draw import palette
from tools.draw import cpython_framebuf, panel_layouts, render_lcd, scenes
from tools.draw.render_lcd import rgb

FOOTER_Y = 112
LINKS = (range(96, 143), range(82, 107))  # the Wi-Fi and MQTT symbols of the glance page
GREYS = {palette.value(index) for index in (0, 1, 2)}


@pytest.fixture(scope="module")
def drawn():
    return {name: bytes(scenes.draw(name, cpython_framebuf).pixels) for name in scenes.SCENES}


def pixels(data, width=scenes.WIDTH):
    """Yields (x, y, colour as framebuf takes it)."""
    for at in range(0, len(data), 2):
        y, x = divmod(at // 2, width)
        yield x, y, data[at] | data[at + 1] << 8


@pytest.mark.parametrize("width", (64, 32))
def test_same_picture_on_micropython(request, drawn, width):
    run = request.getfixturevalue(f"micropython{width}")
    script = "host_tests/mp/draw_scenes.py"
    if width == 64:
        result = run(script, places=("lib", "tools/draw"))
    else:
        inside = {"/lib/scenes.py": scenes.__file__}
        result = run(script, places=("lib",), files=inside)
    lines = dict(line.split() for line in result.stdout.splitlines())
    assert lines == {name: f"{binascii.crc32(data):08x}" for name, data in drawn.items()}


def test_scenes_differ(drawn):
    assert len(set(drawn.values())) == len(drawn)


@pytest.mark.parametrize("name", scenes.SCENES)
def test_margin_is_black(drawn, name):
    """The panel's driver shifts the picture by a pixel, and the glass keeps what was there."""
    for x, y, colour in pixels(drawn[name]):
        if not (1 <= x < scenes.WIDTH - 1 and 1 <= y < scenes.HEIGHT - 1):
            assert colour == 0, (x, y)


@pytest.mark.parametrize("size", [(135, 240), (320, 240), (320, 170), (240, 240), (480, 320)])
@pytest.mark.parametrize("name", scenes.SCENES)
def test_every_page_can_be_drawn_on_every_panel(name, size):
    """The glass refuses what lies outside it. (A narrow panel has no room for all of a page.)"""
    glass = scenes.draw(name, cpython_framebuf, scenes.Glass(*size))
    assert any(glass.pixels)


@pytest.fixture
def large_scenes():
    with panel_layouts.scenes_for(320, 240) as large:
        yield large


@pytest.mark.parametrize("name", scenes.SCENES)
def test_nothing_is_cut_on_a_large_panel(name, large_scenes, monkeypatch):
    brush = large_scenes.Brush
    plain = brush.begin

    def begin(self, x, y, w, h, look):
        whole = self.text.n
        plain(self, x, y, w, h, look)
        assert look >= 8 or self.text.n == whole

    monkeypatch.setattr(brush, "begin", begin)
    glass = large_scenes.draw(name, cpython_framebuf, large_scenes.Glass(320, 240))
    lit = {y for _x, y, colour in pixels(glass.pixels, 320) if colour}
    assert min(lit) < 20 and max(lit) > 200  # from the top to the bottom


def test_the_first_page_of_a_large_panel_has_all_figures(large_scenes):
    glass = large_scenes.draw("normal", cpython_framebuf, large_scenes.Glass(320, 240))
    small = scenes.draw("normal", cpython_framebuf, scenes.Glass(320, 240))
    assert len(glass.sent) > len(small.sent) and glass.pixels != small.pixels


def test_the_screen_is_the_small_one_again_after_a_large_one():
    before = sys.modules["screen.layout"]
    with panel_layouts.scenes_for(320, 240) as large:
        assert large is not scenes and sys.modules["screen.layout"] is not before
    assert sys.modules["screen.layout"] is before
    assert importlib.import_module("tools.draw.scenes") is scenes


def test_stale_page_is_grey(drawn):
    for x, y, colour in pixels(drawn["stale"]):
        age = 56 <= y < 78 and x >= 130
        if y < FOOTER_Y and not age and not (x in LINKS[0] and y in LINKS[1]):
            assert colour in GREYS, (x, y)
    fresh = {colour for _x, y, colour in pixels(drawn["normal"]) if y < FOOTER_Y}
    assert fresh - GREYS


def test_frozen_content_is_grey():
    frozen = shown("normal", frozen=True)
    for x, y, colour in pixels(frozen):
        age = 56 <= y < 78 and x >= 130
        assert y >= FOOTER_Y or x in LINKS[0] or age or colour in GREYS


def shown(name, **changes):
    """Returns the picture of a scene with some attributes of its model changed."""
    glass, screen = scenes.new_screen(cpython_framebuf)
    model = scenes.model_of(name, m.Model())
    for key, value in changes.items():
        scenes.change(model, key, value)
    scenes.settle(screen, model)
    return bytes(glass.pixels)


def test_each_state_of_a_switch_and_the_heater_looks_different():
    states = [shown("normal", charge_on=state) for state in (None, 0, 1)]
    assert len(set(states)) == 3
    heaters = [shown("normal", heater_on=on, heater_state=s) for on, s in ((0, 1), (1, 2))]
    assert len(set(heaters)) == 2
    links = [shown("normal", wifi=state) for state in (m.NOT_USED, m.TRYING, m.CONNECTED)]
    assert len(set(links)) == 3


def test_contrast_of_text():
    """Every full colour on black, and black on every full colour: at least 5:1 (WCAG)."""
    for index in (2, 3, 6, 9, 12, 15):
        assert contrast(rgb(index), (0, 0, 0)) >= 5, index


def contrast(one, other):
    def luminance(colour):
        linear = [((v / 255 + 0.055) / 1.055) ** 2.4 if v > 10 else v / 3295 for v in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_levels_of_a_colour_rise():
    for full in (3, 6, 9, 12, 15):
        sums = [sum(rgb(index)) for index in (0, full - 2, full - 1, full)]
        assert sums == sorted(set(sums))


def test_every_level_of_an_ink_belongs_to_its_colour():
    for name, ink in vars(palette).items():
        if name in ("WHITE", "GREEN", "AMBER", "RED", "BLUE"):
            full = ink & 15
            assert full % 3 == 0 and ink == full - 2 << 8 | full - 1 << 4 | full, name
            box = getattr(palette, "ON_" + name, None)
            assert box is None or box == full << 12 | full - 1 << 8 | full - 2 << 4, name
    assert rgb(0) == (0, 0, 0) and rgb(3) == (255, 255, 255)
    for full, strongest in ((6, 1), (12, 0), (15, 2)):
        assert max(rgb(full)) == rgb(full)[strongest]


def test_render_writes_true_colours(tmp_path):
    from PIL import Image

    assert render_lcd.main([str(tmp_path), "alarm"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["alarm.png"]
    image = Image.open(tmp_path / "alarm.png")
    assert image.size == (3 * scenes.WIDTH, 3 * scenes.HEIGHT)
    colours = {palette.value(index): rgb(index) for index in range(16)}
    for x, y, colour in pixels(scenes.draw("alarm", cpython_framebuf).pixels):
        assert image.getpixel((3 * x + 2, 3 * y + 1)) == colours[colour]


def test_render_draws_for_another_panel(tmp_path):
    from PIL import Image

    assert render_lcd.main(["--size", "320x240", str(tmp_path), "settings_error"]) == 0
    assert Image.open(tmp_path / "settings_error.png").size == (3 * 320, 3 * 240)


def test_render_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.delitem(sys.modules, "tools.draw.render_lcd")
    with pytest.raises(SystemExit, match="Pillow.*`make check` installs it"):
        importlib.import_module("tools.draw.render_lcd")
    monkeypatch.undo()


def test_render_refuses_unknown_scenes(tmp_path, capsys):
    with pytest.raises(SystemExit) as error:
        render_lcd.main([str(tmp_path), "alarm", "nonsense"])
    assert error.value.code == 2
    assert "nonsense" in capsys.readouterr().err
    assert alarms.NAMES  # the scenes use the real names

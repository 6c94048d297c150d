"""Canvas, fonts and text line; and that drawing step by step ends like drawing at once."""

import pathlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screen import model as m
from screen import palette as pal
from screen.canvas import BAND_ROWS, Canvas
from screen.errors import wrap
from screen.font import Font
from screen.fonts import huge, icons, large, medium, small, text
from screen.text import Text
from tools import cpython_framebuf as framebuf
from tools import make_font, scenes

FONTS = (huge, large, medium, small, text, icons)


def new_canvas(width=20, height=35):
    buffer = bytearray(width * height // 2)
    return Canvas(framebuf.FrameBuffer(buffer, width, height, framebuf.GS4_HMSB), width, height)


@given(st.lists(st.tuples(st.integers(-20, 50), st.integers(-3, 50)), max_size=4))
def test_bands_cover_what_was_marked(marks):
    canvas = new_canvas()
    rows = set()
    for y, n in marks:
        canvas.mark(y, n)
        rows |= set(range(max(y, 0), min(y + n, 35)))
    sent = set()
    while canvas.any_changed():
        y = canvas.take_band()
        assert 0 <= y <= 35 - BAND_ROWS
        sent |= set(range(y, y + BAND_ROWS))
    assert rows <= sent
    assert canvas.take_band() == -1
    assert len(sent) <= len({row // BAND_ROWS for row in rows}) * BAND_ROWS


@pytest.mark.parametrize("module", FONTS, ids=lambda module: module.__name__)
def test_tables_of_a_font_agree(module):
    glyphs = len(module.METRICS) // 5
    assert len(module.INDEX) == 96 and len(module.METRICS) == 5 * glyphs
    assert sorted(n for n in module.INDEX if n != 0xFF) == list(range(glyphs))
    sizes = [
        (module.METRICS[i] + 3) // 4 * module.METRICS[i + 1]
        for i in range(0, len(module.METRICS), 5)
    ]
    assert sum(sizes) == len(module.BITMAP)


def test_figures_of_one_font_are_equally_wide():
    for module in (large, medium):
        font = Font(module)
        assert len({font.width(b"0123456789", i, i + 1) for i in range(10)}) == 1


@given(st.binary(max_size=30), st.integers(-40, 260), st.integers(-40, 140))
def test_any_bytes_can_be_drawn_anywhere(data, x, y):
    font = Font(text)
    canvas = new_canvas()
    end = font.draw(canvas.fb, data, 0, len(data), x, y, pal.WHITE)
    assert end - x == font.width(data, 0, len(data))


def test_a_glyph_has_three_levels_of_its_ink():
    buffer = bytearray(60 * 70 // 2)
    fb = framebuf.FrameBuffer(buffer, 60, 70, framebuf.GS4_HMSB)
    Font(huge).draw(fb, b"8", 0, 1, 2, 2, pal.GREEN)
    assert {fb.pixel(x, y) for x in range(60) for y in range(70)} == {0, 4, 5, 6}


def test_generated_modules_are_what_the_tool_makes():
    package = make_font.PACKAGE
    if not package.is_dir():
        pytest.skip("npm package @fontsource/barlow-condensed is not installed")
    assert make_font.main(["--check"]) == 0


def test_licence_lies_beside_the_fonts():
    licence = pathlib.Path(huge.__file__).with_name("OFL.txt").read_text()
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "The Barlow Project Authors" in licence


def test_text_leaves_out_what_does_not_fit():
    line = Text().start(b"x" * 50)
    assert line.add(b"y" * 20).n == 50
    assert line.add(b"y" * 10).fixed(123, 1).n == 60
    assert bytes(Text().start(b"").two(7).add(b":").two(42).buf[:5]) == b"07:42"


@given(st.text(st.sampled_from("abcWi ._"), min_size=1, max_size=90))
def test_wrapping_keeps_every_letter(string):
    font = Font(text)
    lines = []
    wrap(string.encode(), font, 60, lines)
    assert b"".join(lines).replace(b" ", b"") == string.encode().replace(b" ", b"")
    assert all(font.width(line, 0, len(line)) <= 60 for line in lines)


# -- step by step against at once ---------------------------------------------------------------

FIGURES = st.fixed_dictionaries(
    {
        "soc_pct": st.none() | st.integers(0, 100),
        "pack_mv": st.none() | st.integers(0, 130_000),
        "current_ma": st.none() | st.integers(-900_000, 900_000),
        "power_mw": st.none() | st.integers(-(10**8), 10**8),
        "cell_min_mv": st.none() | st.integers(0, 5000),
        "cell_max_mv": st.none() | st.integers(0, 5000),
        "cell_delta_mv": st.none() | st.integers(0, 5000),
        "temp_min_dc": st.none() | st.integers(-400, 1300),
        "temp_max_dc": st.none() | st.integers(-400, 1300),
        "charge_on": st.none() | st.integers(0, 1),
        "discharge_on": st.none() | st.integers(0, 1),
        "age_s": st.integers(0, 100),
        "link": st.integers(0, 2),
        "wifi": st.integers(0, 2),
        "mqtt": st.integers(0, 2),
        "verdict": st.sampled_from((0, 0, 0, 4)),
        "frozen": st.booleans(),
        "heater_state": st.integers(0, 5),
        "heater_reason": st.integers(0, 21),
        "heater_on": st.booleans(),
        "heater_mw": st.none() | st.integers(0, 200_000),
        "uptime_s": st.integers(100, 200),
    }
)


def apply(model, figures):
    for key, value in figures.items():
        setattr(model, key, value)
    model.age_ms = 1000 * model.age_s


@settings(max_examples=25, deadline=None)
@given(st.lists(FIGURES, min_size=2, max_size=5))
def test_step_by_step_ends_like_at_once(steps):
    buffer, canvas, screen = scenes.new_screen(framebuf)
    model = scenes.model_of("normal", m.Model())
    for figures in steps:
        apply(model, figures)
        before = bytes(buffer)
        canvas.changed[:] = bytes(len(canvas.changed))
        screen.update(model)
        for row in range(scenes.HEIGHT):
            span = slice(row * scenes.WIDTH // 2, (row + 1) * scenes.WIDTH // 2)
            if before[span] != buffer[span]:
                assert canvas.changed[row // BAND_ROWS], row
    fresh, _canvas, other = scenes.new_screen(framebuf)
    other._glance._tenths = screen._glance._tenths  # the one thing that is remembered on purpose
    apply(model, steps[-1])
    other.update(model)
    assert fresh == buffer

"""Canvas, fonts and text line; and that drawing step by step ends like drawing at once."""

import pathlib
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screen import model as m
from screen import palette as pal
from screen.canvas import BAND_ROWS, Canvas
from screen.errors import wrap
from screen.font import Pen, width
from screen.fonts import barlow
from screen.fonts.glyphs import DATA
from screen.text import Text
from tools import cpython_framebuf as framebuf
from tools import make_font, scenes


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


def glyphs_of(face):
    """Returns (advance, width, rows, left, top, bitmap) of each glyph, after make_font's words."""
    _height, _first, _index, advances, start, size = barlow.FACES[face]
    for number, advance in enumerate(advances):
        record = DATA[start + number * size : start + (number + 1) * size]
        yield advance, record[0], record[1], record[2] - 64, record[3] - 64, record[4:]


@pytest.mark.parametrize("face", range(len(barlow.FACES)))
def test_tables_of_a_face_agree(face):
    _height, _first, index, advances, start, size = barlow.FACES[face]
    assert sorted(n for n in index if n != 0xFF) == list(range(len(advances)))
    after = [face[4] for face in barlow.FACES[face + 1 :]] + [len(DATA)]
    assert start + size * len(advances) == after[0]
    assert max(4 + (g[1] + 3) // 4 * g[2] for g in glyphs_of(face)) == size


def test_the_tables_belong_to_the_pictures():
    assert zlib.crc32(DATA) == barlow.CHECK


@pytest.mark.parametrize("face", range(len(barlow.FACES)))
@pytest.mark.parametrize("ink", (pal.BLUE, pal.ON_RED))
def test_every_glyph_is_drawn_as_it_is_stored(face, ink):
    for number, (want, w, rows, left, top, bits) in enumerate(glyphs_of(face)):
        canvas = new_canvas(80, 90)
        canvas.fb.fill(ink >> 12)
        assert Pen(canvas.fb, BytesIO(DATA)).glyph(face, number, 9, 8, ink) == want
        stride = (w + 3) // 4
        for y in range(90):
            for x in range(80):
                column, row = x - 9 - left, y - 8 - top
                level = 0
                if 0 <= column < w and 0 <= row < rows:
                    level = bits[row * stride + column // 4] >> column % 4 * 2 & 3
                assert canvas.fb.pixel(x, y) == ink >> 12 - 4 * level & 15, (number, x, y)


class Broken(BytesIO):
    """A file on a flash that cannot be read any more."""

    def readinto(self, _buffer):
        raise OSError(5)


def test_what_cannot_be_read_is_left_out():
    canvas = new_canvas(80, 90)
    pen = Pen(canvas.fb, Broken(DATA))
    assert pen.draw(barlow.TEXT, b"as", 0, 2, 3, 3, pal.GREEN) == 3 + width(
        barlow.TEXT, b"as", 0, 2
    )
    assert not any(canvas.fb.pixel(x, y) for x in range(80) for y in range(90))


def test_figures_of_one_face_are_equally_wide():
    for face in (barlow.LARGE, barlow.MEDIUM):
        assert len({width(face, b"0123456789", i, i + 1) for i in range(10)}) == 1


@given(
    st.sampled_from((barlow.TEXT, barlow.HUGE)),
    st.binary(max_size=30),
    st.integers(-40, 260),
    st.integers(-40, 140),
)
def test_any_bytes_can_be_drawn_anywhere(face, data, x, y):
    canvas = new_canvas()
    end = Pen(canvas.fb, BytesIO(DATA)).draw(face, data, 0, len(data), x, y, pal.WHITE)
    assert end - x == width(face, data, 0, len(data))


def test_a_glyph_has_three_levels_of_its_ink():
    canvas = new_canvas(60, 70)
    Pen(canvas.fb, BytesIO(DATA)).draw(barlow.HUGE, b"8", 0, 1, 2, 2, pal.GREEN)
    assert {canvas.fb.pixel(x, y) for x in range(60) for y in range(70)} == {0, 4, 5, 6}


def test_generated_module_is_what_the_tool_makes():
    package = make_font.PACKAGE
    if not package.is_dir():
        pytest.skip("npm package @fontsource/barlow-condensed is not installed")
    assert make_font.main(["--check"]) == 0


def test_licence_lies_beside_the_fonts():
    licence = pathlib.Path(barlow.__file__).with_name("OFL.txt").read_text()
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "The Barlow Project Authors" in licence


def test_text_leaves_out_what_does_not_fit():
    line = Text().start(b"x" * 50)
    assert line.add(b"y" * 20).n == 50
    assert line.add(b"y" * 10).fixed(123, 1).n == 60
    assert bytes(Text().start(b"").two(7).add(b":").two(42).buf[:5]) == b"07:42"


def test_words():
    table = b"no_data\n\ncell_sum_of_all"
    assert said(Text().start(b"x ").word(table, 0)) == b"x no data"
    assert said(Text().start(b"x").word(table, 1)) == b"x"
    assert said(Text().start(b"").word(table, 2)) == b"cell sum of all"
    assert said(Text().start(b"a_b ").word(table, 3)) == b"a_b 3"
    assert said(Text().start(b"").word(table, -1)) == b"-1"
    assert said(Text().start(b"y" * 60).word(table, 0)) == b"y" * 60 + b"no d"


def said(line):
    return bytes(line.buf[: line.n])


def test_texts_are_compared_in_full():
    assert Text().start(b"abc").same(Text().start(b"abc"))
    assert Text().same(Text().start(b""))
    for other in (b"abd", b"ab", b"abcd", b""):
        assert not Text().start(b"abc").same(Text().start(other))


@given(st.text(st.sampled_from("abcWi ._"), min_size=1, max_size=90))
def test_wrapping_keeps_every_letter(string):
    lines = []
    wrap(string.encode(), barlow.TEXT, 60, lines)
    assert b"".join(lines).replace(b" ", b"") == string.encode().replace(b" ", b"")
    assert all(width(barlow.TEXT, line, 0, len(line)) <= 60 for line in lines)


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
        "why": st.integers(0, 2),
        "whys": st.just(b"waiting for figures\nthe BMS is silent\nbytes, but no good frame"),
        "wifi": st.integers(0, 2),
        "mqtt": st.integers(0, 2),
        "verdict": st.sampled_from((0, 0, 0, 4)),
        "frozen": st.booleans(),
        "heater_state": st.integers(0, 4),
        "heater_reason": st.integers(0, 21),
        "heater_on": st.booleans(),
        "heater_power_mw": st.none() | st.integers(0, 200_000),
        "uptime_s": st.integers(100, 200),
    }
)


def apply(model, figures):
    for key, value in figures.items():
        scenes.change(model, key, value)
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

"""Fonts, brush, layout and text line; and that drawing step by step ends like drawing at once."""

import pathlib
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screen import layout, layout_320x240
from screen import model as m
from screen.draw import brush as b
from screen.draw import palette as pal
from screen.draw.brush import Brush
from screen.draw.fonts import barlow
from screen.draw.fonts.glyphs import DATA
from screen.draw.text import Text
from screen.pages.errors import width, wrap
from tools.draw import cpython_framebuf as framebuf
from tools.draw import make_font, scenes

PAGES = ("GLANCE", "FIGURES", "LOST", "HANDED", "HEATER", "REPORT", "LINES", "START")


# Layout and the panels that it is for.
LAYOUTS = [(layout, b.WIDTH, b.HEIGHT), (layout_320x240, 320, 240), (layout_320x240, 480, 320)]


def rows_of(page, table=layout, width=b.WIDTH, height=b.HEIGHT):
    """Returns [(x, y, w, h, look)] of a page, in pixels of a panel, as Brush.take has them."""
    table = getattr(table, page)
    rows = [table[at : at + b.ROW] for at in range(0, len(table), b.ROW)]
    return [
        (
            2 * x * width // b.WIDTH,
            y * height // b.HEIGHT,
            2 * w * width // b.WIDTH,
            h,
            look,
        )
        for x, y, w, h, look, _what in rows
    ]


# -- layout ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("table, width, height", LAYOUTS)
@pytest.mark.parametrize("page", PAGES)
def test_fields_are_on_the_panel_and_share_their_black_edges_at_most(page, table, width, height):
    boxes = rows_of(page, table, width, height)
    for x, y, w, h, _look in boxes:
        assert 0 <= x and x + w <= width and 0 <= y and y + h <= height
    for i, (x, y, w, h, _look) in enumerate(boxes):
        for x2, y2, w2, h2, _look2 in boxes[:i]:
            apart = x + w - 1 <= x2 + 1 or x2 + w2 - 1 <= x + 1
            assert apart or y + h - 1 <= y2 + 1 or y2 + h2 - 1 <= y + 1, (page, i)


@pytest.mark.parametrize("table, width, height", LAYOUTS)
@pytest.mark.parametrize("page", PAGES)
def test_fields_have_room_for_their_letters(page, table, width, height):
    for _x, _y, _w, h, look in rows_of(page, table, width, height):
        if look < b.BAR:
            assert h >= barlow.FACES[look & 3][0] + 4


@pytest.mark.parametrize("table, width, height", LAYOUTS[:2])
@pytest.mark.parametrize("page", PAGES)
def test_a_symbol_in_a_box_is_drawn_in_one_piece(page, table, width, height):
    for _x, _y, w, h, look in rows_of(page, table, width, height):
        if look in (b.TILE, b.ICON):
            assert w * h <= b._PIECE_PIXELS


@pytest.mark.parametrize("page", PAGES)
def test_what_fits_on_the_small_panel_fits_on_the_large_one(page):
    small = rows_of(page)
    large = rows_of(page, layout_320x240, 320, 240)
    assert len(large) >= len(small)
    for i, ((*_, w, _h, look), (*_, w2, _h2, look2)) in enumerate(zip(small, large, strict=False)):
        if look < b.BAR and (page, i) != ("GLANCE", 6):
            assert w2 >= w and look2 & 3 == look & 3, (page, i)
    if page == "GLANCE":  # what has come beside
        room = {what: w for *_, w, _h, _look, what in _raw(layout.FIGURES)[1:]}
        for *_, w, _h, _look, what in _raw(layout_320x240.GLANCE)[len(small) :]:
            assert w * 8 // 3 >= room[what] * 2


def _raw(table):
    return [tuple(table[at : at + b.ROW]) for at in range(0, len(table), b.ROW)]


def test_figures_that_a_driver_needs_are_large_enough():
    """At 70 cm from a panel of 1.14 inches: 12 arc minutes are 24 pixels, 8 are 16."""
    pixel_mm = 24.91 / 240
    for page in PAGES:
        for _x, _y, _w, _h, look in rows_of(page):
            if look < b.BAR:
                minutes = barlow.FACES[look & 3][0] * pixel_mm / 700 * 3437.7
                assert minutes >= (8 if look & 3 == b.TEXT else 12)
    needed = rows_of("GLANCE")[1:5]
    assert [look & 3 for *_, look in needed if look != b.BAR] == [barlow.HUGE, 1, 1]


# -- glyphs ---------------------------------------------------------------------------------------


def glyphs_of(face):
    """Returns (advance, width, rows, left, top, bitmap) of each glyph, after make_font's words."""
    _height, _first, _index, advances, start, size = barlow.FACES[face]
    for number, advance in enumerate(advances):
        record = DATA[start + number * size : start + (number + 1) * size]
        yield advance, record[0], record[1], record[2] - 64, record[3] - 64, record[4:]


@pytest.mark.parametrize("face", range(len(barlow.FACES)))
def test_tables_of_a_face_agree(face):
    _height, _first, index, advances, start, size = barlow.FACES[face]
    assert not index or sorted(n for n in index if n != 0xFF) == list(range(len(advances)))
    after = [face[4] for face in barlow.FACES[face + 1 :]] + [len(DATA)]
    assert start + size * len(advances) == after[0]
    assert max(4 + (g[1] + 3) // 4 * g[2] for g in glyphs_of(face)) == size
    assert size <= b.BUFFER_BYTES - b._CELL_AT


def test_the_tables_belong_to_the_pictures():
    assert zlib.crc32(DATA) == barlow.CHECK


class Glass(scenes.Glass):
    """A panel to look at pixel by pixel."""

    def pixel(self, x, y):
        at = 2 * (y * self.width + x)
        return self.pixels[at] | self.pixels[at + 1] << 8


def drawn(text, face, box, ink=pal.WHITE, file=None, look=0, **attributes):
    """Returns the glass on which a brush drew one field."""
    glass = Glass()
    pen = Brush(glass, framebuf, file or BytesIO(DATA))
    pen.text.start(text)
    pen.ink = ink
    for name, value in attributes.items():
        setattr(pen, name, value)
    pen.begin(*box, face + look)
    while pen.pieces:
        pen.step()
    return glass


@pytest.mark.parametrize("face", (barlow.TEXT, barlow.LARGE, barlow.HUGE))
def test_no_glyph_stands_out_by_more_than_the_brush_looks_for(face):
    for advance, w, _rows, left, _top, bits in glyphs_of(face):
        if any(bits):
            assert left >= -1 and left + w <= advance


@pytest.mark.parametrize("face", (barlow.HUGE, barlow.LARGE, barlow.TEXT))
@pytest.mark.parametrize("ink", (pal.BLUE, pal.ON_RED))
def test_every_glyph_is_drawn_as_it_is_stored(face, ink):
    height, first, index, *_ = barlow.FACES[face]
    codes = {index[at] if index else at: at + first for at in range(len(index) or 94)}
    for number, (_advance, w, rows, left, top, bits) in enumerate(glyphs_of(face)):
        if number not in codes:
            continue
        glass = drawn(bytes([codes[number]]), face, (20, 30, 60, height + 6), ink)
        x0 = 20 + (b._GROUND_PAD if ink >> 12 else b._PAD) + left
        y0 = 30 + 3 - (face == barlow.TEXT) + top
        stride = (w + 3) // 4
        for row in range(rows):
            for column in range(w):
                level = bits[row * stride + column // 4] >> column % 4 * 2 & 3
                want = pal.value(ink >> 12 - 4 * level & 15)
                if level and 0 < y0 + row - 30 < height + 5:  # brackets are cut
                    assert glass.pixel(x0 + column, y0 + row) == want, (number, column, row)


class Broken(BytesIO):
    """A file on a flash that cannot be read any more."""

    def readinto(self, _buffer):
        raise OSError(5)


def test_what_cannot_be_read_is_left_out():
    glass = drawn(b"as", barlow.TEXT, (3, 3, 60, 22), file=Broken(DATA))
    assert not any(glass.pixels)


def test_figures_of_one_face_are_equally_wide():
    for face in (barlow.LARGE, barlow.TEXT):
        assert len({width(face, b"0123456789", i, i + 1) for i in range(10)}) == 1


@given(
    st.sampled_from((barlow.TEXT, barlow.LARGE, barlow.HUGE)),
    st.binary(max_size=64),
    st.integers(1, 239),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_any_bytes_can_be_drawn_in_any_width(face, data, w, right):
    glass = drawn(data, face, (240 - w, 40, w, 70), look=b.RIGHT if right else 0)
    for x in range(240 - w):
        assert not any(glass.pixel(x, y) for y in range(40, 110))


def test_a_piece_is_never_larger_than_the_buffer():
    for h in range(1, 136):
        for w in (1, 7, 26, 60, 80, 239, 240, 480):
            pen = Brush(scenes.Glass(480, 320), framebuf, BytesIO(DATA))
            pen.begin(0, 0, w, h, b.BAR)
            assert 2 * pen.wide * h <= b._CELL_AT
            assert pen.pieces * pen.wide >= w


def test_the_edge_of_every_field_is_black():
    """So that moving the picture by a pixel leaves nothing behind."""
    box = (40, 40, 44, 26)
    inks = (pal.ON_RED, pal.WHITE)
    for ink in inks:
        glasses = [drawn(b"Ag", barlow.TEXT, box, ink)]
        glasses.append(drawn(b"", 0, box, ink, look=b.TILE, icon=b.HEAT))
        glasses.append(drawn(b"", 0, box, ink, look=b.BAR, filled=1000, tick=0, tick2=999))
        for glass in glasses:
            for x in range(40, 84):
                assert glass.pixel(x, 40) == glass.pixel(x, 65) == 0
            for y in range(40, 66):
                assert glass.pixel(40, y) == glass.pixel(83, y) == 0


def test_a_glyph_has_three_levels_of_its_ink():
    glass = drawn(b"8", barlow.HUGE, (2, 2, 60, 70), pal.GREEN)
    colours = {glass.pixel(x, y) for x in range(2, 62) for y in range(2, 72)}
    assert colours == {pal.value(index) for index in (0, 4, 5, 6)}


def test_generated_module_is_what_the_tool_makes():
    package = make_font.PACKAGE
    if not package.is_dir():
        pytest.skip("npm package @fontsource/barlow-condensed is not installed")
    assert make_font.main(["--check"]) == 0


def test_licence_lies_beside_the_fonts():
    licence = pathlib.Path(barlow.__file__).with_name("OFL.txt").read_text()
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    assert "The Barlow Project Authors" in licence


# -- texts ----------------------------------------------------------------------------------------


def test_text_leaves_out_what_does_not_fit():
    line = Text().start(b"x" * 50)
    assert line.add(b"y" * 20).n == 50
    assert line.add(b"y" * 10).fixed(123, 1).n == 60
    assert bytes(Text().start(b"").two(7).add(b":").two(42).buf[:5]) == b"07:42"
    assert line.add(b"z" * 4).add(b"z").n == 64
    assert bytes(line.buf) == b"x" * 50 + b"y" * 10 + b"z" * 4


def test_only_a_unit_is_small():
    line = Text().start(b"12").small(b"mV")
    assert (line.unit, line.n) == (2, 4)
    assert line.add(b"!").unit == 5


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
    model.pack.seq += 1


@settings(max_examples=20, deadline=None)
@given(st.lists(FIGURES, min_size=2, max_size=5), st.integers(0, 3))
def test_step_by_step_ends_like_at_once(steps, presses):
    glass, screen = scenes.new_screen(framebuf)
    model = scenes.model_of("normal", m.Model())
    for figures in steps:
        apply(model, figures)
        scenes.settle(screen, model)
        screen.shift()  # draws all again, over what is there
        scenes.settle(screen, model)
    fresh, other = scenes.new_screen(framebuf)
    apply(model, steps[-1])
    scenes.settle(other, model)
    for _ in range(presses):
        screen.button(model)
        scenes.settle(screen, model)
        other.button(model)
        scenes.settle(other, model)
    assert fresh.pixels == glass.pixels


NEAR = {
    "soc_pct": (9, 10, 11, 21, 71, 99, 100),
    "pack_mv": (9_990, 51_200, 51_300, 51_310, 111_110),
    "current_ma": (-100, 0, 100, 9_900, 10_000, -10_000, 99_900),
    "power_mw": (-5_000, 5_000, 6_000, 99_000, 111_000, 999_000, 10**6, 1_010_000, 12 * 10**6),
    "cell_min_mv": (3_299, 3_300, 3_301, 999),
    "cell_delta_mv": (9, 10, 11, 999, 10**7, None),
    "temp_min_dc": (-10, 9, 10, 111, 211, 9_990, 10_000, 10_001, None),
    "age_s": (0, 1, 5, 9, 10, 11, 59),
}


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries({}, optional={n: st.sampled_from(v) for n, v in NEAR.items()}),
        min_size=2,
        max_size=6,
    ),
    st.integers(0, 1),
)
def test_a_figure_that_was_changed_looks_like_one_drawn_at_once(steps, presses):
    glass, screen = scenes.new_screen(framebuf)
    model = scenes.model_of("normal", m.Model())
    for _ in range(presses):
        screen.button(model)
    scenes.settle(screen, model)
    for figures in steps:
        apply(model, {"age_s": 1} | figures)
        scenes.settle(screen, model)
    fresh, other = scenes.new_screen(framebuf)
    for _ in range(presses):
        other.button(model)
    scenes.settle(other, model)
    assert fresh.pixels == glass.pixels


def sent_for(before, after):
    """Returns the boxes that are sent when the figures `before` become those `after`."""
    glass, screen = scenes.new_screen(framebuf)
    model = scenes.model_of("normal", m.Model())
    apply(model, {"age_s": 1} | before)
    scenes.settle(screen, model)
    glass.sent.clear()
    apply(model, {"age_s": 1} | after)
    scenes.settle(screen, model)
    return glass.sent


def test_the_same_figures_send_nothing():
    assert (
        sent_for({"soc_pct": 71, "current_ma": 5_000}, {"soc_pct": 71, "current_ma": 5_000}) == []
    )


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("age_s", 1, 2),
        ("age_s", 8, 9),
        ("current_ma", 12_300, 12_400),
        ("temp_min_dc", 111, 112),
        ("power_mw", 54_000, 55_000),
    ],
)
def test_of_a_digit_that_changes_only_that_is_sent(name, before, after):
    boxes = sent_for({name: before}, {name: after})
    assert len(boxes) == 1
    assert boxes[0][2] == b._NARROW


def test_of_the_largest_digits_only_those_that_move_are_sent():
    """As wide as before: only it; else it moves what is before it."""
    bar = rows_of("GLANCE")[2]
    for before, after, pieces in ((72, 73, 3), (75, 76, 3), (71, 72, 5), (80, 81, 5)):
        boxes = [
            box for box in sent_for({"soc_pct": before}, {"soc_pct": after}) if box[1] < bar[1]
        ]
        assert len(boxes) == pieces, (before, after)


def test_a_dash_that_stays_one_is_not_sent_again():
    assert sent_for({"temp_min_dc": 10_000}, {"temp_min_dc": 10_010}) == []
    assert sent_for({"temp_min_dc": 10_000}, {"temp_min_dc": None}) != []

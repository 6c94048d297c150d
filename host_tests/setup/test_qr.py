"""The QR code is one that a reader of other people's reads, from the panel's own pixels."""

import hashlib
import io

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from languages import english, german
from screen import poster
from screen.draw.brush import ABSENT, ADVANCES, FIRST, INDEX, Brush
from screen.draw.fonts.barlow import FACES, TEXT
from screen.draw.fonts.glyphs import DATA
from screen.draw.language import Language
from setup import access, qr
from tools.draw import cpython_framebuf as framebuf
from tools.draw.render_lcd import image_of
from tools.draw.scenes import Glass

NAME = access.network_name("240ac400be01")
PASSWORDS = [access.random_password(bytes([n] * access.PASSWORD_LETTERS)) for n in range(32)]


def read(image):
    """Returns the texts of the codes in a Pillow image."""
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp reads QR codes")
    return [code.bytes for code in zxingcpp.read_barcodes(image)]


def picture(modules, scale=4):
    image_module = pytest.importorskip("PIL.Image")
    size = len(modules) + 8
    image = image_module.new("L", (size, size), 255)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            image.putpixel((x + 4, y + 4), 0 if dark else 255)
    return image.resize((size * scale, size * scale), image_module.NEAREST)


@given(st.binary(min_size=1, max_size=qr.MOST_BYTES))
@settings(max_examples=60)
def test_a_reader_finds_what_was_put_in(data):
    assert read(picture(qr.encode(data))) == [data]


@pytest.mark.parametrize("size", [1, qr.MOST_BYTES])
def test_the_shortest_and_the_longest(size):
    assert read(picture(qr.encode(b"x" * size))) == [b"x" * size]


def test_what_is_too_long_is_refused():
    with pytest.raises(ValueError, match="too long"):
        qr.encode(bytes(qr.MOST_BYTES + 1))


def test_it_is_a_square_of_dark_and_light():
    modules = qr.encode(b"Packmate")
    assert [len(row) for row in modules] == [qr.SIZE] * qr.SIZE
    assert {cell for row in modules for cell in row} == {0, 1}


def test_the_code_stays_the_one_that_was_read():
    """Where no reader is installed this notices a change."""
    modules = qr.encode(access.qr_text(NAME, "k7fq2xq9hd"))
    digest = hashlib.sha256(b"".join(modules)).hexdigest()
    assert digest[:16] == "ccb3bc257bde23d3"


@pytest.mark.parametrize(
    "size, language",
    [
        ((240, 135), english),
        ((240, 135), german),
        ((320, 240), english),
        ((320, 170), english),
        ((240, 240), german),
    ],
)
def test_the_panel_shows_a_code_that_can_be_read(size, language):
    for password in PASSWORDS[::16]:
        image = image_of(shown(size, language, password), 1)
        assert read(image) == [f"WIFI:T:WPA;S:{NAME};P:{password};;".encode()]


def shown(size, language=english, password=PASSWORDS[0]):
    """Returns the Glass of a panel of this size that shows the network."""
    glass = Glass(*size)
    brush = Brush(glass, framebuf, io.BytesIO(DATA))
    texts = Language(io.BytesIO(language.DATA))
    modules = qr.encode(access.qr_text(NAME, password))
    poster.show_network(brush, texts, (NAME, password, access.ADDRESS), modules)
    return glass


def test_every_password_has_room_beside_the_code():
    """What has no room in a field is cut."""
    face = FACES[TEXT]
    widths = []
    for password in PASSWORDS:
        places = [ord(letter) - face[FIRST] for letter in password]
        numbers = [face[INDEX][place] for place in places] if face[INDEX] else places
        assert ABSENT not in numbers
        widths.append(sum(face[ADVANCES][number] for number in numbers))
    assert max(widths) <= 108 - 2 * 2  # of poster.py, and the padding of a field

"""Where the screen's glyphs come from, and what is said when they cannot."""

import io
import sys

import pytest

from hardware import glyph_file
from screen.fonts.glyphs import DATA

MISSING = "lib/screen/fonts/glyphs.bin: missing; copy the image again"
DAMAGED = "lib/screen/fonts/glyphs.bin: damaged; copy the image again"


@pytest.fixture
def path(tmp_path, monkeypatch):
    """The file's place in a tree that is on the path after one that has none."""
    place = tmp_path / "lib" / "screen" / "fonts" / "glyphs.bin"
    place.parent.mkdir(parents=True)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path / "lib")])
    monkeypatch.setitem(sys.modules, "screen.fonts.glyphs", None)  # cannot be imported
    monkeypatch.delattr("screen.fonts.glyphs", raising=False)
    return place


def test_the_file_of_the_image(path):
    path.write_bytes(DATA)
    errors = []
    with glyph_file.open_glyphs(errors) as file:
        file.seek(0)
        assert file.read() == DATA
    assert errors == []


@pytest.mark.parametrize("data", [b"", DATA[:-1], DATA + b"\0", b"\xff" + DATA[1:]])
def test_a_damaged_file_is_refused(path, data):
    path.write_bytes(data)
    errors = []
    assert glyph_file.open_glyphs(errors) is None
    assert errors == [DAMAGED]


def test_a_missing_file_is_told(path):
    errors = []
    assert glyph_file.open_glyphs(errors) is None
    assert errors == [MISSING]


def test_the_module_of_a_frozen_firmware_does_as_well(path, monkeypatch):
    monkeypatch.undo()
    errors = []
    assert glyph_file.open_glyphs(errors).read() == DATA
    assert errors == []


def test_a_file_that_cannot_be_read_has_no_checksum():
    class Broken(io.BytesIO):
        def readinto(self, _buffer):
            raise OSError(5)

    assert glyph_file.checksum(Broken()) is None

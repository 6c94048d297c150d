"""Where the screen's glyphs and texts come from, and what is said when they cannot."""

import io
import sys

import pytest

from hardware import screen_files
from languages import codes, english, german
from screen.draw.fonts import glyphs
from tools import rendered

FILES = {
    "screen.draw.fonts.glyphs": (screen_files.open_glyphs, glyphs),
    "languages.english": (screen_files.open_texts, english),
}


@pytest.fixture(params=FILES)
def file(request, tmp_path, monkeypatch):
    """(place, bytes, function, path as told) in a tree that is on the path after an empty one."""
    name = request.param
    path = name.replace(".", "/") + ".bin"
    place = tmp_path / "lib" / path
    place.parent.mkdir(parents=True)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path / "lib")])
    monkeypatch.setitem(sys.modules, name, None)  # cannot be imported
    monkeypatch.delattr(name, raising=False)
    function, module = FILES[name]
    return place, rendered.FILES[name](module, None), function, path


def test_the_file_of_the_image(file):
    place, data, function, _path = file
    place.write_bytes(data)
    errors = []
    with function(errors) as opened:
        opened.seek(0)
        assert opened.read() == data
    assert errors == []


@pytest.mark.parametrize(
    "damage",
    [lambda d: b"", lambda d: d[:-1], lambda d: d + b"\0", lambda d: b"\xff" + d[1:]],
    ids=["empty", "short", "long", "changed"],
)
def test_a_damaged_file_is_refused(file, damage):
    place, data, function, path = file
    place.write_bytes(damage(data))
    errors = []
    assert function(errors) is None
    assert errors == [f"lib/{path}: damaged; copy the image again"]


def test_a_missing_file_is_told(file):
    _place, _data, function, path = file
    errors = []
    assert function(errors) is None
    assert errors == [f"lib/{path}: missing; copy the image again"]


def test_where_the_words_cannot_be_read_the_codes_are_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setitem(sys.modules, "languages.english", None)
    monkeypatch.delattr("languages.english", raising=False)
    rendered.write("languages.codes", None, tmp_path)
    errors = []
    with screen_files.open_texts(errors) as file:
        file.seek(0)
        assert file.read()[:-4] == codes.DATA
    assert errors == ["lib/languages/english.bin: missing; copy the image again"]


@pytest.mark.parametrize("name", FILES)
def test_the_module_of_a_frozen_firmware_does_as_well(name):
    function, module = FILES[name]
    errors = []
    assert function(errors).read() == module.DATA
    assert errors == []


def test_a_file_that_cannot_be_read_has_no_checksum():
    class Broken(io.BytesIO):
        def readinto(self, _buffer):
            raise OSError(5)

    assert screen_files.checksum(Broken()) is None


def test_another_language_is_read_from_its_file_or_its_module(tmp_path, monkeypatch):
    errors = []
    assert screen_files.open_texts(errors, "german").read() == german.DATA
    rendered.write("languages.german", None, tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setitem(sys.modules, "languages.german", None)
    monkeypatch.delattr("languages.german", raising=False)
    with screen_files.open_texts(errors, "german") as file:
        file.seek(0)
        assert file.read()[:-4] == german.DATA
    assert errors == []


def test_a_language_that_is_missing_leaves_english(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setitem(sys.modules, "languages.german", None)
    monkeypatch.delattr("languages.german", raising=False)
    errors = []
    assert screen_files.open_texts(errors, "german") is None
    assert errors == ["lib/languages/german.bin: missing; copy the image again"]

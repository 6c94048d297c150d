"""State and settings files on a real file system; writes that fail, and files that are damaged.

What a power cut does is in test_storage_cuts.py, and on LittleFS in mp/test_storage.py.
"""

import json
import os
import pathlib

import pytest

from host_tests.state_file import seal
from kept import storage as module
from starting import config

OLD, NEW = {"boots": 1, "heater": {"version": 1, "latched": 4}}, {"boots": 2, "heater": {"x": 0}}
OLDER_RECORD = {"latched": 4}  # without its version: a fault may be missing


@pytest.fixture
def storage(tmp_path, monkeypatch):
    """The storage module in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return module


def put(path, content):
    pathlib.Path(path).write_bytes(content)


def test_a_first_boot_has_nothing_and_says_nothing(storage, capsys):
    assert config.load_state() == ({}, {})
    assert capsys.readouterr().out == ""


def test_state_survives(storage, tmp_path):
    assert storage.write_state(OLD) and storage.write_state(NEW)
    assert config.load_state() == (NEW, NEW["heater"])
    assert sorted(os.listdir(tmp_path)) == ["state.json", "state.old"]
    assert config.read_state(storage.OLDER) == OLD


def test_the_longest_state_is_far_from_the_limit(storage):
    state = {"boots": 1 << 40, "bms": ["jk_display", 115_200]}
    state["heater"] = {f"a_rather_long_key_{i}": [1 << 29] * 4 for i in range(40)}
    assert storage.write_state(state)
    assert config.load_state() == (state, state["heater"])


GARBAGE = {
    "empty": b"",
    "no checksum": b'{"boots": 1}',
    "no checksum, a line": b'{"boots": 1}\n',
    "wrong checksum": b'{"boots": 1}\n00000000\n',
    "cut": seal(json.dumps(OLD)).encode()[:-1],
    "text behind": seal(json.dumps(OLD)).encode() + b"x",
    "a flipped bit": seal(json.dumps(OLD)).encode().replace(b"4", b"5", 1),
    "not UTF-8": b"\xff\xfe{}\n12345678\n",
    "no JSON": seal("{").encode(),
    "no dict": seal("[]").encode(),
    "huge": b"\n" * 100_000,
}
garbage = pytest.mark.parametrize("content", GARBAGE.values(), ids=list(GARBAGE))


@garbage
def test_a_damaged_file_is_no_first_boot(storage, content, capsys):
    put(storage.STATE, content)
    assert config.load_state() == ({}, None)
    assert "state.json: is damaged" in capsys.readouterr().out


@garbage
def test_the_older_file_counts_but_a_fault_may_be_missing(storage, content):
    assert storage.write_state(OLD) and storage.write_state(NEW)
    put(storage.STATE, content)
    assert config.load_state() == (OLD | {"heater": OLDER_RECORD}, OLDER_RECORD)


@garbage
def test_both_damaged(storage, content):
    put(storage.STATE, content)
    put(storage.OLDER, content)
    assert config.load_state() == ({}, None)


@garbage
def test_a_damaged_new_file_is_no_matter(storage, content):
    put(storage.NEWER, content)
    assert config.load_state() == ({}, {})
    assert storage.write_state(OLD)
    put(storage.NEWER, content)
    assert config.load_state() == (OLD, OLD["heater"])


def test_a_file_that_went_missing_is_no_first_boot(storage):
    assert storage.write_state(OLD) and storage.write_state(NEW)
    os.remove(storage.STATE)
    assert config.load_state()[1] == OLDER_RECORD


@pytest.mark.parametrize("present", [0, 1, 2])
def test_a_whole_new_file_is_the_newest_and_takes_its_place(storage, present):
    """The power went after it was closed: before, between or after the renames."""
    for _ in range(present):
        assert storage.write_state(OLD)
    put(storage.NEWER, seal(json.dumps(NEW)).encode())
    assert config.load_state() == (NEW, NEW["heater"])
    assert not os.path.exists(storage.NEWER)
    assert config.load_state() == (NEW, NEW["heater"])


def test_a_new_file_that_cannot_take_its_place_still_counts(storage, monkeypatch):
    assert storage.write_state(OLD)
    put(storage.NEWER, seal(json.dumps(NEW)).encode())
    monkeypatch.setattr(storage.os, "rename", refuse)
    assert config.load_state() == (NEW, NEW["heater"])


def test_a_state_without_a_heater_is_a_lost_one(storage):
    assert storage.write_state({"boots": 3})
    assert config.load_state() == ({"boots": 3}, None)


def refuse(*args):
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("where", ["open", "rename"])
def test_a_write_that_fails_is_told_and_loses_nothing(storage, monkeypatch, capsys, where):
    assert storage.write_state(OLD)
    with monkeypatch.context() as patch:
        if where == "open":
            patch.setattr(storage, "NEWER", "missing folder/state.new")
        else:
            patch.setattr(storage.os, "rename", refuse)
        assert storage.write_state(NEW) is False
    assert "state not saved" in capsys.readouterr().out
    assert config.load_state()[0] == (OLD if where == "open" else NEW)


@pytest.mark.parametrize(
    "content, complaint",
    [
        (b"", "is not valid JSON"),
        (b'{"a": ', "is not valid JSON"),
        (b"\xff\xfe{}", "is not valid JSON"),
        (None, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used(storage, content, complaint):
    if content is not None:
        put("settings.json", content)
    errors = []
    assert config.read("settings.json", errors) is None
    assert errors == [f"settings.json: {complaint}"]


def test_a_heap_in_pieces_costs_a_write_and_no_more(storage, monkeypatch, capsys):
    assert storage.write_state(OLD)
    with monkeypatch.context() as patch:
        patch.setattr(
            json, "dumps", lambda state: (_ for _ in ()).throw(MemoryError("1024 bytes"))
        )
        assert not storage.write_state(NEW)
    assert "not saved" in capsys.readouterr().out
    assert config.load_state() == (OLD, OLD["heater"])
    assert storage.write_state(NEW)

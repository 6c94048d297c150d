"""State and settings files on a real file system; writes that fail, and that a power cut ends."""

import json
import os
import pathlib

import pytest

import config
import storage as module

OLD, NEW = {"boots": 1, "heater": {"latched": 4}}, {"boots": 2, "heater": {"latched": 0}}


@pytest.fixture
def storage(tmp_path, monkeypatch):
    """The storage module in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return module


def test_state_survives(storage, tmp_path):
    assert not config.exists(storage.STATE)
    assert storage.write_state(OLD) and storage.write_state(NEW)
    errors = []
    assert config.exists(storage.STATE) and config.read(storage.STATE, errors) == NEW
    assert errors == [] and os.listdir(tmp_path) == ["state.json"]


class PowerCut(BaseException):
    """The device is gone in the middle of a write."""


@pytest.mark.parametrize("kept", range(len(json.dumps(NEW)) + 1))
def test_a_write_cut_at_any_byte_leaves_the_old_state(storage, monkeypatch, kept):
    storage.write_state(OLD)

    def cut(state, file):
        file.write(json.dumps(state)[:kept])
        file.flush()
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(storage.json, "dump", cut)
        with pytest.raises(PowerCut):
            storage.write_state(NEW)
    errors = []
    assert config.read(storage.STATE, errors) == OLD and errors == []
    assert storage.write_state(NEW)  # what is left over is no obstacle
    assert config.read(storage.STATE, errors) == NEW


@pytest.mark.parametrize("where", ["open", "write", "rename"])
def test_a_write_that_fails_is_told_and_changes_nothing(storage, monkeypatch, capsys, where):
    storage.write_state(OLD)

    def fail(*args):
        raise OSError(28, "No space left on device")

    if where == "open":
        monkeypatch.setattr(storage, "_TEMPORARY", "missing folder/state.new")
    elif where == "write":
        monkeypatch.setattr(storage.json, "dump", fail)
    else:
        monkeypatch.setattr(storage.os, "rename", fail)
    assert storage.write_state(NEW) is False
    assert "state not saved" in capsys.readouterr().out
    assert json.loads(pathlib.Path(storage.STATE).read_text()) == OLD


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
        pathlib.Path("settings.json").write_bytes(content)
    errors = []
    assert config.read("settings.json", errors) is None
    assert errors == [f"settings.json: {complaint}"]

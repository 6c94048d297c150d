"""Safe mode says what is true of the heater, on the console and on the screen."""

import importlib
import json
import sys
import types

import pytest

OFF = "the heater is off."
UNSURE = "THE BMS MAY BE HEATING: look in its app."


@pytest.fixture
def rest(monkeypatch, tmp_path):
    """Returns a function that runs safe mode, and returns the lines on the screen."""
    shown = []

    def stop(seconds):
        raise KeyboardInterrupt

    reset_cause = types.ModuleType("hardware.reset_cause")
    reset_cause.ask = lambda: None  # pyright: ignore[reportAttributeAccessIssue]
    start = types.ModuleType("screen.start")
    start.show_lines = lambda brush, lines: shown.extend(lines)  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "hardware.reset_cause", reset_cause)
    monkeypatch.setitem(sys.modules, "screen.start", start)
    monkeypatch.setattr("time.sleep", stop)
    monkeypatch.chdir(tmp_path)

    def run():
        with pytest.raises(KeyboardInterrupt):
            module.rest(b"MemoryError: ", lambda: types.SimpleNamespace(brush=None))
        return shown

    monkeypatch.delitem(sys.modules, "starting.rescue", raising=False)
    module = importlib.import_module("starting.rescue")
    yield run
    sys.modules.pop("starting.rescue", None)


@pytest.mark.parametrize(
    "settings, off",
    [
        (None, True),
        ({}, True),
        ({"heater_output": "gpio"}, True),
        ({"heater_output": "none"}, True),
        ({"heater_output": "bms", "bms_dialect": "jk_ble"}, False),
    ],
)
def test_a_bms_that_heats_by_itself_is_not_said_to_be_off(rest, settings, off, tmp_path, capsys):
    if settings is not None:
        (tmp_path / "settings.json").write_text(json.dumps(settings))
    lines = rest()
    said = capsys.readouterr().out
    assert (OFF in said, UNSURE in said) == (off, not off)
    assert lines[2] == (b"heater off" if off else b"BMS may heat: see app")


@pytest.mark.parametrize("text", ["{", "[1]", '"bms"', "\xff"])
def test_nor_where_nobody_can_tell(rest, text, tmp_path, capsys):
    (tmp_path / "settings.json").write_bytes(text.encode("latin-1"))
    rest()
    assert UNSURE in capsys.readouterr().out

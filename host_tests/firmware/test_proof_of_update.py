"""A version that came over Wi-Fi proves itself, or makes room for the one before it."""

import importlib
import json
import sys
import time
import types

import pytest

import slots

FOLDER, NUMBER, BEFORE = "lib_b", 120, 100
REACHED_S, LOST_S = 180, 900  # docs/updates.md


class Reset(Exception):
    """The chip is reset."""


def reset():
    raise Reset


@pytest.fixture
def after(monkeypatch, tmp_path):
    """The module, in the first start of a trial."""
    monkeypatch.setattr(time, "ticks_ms", lambda: 0, raising=False)
    machine = types.ModuleType("machine")
    machine.reset = reset  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "machine", machine)
    for name in ("update.after", "kept.pause"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path / FOLDER), *sys.path])
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "bundle.json").write_text(json.dumps({"number": NUMBER}))
    slots.write(FOLDER, 1, BEFORE)
    yield importlib.import_module("update.after")
    for name in ("update.after", "kept.pause"):
        sys.modules.pop(name, None)


def run(after, reached_from_s, has_relay=True, until_s=2 * LOST_S):
    """Has a version run; returns at what second it has proved itself, None if it has not.

    reached_from_s: since when the broker has it, or without MQTT the Wi-Fi.
    """
    calls = []
    device = types.SimpleNamespace(uptime_s=0, wifi=types.SimpleNamespace(up=False))
    device.relay = types.SimpleNamespace(connected=False) if has_relay else None
    device.output = types.SimpleNamespace(off=lambda: calls.append("off"))
    device.supervisor = types.SimpleNamespace(
        relax=lambda: calls.append("relax"), excuse=lambda now: calls.append("excuse")
    )
    for pause_ms in after.prove(device, None):
        assert not calls and slots.read()[:2] == (FOLDER, 1), "nothing is decided yet"
        device.uptime_s += pause_ms // 1000
        reached = device.uptime_s >= reached_from_s
        device.wifi.up = reached or has_relay  # beside MQTT a Wi-Fi alone is not enough
        if has_relay:
            device.relay.connected = reached
        if device.uptime_s > until_s:
            return None
    assert calls == ["off", "relax", "excuse"], "the pin is low while the flash is written"
    return device.uptime_s


@pytest.mark.parametrize("reached_from_s", [5, REACHED_S, 600, LOST_S - 2])
@pytest.mark.parametrize("has_relay", [True, False])
def test_who_has_run_for_long_and_is_reached_stays(after, reached_from_s, has_relay):
    assert run(after, reached_from_s, has_relay) == max(REACHED_S, reached_from_s)
    assert slots.read() == (FOLDER, -1, NUMBER, "")


def test_who_is_not_reached_makes_room_for_the_one_before(after, monkeypatch):
    with pytest.raises(Reset):
        run(after, LOST_S + 10)
    assert slots.read()[:3] == (FOLDER, 0, BEFORE)
    monkeypatch.setattr(slots, "_forget_failures", lambda: None)
    monkeypatch.setitem(sys.modules, "slots", slots)  # a start forgets it
    slots.select()
    assert slots.read() == ("lib", -1, BEFORE, "rolled_back")

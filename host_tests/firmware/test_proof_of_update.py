"""A version that came over Wi-Fi proves itself, or makes room for the one before it."""

import importlib
import json
import sys
import time
import types

import pytest

import slots
from update.heard import heard, told, wanted

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
    reset_cause = types.ModuleType("hardware.reset_cause")
    reset_cause.restart = reset  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setitem(sys.modules, "hardware.reset_cause", reset_cause)
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


def run(after, reached_from_s, has_relay=True, until_s=2 * LOST_S, hears=()):
    """Has a version run; returns at what second it has proved itself, None if it has not.

    reached_from_s: since when the broker has it, or without MQTT the Wi-Fi. hears: of each BMS
    (from, until) it answers, in s, and whether that is on Bluetooth.
    """
    calls = []
    device = types.SimpleNamespace(uptime_s=0, wifi=types.SimpleNamespace(up=False))
    device.relay = types.SimpleNamespace(connected=False) if has_relay else None
    device.output = types.SimpleNamespace(off=lambda: calls.append("off"))
    device.supervisor = types.SimpleNamespace(
        relax=lambda: calls.append("relax"), excuse=lambda now: calls.append("excuse")
    )
    units = [types.SimpleNamespace(answering=False, ble=ble) for _, _, ble in hears]
    device.bms = types.SimpleNamespace(units=units)
    for pause_ms in after.prove(device, None):
        assert not calls and slots.read()[:2] == (FOLDER, 1), "nothing is decided yet"
        device.uptime_s += pause_ms // 1000
        for unit, (since, until, _) in zip(units, hears, strict=True):
            unit.answering = since <= device.uptime_s < until
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


CABLE, RADIO = None, object()
NEVER = (0, 0, CABLE)


@pytest.mark.parametrize(
    "before, hears, proved_s",
    [
        (1, [(10, 60, CABLE)], REACHED_S),  # it falls asleep again
        (1, [(400, LOST_S, CABLE)], 400),
        (2, [NEVER, (200, LOST_S, CABLE)], 200),
        (3, [(5, 20, CABLE), (30, 40, CABLE)], REACHED_S),
        (0, [NEVER], REACHED_S),  # it slept when the update came
        (0, [NEVER, (0, 0, RADIO)], REACHED_S),
    ],
)
def test_who_hears_what_was_heard_before_stays(after, before, hears, proved_s):
    slots.write(FOLDER, 1, BEFORE, told(before))
    assert run(after, 5, hears=hears) == proved_s
    assert slots.read() == (FOLDER, -1, NUMBER, "")


@pytest.mark.parametrize("hears", [[NEVER, NEVER], [(5, LOST_S, CABLE), NEVER]])
def test_who_does_not_hear_a_bms_that_was_makes_room_for_the_one_before(after, hears, capsys):
    slots.write(FOLDER, 1, BEFORE, told(3))
    with pytest.raises(Reset):
        run(after, 5, hears=hears)
    assert slots.read()[:3] == (FOLDER, 0, BEFORE)
    assert "the BMS is silent" in capsys.readouterr().out


def test_only_a_bms_on_a_cable_that_answers_counts_as_heard():
    ways = [(True, CABLE), (False, CABLE), (True, RADIO), (True, CABLE)]
    units = [types.SimpleNamespace(answering=answers, ble=ble) for answers, ble in ways]
    bits = heard(types.SimpleNamespace(bms=types.SimpleNamespace(units=units)))
    assert bits == wanted(told(bits)) == 0b1001
    for nothing in ("", "rolled_back", "heard_", "heard_x", "heard_-1", told(0)):
        assert wanted(nothing) == 0

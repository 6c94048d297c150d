"""What the relay's task does beside relaying, on objects that only answer."""

import asyncio
import importlib
import sys
import types

import pytest

from relay.commands import ACKNOWLEDGE, NOTHING, SET_MODE

MINUTE_MS = 60_000


class Thing(types.SimpleNamespace):
    """Whatever attributes are given; calls are noted by name."""


@pytest.fixture
def tasks(monkeypatch):
    clock = types.ModuleType("time")
    clock.ticks_ms = lambda: 0
    monkeypatch.setitem(sys.modules, "time", clock)
    machine = types.ModuleType("machine")
    machine.Pin = object
    monkeypatch.setitem(sys.modules, "machine", machine)
    for name in ("tasks", "buttons", "telemetry"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    module = importlib.import_module("tasks")
    monkeypatch.setattr(module, "fill_view", lambda view, device: None)
    yield module
    for name in ("tasks", "buttons", "telemetry"):
        sys.modules.pop(name, None)


class Device:
    """A device whose relay says what the test wants."""

    def __init__(self):
        self.calls = []
        self.command = NOTHING
        self.down = self.silent = 0
        self.news = self.uptime_s = self.bounce_after_s = 0
        self.view = None
        self.bms = Thing(pack=None)
        self.output = Thing(on=False, off=lambda: self.calls.append("off"))
        self.heater = Thing(
            state=0,
            reason=0,
            set_mode=lambda mode: self.calls.append(("mode", mode)),
            acknowledge=lambda: self.calls.append("acknowledge"),
        )
        self.wifi = Thing(bounce=lambda now: self.calls.append("bounce"))
        self.relay = Thing(
            mode=2,
            writes=None,
            publish_soon=lambda: self.calls.append("soon"),
            step=lambda pack, up, now: self.command,
            down_ms=lambda now: self.down,
            silent_ms=lambda now: self.silent,
        )


def test_commands_reach_the_heater_and_an_acknowledgement_switches_off_first(tasks):
    device = Device()
    device.command = SET_MODE
    tasks._serve_relay(device, True, 0)
    device.command = ACKNOWLEDGE
    tasks._serve_relay(device, True, 0)
    assert device.calls == [("mode", 2), "off", "acknowledge"]


def test_a_change_of_the_heater_is_told_at_once_and_once(tasks):
    device = Device()
    device.heater.state, device.heater.reason = 4, 10
    tasks._serve_relay(device, True, 0)
    tasks._serve_relay(device, True, 0)
    device.heater.reason = 11
    tasks._serve_relay(device, True, 0)
    assert device.calls == ["soon", "soon"]


def test_the_wifi_is_joined_anew_after_twenty_minutes_without_a_broker(tasks):
    device = Device()
    device.down = 20 * MINUTE_MS - 1
    tasks._serve_relay(device, True, 0)
    assert device.calls == []
    device.down = 20 * MINUTE_MS
    tasks._serve_relay(device, False, 0)  # nothing to leave
    assert device.calls == []
    for _ in range(3):
        tasks._serve_relay(device, True, 0)
    assert device.calls == ["bounce"]
    device.uptime_s = 20 * 60
    tasks._serve_relay(device, True, 0)
    assert device.calls == ["bounce", "bounce"]


def test_a_hanging_relay_ends_the_application_but_never_while_heating(tasks):
    device = Device()
    device.down = device.silent = 20 * MINUTE_MS
    device.output.on = True
    tasks._serve_relay(device, True, 0)
    device.output.on = False
    with pytest.raises(RuntimeError):
        tasks._serve_relay(device, True, 0)


def test_what_ends_one_task_ends_them_all(tasks, monkeypatch):
    async def ends(device):
        raise ValueError("dead")

    async def runs(device):
        await asyncio.sleep(60)

    for name in ("run_bms", "run_heater", "run_screen", "run_relay"):
        monkeypatch.setattr(tasks, name, runs)
    monkeypatch.setattr(tasks, "run_supervisor", ends)
    with pytest.raises(ValueError):
        asyncio.run(tasks.run_all(Thing(start=lambda now: None, ble=None)))

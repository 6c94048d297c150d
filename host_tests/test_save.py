"""When the application writes its state: new faults at once, all else once a minute at most."""

import importlib
import sys
import types
import unittest.mock

import pytest

GAP_S = 60
HARDWARE = ("machine", "framebuf", "network", "board", "time", "umqtt", "umqtt.simple")


@pytest.fixture
def device_class(monkeypatch):
    before = set(sys.modules)
    for name in HARDWARE:  # none of it is touched
        monkeypatch.setitem(sys.modules, name, unittest.mock.MagicMock(name=name))
    yield importlib.import_module("app").Device
    for name in set(sys.modules) - before:
        if (
            getattr(sys.modules[name], "__file__", None)
            and "firmware" in sys.modules[name].__file__
        ):
            del sys.modules[name]


@pytest.fixture
def device(device_class):
    """What save_if_due() needs of a Device; `writes` are the seconds at which it wrote."""

    class Fake:
        _saved_latched = _save_after_s = uptime_s = 0
        heater = types.SimpleNamespace(dirty=True, latched=0)
        save_if_due = device_class.save_if_due
        writes = ()

        def save(self):
            self.writes += (self.uptime_s,)
            self._saved_latched = self.heater.latched
            self._save_after_s = self.uptime_s + GAP_S

    return Fake()


def run(device, seconds, each_second=lambda device: None):
    for _ in range(seconds):
        each_second(device)
        device.save_if_due()
        device.uptime_s += 1
    return device.writes


def test_what_changes_all_the_time_is_written_once_a_minute(device):
    assert run(device, 200) == (0, 60, 120, 180)


def test_a_new_fault_is_written_at_once(device):
    run(device, 10)
    device.heater.latched = 4
    assert run(device, 5) == (0, 10)
    device.heater.latched = 6
    assert run(device, 5)[2:] == (15,)


def test_acknowledging_a_fault_that_comes_back_does_not_wear_the_flash(device):
    def storm(device):
        device.heater.latched ^= 4

    assert len(run(device, 600, storm)) <= 11


def test_nothing_new_is_nothing_written(device):
    device.heater.dirty = False
    assert run(device, 200) == ()

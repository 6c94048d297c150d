"""Modules of the page that need a device around them, on a device's files."""

import importlib
import sys
import types
import unittest.mock

import pytest

HARDWARE = ("board", "esp32", "framebuf", "machine", "network", "time")
LIMITS = {"NAME": "Board", "HEATER_MAX_MA": 5_000, "HEATER_MAX_W": 200}


@pytest.fixture
def load(monkeypatch, tmp_path):
    """Imports a module of the firmware by its name; the files of the device are in tmp_path."""
    monkeypatch.chdir(tmp_path)
    before = set(sys.modules)
    for name in HARDWARE:
        monkeypatch.setitem(sys.modules, name, unittest.mock.MagicMock(name=name))
    sys.modules["time"].ticks_ms = lambda: 1000
    sys.modules["time"].time = lambda: 0
    sys.modules["time"].gmtime = lambda s: (1970,)
    monkeypatch.setitem(sys.modules, "board", types.SimpleNamespace(**LIMITS))
    yield importlib.import_module
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file and "/firmware/" in file:
            del sys.modules[name]

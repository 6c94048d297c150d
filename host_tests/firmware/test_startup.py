"""What a start takes before the application is there: the radio first, then all that is left."""

import importlib
import sys
import types

import pytest

from unload import unload

SETTINGS = {"wifi_ssid": "", "mqtt_host": "", "packs": (), "bms_link": "uart", "update_url": ""}


class Memory:
    """A chip whose Python has one area of 56 kB, 38 kB of which are used."""

    python_used = 38_000
    python_free = 17_000
    idf_largest = 100_000
    idf_free = idf_min = 0

    def __init__(self):
        self.free = 0

    def look(self):
        """Whoever asked for more than there was in between, has got the second area."""
        if self.python_free < 20_000 and startup_asked:
            self.python_free = 72_000
            self.idf_largest -= 59_392


startup_asked = []


@pytest.fixture
def startup(monkeypatch):
    """starting/startup.py in front of fakes; its `uarts` are the receive buffers it has made."""
    found = types.SimpleNamespace(
        missing="", settings=dict(SETTINGS), uarts=[], free=17_000, file=True, language="english"
    )
    startup_asked.clear()
    machine = types.ModuleType("machine")
    machine.unique_id = lambda: b"packma"
    machine.UART = lambda *place, rxbuf, **pins: found.uarts.append(rxbuf)
    board = types.SimpleNamespace(BMS_UART=1, BMS_RX=25, BMS_TX=26)
    board.HEATER_MAX_MA = board.HEATER_MAX_W = 1000
    wifi = types.ModuleType("hardware.net.wifi")
    wifi.Wifi = lambda *given: types.SimpleNamespace(knows=1, start=lambda now: None)
    networks = types.ModuleType("hardware.net.networks")
    networks.Networks = lambda *given: types.SimpleNamespace(knows=2, start=lambda now: None)
    heaps = types.ModuleType("starting.heaps")
    heaps.Heaps = Memory
    config = types.ModuleType("starting.config")
    config.load_state = lambda: ({}, {})
    config.exists = lambda name: False

    def load_settings(max_ma, max_mw, roomy):
        found.roomy = roomy
        return found.settings, {}, [], found.language

    config.load_settings = load_settings
    data_file = types.ModuleType("hardware.data_file")
    data_file.open_data = lambda name: (
        types.SimpleNamespace(close=lambda: None) if found.file and name != found.missing else None
    )
    attempts = types.SimpleNamespace(FRUGAL=2)
    asked = types.SimpleNamespace(look=lambda brush, texts: None)
    fakes = {
        "starting.set_up_asked": asked,
        "starting.attempts": attempts,
        "machine": machine,
        "board": board,
        "hardware.net.wifi": wifi,
        "hardware.net.networks": networks,
        "starting.heaps": heaps,
    }
    found.config = config
    fakes |= {"hardware.data_file": data_file}
    for name, fake in fakes.items():
        monkeypatch.setitem(sys.modules, name, fake)
    for name in ("starting.startup", "starting.roominess"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr("time.ticks_ms", lambda: 0, raising=False)
    found.module = importlib.import_module("starting.startup")
    monkeypatch.setattr(found.module.gc, "mem_free", lambda: found.free, raising=False)
    monkeypatch.setattr(
        found.module, "bytearray", lambda size: startup_asked.append(size), raising=False
    )
    yield found
    for name in ("starting.startup", "starting.roominess", "starting.config"):
        unload(name)


def prepare(startup, failures=0):
    picture = types.SimpleNamespace(errors=[], brush=None, texts=None)
    sys.modules["starting.config"] = startup.config  # which a start drops
    sys.modules["starting"].config = startup.config
    return startup.module.prepare(picture, failures)


def test_beside_wifi_python_gets_its_second_area_and_no_third(startup):
    startup.settings["wifi_ssid"] = "network"
    early = prepare(startup)
    assert startup_asked and startup_asked[0] > Memory.python_free
    assert startup.uarts == [early.ballast]
    left = 100_000 - 59_392 - early.ballast
    assert 2_010 < left < 2_010 + 2_048  # the driver's books; another area takes 2 kB and more


def test_a_second_start_is_lent_some_of_what_the_idf_keeps(startup):
    startup.settings["wifi_ssid"] = "network"
    assert prepare(startup).ballast - prepare(startup, 1).ballast == 8000


def test_after_two_failures_it_is_without_wifi_and_says_so(startup):
    startup.settings |= {"wifi_ssid": "network", "mqtt_host": "broker"}
    early = prepare(startup, 2)
    assert early.settings["wifi_ssid"] == early.settings["mqtt_host"] == ""
    assert early.ballast == 0 and "two starts have failed" in early.errors[-1]


def test_python_that_has_its_second_area_is_not_asked_again(startup, monkeypatch):
    monkeypatch.setattr(Memory, "python_free", 70_000)
    startup.settings["wifi_ssid"] = "network"
    prepare(startup)
    assert not startup_asked


def test_without_wifi_or_with_psram_there_is_no_ballast(startup):
    assert prepare(startup).ballast == 0 and startup.uarts == [256]
    startup.settings["wifi_ssid"] = "network"
    startup.free = 2_000_000
    assert prepare(startup).ballast == 0 and startup.uarts == [256, 256]


def test_what_is_refused_depends_on_the_board(startup):
    assert prepare(startup).wifi.knows == 1
    assert startup.roomy is False
    startup.free = 2_000_000
    assert prepare(startup).wifi.knows == 2  # networks
    assert startup.roomy is True
    startup.missing = "power_saver.mpy"
    assert "deploy that of your board" in prepare(startup).errors[-1]
    assert startup.roomy is False
    startup.free = 17_000
    startup.file = False  # frozen into the firmware: the program takes no memory
    prepare(startup)
    assert startup.roomy is True

"""firmware/hardware/ds18b20.py on a DS18B20 that is simulated byte by byte."""

import importlib
import sys
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tests.firmware.fake_chip import PERIOD
from tools.bench.esp32.one_wire import Ds18b20, crc8
from tools.plant import Plant


class Wire:
    """onewire.OneWire with the simulated sensor on it; virtual time is the test's."""

    sensor = Ds18b20(Plant())
    now_ms = 0

    def __init__(self, pin):
        self.pin = pin

    def reset(self):
        return self.sensor.reset(1000 * Wire.now_ms)

    def writebyte(self, byte):
        self.sensor.write(byte, 1000 * Wire.now_ms)

    def readinto(self, buf):
        for i in range(len(buf)):
            buf[i] = self.sensor.read(1000 * Wire.now_ms)

    def crc8(self, data):
        return crc8(data)


class Bench:
    """A probe and its sensor; `step` lets a second pass."""

    def __init__(self, start_ms=0, place="mat"):
        Wire.now_ms = 0
        self.ticks = start_ms
        self.plant = Plant(temp_c=-7.3)
        self.sensor = Wire.sensor = Ds18b20(self.plant)
        self.sensor.place = place
        self.probe = importlib.import_module("hardware.ds18b20").Probe(27)

    def step(self, times=1, ms=1000):
        for _ in range(times):
            Wire.now_ms += ms
            self.ticks = (self.ticks + ms) % PERIOD
            self.probe.step(self.ticks)
        return self.probe.dc


@pytest.fixture(autouse=True)
def modules(monkeypatch):
    machine = types.ModuleType("machine")
    machine.Pin = lambda number: number
    onewire = types.ModuleType("onewire")
    onewire.OneWire = Wire
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setitem(sys.modules, "onewire", onewire)
    monkeypatch.delitem(sys.modules, "hardware.ds18b20", raising=False)
    yield
    sys.modules.pop("hardware.ds18b20", None)


@pytest.mark.parametrize("start_ms", [0, PERIOD - 3000, PERIOD // 2])
def test_reads_a_second_after_asking(start_ms):
    bench = Bench(start_ms)
    assert bench.step() is None
    assert bench.step() == -73
    bench.plant.set_temp(54.26)
    assert bench.step() == -73
    assert bench.step() == 543
    assert bench.probe.failures == 0


@pytest.mark.parametrize(
    "temp_c, dc", [(-55, -550), (-0.06, -1), (0, 0), (25.06, 251), (125, 1250)]
)
def test_temperatures(temp_c, dc):
    bench = Bench()
    bench.plant.set_temp(temp_c)
    assert bench.step(2) == dc


def test_steps_that_come_too_early_wait_for_the_conversion():
    bench = Bench()
    assert bench.step(4, ms=190) is None and bench.probe.failures == 0
    assert bench.step(2, ms=190) == -73


def test_a_probe_that_is_removed_is_unknown_after_five_seconds():
    bench = Bench()
    bench.step(3)
    bench.sensor.place = "none"
    assert bench.step(5) == -73
    assert bench.step() is None
    assert bench.step(100) is None
    bench.sensor.place = "mat"
    assert bench.step(2) == -73


def test_none_at_all_is_unknown_for_ever():
    bench = Bench(place="none")
    assert bench.step(3000) is None


def test_it_is_unknown_after_the_ticks_have_turned_over():
    bench = Bench()
    bench.step(3)
    bench.sensor.place = "none"
    for _ in range(1200):
        assert bench.step(ms=1_000_000 if bench.probe.dc is None else 1000) in (-73, None)
    assert bench.probe.dc is None


def test_what_it_says_after_power_up_is_no_temperature():
    bench = Bench()
    bench.step(2)
    bench.sensor.place = "cell"  # unplugged, and plugged in again between asking and reading
    assert bench.step() == -73 and bench.probe.failures == 1
    bench.plant.set_temp(85)
    assert bench.step(20) is None


def test_a_wire_shorted_to_ground_is_not_zero_degrees():
    bench = Bench()
    bench.sensor.shorted = True
    assert bench.step(20) is None and bench.probe.failures


def test_damaged_bits_are_noticed():
    bench = Bench()
    bench.sensor.noisy = 3
    assert bench.step(4) is None
    assert bench.step() == -73


@given(st.binary(min_size=9, max_size=9), st.booleans())
def test_any_scratchpad_is_a_temperature_or_none(raw, mended):
    if mended:
        raw = raw[:8] + bytes([crc8(raw[:8])])
    bench = Bench()
    bench.sensor._scratchpad = lambda: raw
    dc = bench.step(2)
    assert dc is None or -550 <= dc <= 1250
    if crc8(raw):
        assert dc is None


def test_the_crc_is_that_of_the_data_sheet():
    # Application note 27: ROM 02 1C B8 01 00 00 00 has A2.
    assert crc8(bytes.fromhex("021cb801000000a2")) == 0
    assert crc8(bytes.fromhex("021cb801000000")) == 0xA2

"""When the application writes its state: new faults at once, all else once a minute at most."""

import importlib
import sys
import types
import unittest.mock

import pytest

GAP_S = 60
HARDWARE = ("machine", "framebuf", "network", "board", "time")


@pytest.fixture
def device_class(monkeypatch):
    before = set(sys.modules)
    for name in HARDWARE:  # none of it is touched
        monkeypatch.setitem(sys.modules, name, unittest.mock.MagicMock(name=name))
    yield importlib.import_module("device").Device
    for name in set(sys.modules) - before:
        if (
            getattr(sys.modules[name], "__file__", None)
            and "firmware" in sys.modules[name].__file__
        ):
            del sys.modules[name]


@pytest.fixture
def device(device_class, monkeypatch):
    """What saving needs of a Device; `writes` are the seconds at which it wrote."""
    module = sys.modules["device"]
    monkeypatch.setattr(module, "ticks_ms", lambda: 9)

    class Fake:
        _saved_latched = uptime_s = boots = _saved_s = 0  # it has written at its start
        meter = clock = None
        save_if_due = device_class.save_if_due
        save_soon = device_class.save_soon
        save = device_class.save
        works = True
        writes = ()

        def __init__(self):
            self.calls = []
            self.state = {}
            self.heater = types.SimpleNamespace(
                dirty=True, unsaved=False, latched=0, save=lambda record: None
            )
            note = self.calls.append
            self.output = types.SimpleNamespace(on=False, off=lambda: note("off"))
            self.supervisor = types.SimpleNamespace(
                relax=lambda: note("relax"), excuse=lambda now: note(("excuse", now))
            )

    fake = Fake()

    def write_state(state):
        fake.written = dict(state)
        fake.writes += (fake.uptime_s,)
        fake.calls.append("write")
        return fake.works

    monkeypatch.setattr(module.storage, "write_state", write_state)
    return fake


def run(device, seconds, each_second=lambda device: None):
    for _ in range(seconds):
        each_second(device)
        device.save_if_due()
        device.uptime_s += 1
    return device.writes


def test_what_changes_all_the_time_is_written_once_a_minute(device):
    assert run(device, 200) == (60, 120, 180)


def test_a_new_fault_is_written_at_once(device):
    run(device, 10)
    device.heater.latched = 4
    assert run(device, 5) == (10,)
    device.heater.latched = 6
    assert run(device, 5)[1:] == (15,)


def test_acknowledging_a_fault_that_comes_back_does_not_wear_the_flash(device):
    def storm(device):
        device.heater.latched ^= 4

    assert len(run(device, 600, storm)) <= 11


def test_nothing_new_is_nothing_written(device):
    device.heater.dirty = False
    assert run(device, 200) == ()


def test_the_mat_is_off_while_the_flash_is_written_and_the_watchdog_waits(device):
    run(device, 61)
    assert device.calls == ["off", "relax", "write", ("excuse", 9)]


def test_the_heaters_record_is_in_the_flash_and_not_in_memory(device):
    device.state["ble_resets"] = 2
    device.heater.save = lambda record: record.update(latched=4)
    run(device, 61)
    assert device.written == {"ble_resets": 2, "boots": 0, "heater": {"latched": 4}}
    assert device.state == {"ble_resets": 2, "boots": 0}


def test_while_the_mat_is_on_there_is_a_write_in_ten_minutes_at_most(device):
    device.output.on = True
    assert run(device, 1300) == (600, 1200)
    device.works = False
    assert run(device, 1300)[2:] == (1800, 2400)  # one that failed is tried no sooner
    device.save_soon()
    assert device.writes[4:] == ()


def test_a_new_fault_that_could_not_be_written_is_still_new(device):
    run(device, 5)
    device.works = False
    device.heater.latched = 4
    assert run(device, 30) == (5, 15, 25)  # soon again, and not each second
    device.works = True
    assert run(device, 20)[3:] == (35,)


def test_what_cannot_wait_is_written_at_once_even_while_the_mat_is_on(device):
    device.output.on = True
    run(device, 5)
    assert device.save_soon() and device.save_soon() and device.writes == (5, 5)


def test_a_flash_that_takes_nothing_is_asked_in_a_while_again_and_not_with_each_step(device):
    """A held switch waits for the flash: it had the relay switch off and on with each step."""
    device.works = False
    device.heater.dirty = False
    results = []
    for device.output.on, gap_s in ((False, 10), (True, 600)):
        device.writes = ()
        for _ in range(1300):
            results.append(device.save_soon())
            device.uptime_s += 1
        gaps = [b - a for a, b in zip(device.writes, device.writes[1:], strict=False)]
        assert gaps and set(gaps) == {gap_s}
    assert not any(results)


class Meter:
    """One that counts a Wh each time it is asked."""

    def __init__(self):
        self.wh = self.told = 0

    def changed(self):
        self.wh += 1
        return True

    def save(self):
        return [self.wh]

    def kept(self):
        self.told = self.wh


def test_energy_counted_is_kept_every_ten_minutes_and_told_when_it_is(device):
    device.heater.dirty = False
    device.meter = Meter()
    assert run(device, 700) == (600,)
    assert device.written["meter"] == [device.meter.told] == [1]
    assert run(device, 1200)[1:] == (1200, 1800)
    device.works = False
    told = device.meter.told
    run(device, 700)
    assert device.meter.told == told and device.writes[-1] - device.writes[-2] == 600


def test_energy_counted_is_kept_with_whatever_else_is(device):
    device.meter = Meter()
    device.meter.wh = 7
    run(device, 61)
    assert device.written["meter"] == [7] and device.meter.told == 7


def test_the_time_that_was_told_is_kept(device):
    device.clock = types.SimpleNamespace(save=lambda: [20_000, 5])
    device.save()
    assert device.written["time"] == [20_000, 5]

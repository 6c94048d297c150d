"""What keeps the history: when it writes, and what it does to the heater and about bad flash."""

import os
import time
import types
import unittest.mock

import pytest

from bms import pack as p
from bms.check import CELL_SUM, PLAUSIBLE
from compat import ticks_add
from history.keeper import Keeper
from history.record import Record
from history.ring import ROOM, Ring, Window
from host_tests.history_rig import Store

with unittest.mock.patch.object(time, "ticks_ms", lambda: 0, create=True):
    from building import history
    from kept import guarded
    from kept import history_recorder as recorder


class Output:
    """A pin and a watchdog, which say in which order they were told what."""

    def __init__(self, log):
        self.on = False
        self.log = log

    def off(self):
        self.on = False
        self.log.append("off")

    def relax(self):
        self.log.append("relax")

    def excuse(self, _now):
        self.log.append("excuse")


class LoggedStore(Store):
    def __init__(self, log):
        super().__init__()
        self.log = log
        self.fails = False

    def write_tail(self, buf, end):
        if self.fails:
            raise OSError(5)
        self.log.append("write")
        super().write_tail(buf, end)

    def append(self, number, buf, start, end):
        if self.fails:
            raise OSError(5)
        self.log.append("write")
        super().append(number, buf, start, end)


class Rig:
    def __init__(self, interval_s=10, rest_s=10):
        self.log = []
        self.store = LoggedStore(self.log)
        self.ring = Ring(self.store, 5, 1)
        output = Output(self.log)
        self.device = types.SimpleNamespace(
            bms=types.SimpleNamespace(
                pack=p.PackState(), check=types.SimpleNamespace(verdict=PLAUSIBLE, frozen=False)
            ),
            heater=types.SimpleNamespace(state=1),
            output=output,
            supervisor=output,
            clock=types.SimpleNamespace(since_2024_s=lambda: 77_000_000),
            uptime_s=0,
            max_age_ms=10_000,
        )
        keeper = Keeper(self.ring, interval_s, rest_s, 1)
        self.recorder = recorder.Recorder(self.ring, keeper, rest_s)
        self.now = 5
        self.device.bms.pack.put(p.SOC_PCT, 50)
        self.hears = True

    def run(self, seconds, on=None):
        for _ in range(seconds):
            if self.hears:
                self.device.bms.pack.touch(p.STATUS, self.now)
            if on is not None:
                self.device.output.on = on
            self.recorder.step(self.device, self.now)
            self.now = ticks_add(self.now, 1000)
            self.device.uptime_s += 1

    def last(self):
        """Returns the charge in the newest record, None where it was unknown."""
        record = Record()
        assert Window(self.ring).read(self.ring.next - 1, record)
        return record.values[0] if record.valid[0] else None


@pytest.fixture
def rig():
    return Rig()


def test_each_record_is_written_at_once_with_the_pin_low_and_time_for_it(rig):
    rig.run(31)
    assert rig.log == ["off", "relax", "write", "excuse"] * 4
    assert rig.ring.waiting() == 0


def test_while_the_mat_is_on_records_are_written_together(rig):
    rig.run(1)
    rig.device.heater.state = 2
    rig.run(10 * (ROOM - 3), on=True)
    assert rig.log.count("relax") == 1 and rig.ring.waiting() == ROOM - 3
    rig.run(30, on=True)
    assert rig.log.count("relax") == 2 and rig.ring.waiting() == 0  # it was full
    rig.run(15, on=True)
    assert rig.ring.waiting()
    rig.run(1, on=False)
    assert not rig.ring.waiting()


def test_they_wait_ten_minutes_at_most():
    rig = Rig(100, 100)
    rig.run(1)
    rig.device.heater.state = 2
    rig.run(598, on=True)
    assert rig.log.count("relax") == 1 and rig.ring.waiting() == 6
    rig.run(3, on=True)
    assert rig.log.count("relax") == 2 and not rig.ring.waiting()


def test_what_was_delivered_is_noted_without_a_record_after_ten_minutes():
    rig = Rig(100_000, 100_000)
    rig.run(100)
    rig.ring.delivered = rig.ring.next
    rig.run(500)
    assert rig.ring.stale()
    rig.run(2)
    assert not rig.ring.stale() and rig.log.count("relax") == 2
    rig.run(2000)
    assert rig.log.count("relax") == 2


@pytest.mark.parametrize("how", ["silent", "implausible", "frozen"])
def test_what_cannot_be_believed_is_recorded_as_unknown(rig, how):
    rig.run(15)
    assert rig.last() == 50
    if how == "silent":
        rig.hears = False
    elif how == "implausible":
        rig.device.bms.check.verdict = CELL_SUM
    else:
        rig.device.bms.check.frozen = True
    rig.run(25)
    assert rig.last() is None


def test_flash_that_fails_is_tried_again_and_holds_nothing_up(rig, capsys):
    rig.run(1)
    rig.store.fails = True
    rig.run(200)
    assert rig.recorder.failures == 4 and rig.ring.full()
    assert rig.recorder.missed > 0 and rig.log.count("write") == 1
    assert capsys.readouterr().out.count("history not written") == 4
    rig.store.fails = False
    rig.run(61)
    assert rig.ring.waiting() <= 1 and not rig.ring.full()
    assert rig.ring.next > ROOM


def test_the_time_of_day_comes_from_the_clock(rig):
    rig.run(1)
    record = Record()
    assert Window(rig.ring).read(0, record) and record.of_day and record.time_s == 77_000_000


def test_a_page_gets_the_last_day(rig):
    rig.run(1)
    rig.device.bms.pack.put(p.SOC_PCT, 60)
    rig.run(400)
    curve = rig.recorder.make_curve()
    curve.begin(rig.device.uptime_s, rig.recorder.day_s(rig.device))
    while curve.step():
        pass
    assert curve.columns == 240 and curve.soc_pct[239] == 60
    assert curve.known[239] and not curve.known[200]


def test_whatever_is_wrong_with_it_the_other_tasks_run_on(rig, monkeypatch, capsys):
    monkeypatch.setattr(guarded.sys, "print_exception", print, raising=False)
    rig.device.recorder = types.SimpleNamespace(step=lambda *_: 1 // 0)
    task = recorder.run(rig.device)
    assert [next(task) for _ in range(5)] == [1000] * 5
    assert "no more records" in capsys.readouterr().out


# -- building -------------------------------------------------------------------------------------


def build(folder, monkeypatch, free_kb, **settings):
    monkeypatch.chdir(folder)
    monkeypatch.setattr(os, "ilistdir", lambda path: [(n, 0, 0) for n in os.listdir(path)], False)
    stat = (4096, 4096, 999, free_kb // 4, free_kb // 4, 0, 0, 0, 0, 255)
    monkeypatch.setattr(os, "statvfs", lambda _path: stat)
    values = {"history_kb": 256, "history_interval_s": 60, "history_rest_s": 900, **settings}
    early = types.SimpleNamespace(settings=values, errors=[])
    device = types.SimpleNamespace(recorder=None, extras=(), boots=3)
    history.add_to(device, early)
    return device, early.errors


def test_the_ring_is_as_large_as_was_asked_for(tmp_path, monkeypatch):
    device, errors = build(tmp_path, monkeypatch, 1000)
    assert errors == [] and device.recorder.ring.segments == 8
    assert len(device.extras) == 1
    assert (tmp_path / "records" / "now").is_dir()


def test_no_more_than_the_flash_has_room_for(tmp_path, monkeypatch):
    device, errors = build(tmp_path, monkeypatch, 200)
    assert errors == ["history_kb: the flash has room for 136 kB, not 256"]
    assert device.recorder.ring.segments == 4


@pytest.mark.parametrize("name", ["00000640", "p00000640"])
def test_what_the_ring_has_already_is_its_own_also_of_a_version_before(
    tmp_path, monkeypatch, name
):
    (tmp_path / "records").mkdir()
    (tmp_path / "records" / name).write_bytes(bytes(32_000))
    (tmp_path / "records" / "notes.txt").write_bytes(b"not ours")
    device, errors = build(tmp_path, monkeypatch, 100, history_kb=64)
    assert errors == [] and device.recorder.ring.next >= 1600


def test_a_flash_without_room_has_no_ring(tmp_path, monkeypatch):
    device, errors = build(tmp_path, monkeypatch, 80)
    assert device.recorder is None and device.extras == () and len(errors) == 1


def test_a_flash_that_is_full_or_damaged_leaves_the_device_without_a_history(
    tmp_path, monkeypatch
):
    def refuse(_path):
        raise OSError(28)

    monkeypatch.setattr(os, "mkdir", refuse)
    device, errors = build(tmp_path, monkeypatch, 1000)
    assert device.recorder is None and device.extras == ()
    assert len(errors) == 1 and errors[0].startswith("history_kb: the flash does not take it")

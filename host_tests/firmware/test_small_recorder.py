"""The history of a board without PSRAM: what is loaded for a record, and what it leaves."""

import csv
import io
import os
import pathlib
import time
import types
import unittest.mock

import pytest

from bms import pack as p
from bms.check import PLAUSIBLE
from history.record import BYTES
from tools import image
from tools.packmate import history
from tools.small import groups

with unittest.mock.patch.object(time, "ticks_ms", lambda: 0, create=True):
    from kept import record_writer, small_recorder

PER = 1600
FREE_KB = 400


class Rig:
    """A device, whose `log` says in which order its pin and its watchdog were told what."""

    def __init__(self, monkeypatch):
        self.log = []
        self.free_kb = FREE_KB
        output = types.SimpleNamespace(on=True, off=lambda: self.log.append("off"))
        watch = types.SimpleNamespace(
            relax=lambda: self.log.append("relax"), excuse=lambda _now: self.log.append("excuse")
        )
        self.device = types.SimpleNamespace(
            bms=types.SimpleNamespace(
                pack=p.PackState(), check=types.SimpleNamespace(verdict=PLAUSIBLE, frozen=False)
            ),
            heater=types.SimpleNamespace(state=2),
            output=output,
            supervisor=watch,
            clock=None,
            uptime_s=0,
            boots=7,
            max_age_ms=10_000,
        )
        self.device.bms.pack.put(p.SOC_PCT, 50)
        self.device.bms.pack.touch(p.STATUS, 0)
        monkeypatch.setattr(record_writer, "ticks_ms", lambda: 5)
        monkeypatch.setattr(small_recorder, "ticks_ms", lambda: 5)
        monkeypatch.setattr(small_recorder, "unload", lambda name: self.log.append(name))
        monkeypatch.setattr(
            os, "ilistdir", lambda path: [(n, 0, 0) for n in os.listdir(path)], False
        )
        monkeypatch.setattr(os, "statvfs", lambda _path: (4096, 4096, 999, self.free_kb // 4))

    def keep(self, told=2, segments=2, on=False):
        return record_writer.keep(self.device, on, segments, told)

    def knows(self, day_s):
        self.device.clock = types.SimpleNamespace(since_2024_s=lambda: day_s)


@pytest.fixture
def rig(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return Rig(monkeypatch)


def rows():
    """Returns what `packmate history` makes of the files."""
    files = {path.name: path.read_bytes() for path in pathlib.Path("records").iterdir()}
    return list(csv.DictReader(io.StringIO(history.table(files))))


def test_records_count_from_the_start_they_were_made_in(rig):
    told = 0
    for boot, seconds in ((7, 60), (7, 960), (8, 60)):
        if boot != rig.device.boots:
            told = 0  # a new start
        rig.device.boots = boot
        rig.device.uptime_s = seconds
        told = rig.keep(told)
    assert [(row["resets"], row["uptime_s"], row["ts"]) for row in rows()] == [
        ("7", "60", ""),
        ("7", "960", ""),
        ("8", "60", ""),
    ]
    assert {row["soc_pct"] for row in rows()} == {"50"}
    assert {row["heater_state"] for row in rows()} == {"heating"}


def test_a_time_that_becomes_known_is_that_of_those_before_too(rig):
    rig.device.uptime_s = 60
    told = rig.keep(0)
    rig.device.uptime_s = 960
    rig.knows(77_000_900)
    told = rig.keep(told)
    rig.knows(77_001_800)
    assert rig.keep(told) == told
    times = [int(row["ts"]) for row in rows()]
    assert [t - times[0] for t in times] == [0, 900, 1800]


def test_figures_that_are_not_believed_are_unknown(rig):
    rig.knows(77_000_000)
    rig.device.bms.check.frozen = True
    rig.keep()
    rig.device.bms.check.frozen = False
    rig.device.max_age_ms = 1
    rig.keep()
    rig.device.max_age_ms = 10_000
    rig.device.bms.check.verdict = PLAUSIBLE + 1
    rig.keep(on=True)
    assert [row["soc_pct"] for row in rows()] == ["", "", ""]
    assert [row["heater_on"] for row in rows()] == ["0", "0", "1"]


def fill(number, records):
    os.makedirs("records", exist_ok=True)
    with open(f"records/{number:08x}", "wb") as file:
        file.write(bytes(BYTES * records))


@pytest.mark.parametrize(
    "there, after",
    [
        ({0: PER - 1}, {0: PER}),
        ({0: PER}, {0: PER, 1: 1}),
        ({4: PER, 5: PER}, {5: PER, 6: 1}),
        ({3: 9, 4: PER, 5: PER}, {5: PER, 6: 1}),
        ({4: PER, 5: 7}, {4: PER, 5: 8}),
    ],
)
def test_files_are_filled_and_the_oldest_goes_whole(rig, there, after):
    for number, records in there.items():
        fill(number, records)
    rig.knows(77_000_000)
    rig.keep()
    found = {int(n, 16): os.stat(f"records/{n}").st_size // BYTES for n in os.listdir("records")}
    assert found == after


def test_a_file_that_is_damaged_is_left_as_it_is(rig):
    fill(0, 5)
    with open("records/00000000", "ab") as file:
        file.write(b"half")
    rig.knows(77_000_000)
    rig.keep()
    assert sorted(os.listdir("records")) == ["00000000", "00000001"]


def test_what_the_flash_has_no_room_for_is_not_begun(rig):
    rig.free_kb = 96
    rig.knows(77_000_000)
    rig.keep()
    fill(0, PER)
    rig.free_kb = 92
    with pytest.raises(OSError, match="no room"):
        rig.keep()
    assert os.listdir("records") == []  # the oldest ones have made room, and it was not enough


# -- the task -------------------------------------------------------------------------------------


def run(rig, seconds, rest_s=900):
    """Lets the task run; returns when, in s after the start, it has written."""
    task = small_recorder.run(rig.device, 2, rest_s)
    written = []
    for _ in range(seconds):
        rig.device.uptime_s += next(task) // 1000
        count = rig.log.count("excuse")
        if count > len(written):
            written.append(rig.device.uptime_s - 1)
    return written


def test_it_writes_seldom_with_the_pin_low_and_leaves_nothing_loaded(rig):
    assert run(rig, 2000) == [60, 960, 1860]
    once = ["off", "relax", *small_recorder.LOADED, "excuse"]
    assert rig.log == 3 * once
    assert len(rows()) == 3 and {row["heater_on"] for row in rows()} == {"1"}


@pytest.mark.parametrize("error", [OSError(28), MemoryError(), ValueError("a fault of ours")])
def test_whatever_is_wrong_with_it_the_heater_goes_on(rig, monkeypatch, capsys, error):
    def fail(*_):
        raise error

    monkeypatch.setattr(small_recorder.sys, "print_exception", print, raising=False)
    monkeypatch.setattr(record_writer, "keep", fail)
    assert run(rig, 1000) == [60, 960]
    assert rig.log.count("relax") == rig.log.count("excuse") == 2
    assert str(error) in capsys.readouterr().out


def test_all_that_comes_with_the_writer_is_forgotten():
    """Else it would stay in the memory of a board that has little."""
    board = image.load_board("lilygo_t_display")
    there = image.reachable(image.chosen_at_run_time(board), None, groups.ROOMY)
    needs = groups.needed_at_import({name: path.read_text() for name, path in there.items()})
    always = groups.reached("app", needs) | groups.reached("bms.jk.jk_gps", needs)
    with_it = groups.reached("kept.record_writer", needs)
    assert with_it - always == set(small_recorder.LOADED)

"""Starts that fail are counted where a reset leaves it, and three of them end in safe mode."""

import importlib
import sys
import types

import pytest

from host_tests.device.bench_rig import SETTINGS, configure, console
from tools.bench.bench import Bench
from unload import unload


@pytest.fixture
def attempts(monkeypatch):
    kept = [b""]

    class RTC:
        def memory(self, data=None):
            if data is None:
                return kept[0]
            kept[0] = bytes(data)

    machine = types.ModuleType("machine")
    machine.RTC = RTC
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.delitem(sys.modules, "starting.attempts", raising=False)
    module = importlib.import_module("starting.attempts")
    yield module, kept
    unload("starting.attempts")


def test_each_start_counts_until_one_gets_going(attempts):
    module, _ = attempts
    for count in range(module.SAFE + 1):
        assert module.begin() == (count, b"" if count == 0 else b"MemoryError: no room")
        module.failed(MemoryError("no room"))
    assert module.begin()[0] == module.SAFE  # and it does not wrap
    module.clear()
    assert module.begin() == (0, b"")


@pytest.mark.parametrize("junk", [b"", b"x", b"packmate", bytes(2048), b"\xff" * 40])
def test_what_somebody_else_left_there_is_no_failure(attempts, junk):
    module, kept = attempts
    kept[0] = junk
    assert module.begin() == (0, b"")


def test_a_long_reason_is_cut_and_nothing_is_kept_of_a_start_that_was_not_counted(attempts):
    module, kept = attempts
    module.failed(ValueError("early"))
    assert kept == [b""]
    module.begin()
    module.failed(ValueError("x" * 3000))
    assert len(kept[0]) < 200


@pytest.mark.bench
def test_without_enough_memory_it_ends_in_safe_mode_and_not_in_a_loop(tmp_path):
    config = configure(tmp_path, SETTINGS, lapse=50)
    config.heap_bytes = 330_000  # less than it takes to run from sources
    with Bench(config) as bench:
        bench.wait_for(lambda b: "SAFE MODE" in console(b), 300)
        resets = bench.snapshot()["chip"]["resets"]
        assert resets == 3 and not bench.plant.heater_on
        until_s = bench.call(bench.now_s) + 60
        bench.wait_for(lambda b: b.now_s() > until_s, 120)
        assert bench.snapshot()["chip"]["resets"] == resets
    assert "MemoryError" in (tmp_path / "failure.txt").read_text()

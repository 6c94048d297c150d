"""A busy machine that gives the firmware no turn: virtual time waits, and nothing is late.

Here the process is stopped from outside, which the bench cannot know.
"""

import os
import signal
import threading
import time

import pytest

from host_tests.device.bench_rig import OWN, SETTINGS, make_cold, wait_for_heat
from tools.bench.bench import Bench
from tools.bench.bench_config import BenchConfig
from tools.bench.desk import Desk

STARVED_S = 0.8  # more than the heater's lease has left, from one renewal to the next
HELD_MS = 100  # a twentieth of that passes, and what the loop takes on a machine like this

pytestmark = pytest.mark.bench


@pytest.fixture
def desk(tmp_path):
    config = BenchConfig(str(tmp_path))
    config.lapse = 10
    desk = Desk(Bench(config), {**SETTINGS, **OWN, "mqtt_interval_s": 1})
    try:
        desk.start()
        make_cold(desk.bench)
        wait_for_heat(desk.bench)
        yield desk
    finally:
        desk.stop()
    assert desk.bench.error is None


def starve(bench, computes):
    """Stops the firmware's process for a while, at a moment when it computes, or idles."""

    def stop(bench):
        if bench.clock.idling == computes:
            return False
        pid = bench.conductor.process.pid
        os.kill(pid, signal.SIGSTOP)
        threading.Timer(STARVED_S, os.kill, (pid, signal.SIGCONT)).start()
        return True

    bench.wait_for(stop, 60, step_s=0.001)


def watch_time(bench, real_s):
    """Returns the virtual times that another thread sees."""
    times = []
    end = time.monotonic() + real_s
    while time.monotonic() < end:
        times.append(bench.now_s())
        time.sleep(0.0005)
    return times


@pytest.mark.parametrize("computes", [True, False])
def test_a_firmware_without_its_turn_heats_on(desk, computes):
    bench = desk.bench
    changes = bench.world.heater_changes
    for _ in range(4):
        starve(bench, computes)
        times = watch_time(bench, STARVED_S + 0.2)
        assert times == sorted(times)
    bench.run_until(bench.now_s() + 5)
    state = desk.state()
    assert state["pins"]["heater"] and state["pins"]["heater_changes"] == changes
    assert state["chip"]["resets"] == 0
    assert state["believed"]["loop_max_ms"] < HELD_MS

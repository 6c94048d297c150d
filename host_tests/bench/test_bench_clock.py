"""Virtual time: compressed while idle, 1:1 while computing, never backwards."""

import random

import pytest

from tools.bench.esp32.clock import LAPSE_MAX, Clock


def test_runs_one_to_one_from_the_start():
    clock = Clock(5_000_000, lapse=600)
    assert clock.now(5_000_000) == 0
    assert clock.now(6_250_000) == 1_250_000


def test_idling_hops_along_the_pace_line():
    clock = Clock(0, lapse=100)
    clock.idle(0)
    assert clock.wait_us(0, 10_000_000) == 100_000
    assert clock.advance(50_000, 10_000_000) == 50_000 * 100 + 2_000 * 99
    assert clock.advance(100_000, 10_000_000) == 10_000_000
    assert clock.wait_us(100_000, 10_000_000) == 0


def test_idle_time_stands_still_but_for_advance():
    clock = Clock(0, lapse=10)
    clock.idle(1_000)
    assert clock.now(900_000) == 1_000


def test_at_lapse_one_there_is_no_running_ahead():
    clock = Clock(0, lapse=1)
    clock.idle(0)
    assert clock.advance(1_000, 50_000) == 1_000
    assert clock.wait_us(1_000, 50_000) == 49_000
    assert clock.advance(50_000, 50_000) == 50_000


def test_computing_is_not_compressed():
    clock = Clock(0, lapse=600)
    clock.idle(0)
    clock.advance(10_000, 3_000_000)
    clock.run(10_000)
    before = clock.now(10_000)
    assert clock.now(1_010_000) == before + 1_000_000


def test_computing_is_caught_up_within_bounds():
    """Time lost by computing comes back, at most a quarter of a second of it."""
    clock = Clock(0, lapse=100)
    clock.idle(0)
    clock.run(0)
    clock.idle(100_000)  # computed for 0.1 s: the pace line is at 10 s
    assert clock.advance(100_000, 1 << 50) == 10_000_000 + 2_000 * 99
    clock.run(100_000)
    clock.idle(10_100_000)  # computed for 10 s
    base = clock.now(10_100_000)
    ahead = clock.advance(10_100_000, 1 << 50) - base
    assert ahead == 100 * 250_000 + 2_000 * 99


class Process:
    """CPU time as the test says."""

    def __init__(self, spent_us=3_000_000):
        self.us = spent_us

    def spent(self):
        return self.us


def test_computing_counts_by_cpu_time():
    process = Process()
    clock = Clock(0, lapse=50)
    clock.run(1_000_000, process.spent)
    process.us += 40_000
    assert clock.now(1_100_000) == 1_040_000
    process.us += 60_000
    assert clock.now(2_000_000) == 1_100_000
    process.us += 5_000_000  # a second thread's as well: no more than real time
    assert clock.now(3_000_000) == 3_000_000
    clock.run(3_000_000)
    assert clock.now(3_500_000) == 3_500_000


def test_a_process_that_waits_in_the_system_meets_its_watchdog_all_the_same():
    clock = Clock(0)
    clock.run(0, Process().spent)
    assert clock.now(900_000) == 45_000
    assert clock.now(60_000_000) == 3_000_000


def test_the_firmware_is_believed_a_little_beyond_its_cpu_time():
    process = Process()
    clock = Clock(0)
    clock.run(0, process.spent)
    process.us += 100_000
    assert clock.believe(90_000, 500_000) == 90_000  # from its buffer
    assert clock.believe(107_000, 500_000) == clock.now(500_000) == 107_000
    assert clock.believe(400_000, 500_000) == clock.now(500_000) == 120_000
    clock.idle(500_000)
    assert clock.believe(130_000, 600_000) == clock.now(600_000) == 120_000
    clock.run(600_000)
    assert clock.believe(1_000_000, 650_000) == clock.now(650_000) == 170_000


@pytest.mark.parametrize("lapse", [0, 601, -5])
def test_refuses_a_lapse_out_of_bounds(lapse):
    clock = Clock(0)
    with pytest.raises(ValueError):
        clock.set_lapse(lapse, 0)
    assert clock.lapse == 1


def test_a_new_lapse_starts_where_the_old_one_was():
    clock = Clock(0, lapse=600)
    clock.idle(0)
    t_us = clock.advance(100_000, 1 << 50)
    clock.set_lapse(1, 100_000)
    assert clock.advance(100_000, 1 << 50) == t_us
    assert clock.advance(150_000, 1 << 50) == t_us + 50_000


def test_actual_is_measured_over_the_last_seconds():
    clock = Clock(0, lapse=10)
    for real_us in range(0, 4_000_000, 20_000):
        clock.idle(real_us)
        clock.advance(real_us, 1 << 50)
        clock.run(real_us)
        clock.sample(real_us)
    assert clock.actual(4_000_000) == pytest.approx(10, rel=0.03)
    clock.run(4_000_000)
    for real_us in range(4_000_000, 7_000_000, 50_000):
        clock.sample(real_us)
    assert clock.actual(7_000_000) == pytest.approx(1, rel=0.01)


def test_time_never_goes_back_whatever_happens():
    dice = random.Random(7)
    clock = Clock(0, lapse=3)
    process = Process()
    real_us = 0
    last_us = 0
    for _ in range(20_000):
        real_us += dice.choice((0, 1, 50, 3_000, 400_000))
        process.us += dice.choice((0, 1, 50, 3_000, 400_000))
        action = dice.randrange(6)
        if action == 0:
            clock.run(real_us)
        elif action == 4:
            clock.run(real_us, process.spent)
        elif action == 5:
            clock.believe(last_us + dice.choice((-50, 50, 400_000)), real_us)
        elif action == 1:
            clock.idle(real_us)
        elif action == 2:
            clock.set_lapse(dice.randint(1, LAPSE_MAX), real_us)
        elif clock.idling:
            clock.advance(real_us, last_us + dice.randrange(1_000_000))
        now_us = clock.now(real_us)
        assert now_us >= last_us
        last_us = now_us

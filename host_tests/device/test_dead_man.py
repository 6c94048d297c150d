"""The hardware dead-man: its figures, and the firmware that drives it on the bench."""

import pytest

from host_tests.device.bench_rig import SETTINGS, benches, configure, make_cold, wait_for_heat
from tools import dead_man
from tools.bench.bench import Bench
from tools.dead_man import THRESHOLD_V, DeadMan

PULSES = 24  # firmware/hardware/pulsed_output.py
STEP_US = 500_000


def fill(part, t_us, pulses=PULSES):
    for _ in range(pulses):
        part.set_pin(True, t_us)
        part.set_pin(False, t_us + 60)
        t_us += 120
    return t_us


def test_whatever_the_parts_it_holds_from_step_to_step_and_not_for_three_seconds():
    shortest_us, longest_us = dead_man.worst(PULSES)
    assert shortest_us > STEP_US + 300_000  # a step that comes late
    assert longest_us < 2_800_000


@pytest.mark.parametrize("level", [False, True])
def test_a_pin_that_stands_still_opens_it(level):
    part = DeadMan()
    end_us = fill(part, 0)
    part.set_pin(level, end_us)
    assert part.is_on(end_us + 700_000)
    assert not part.is_on(end_us + 2_800_000)
    assert not part.is_on(end_us + 60_000_000)


def test_a_single_edge_never_closes_it():
    part = DeadMan(THRESHOLD_V[0], dead_man.DIODE_V[0])
    for second in range(10):  # a chip that restarts again and again
        part.set_pin(True, 2_000_000 * second)
        part.set_pin(False, 2_000_000 * second + 900_000)
        assert not part.is_on(2_000_000 * second + 900_000)


def test_it_says_when_it_opens():
    part = DeadMan()
    end_us = fill(part, 0)
    due_us = part.off_us()
    assert part.is_on(due_us - 100) and not part.is_on(due_us + 100)
    assert part.off_us() is None and end_us < due_us


# -- with the firmware ------------------------------------------------------------------------


@pytest.fixture
def heating(tmp_path):
    settings = {**SETTINGS, "heater_drive": "pulses", "heater_min_off_s": 0}
    with benches() as made:
        bench = Bench(configure(tmp_path, settings, lapse=20, dead_man=True))
        made.append(bench)
        make_cold(bench)
        bench.start()
        wait_for_heat(bench)
        yield bench


@pytest.mark.bench
def test_it_heats_by_pulses_that_leave_the_pin_low(heating):
    """Most of the time: where this machine held the firmware up for a second, it opened."""
    since_s = heating.now_s()
    before_us = heating.call(lambda: heating.world.heater_on_us(heating.conductor.now_us()))
    heating.run_until(since_s + 60)
    on_us = heating.call(lambda: heating.world.heater_on_us(heating.conductor.now_us()))
    assert on_us - before_us > 40_000_000
    high = 0
    for look in range(1, 21):  # some may fall into a burst, which comes with each of its steps
        heating.run_until(since_s + 60 + 0.083 * look)
        high += heating.call(lambda: heating.chip.levels[heating.board.HEATER_PIN])
    assert high <= 3


@pytest.mark.bench
@pytest.mark.parametrize("death", ["firmware_frozen", "firmware_kill"])
def test_a_dead_chip_is_a_cold_mat(heating, death):
    heating.set(death, True)
    t_s = heating.now_s()
    heating.wait_for(lambda b: not b.plant.heater_on, 10)
    assert heating.snapshot()["pins"]["heater_changed_s"] - t_s <= 2.8

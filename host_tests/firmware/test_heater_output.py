"""What ends the heater's output: its lease, and the supervisor of the watchdog."""

import importlib
import sys
import time

import pytest

from heat.inputs import LEASE_MS
from host_tests.firmware.fake_chip import PERIOD, Registers, chip_under

OFF, ON = 0, 1
# Modules that hold on to the chip they were loaded with.
BOUND = ("hardware.heater_output", "hardware.pulsed_output", "hardware.timer_group", "supervisor")


@pytest.fixture
def chip(monkeypatch):
    with chip_under(monkeypatch, *BOUND) as chip:
        yield chip


# -- the heater's lease ---------------------------------------------------------------------------


@pytest.fixture(params=[0, PERIOD - 1000, PERIOD // 2], ids=["start", "wrap", "half"])
def output(chip, request):
    """An enabled output on pin 32, at different times of the tick counter."""
    chip.now = request.param
    return importlib.import_module("hardware.heater_output").HeaterOutput(32, ON, True)


def test_the_output_is_off_from_its_construction_on(chip, output):
    assert chip.trace == [(32, OFF)] and not output.on


def test_a_lease_ends_before_the_watchdog_can_bite(chip, output):
    """Both count from the step that renewed and fed; ON_MS is more than lease and poll."""
    output.renew(chip.now)
    assert chip.levels[32] == ON and output.on
    chip.pass_time(LEASE_MS - 10)
    assert chip.levels[32] == ON
    chip.pass_time(110)
    assert chip.levels[32] == OFF and not output.on and output.expired == 1
    assert LEASE_MS + 100 < importlib.import_module("supervisor").ON_MS <= 1200
    chip.pass_time(60_000)
    assert chip.levels[32] == OFF and output.expired == 1


def test_a_renewed_lease_lasts(chip, output):
    for _ in range(100):
        output.renew(chip.now)
        chip.pass_time(900)  # a step that came 400 ms late
        assert chip.levels[32] == ON
    chip.pass_time(300)
    assert chip.levels[32] == OFF
    assert {level for _, level in chip.trace[1:-1]} == {ON}  # it never dropped in between


def test_a_renewal_by_an_old_time_grants_no_more_than_that(chip, output):
    output.renew(chip.now - 900)  # a step that took that long
    chip.pass_time(210)
    assert chip.levels[32] == OFF


def test_off_is_at_once_and_a_later_renewal_is_on_again(chip, output):
    output.renew(chip.now)
    output.off()
    assert chip.levels[32] == OFF and not output.on
    chip.pass_time(10_000)
    assert output.expired == 0
    output.renew(chip.now)
    assert chip.levels[32] == ON


def test_the_timer_may_fire_between_any_two_lines_of_renew(chip, output):
    """A pin that is on while `on` is False would stay on for ever."""
    output.renew(chip.now)
    chip.pass_time(50_000)  # the old lease ended long ago

    def fire(frame, event, _arg):
        if frame.f_code is type(output).renew.__code__ and event in ("line", "return"):
            sys.settrace(None)
            output._expire(None)
            sys.settrace(fire)
        return fire

    sys.settrace(fire)
    try:
        output.renew(chip.now)
    finally:
        sys.settrace(None)
    assert output.on and chip.levels[32] == ON
    chip.pass_time(3000)
    assert not output.on and chip.levels[32] == OFF


def test_closed_for_good(chip, output):
    output.renew(chip.now)
    output.close()
    assert chip.levels[32] == OFF
    output.renew(chip.now)
    assert chip.levels[32] == OFF and not output.on
    assert all(timer.left is None for timer in chip.timers)


def test_active_low(chip):
    output = importlib.import_module("hardware.heater_output").HeaterOutput(32, 0, True)
    assert chip.levels[32] == 1
    output.renew(chip.now)
    assert chip.levels[32] == 0
    chip.pass_time(3000)
    assert chip.levels[32] == 1


def test_a_disabled_output_is_never_on(chip):
    output = importlib.import_module("hardware.heater_output").HeaterOutput(32, ON, False)
    for _ in range(5):
        output.renew(chip.now)
        chip.pass_time(500)
        assert not output.on
    output.off()
    output.close()
    assert {level for _, level in chip.trace} == {OFF} and chip.timers == []


def test_pulses_leave_the_pin_low_and_come_from_a_renewal_only(chip, monkeypatch):
    monkeypatch.setattr(time, "sleep_us", lambda us: None, raising=False)
    module = importlib.import_module("hardware.pulsed_output")
    output = module.PulsedOutput(32, ON, True)
    chip.trace.clear()
    output.renew(chip.now)
    assert chip.trace == [(32, ON), (32, OFF)] * module.PULSES and output.on
    chip.trace.clear()
    chip.pass_time(1200)
    assert not output.on and ON not in [level for _, level in chip.trace]
    output.close()
    output.renew(chip.now)
    assert chip.levels[32] == OFF and not output.on


# -- the supervisor -------------------------------------------------------------------------------

TASKS = ("bms", "screen", "relay")


@pytest.fixture(params=[0, PERIOD - 3000], ids=["start", "wrap"])
def supervisor(chip, request):
    """A started supervisor whose tasks may be away for 2 s."""
    chip.now = request.param
    made = importlib.import_module("supervisor").Supervisor(TASKS, 2000)
    made.start(chip.now)
    return made


def run_tasks(chip, supervisor, seconds, but=None, on=False):
    for _ in range(seconds * 4):
        chip.pass_time(250)
        for task, name in enumerate(TASKS):
            if name != but:
                supervisor.alive(task, chip.now)
        well = supervisor.step(chip.now, on)
    return well


def test_the_watchdog_is_fed_while_every_task_reports(chip, supervisor):
    assert run_tasks(chip, supervisor, 20)
    assert supervisor.late is None and len(chip.fed_ms) == 81


def test_the_watchdog_is_short_only_while_the_mat_is_on(chip, supervisor):
    assert chip.watchdog_ms == 5000
    run_tasks(chip, supervisor, 2, on=True)
    assert chip.watchdog_ms == 1200
    run_tasks(chip, supervisor, 2)
    assert chip.watchdog_ms == 5000


def test_each_arming_has_the_bite_release_the_pins(chip, supervisor):
    registers = chip.registers
    for on in (True, False, True):
        assert registers.stage_0 == 3 and supervisor.releases_pins
        assert registers.words[Registers.PROTECT] == 0  # locked again
        assert registers.words[Registers.CONFIG0] >> 31 == 1  # and still on
        registers.words[Registers.CONFIG0] = 0
        supervisor.step(chip.now, on)
    supervisor.relax()
    assert registers.stage_0 == 3
    supervisor.stand_down()
    assert registers.stage_0 == 3


def test_a_chip_that_does_not_take_it_is_known(chip, capsys):
    chip.registers.deaf = True
    made = importlib.import_module("supervisor").Supervisor(TASKS, 2000)
    made.start(chip.now)
    assert not made.releases_pins and chip.watchdog_ms == 5000
    assert "leaves the pins" in capsys.readouterr().out


def test_a_board_that_names_no_timer_group_is_left_alone(chip):
    module = importlib.import_module("supervisor")
    module.board.TIMER_GROUP_0 = 0
    made = module.Supervisor(TASKS, 2000)
    made.start(chip.now)
    assert not made.releases_pins and chip.registers.stage_0 == 1


@pytest.mark.parametrize("name", TASKS)
def test_one_late_task_starves_the_watchdog_for_good(chip, supervisor, name, capsys):
    run_tasks(chip, supervisor, 5)
    last_report = chip.now
    assert not run_tasks(chip, supervisor, 5, but=name, on=True)  # so that the mat goes off
    assert supervisor.late == name
    assert (chip.fed_ms[-1] - last_report) % PERIOD <= 2000
    fed = len(chip.fed_ms)
    supervisor.relax()
    run_tasks(chip, supervisor, 5)  # too late
    assert len(chip.fed_ms) == fed and supervisor.late == name
    assert capsys.readouterr().out == f"task is late: {name}\n"


def test_a_flash_write_is_no_fault_of_the_tasks(chip, supervisor):
    """It holds the loop for 1.6 s at worst; the tasks' own pauses come on top."""
    run_tasks(chip, supervisor, 2, on=True)
    chip.pass_time(500)
    supervisor.relax()
    assert chip.watchdog_ms == 5000 and (chip.now - chip.fed_ms[-1]) % PERIOD == 0
    chip.pass_time(1600)
    supervisor.excuse(chip.now)
    chip.pass_time(500)
    assert supervisor.step(chip.now, True) and chip.watchdog_ms == 1200


def test_nothing_is_fed_before_start(chip):
    made = importlib.import_module("supervisor").Supervisor(TASKS, 2000)
    assert made.step(5, False)
    made.relax()
    assert chip.fed_ms == [] and chip.watchdog_ms is None


def test_a_task_that_never_reported_is_late_too(chip, supervisor):
    chip.pass_time(2000)
    assert supervisor.step(chip.now, False)
    chip.pass_time(250)
    assert not supervisor.step(chip.now, False)
    assert supervisor.late == "bms"


def test_stand_down_gives_an_hour(chip, supervisor):
    supervisor.stand_down()
    assert chip.watchdog_ms == 3_600_000
    for on in (True, False):  # what still runs shortens it no more
        supervisor.step(chip.now, on)
        supervisor.relax()
    assert chip.watchdog_ms == 3_600_000

"""Lease, supervisor, UART link and start-up, with the lowest layer of the chip faked."""

import importlib
import runpy
import sys
import time
import types

import pytest

from heat.inputs import LEASE_MS
from host_tests.firmware.fake_chip import PERIOD, Chip, Registers
from tools import ROOT

OFF, ON = 0, 1
# Modules that hold on to the chip they were loaded with.
BOUND = (
    "hardware.inputs.buttons",
    "hardware.heater_output",
    "hardware.pulsed_output",
    "hardware.timer_group",
    "supervisor",
    "links.uart_link",
)


@pytest.fixture
def chip(monkeypatch):
    """A chip under the firmware's modules, which are loaded anew."""
    fake = Chip()
    board = types.ModuleType("board")
    board.TIMER_GROUP_0 = Registers.GROUP
    monkeypatch.setitem(sys.modules, "board", board)
    monkeypatch.setitem(sys.modules, "machine", fake.module())
    monkeypatch.setattr(time, "ticks_ms", lambda: fake.now, raising=False)
    for name in BOUND:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield fake
    for name in BOUND:
        sys.modules.pop(name, None)


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


# -- the UART link --------------------------------------------------------------------------------


def test_uart_link(chip):
    link = importlib.import_module("links.uart_link").UARTLink(1, 25, 26, 115_200, ((), ()))
    assert chip.uart_args == ((1,), {"baudrate": 115_200, "rx": 25, "tx": 26, "rxbuf": 921})
    buf = bytearray(8)
    assert link.readinto(buf) == 0
    chip.received = b"0123456789"
    assert link.readinto(buf) == 8 and buf == b"01234567"
    assert link.readinto(buf) == 2 and buf == b"89234567"
    assert link.readinto(buf) == 0
    link.write(b"question and rest", 8)
    assert chip.sent == b"question" and link.up


def test_the_first_buffer_is_as_large_as_the_one_it_takes_the_place_of(chip):
    """startup.py has made one of that size, and no other is sure to fit where it lay."""
    module = importlib.import_module("links.uart_link")
    link = module.UARTLink(1, 25, 26, 115_200, ((), ()), None, 33_000)
    assert chip.uart_args[1]["rxbuf"] == 33_000
    link.trim()
    assert chip.uart_args[1]["rxbuf"] == 921


def test_uart_link_when_the_driver_has_nothing_after_all(chip, monkeypatch):
    link = importlib.import_module("links.uart_link").UARTLink(1, 25, 26, 115_200, ((), ()))
    monkeypatch.setattr(link._uart, "any", lambda: 5)  # readinto then returns None
    assert link.readinto(bytearray(8)) == 0


# -- main.py --------------------------------------------------------------------------------------


def run_main(chip, monkeypatch, app, startup=None, failures=0):
    board = types.ModuleType("board")
    board.HEATER_PIN, board.HEATER_ACTIVE = 32, 1
    board.CPU_HZ = 240_000_000
    board.PANEL_WIDTH, board.PANEL_HEIGHT = 240, 135
    micropython = types.ModuleType("micropython")
    micropython.alloc_emergency_exception_buf = lambda size: chip.trace.append("buffer")
    if startup is None:
        startup = types.ModuleType("starting.startup")
        startup.prepare = lambda *how: chip.trace.append(("settings, radio", *how)) or "found"
    picture = types.ModuleType("showing.first_picture")
    picture.Picture = lambda: chip.trace.append("picture") or "its picture"
    modules = {"board": board, "showing.first_picture": picture, "micropython": micropython}
    attempts = types.ModuleType("starting.attempts")
    attempts.FRUGAL, attempts.SAFE = 2, 3
    attempts.begin = lambda: (failures, b"MemoryError: 1440 bytes")
    attempts.failed = lambda error: chip.trace.append(("kept", type(error)))
    attempts.clear = lambda: chip.trace.append("got going")
    crash = types.ModuleType("kept.crash")
    crash.keep = lambda error, failures, found: chip.trace.append(("told", type(error), failures))
    rescue = types.ModuleType("starting.rescue")
    rescue.rest = lambda reason, show: chip.trace.append(("safe mode", reason))
    modules |= {"starting.startup": startup, "starting.attempts": attempts, "app": app}
    modules["starting.rescue"] = rescue
    modules["kept.crash"] = crash
    rooms = {}
    for name, module in modules.items():
        room, _, own = name.rpartition(".")
        if room:
            setattr(rooms.setdefault(room, types.ModuleType(room)), own, module)
    for name, module in (modules | rooms).items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(
        sys, "print_exception", lambda error: chip.trace.append(type(error)), raising=False
    )
    monkeypatch.setattr("time.sleep", lambda seconds: chip.trace.append(f"{seconds} s"))
    monkeypatch.setattr(
        sys.modules["machine"],
        "freq",
        lambda hz: chip.trace.append((hz, "Hz")),
        raising=False,
    )
    monkeypatch.setattr(
        sys.modules["machine"], "reset", lambda: chip.trace.append("reset"), raising=False
    )
    monkeypatch.delitem(sys.modules, "entry", raising=False)
    return runpy.run_path(str(ROOT / "firmware" / "main.py"))


def test_main_drops_the_heater_then_shows_a_picture_then_radio_and_application(chip, monkeypatch):
    app = types.ModuleType("app")
    app.run = lambda found: chip.trace.append(("run", found))
    run_main(chip, monkeypatch, app)
    assert chip.trace == [
        (32, OFF),
        (240_000_000, "Hz"),
        "buffer",
        "picture",
        ("settings, radio", "its picture", False),
        ("run", ["found"]),
        "got going",
    ]


def test_main_steps_down_before_it_gives_up(chip, monkeypatch):
    app = types.ModuleType("app")
    app.run = lambda found: None
    run_main(chip, monkeypatch, app, failures=2)
    assert ("settings, radio", "its picture", 2) in chip.trace
    chip.trace.clear()
    run_main(chip, monkeypatch, app, failures=3)
    assert chip.trace[-2:] == ["buffer", ("safe mode", b"MemoryError: 1440 bytes")]


def run_boot(chip, monkeypatch, kept=b"", set_up=None):
    """Runs boot.py with this in the RTC's memory; returns what is there afterwards."""
    left = [kept]

    class RTC:
        def memory(self, data=None):
            if data is None:
                return left[0]
            left[0] = data

    machine = sys.modules["machine"]
    machine.RTC = RTC
    machine.reset = lambda: chip.trace.append("reset")
    module = types.ModuleType("set_up")
    module.run = set_up
    monkeypatch.setitem(sys.modules, "set_up", module)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "print_exception", print, raising=False)
    runpy.run_path(str(ROOT / "firmware" / "boot.py"))
    return left[0]


def test_boot_drops_the_heater(chip, monkeypatch):
    board = sys.modules["board"]
    for active in (0, 1):
        board.HEATER_PIN, board.HEATER_ACTIVE = 32, active
        run_boot(chip, monkeypatch)
    assert chip.trace == [(32, 1), (32, OFF)]


@pytest.mark.parametrize("kept", [b"", b"packmate\x01", b"set-up2"])
def test_boot_leaves_what_others_keep_in_the_rtc_alone(chip, monkeypatch, kept):
    board = sys.modules["board"]
    board.HEATER_PIN, board.HEATER_ACTIVE = 32, 1
    assert run_boot(chip, monkeypatch, kept) == kept and "reset" not in chip.trace


@pytest.mark.parametrize("error", [None, MemoryError, OSError, ImportError])
def test_a_set_up_is_for_one_start_and_the_chip_starts_anew_however_it_ends(
    chip, monkeypatch, error
):
    board = sys.modules["board"]
    board.HEATER_PIN, board.HEATER_ACTIVE = 32, 1

    def run():
        chip.trace.append("set-up")
        if error:
            raise error("in the middle")

    assert run_boot(chip, monkeypatch, b"set-up", run) == b""
    assert chip.trace == [(32, OFF), "set-up", "reset"]


def test_who_stops_a_set_up_at_the_console_has_the_console(chip, monkeypatch):
    board = sys.modules["board"]
    board.HEATER_PIN, board.HEATER_ACTIVE = 32, 1

    def run():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_boot(chip, monkeypatch, b"set-up", run)
    assert "reset" not in chip.trace


@pytest.mark.parametrize("error", [MemoryError, OSError, ValueError])
def test_main_starts_anew_after_whatever_ends_the_application(chip, monkeypatch, error):
    app = types.ModuleType("app")

    def run(found):
        raise error("dead")

    app.run = run
    run_main(chip, monkeypatch, app)
    assert chip.trace[-5:] == [error, "2 s", ("kept", error), ("told", error, 0), "reset"]


def test_main_starts_anew_if_the_application_cannot_even_be_loaded(chip, monkeypatch):
    run_main(chip, monkeypatch, None)  # importing app fails
    assert chip.trace[-1] == "reset" and ("kept", ModuleNotFoundError) in chip.trace


def press(chip, button, pattern):
    """Steps the button once for each (level, now); returns what it reported."""
    reports = []
    for level, now in pattern:
        chip.inputs[35] = level
        reports.append(button.step(now))
    return reports


def test_button_tells_short_presses_when_they_end_and_long_ones_once(chip):
    buttons = importlib.import_module("hardware.inputs.buttons")
    chip.inputs[35] = 1
    button = buttons.Button(35)
    nothing, short, long = buttons.NOTHING, buttons.SHORT, buttons.LONG
    assert press(chip, button, [(1, 0), (0, 250), (1, 500)]) == [nothing, nothing, short]
    held = [(0, 1000), (0, 2999), (0, 3000), (0, 3250), (1, 3500)]
    assert press(chip, button, held) == [nothing, nothing, long, nothing, nothing]


class Told:
    """A screen that notes what the second button asks of it."""

    def __init__(self):
        self.asked = []

    def back(self, model):
        self.asked.append(("back", model))

    def brighter(self, model):
        self.asked.append(("brighter", model))


def test_a_second_button_goes_back_and_changes_the_brightness(chip):
    buttons = importlib.import_module("hardware.inputs.buttons")
    both = importlib.import_module("hardware.inputs.two_buttons")
    chip.inputs[35] = chip.inputs[0] = 1
    screen = Told()
    device = types.SimpleNamespace(screen=screen, model="model")
    pair = both.Buttons(buttons.Button(35), buttons.Button(0), device)

    def step(first, second, now):
        chip.inputs[35] = first
        chip.inputs[0] = second
        return pair.step(now)

    assert [step(1, 0, 100), step(1, 1, 200)] == [buttons.NOTHING] * 2
    assert screen.asked == [("back", "model")]
    assert [step(1, 0, 300), step(1, 0, 2400), step(1, 1, 2500)] == [buttons.NOTHING] * 3
    assert screen.asked[1:] == [("brighter", "model")]
    step(0, 1, 3000)
    step(0, 1, 3500)
    assert pair.held_ms == 500
    assert step(1, 1, 3600) == buttons.SHORT
    assert len(screen.asked) == 2


def test_button_that_is_low_from_the_start_is_not_pressed(chip):
    buttons = importlib.import_module("hardware.inputs.buttons")
    chip.inputs[35] = 0
    button = buttons.Button(35)
    assert press(chip, button, [(0, 0), (0, 5000), (1, 5250)]) == [buttons.NOTHING] * 3
    assert press(chip, button, [(0, 6000), (1, 6250)])[1] == buttons.SHORT

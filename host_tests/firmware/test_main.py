"""The start: boot.py and main.py, however the application ends."""

import runpy
import sys
import types

import pytest

from host_tests.firmware.fake_chip import chip_under
from tools import ROOT

OFF = 0


@pytest.fixture
def chip(monkeypatch):
    with chip_under(monkeypatch) as chip:
        yield chip


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

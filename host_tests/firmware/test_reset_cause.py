"""Which starts of the chip count as crashes for the heater's fault `unstable`."""

import importlib
import sys
import types

import pytest

REGISTER = 0x3FF4_8034


class RTC:
    """Its memory, which outlives every reset."""

    kept = b""

    def memory(self, data=None):
        if data is None:
            return RTC.kept
        RTC.kept = data


@pytest.fixture
def chip(monkeypatch):
    """Returns a function that makes a chip, and returns the modules reset_cause and attempts."""

    def make(cause, register):
        machine = types.ModuleType("machine")
        machine.PWRON_RESET, machine.HARD_RESET, machine.WDT_RESET = 1, 2, 3
        machine.reset_cause = lambda: cause
        machine.mem32 = {REGISTER: register}
        machine.RTC = RTC
        board = types.ModuleType("board")
        board.RESET_CAUSE = REGISTER
        monkeypatch.setitem(sys.modules, "machine", machine)
        monkeypatch.setitem(sys.modules, "board", board)
        for name in names:
            monkeypatch.delitem(sys.modules, name, raising=False)
        return [importlib.import_module(name) for name in names[:2]]

    names = ("hardware.reset_cause", "starting.attempts", "heating.ending", "starting.rescue")
    monkeypatch.setattr(RTC, "kept", b"")
    yield make
    for name in names:
        sys.modules.pop(name, None)


@pytest.mark.parametrize(
    "cause, register, crashed",
    [
        (1, 1, False),  # switched on
        (1, 0x33C0 | 1, False),  # with other bits
        (1, 20, False),  # ... and a C3 says so
        (1, 3, True),  # a brown-out that ESP-IDF has seen: it resets the system
        (1, 0x33C0 | 3, True),
        (1, 12, True),  # ... or the processor
        (1, 15, True),  # ... or the hardware does it
        (2, 12, True),  # machine.reset() after an exception, or a panic
        (3, 12, True),  # watchdog
        (4, 5, False),  # deep sleep
        (5, 12, False),  # somebody at the console
    ],
)
def test_what_counts_as_a_crash(chip, cause, register, crashed):
    setup, _ = chip(cause, register)
    assert setup.has_crashed() is crashed


WHO = b"the watchdog ended it"  # if it ends without an exception, that is true


@pytest.mark.parametrize("cause", [1, 2, 3])
def test_a_reset_that_was_asked_for_is_no_crash_and_the_one_after_it_is(chip, cause):
    """Even if the watchdog had to do it; and it is no failed start (attempts.py)."""
    setup, attempts = chip(cause, 12)
    attempts.begin()
    attempts.failed(MemoryError("before"))
    setup.ask()
    assert attempts.begin() == (0, WHO + b".")
    assert not setup.has_crashed() and not setup.has_crashed()  # several ask
    failures, _ = attempts.begin()  # that start has failed, for whatever reason
    assert failures == 1 and setup.has_crashed()


def test_once_it_has_got_going_the_next_one_is_a_crash_again(chip):
    setup, attempts = chip(3, 12)
    setup.ask()
    attempts.begin()
    attempts.clear()
    attempts.begin()
    assert setup.has_crashed()


def test_a_search_that_restarts_again_and_again_is_no_crash_but_a_failed_start(chip):
    setup, attempts = chip(2, 12)
    for failures in range(2):
        assert attempts.begin()[0] == failures
        assert setup.has_crashed() is (failures == 0)
        setup.ask(clear=False)
    attempts.begin()
    attempts.begin()
    assert setup.has_crashed()


def test_what_ends_the_program_after_it_has_asked_for_its_reset_is_no_failure(chip):
    """No memory for the network (tasks.py): told like a crash, and none for the heater."""
    setup, attempts = chip(2, 12)
    setup.ask()
    attempts.failed(RuntimeError("no memory for the network"))
    assert attempts.begin()[0] == 0 and not setup.has_crashed()


def test_a_restart_is_a_reset_that_was_asked_for(chip):
    setup, attempts = chip(2, 12)
    resets = []
    sys.modules["machine"].reset = lambda: resets.append(RTC.kept)
    setup.restart()
    assert resets and attempts.begin()[0] == 0 and not setup.has_crashed()


def stop_the_application(monkeypatch):
    monkeypatch.setattr("time.ticks_ms", None, raising=False)
    monkeypatch.setattr("time.sleep_ms", None, raising=False)
    heater = types.SimpleNamespace(bms_output=None)
    importlib.import_module("heating.ending").say_end(types.SimpleNamespace(heater=heater))


def stop_safe_mode(monkeypatch):
    def stop(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", stop)
    with pytest.raises(KeyboardInterrupt):
        importlib.import_module("starting.rescue").rest(b"", None)


@pytest.mark.parametrize("stop", [stop_the_application, stop_safe_mode])
def test_who_stops_it_at_the_console_has_whatever_reset_follows_for_no_crash(
    chip, stop, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    setup, attempts = chip(3, 12)
    for _ in range(4):
        attempts.begin()
    stop(monkeypatch)
    assert attempts.begin()[0] == 0 and not setup.has_crashed()  # and is tried again


# Who resets the chip in another way: boot.py after a set-up, which has asked for it; entry.py,
# after an exception; set_up_asked.py, for a set-up. Its marks are other ones.
ELSEWHERE = {"boot.py", "entry.py", "starting/set_up_asked.py"}


def test_there_is_one_way_to_restart_on_purpose():
    from tools import ROOT

    firmware = ROOT / "firmware"
    found = {
        str(path.relative_to(firmware))
        for path in firmware.rglob("*.py")
        if "machine.reset()" in path.read_text(encoding="utf-8")
    }
    assert found == ELSEWHERE | {"hardware/reset_cause.py", "starting/rescue.py"}  # in words


def test_every_board_names_the_register():
    from tools import ROOT

    for path in (ROOT / "boards").glob("*/board.py"):
        values = {}
        exec(path.read_text(encoding="utf-8"), values)
        assert values["RESET_CAUSE"] in (REGISTER, 0x6000_8038), path

"""What the tasks do, a step at a time, on objects that only answer."""

import asyncio
import importlib
import sys
import types

import pytest

from bms import alarms
from bms.pack import PackState
from compat import ticks_add, ticks_diff
from relay import commands as c

MINUTE_MS = 60_000
NOW = 7
# Modules that hold on to the chip they were loaded with.
BOUND = ("tasks", "hardware.inputs.buttons", "kept.noted_button", "showing.telemetry")


class Thing(types.SimpleNamespace):
    """Whatever attributes are given; calls are noted by name."""


@pytest.fixture
def tasks(monkeypatch):
    clock = types.ModuleType("time")
    clock.ticks_ms = lambda: NOW
    clock.sleep_ms = None
    monkeypatch.setitem(sys.modules, "time", clock)
    machine = types.ModuleType("machine")
    machine.Pin = machine.RTC = object
    monkeypatch.setitem(sys.modules, "machine", machine)
    for name in BOUND:
        monkeypatch.delitem(sys.modules, name, raising=False)
    module = importlib.import_module("tasks")
    yield module
    for name in BOUND:
        sys.modules.pop(name, None)


class Device:
    """A device whose relay says what the test wants."""

    def __init__(self):
        self.calls = []
        self.settled = []
        self.answer = True
        self.updater = Thing(ask=lambda wish: self._note("update", wish))
        self.command = c.NOTHING
        self.down = 0
        self.starved = False
        self.memory = Thing(idf_largest=29_696)
        self.news = self.uptime_s = self.bounce_after_s = 0
        self.alarms = bytearray(8)
        self.bms = Thing(pack=PackState(), check=Thing(verdict=0, frozen=False), answering=False)
        self.counted = []
        self.meter = Thing(step=lambda pack, good, now: self.counted.append(good))
        self.clock = None
        self.output = Thing(
            on=False,
            off=lambda: self.calls.append("off"),
            renew=lambda now: self.calls.append("renew"),
        )
        self.well = True
        self.supervisor = Thing(
            step=lambda now, on: self._note("feed", on) and self.well, alive=lambda task, now: None
        )
        self.options = None
        self.charger_pin = lambda: None
        self.heater = Thing(
            state=0,
            reason=0,
            latched=1,
            warnings=0,
            inputs=Thing(own_on_dc=0, own_off_dc=50),
            set_mode=lambda mode: self._note("mode", mode),
            boost=lambda minutes: self._note("boost", minutes),
            set_thresholds=lambda on, off: self._note("thresholds", on, off),
            reset_report=lambda: self.calls.append("reset"),
            acknowledge=lambda: self.calls.append("acknowledge"),
        )
        self.up = True
        self.wifi = Thing(
            step=lambda now: self.up, bounce=lambda now: self.up and self.calls.append("bounce")
        )
        self.button = Thing(step=lambda now: 0)
        self.relay = Thing(
            value=2,
            settle=self.settled.append,
            writes=None,
            publish_soon=lambda: self.calls.append("soon"),
            step=lambda wifi, now: self.command,
            busy=lambda: False,
            down_ms=lambda now: self.down,
            starved=lambda: self.starved,
        )

    def _note(self, *call):
        self.calls.append(call)
        return self.answer


def test_whatever_raises_around_the_heater_ends_what_has_no_lease_too(tasks, capsys):
    calls = []

    def raises(*_):
        raise ValueError("a probe that nobody has thought of")

    device = Device()
    device.options = Thing(before=raises, fail=lambda device, now: calls.append(now))
    device.heater.fail = lambda: calls.append("internal")
    device.bms.look = lambda now: True
    sys.print_exception = print
    try:
        next(tasks.run_heater(device))
    finally:
        del sys.print_exception
    assert calls == ["internal", NOW] and device.calls == ["off", "off", ("feed", False)]
    assert "a probe" in capsys.readouterr().out


def step_heater(tasks, answer, well=True):
    device = Device()
    device.well = well
    device.bms.look = lambda now: True
    device.bms.check = None
    device.heater.step = lambda *_: answer
    next(tasks.run_heater(device))
    return device.calls


def test_the_mat_is_on_only_with_the_short_watchdog_and_while_all_is_well(tasks):
    """Off before the watchdog is given more time; on after it has been given less."""
    assert step_heater(tasks, True) == [("feed", True), "renew"]
    assert step_heater(tasks, False) == ["off", ("feed", False)]
    assert step_heater(tasks, True, well=False) == [("feed", True), "off"]


def serve(tasks, device):
    """One step of the task of relay, Wi-Fi and button."""
    next(tasks.run_relay(device))


def test_commands_reach_the_heater_and_an_acknowledgement_switches_off_first(tasks):
    device = Device()
    device.command = c.SET_MODE
    serve(tasks, device)
    device.command = c.ACKNOWLEDGE
    serve(tasks, device)
    assert device.calls == [("mode", 2), "off", "acknowledge"]
    assert device.settled == [True, True]
    device.heater.latched = 0
    serve(tasks, device)
    assert device.calls[3:] == ["acknowledge"]  # a flood of them switches nothing


def test_each_command_does_what_it_says_and_its_answer_is_passed_on(tasks):
    device = Device()
    wanted = [
        (c.BOOST, ("boost", 2)),
        (c.SET_ON_DC, ("thresholds", 2, 50)),
        (c.SET_OFF_DC, ("thresholds", 0, 2)),
        (c.UPDATE, ("update", 2)),
        (c.RESET_REPORT, "reset"),
        (c.WRITE, None),  # done already
    ]
    for answer in (True, False):
        device.answer = answer
        for command, call in wanted:
            device.calls.clear()
            device.settled.clear()
            device.command = command
            serve(tasks, device)
            assert device.calls == ([call] if call else [])
            assert device.settled == [answer or command in (c.RESET_REPORT, c.WRITE)]


def test_a_change_of_the_heater_is_told_at_once_and_once(tasks):
    device = Device()
    device.heater.state, device.heater.reason = 4, 10
    serve(tasks, device)
    serve(tasks, device)
    device.heater.reason = 11
    serve(tasks, device)
    assert device.calls == ["soon", "soon"]


def test_an_alarm_and_a_pack_that_falls_silent_are_told_at_once_and_once(tasks):
    device = Device()
    changes = (
        lambda: device.bms.pack.raise_alarm(alarms.CELL_OVERVOLTAGE),
        lambda: replace_alarm(device.bms.pack, alarms.PACK_OVERVOLTAGE),
        lambda: setattr(device.bms, "answering", True),
        lambda: setattr(device.bms.check, "verdict", 3),
    )
    for change in changes:
        device.calls.clear()
        change()
        serve(tasks, device)
        serve(tasks, device)
        assert device.calls == ["soon"]


def replace_alarm(pack, alarm):
    """As many as before, and another one."""
    pack.clear_alarms()
    pack.raise_alarm(alarm)


@pytest.mark.parametrize("relay", (True, False))
def test_what_goes_through_the_pack_is_counted_with_a_broker_and_without(tasks, relay):
    device = Device()
    if not relay:
        device.relay = None
    serve(tasks, device)
    device.bms.check.frozen = True
    serve(tasks, device)
    assert device.counted == [True, False]


def test_the_wifi_is_joined_anew_after_twenty_minutes_without_a_broker(tasks):
    device = Device()
    device.down = 20 * MINUTE_MS - 1
    serve(tasks, device)
    assert device.calls == []
    device.down = 20 * MINUTE_MS
    for _ in range(3):
        serve(tasks, device)
    assert device.calls == ["bounce"]
    device.uptime_s = 20 * 60
    serve(tasks, device)
    assert device.calls == ["bounce", "bounce"]


def test_a_wifi_that_comes_back_after_hours_is_not_left_at_once(tasks):
    device = Device()
    device.down = 300 * MINUTE_MS
    device.up = False
    device.uptime_s = 300 * 60
    serve(tasks, device)
    device.up = True
    device.uptime_s += 20 * 60 - 1
    serve(tasks, device)
    assert device.calls == []
    device.uptime_s += 1
    serve(tasks, device)
    assert device.calls == ["bounce"]


@pytest.mark.parametrize("how", ["no memory for a socket", "nothing left of the IDF's memory"])
def test_a_relay_without_memory_ends_the_application_with_the_heater_off_first(
    tasks, how, monkeypatch
):
    device = Device()
    device.output.on = True
    device.down = 3 * MINUTE_MS
    serve(tasks, device)  # something else is wrong
    if how == "no memory for a socket":
        device.starved = True
    else:
        device.memory.idf_largest = 768  # on an emulated chip, when Python had grown too far
    device.down = 3 * MINUTE_MS - 1
    serve(tasks, device)
    assert device.calls == []
    device.down = 3 * MINUTE_MS
    monkeypatch.setitem(
        sys.modules, "hardware.reset_cause", Thing(ask=lambda: device.calls.append("asked for"))
    )
    with pytest.raises(RuntimeError):
        serve(tasks, device)
    assert device.calls == ["off", "asked for"]  # no crash for the heater


class Clock:
    """Time that passes while somebody sleeps, and while a task works."""

    def __init__(self, tasks, monkeypatch, start):
        self.now = start
        self.ran = []  # (name, when)
        monkeypatch.setattr(tasks, "ticks_ms", lambda: self.now)
        monkeypatch.setattr(tasks, "sleep_ms", self._pass)

    def _pass(self, ms):
        self.now = ticks_add(self.now, ms)

    def task(self, name, pause_ms, takes_ms=0, runs=1000):
        for _ in range(runs):
            self.ran.append((name, self.now))
            self._pass(takes_ms)
            yield pause_ms
        raise ValueError(name)


def test_each_task_runs_when_it_is_due_across_the_wrap_of_the_clock(tasks, monkeypatch):
    start = (1 << 30) - 500
    clock = Clock(tasks, monkeypatch, start)
    with pytest.raises(ValueError, match="a"):
        tasks.run((clock.task("a", 100, runs=100), clock.task("b", 250), clock.task("c", 1000)))
    after = [(name, ticks_diff(when, start)) for name, when in clock.ran]
    assert [when for name, when in after if name == "a"] == list(range(0, 10_000, 100))
    assert [when for name, when in after if name == "b"] == list(range(0, 10_000, 250))
    assert [when for name, when in after if name == "c"] == list(range(0, 10_000, 1000))


def test_a_task_that_never_sleeps_keeps_no_other_from_running(tasks, monkeypatch):
    clock = Clock(tasks, monkeypatch, 0)
    with pytest.raises(ValueError, match="b"):
        tasks.run((clock.task("a", 0, takes_ms=7, runs=10_000), clock.task("b", 500, runs=20)))
    whens = [when for name, when in clock.ran if name == "b"]
    assert max(b - a for a, b in zip(whens, whens[1:], strict=False)) <= 507


def test_tasks_with_periods_wake_together(tasks):
    """At multiples of their periods, whenever they were done."""
    device = Device()
    device.bms.look = lambda now: True
    device.heater.step = lambda *_: False
    device.bms.units = [Thing(serve=lambda now: 20)]
    device.loop_max_ms = 0
    assert next(tasks.run_heater(device)) == 500 - NOW
    assert next(tasks.run_relay(device)) == 100 - NOW
    reading = tasks.run_bms(device)
    assert [next(reading), next(reading)] == [0, 20 - NOW]


@pytest.mark.parametrize("by_radio", [False, True])
def test_what_ends_one_task_ends_them_all(tasks, monkeypatch, by_radio):
    def ends(device):
        yield 1
        raise ValueError("dead")

    def runs(device):
        while True:
            yield 2

    for name in ("run_bms", "run_heater", "run_screen", "run_relay"):
        monkeypatch.setattr(tasks, name, runs)
    monkeypatch.setattr(tasks, "run_collector", ends)
    clock = Clock(tasks, monkeypatch, 0)
    ble = radio(monkeypatch, clock) if by_radio else None
    with pytest.raises(ValueError, match="dead"):
        tasks.run_all(Thing(start=lambda now: clock.ran.append(now), ble=ble, extras=()))
    assert clock.ran[0] == 0
    assert ("link", 0) in clock.ran or not by_radio


def radio(monkeypatch, clock):
    """Returns the links of a device with one BMS by radio."""
    monkeypatch.setitem(sys.modules, "bluetooth", types.ModuleType("bluetooth"))
    monkeypatch.delitem(sys.modules, "links.ble", raising=False)
    module = importlib.import_module("links.ble")
    monkeypatch.delitem(sys.modules, "links.ble")

    async def sleep_ms(ms):
        await asyncio.sleep(ms / 1000)

    monkeypatch.setattr(asyncio, "sleep_ms", sleep_ms, raising=False)

    async def run():
        clock.ran.append(("link", 0))
        await asyncio.sleep(60)

    links = module.Links({})
    links.links.append(Thing(run=run))
    return links


def hold(tasks, device):
    """Holds the button for long; returns what of it is in the event log."""
    noted = []
    device.journal = Thing(note=lambda what, about: noted.append(f"{what}: {about}"))
    device.button = importlib.import_module("kept.noted_button").NotedButton(
        Thing(step=lambda now: 2), device
    )
    serve(tasks, device)
    return noted


@pytest.mark.parametrize(
    "latched, done, noted",
    [(0, ["press"], "bms/release"), (4, ["off", "acknowledge"], "heater/acknowledge")],
)
def test_a_long_press_clears_a_fault_or_leaves_the_bms_to_the_phone(tasks, latched, done, noted):
    device = Device()
    device.heater.latched = latched
    device.ble = Thing(press=lambda device: device.calls.append("press"))
    assert hold(tasks, device) == [f"command: {noted}, by the button: done"]
    assert device.calls == done


def test_a_long_press_acknowledges_a_warning_and_switches_nothing(tasks):
    device = Device()
    device.heater.latched = 0
    device.heater.warnings = 1
    assert hold(tasks, device) == ["command: heater/acknowledge, by the button: done"]
    assert device.calls == ["acknowledge"]


def test_a_long_press_does_nothing_where_there_is_nothing_to_do(tasks):
    device = Device()
    device.heater.latched = 0
    device.ble = None
    assert hold(tasks, device) == []
    assert device.calls == []


def test_a_short_press_is_no_command(tasks):
    device = Device()
    device.journal = None
    button = Thing(step=lambda now: 1, held_ms=300)
    noted = importlib.import_module("kept.noted_button").NotedButton(button, device)
    assert noted.step(NOW) == 1 and noted.held_ms == 300


def test_a_clock_is_stepped_with_the_network(tasks):
    device = Device()
    stepped = []
    device.clock = Thing(step=lambda wifi, now: stepped.append(wifi))
    next(tasks.run_relay(device))
    assert stepped == [device.wifi]

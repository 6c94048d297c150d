"""What is done while the pack rests, and undone: clock, questions, light, Wi-Fi, button."""

import sys
import types

import pytest

import words as w
from bms import pack as p
from bms.check import PLAUSIBLE

SETTINGS = {
    "low_power_ma": 500,
    "bms_poll_ms": 1000,
    "data_max_age_s": 10,
    "screen_brightness_pct": 80,
}


class Panel:
    def __init__(self):
        self.lit_pct = 80

    def light(self, brightness_pct=100):
        self.lit_pct = brightness_pct


class Wlan:
    IF_STA, PM_PERFORMANCE, PM_POWERSAVE = 0, 1, 2
    pm = 1

    def __init__(self, interface):
        pass

    def config(self, pm):
        Wlan.pm = pm


class Button:
    press = held_ms = 0

    def step(self, now):
        return self.press


@pytest.fixture
def rig(monkeypatch):
    """A device, its panel and its saver, at rest; `hz` is what the clock was set to."""
    hz = [240_000_000]
    machine = types.ModuleType("machine")
    machine.freq = lambda value: hz.append(value)
    machine.Pin = None
    monkeypatch.setitem(sys.modules, "machine", machine)
    network = types.ModuleType("network")
    network.WLAN = Wlan
    monkeypatch.setitem(sys.modules, "network", network)
    board = types.ModuleType("board")
    board.CPU_HZ = 240_000_000
    monkeypatch.setitem(sys.modules, "board", board)
    for name in ("power_saver", "hardware.inputs.buttons"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import power_saver

    made = types.SimpleNamespace(hz=hz, panel=Panel())
    pack = p.PackState()
    for slot, value in ((p.CURRENT_MA, 10), (p.TEMP_MIN_DC, 150)):
        pack.put(slot, value)
    unit = types.SimpleNamespace(dialect=types.SimpleNamespace(poll_ms=1000))
    check = types.SimpleNamespace(verdict=PLAUSIBLE, frozen=False)
    bms = types.SimpleNamespace(pack=pack, check=check, answering=True, units=(unit,))
    heater = types.SimpleNamespace(state=w.IDLE, latched=0, warnings=0)
    made.device = types.SimpleNamespace(bms=bms, heater=heater, button=Button(), wifi_used=True)
    made.turned = []
    made.device.screen = types.SimpleNamespace(
        back=lambda _model: made.turned.append("back"),
        brighter=lambda _model: made.turned.append("brighter"),
    )
    made.device.model = None
    made.inner = made.device.button
    made.dialect = unit.dialect
    made.saver = power_saver.Saver(SETTINGS, made.panel)
    made.step = lambda on=False: made.saver.step(made.device, on, 5000, 0)
    for _ in range(70):
        made.step()
    yield made
    for name in ("power_saver", "hardware.inputs.buttons"):
        sys.modules.pop(name, None)


def state(rig):
    """Returns (clock in MHz, ms between questions, light, Wi-Fi saves)."""
    return rig.hz[-1] // 10**6, rig.dialect.poll_ms, rig.panel.lit_pct, Wlan.pm == 2


ASLEEP = (80, 3333, 0, True)
AWAKE = (240, 1000, 80, False)


def test_it_rests_and_figures_stay_fresh(rig):
    assert rig.saver.rests and state(rig) == ASLEEP
    assert rig.dialect.poll_ms < SETTINGS["data_max_age_s"] * 1000 / 2


def test_before_the_output_goes_on_all_is_awake(rig):
    rig.step(on=True)
    assert state(rig) == AWAKE


@pytest.mark.parametrize(
    "what, name, value",
    [
        ("heater", "state", w.HEATING),
        ("heater", "latched", 1),
        ("heater", "warnings", 1),
        ("bms", "answering", False),
    ],
)
def test_news_wake(rig, what, name, value):
    setattr(getattr(rig.device, what), name, value)
    rig.step()
    assert state(rig) == AWAKE


def test_current_and_alarm_wake(rig):
    rig.device.bms.pack.put(p.CURRENT_MA, -900)
    rig.step()
    assert state(rig) == AWAKE
    rig.device.bms.pack.put(p.CURRENT_MA, 0)
    for _ in range(70):
        rig.step()
    assert state(rig) == ASLEEP
    for alarms in (1, 2):  # another one in its place is news, too
        rig.device.bms.pack.alarms[0] = alarms
        rig.step()
        assert state(rig) == AWAKE
        for _ in range(70):
            rig.step()
        assert state(rig) == ASLEEP


def test_the_press_that_wakes_does_nothing_else(rig):
    rig.inner.held_ms = 100
    assert rig.device.button.step(0) == 0 and state(rig) == AWAKE
    assert rig.device.button.held_ms == 0
    rig.inner.held_ms, rig.inner.press = 2100, 2
    assert rig.device.button.step(0) == 0  # still the same
    rig.inner.held_ms = rig.inner.press = 0
    assert rig.device.button.step(0) == 0
    rig.inner.press = 1
    assert rig.device.button.step(0) == 1  # the next one counts


@pytest.mark.parametrize("press, what", [(1, "back"), (2, "brighter")])
def test_a_second_button_wakes_too_and_turns_no_page_in_the_dark(rig, press, what):
    from hardware.inputs.two_buttons import Buttons

    second = Button()
    second.press = press
    rig.saver.wake()
    rig.device.button = Buttons(rig.inner, second, rig.device)
    rig.saver = type(rig.saver)(SETTINGS, rig.panel)
    for _ in range(70):
        rig.step()
    screen = rig.device.screen
    assert rig.device.button.step(0) == 0 and state(rig) == AWAKE
    assert rig.turned == [] and rig.device.screen is screen
    assert rig.device.button.step(0) == 0 and rig.turned == [what]  # the next one counts


def test_what_the_screen_wants_of_the_light_is_kept_for_later(rig):
    rig.panel.light(20)
    assert rig.panel.lit_pct == 0
    rig.step(on=True)
    assert rig.panel.lit_pct == 20
    rig.panel.light(50)
    assert rig.panel.lit_pct == 50


def test_a_failure_wakes(rig):
    assert rig.saver.wake() and state(rig) == AWAKE
    assert not rig.saver.wake()


def test_what_has_no_lease_ends_before_anything_else_can_fail(rig):
    from heating.options import Options

    settings = {
        "heater_probe": "none",
        "heater_output": "bms",
        "heater_bms_thresholds": False,
        "heater_inhibit": False,
        "heater_stuck_cutoff": False,
        "preheat_at": "",
    }
    heater = types.SimpleNamespace(holds=0, tell=lambda *_: None)
    unit = types.SimpleNamespace(pack=p.PackState(), commands=None)
    bms = types.SimpleNamespace(units=(unit,))
    device = types.SimpleNamespace(heater=heater, bms=bms, max_age_ms=10_000)
    options = Options(device, settings, [])
    wishes = []
    device.output.step = lambda _heater, wish, _elapsed_ms, _now: wishes.append(wish)
    options.saver = types.SimpleNamespace(wake=lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        options.fail(device, 0)
    assert wishes == [False]

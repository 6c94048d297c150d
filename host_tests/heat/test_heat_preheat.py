"""Pre-heating: early enough, not earlier, and whatever the clock does."""

import types

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

import words as s
from heat.mat import mat_mw
from heat.options.preheat import Preheat, minute_of
from host_tests.heat.heat_world import STRIDE_S, World
from tools import vocabulary

DAY_S = 86_400
SETTINGS = {
    "heater_mode": "charger_or_soc",
    "preheat_at": "07:30",
    "wifi_ssid": "home",
    "heater_thresholds": "own",
    "heater_on_dc": 0,
    "heater_off_dc": 50,
}
AT_S = 7 * 3600 + 1800
MAT_MW = mat_mw(52_000, 26_200)


class Morning(World):
    """A World whose clock the test sets: `day_s` runs with the seconds, None: unknown."""

    def __init__(self, day_s, temp_c=2.0, **changes):
        self.preheat = None
        super().__init__(SETTINGS | changes, {"temp_c": temp_c})
        self.preheat = Preheat(self.settings)
        self.plant.ambient_c = temp_c - 3
        self.day_s = day_s

    @property
    def state(self):
        return vocabulary.words(s.PREHEAT_NAMES)[self.heater.preheat]

    def tick(self, seconds=1, stride_s=1):
        for _ in range(0, seconds, stride_s):
            if self.day_s is not None:
                self.day_s = (self.day_s + stride_s) % DAY_S
            self.preheat.step(self.heater, self.day_s)
            super().tick(stride_s, stride_s)


def test_the_pack_is_warm_in_time_and_not_hours_before():
    world = Morning(3600)
    began_s = world.run_until(lambda w: w.on, 8 * 3600, STRIDE_S)
    assert world.state == "heating"
    world.run_until(lambda w: min(w.plant.temps_dc) >= 50, 8 * 3600, STRIDE_S)
    assert AT_S - 5400 <= world.day_s <= AT_S
    assert began_s > 3600
    # It is kept so until the charger has come, and no longer.
    while world.day_s < AT_S:
        world.tick(STRIDE_S, STRIDE_S)
    world.tick(1700, STRIDE_S)
    assert world.state == "heating" and min(world.plant.temps_c) > 2.5
    world.tick(200)
    assert world.state == "waiting" and not world.on


class Forecast:
    """Of a heater what pre-heating looks at: it would take `need_s`; `asked` notes the power."""

    def __init__(self, need_s):
        self.asked = []
        self.law = types.SimpleNamespace(off_dc=50, mode=s.MODE_CHARGER)
        sensors = types.SimpleNamespace(cold_dc=-50)
        self.inputs = types.SimpleNamespace(sensors=sensors, pack_mv=52_000)
        self.thermal = types.SimpleNamespace(
            ready_s=lambda mw, dc: self.asked.append(mw) or need_s
        )


@pytest.mark.parametrize(
    "need_s, lead_s", [(3600, 5100), (0, 600), (90_000, 28_800), (None, 28_800)]
)
def test_it_begins_a_quarter_and_ten_minutes_earlier_than_the_forecast_and_eight_hours_at_most(
    need_s, lead_s
):
    for early_s, state in ((1, s.PREHEAT_WAITING), (0, s.PREHEAT_HEATING)):
        preheat = Preheat(SETTINGS | {"heater_mat_mohm": 26_200, "heater_max_w": 0})
        preheat.step(Forecast(need_s), AT_S - lead_s - early_s)
        assert preheat.state == state


@pytest.mark.parametrize("max_w, mw", [(0, MAT_MW), (40, 40_000), (500, MAT_MW)])
def test_the_forecast_is_for_the_power_that_is_allowed(max_w, mw):
    heater = Forecast(3600)
    Preheat(SETTINGS | {"heater_mat_mohm": 26_200, "heater_max_w": max_w}).step(heater, 0)
    assert heater.asked == [mw]


@pytest.mark.parametrize(
    "mode, heats", [("off", False), ("charger", True), ("charger_or_soc", True)]
)
def test_any_mode_but_off(mode, heats):
    world = Morning(AT_S - 1800, heater_mode=mode)
    world.tick(200)
    assert world.on == heats and world.state == ("heating" if heats else "waiting")


def test_a_warm_pack_is_not_heated():
    world = Morning(AT_S - 3 * 3600, temp_c=15.0)
    world.tick(4 * 3600, STRIDE_S)
    assert not any(on for _, on, _ in world.history)


def test_without_the_time_it_says_so():
    world = Morning(None)
    world.tick(600)
    assert world.state == "no_time" and not world.on
    world.day_s = AT_S - 1800
    world.tick(100)
    assert world.state == "heating" and world.on
    world.day_s = None
    world.tick()
    assert world.state == "no_time" and not world.on


def heating():
    world = Morning(AT_S - 1800)
    world.tick(100)
    assert world.on and world.state == "heating"
    return world


@pytest.mark.parametrize(
    "jump_s, state",
    [
        (-600, "heating"),  # set right by minutes: what has begun goes on
        (600, "heating"),
        (-8 * 3600, "waiting"),
        (1800, "heating"),  # just past the time: it is still of use
        (1800 + 3600, "waiting"),  # missed
        (DAY_S // 2, "waiting"),
        (DAY_S, "heating"),  # a date that was wrong
    ],
)
def test_clocks_that_jump(jump_s, state):
    world = heating()
    world.day_s = (world.day_s + jump_s) % DAY_S
    world.tick(3)
    assert world.state == state and world.on == (state == "heating")


@pytest.mark.parametrize("at", ["00:00", "00:10", "23:59"])
def test_around_midnight(at):
    at_s = minute_of(at) * 60
    world = Morning((at_s - 1800) % DAY_S, preheat_at=at)
    world.tick(200)
    assert world.on
    world.tick(1800 + 1500, STRIDE_S)
    assert world.state == "heating"
    world.tick(300)
    assert world.state == "waiting"


def test_a_reset_in_the_middle_takes_it_up_again():
    world = heating()
    world.restart()
    world.preheat = Preheat(world.settings)
    world.tick(200)
    assert world.on


@examples(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, DAY_S - 1)), min_size=1, max_size=30))
def test_no_clock_makes_it_chatter_or_heat_without_the_guard(clock):
    world = Morning(0)
    for day_s in clock:
        world.day_s = day_s
        world.tick(20)
        if world.on:
            assert world.heater.state == s.HEATING
    ups = [
        t
        for (t, on, _), (_, before, _) in zip(world.history[1:], world.history, strict=False)
        if on > before
    ]
    assert all(later - earlier >= 60 for earlier, later in zip(ups, ups[1:], strict=False))


def test_times_of_day():
    assert [minute_of(text) for text in ("00:00", "07:30", "23:59")] == [0, 450, 1439]

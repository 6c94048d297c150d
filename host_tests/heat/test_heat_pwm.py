"""Slow on and off: the mean is held whatever comes, slots keep their least times."""

import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

import words as s
from bms import pack as p
from heat.options.pwm import Pwm
from host_tests.heat.heat_rig import Rig
from host_tests.heat.heat_world import World, make_settings
from starting import config


class Drive:
    """A Pwm driven second by second; `on_s` lists what the output was in each second."""

    def __init__(self, **settings):
        times = {"heater_min_on_s": 0, "heater_min_off_s": 0, "heater_pwm_s": 100}
        self.pwm = Pwm(make_settings(**(times | settings)))
        self.inputs = types.SimpleNamespace(on=False, on_ms=0, elapsed_ms=0)
        self.seconds = []

    def step(self, wanted=True, mw=100_000, times=1, held=False):
        for _ in range(times):
            on = self.pwm.step(wanted, held, self.inputs, mw)
            self.seconds.append(on)
            self.inputs.on = on
            self.inputs.elapsed_ms = 1000
            self.inputs.on_ms = 1000 if on else 0
        return on

    def runs(self):
        """Returns [(on, seconds)], what was under way at the end left out."""
        runs = []
        for on in self.seconds:
            if runs and runs[-1][0] == on:
                runs[-1][1] += 1
            else:
                runs.append([on, 1])
        return [tuple(run) for run in runs[:-1]]


@pytest.mark.parametrize(
    "max_w, mw, duty, on_s, off_s",
    [
        (50, 100_000, 500, 50, 50),
        (25, 100_000, 250, 25, 75),
        (90, 100_000, 900, 90, 10),
        (50, 150_000, 333, 33, 67),
        (1, 100_000, 10, 1, 99),
    ],
)
def test_share_and_period(max_w, mw, duty, on_s, off_s):
    drive = Drive(heater_max_w=max_w)
    drive.step(mw=mw, times=2000)
    assert drive.pwm.duty_permille == duty
    runs = drive.runs()
    assert set(runs[::2]) == {(True, on_s)}
    assert {on for on, _ in runs[1::2]} == {False}
    assert all(off_s <= seconds <= off_s + 2 for _, seconds in runs[1::2])
    assert drive.pwm.mean_mw(mw) == pytest.approx(1000 * max_w, rel=0.005)


@pytest.mark.parametrize("mw", [0, 500, 49_999, 50_000])
def test_a_mat_under_the_limit_is_never_paused(mw):
    drive = Drive(heater_max_w=50)
    drive.step(mw=mw, times=5000)
    assert all(drive.seconds) and drive.pwm.duty_permille == 1000


def test_power_that_is_unknown_cannot_be_held():
    drive = Drive(heater_max_w=50)
    drive.step(times=10)
    assert not drive.step(mw=None)
    assert drive.pwm.duty_permille == 0 and drive.pwm.mean_mw(None) is None


@pytest.mark.parametrize(
    "min_on, min_off, max_w", [(60, 60, 50), (60, 60, 10), (60, 60, 95), (0, 200, 30)]
)
def test_least_times_stretch_the_period(min_on, min_off, max_w):
    drive = Drive(heater_min_on_s=min_on, heater_min_off_s=min_off, heater_max_w=max_w)
    drive.step(times=20_000)
    runs = drive.runs()
    assert all(seconds >= (min_on if on else min_off) for on, seconds in runs)
    whole = [seconds for _, seconds in runs[: len(runs) // 2 * 2]]
    assert sum(whole[::2]) / sum(whole) == pytest.approx(max_w / 100, rel=0.04)


def test_what_must_not_be_paused_is_paid_afterwards():
    drive = Drive(heater_max_w=50)
    assert drive.step(times=200, held=True)
    assert not drive.step()
    drive.step(times=150)
    assert not any(drive.seconds[201:])


def test_an_interrupted_slot_is_paid_for_too():
    drive = Drive(heater_max_w=50)
    for _ in range(200):
        drive.step(times=7)
        drive.step(wanted=False, times=1)
    assert sum(drive.seconds) <= len(drive.seconds) // 2 + 8


steps = st.lists(
    st.tuples(st.booleans(), st.integers(1, 400), st.sampled_from([40_000, 100_000, 300_000])),
    min_size=1,
    max_size=12,
)


@given(steps, st.integers(20, 600), st.sampled_from([0, 30]), st.sampled_from([0, 30]))
def test_never_more_than_the_limit_and_one_slot(plan, period_s, min_on_s, min_off_s):
    max_w = 50
    drive = Drive(
        heater_max_w=max_w,
        heater_pwm_s=period_s,
        heater_min_on_s=min_on_s,
        heater_min_off_s=min_off_s,
    )
    taken_mj = seconds = 0
    for wanted, times, mw in plan:
        for _ in range(times):
            taken_mj += mw * drive.step(wanted, mw)
            seconds += 1
            slot_mj = mw * max(period_s, 30)
            assert taken_mj <= max_w * 1000 * seconds + max(slot_mj, 300_000 * 60)


# -- in the heater --------------------------------------------------------------------------------

HALF = {"heater_max_w": 50, "heater_pwm_s": 60}  # of the mat's 100 W


def drive(rig, seconds):
    """Returns in which of the seconds the output was on."""
    ons = []
    for _ in range(seconds):
        rig.now += 1000
        rig.feed()
        ons.append(rig.heater.step(rig.pack, rig.check, rig.link_up, None, rig.now))
    return ons


def test_state_duty_power_and_energy_of_slow_on_and_off():
    rig = Rig(**HALF)
    ons = drive(rig, 10)
    assert rig.heater.state == s.HEATING
    ons = drive(rig, 1200)
    heater = rig.heater
    assert heater.state == s.HEATING and heater.duty_permille == 495  # of 101 W at most
    assert sum(ons) / 1200 == pytest.approx(0.495, abs=0.02)
    assert heater.power_mw == pytest.approx(50_000, rel=0.02)
    assert heater.wh_today == pytest.approx(17, abs=1)  # real on-time at the mat's real power


def test_a_veto_ends_a_slot_and_a_pause_is_no_resting():
    rig = Rig(**HALF, heater_min_off_s=20)
    drive(rig, 60)
    seen = set()
    for _ in range(120):
        on = drive(rig, 1)[0]
        seen.add((on, rig.text))
    assert seen == {(True, "heating"), (False, "heating")}
    while not drive(rig, 1)[0]:
        pass
    rig.link_up = False
    assert drive(rig, 1) == [False] and rig.heater.duty_permille == 0


def test_the_mean_power_counts_for_what_the_output_may_give():
    """A mat of 100 W at an output of 60 W; the current is as high as ever."""
    assert drive(Rig(max_mw=60_000, **HALF), 20)[-1]
    rig = Rig(max_mw=60_000)
    drive(rig, 20)
    assert rig.text == "blocked:mat_limit"
    rig = Rig(max_ma=1900, **HALF)
    drive(rig, 20)
    assert rig.text == "blocked:mat_limit"


def test_a_mean_that_cannot_be_held_is_none():
    rig = Rig(**HALF)
    rig.slots[p.PACK_MV] = None
    drive(rig, 20)
    assert rig.text == "blocked:mat_limit"


def heating(**changes):
    world = World({"heater_mode": "charger_or_soc", "heater_min_off_s": 0, **HALF, **changes})
    world.plant.ambient_c = -5
    world.plant.set_temp(-2)
    world.plant.charger_on = True
    return world


def test_a_healthy_mat_at_half_power_is_no_fault_and_gets_there():
    world = heating()
    world.run_until(lambda w: w.heater.state == s.IDLE, 24 * 3600)
    assert world.heater.latched == 0
    assert not [text for _, _, text in world.history if "backoff" in text or "weak" in text]


def test_a_dead_mat_is_found_in_a_window_of_the_mean_power():
    whole = heating(heater_max_w=0)
    half = heating()
    took_s = []
    for world in (whole, half):
        world.tick(30)
        world.plant.mat_open = True
        took_s.append(world.run_until(lambda w: w.heater.state not in (s.HEATING,), 12 * 3600))
    assert took_s[0] < took_s[1] <= 2 * took_s[0] + 1200


def test_a_mat_that_is_refused_and_one_that_slow_on_and_off_makes_fit():
    mat = {"heater_mat_mohm": 20_000, "pack_max_mv": 58_400}
    assert "2.92 A = 170 W" in config.check_mat(make_settings(**mat), 3000, 150_000, 58_400)
    held = make_settings(**mat, heater_max_w=120)
    assert config.check_mat(held, 3000, 150_000, 58_400) is None
    # A peak current is not held by anything.
    assert "2.92 A = 170 W" in config.check_mat(held, 2900, 150_000, 58_400)
    # Nor is a limit that is none for this output.
    loose = make_settings(**mat, heater_max_w=160)
    assert "2.92 A = 170 W" in config.check_mat(loose, 3000, 150_000, 58_400)

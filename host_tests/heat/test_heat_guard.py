"""Every row of the guard (heater.md): what it does, how fast, and how it ends."""

import pytest

from bms import pack as p
from compat import ticks_add
from heat.inputs import LEASE_MS
from host_tests.heat.heat_rig import Rig, climb, faults

# -- readings -----------------------------------------------------------------------------------


def test_three_readings_before_the_first_heat():
    rig = Rig()
    assert rig.trace(3) == ["blocked:settling", "heating"]
    rig = Rig()
    rig.step(2)
    assert rig.text == "blocked:settling"
    rig.frames = False  # time alone is no reading
    rig.step(5)
    assert rig.text == "blocked:settling"
    rig.frames = True
    assert rig.step()


def test_readings_count_not_steps():
    rig = Rig()
    rig.frame_every_s = 4
    rig.step(11)
    assert rig.text == "blocked:settling"
    rig.step()
    assert rig.on


def test_stale_data():
    rig = Rig(data_max_age_s=5).started()
    rig.frames = False
    assert rig.step(5)
    assert not rig.step()
    assert rig.text == "blocked:stale"
    rig.frames = True
    assert rig.trace(4) == ["blocked:settling", "heating"]


def test_link_down_is_off_at_once():
    rig = Rig().started()
    rig.link_up = False
    assert not rig.step()
    assert rig.text == "blocked:link_down"
    rig.link_up = True
    assert rig.trace(4) == ["blocked:settling", "heating"]


@pytest.mark.parametrize(
    "attribute, bad, text",
    [("plausible", False, "blocked:implausible"), ("still", True, "blocked:frozen")],
)
def test_a_bad_verdict_is_off_at_once(attribute, bad, text):
    rig = Rig().started()
    setattr(rig.check, attribute, bad)
    assert not rig.step()
    assert rig.text == text
    setattr(rig.check, attribute, not bad)
    assert rig.trace(4) == ["blocked:settling", "heating"]


def test_no_sensor():
    rig = Rig()
    rig.temps = [None, None]
    assert rig.trace(5) == ["blocked:no_sensor"]
    rig.slots[p.MOS_TEMP_DC] = -20  # is no cell
    assert rig.trace(5) == ["blocked:no_sensor"]
    rig.temps = []
    assert rig.trace(5) == ["blocked:no_sensor"]
    rig.temps = [-10]
    assert rig.trace(5) == ["blocked:settling", "heating"]
    rig.temps = [None]
    assert not rig.step()
    assert rig.text == "blocked:no_sensor"


@pytest.mark.parametrize("lost", [0, 1])
def test_a_sensor_that_comes_or_goes_settles_anew(lost):
    rig = Rig()
    rig.temps = [-10, -10]
    rig.started()
    rig.temps[lost] = None
    assert not rig.step()
    assert rig.text == "blocked:settling"
    assert rig.step(2)
    rig.temps[lost] = -10
    assert not rig.step()
    assert rig.step(2)
    for _ in range(20):  # a loose contact never heats
        rig.temps[lost] = None if rig.temps[lost] else -10
        assert not rig.step()


# -- jumps --------------------------------------------------------------------------------------


def test_a_harmless_jump_is_ignored_and_a_lasting_one_believed():
    rig = Rig().started()
    rig.temps = [-100, 0]
    assert rig.step(2)
    assert rig.heater.inputs.sensors.cold_dc == -10
    rig.temps = [-10, 0]
    assert rig.step(5)
    rig.temps = [-100, 0]
    assert rig.step(3)
    assert rig.heater.inputs.sensors.cold_dc == -100


def test_a_cold_jump_starts_nothing():
    rig = Rig()
    rig.temps = [60, 60]
    rig.step(10)
    rig.temps = [-20, 60]
    assert not rig.step(2)
    rig.temps = [60, 60]
    assert not rig.step(5)
    assert rig.text == "idle"


def test_a_jump_that_would_end_heating_pauses_it():
    rig = Rig().started()
    rig.temps = [100, 120]
    assert not rig.step()
    assert rig.text == "blocked:jump"
    rig.temps = [-10, 0]
    assert rig.step()
    assert faults(rig) == set()


def test_a_hot_jump_of_one_sensor_pauses_too():
    rig = Rig().started()
    rig.temps = [-10, 260]
    assert not rig.step()
    assert rig.text == "blocked:jump"


def test_jumps_with_calm_between_find_no_company():
    rig = Rig().started()
    for _ in range(6):
        rig.temps = [-100, 0]
        rig.step()
        assert rig.heater.inputs.sensors.cold_dc == -10
        rig.temps = [-10, 0]
        rig.step(5)


def test_a_believed_jump_is_no_sign_of_the_mat():
    rig = Rig(pack_wh=20_000).started()
    rig.step(700)
    rig.temps = [-80, -70]
    rig.step(20)
    assert rig.on  # both fell by 7 K, but in no way that a pack can
    assert faults(rig) == set()


def test_a_jump_that_finds_no_company_lasts():
    rig = Rig().started()
    wild = [-100, -200, -100, -200, -100, -200]
    for turn, dc in enumerate(wild):
        rig.temps = [dc, 0]
        assert rig.step() == (turn < 2), turn
    assert rig.text == "blocked:jump"


def test_a_jump_may_not_last_three_seconds_with_slow_readings():
    rig = Rig()
    rig.frame_every_s = 5
    rig.started()
    rig.temps = [-100, 0]
    rig.step(4)
    assert rig.on
    assert rig.step(2)  # the reading is in the first
    assert not rig.step()
    assert rig.text == "blocked:jump"


def test_jumps_every_other_reading_are_not_believed():
    rig = Rig().started()
    for turn in range(30):
        rig.temps = [-100 if turn % 2 else -10, 0]
        rig.step()
    assert rig.text == "blocked:jump"
    rig.temps = [-10, 0]
    rig.step(15)
    assert rig.on


# -- thresholds ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "protect, recover",
    [(None, None), (0, None), (None, 50), (0, 0), (50, 0), (-301, 0), (0, 201), (-10000, 10000)],
)
def test_without_credible_thresholds_nothing_heats(protect, recover):
    rig = Rig()
    rig.slots[p.CHARGE_UTP_DC] = protect
    rig.slots[p.CHARGE_UTPR_DC] = recover
    assert rig.trace(10)[-1] == "blocked:no_thresholds"


@pytest.mark.parametrize("protect, recover", [(-300, -250), (150, 200)])
def test_thresholds_at_the_bounds_of_what_is_credible_are_gone_by(protect, recover):
    rig = Rig()
    rig.slots[p.CHARGE_UTP_DC] = protect
    rig.slots[p.CHARGE_UTPR_DC] = recover
    rig.temps = [protect - 10, protect]
    assert rig.step(5)


@pytest.mark.parametrize("recover, text", [(100, "heating"), (101, "blocked:no_thresholds")])
def test_a_recovery_above_the_highest_temperature_is_refused(recover, text):
    rig = Rig(heater_max_temp_dc=100)
    rig.slots[p.CHARGE_UTPR_DC] = recover
    assert rig.trace(10)[-1] == text


# -- the mat and the output ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "max_ma, max_mw, on",
    [(0, 0, True), (1955, 0, True), (1950, 0, False), (0, 100_100, True), (0, 99_900, False)],
)
def test_a_mat_too_strong_for_the_output(max_ma, max_mw, on):
    rig = Rig(max_ma=max_ma, max_mw=max_mw)
    assert rig.trace(10)[-1] == ("heating" if on else "blocked:mat_limit")


# -- time ---------------------------------------------------------------------------------------


def test_the_tick_counter_turns_over():
    rig = Rig(heater_max_on_min=60)
    rig.now = (1 << 30) - 600_000
    rig.started()
    climb(rig, 3590)
    assert rig.now < 1 << 29
    assert rig.on
    assert rig.trace(20)[-1] == "fault:too_long"


def test_a_late_step_finds_the_output_off_and_earns_nothing():
    rig = Rig(heater_min_off_s=60)
    rig.step(61)
    assert rig.on
    on_time = rig.heater.guard.stretch.ms
    assert not rig.step(gap_ms=4000)
    assert rig.text == "blocked:resting"
    assert rig.heater.guard.stretch.ms - on_time == LEASE_MS  # what the lease can have given
    assert not rig.step(56)  # three seconds of it were off
    assert rig.step()


def test_ten_seconds_without_a_step_are_borne():
    rig = Rig().started()
    assert rig.step(gap_ms=10_000)


@pytest.mark.parametrize("gap_ms", [10_001, 11_000, 3_600_000, 400_000_000, -5000])
def test_after_a_gap_nothing_known_before_counts(gap_ms):
    rig = Rig().started()
    rig.now = ticks_add(rig.now, gap_ms - 1000)
    assert rig.trace(3) == ["blocked:settling", "heating"]

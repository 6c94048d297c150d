"""Every row of the guard (heater.md): what it does, how fast, and how it ends."""

import pytest
from heat_rig import Rig

from bms import alarms
from bms import pack as p
from compat import ticks_add
from heat import states as s


def faults(rig):
    return {
        s.REASON_NAMES[n] for n in range(1, s.LAST_FAULT + 1) if rig.heater.latched >> n - 1 & 1
    }


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
    [("plausible", False, "blocked:implausible"), ("frozen", True, "blocked:frozen")],
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


def test_a_recovery_above_the_highest_temperature_is_refused():
    rig = Rig(heater_max_temp_dc=100)
    rig.slots[p.CHARGE_UTPR_DC] = 110
    assert rig.trace(10)[-1] == "blocked:no_thresholds"


# -- the BMS's alarms ---------------------------------------------------------------------------

DANGEROUS = "short_circuit mos_overtemp pack_undervoltage cell_undervoltage internal_comm"
DANGEROUS += " afe_protection_a afe_protection_b"


@pytest.mark.parametrize("name", alarms.NAMES)
def test_alarms(name):
    rig = Rig().started()
    rig.alarms = {alarms.NAMES.index(name)}
    on = rig.step()
    assert on == (name not in DANGEROUS.split())
    if not on:
        assert rig.text == "blocked:bms_alarm"
        rig.alarms = set()
        assert rig.step()


# -- latched faults -----------------------------------------------------------------------------


def assert_latched(rig, name):
    """Off, and neither time nor good readings change that; an acknowledgement does."""
    assert not rig.on
    assert name in faults(rig)
    assert rig.heater.dirty
    rig.temps = [-10, 0]
    for _ in range(50):
        assert not rig.step(200)
    assert rig.text == "fault:" + name
    record = {}
    rig.heater.save(record)
    again = Rig(saved=record)
    assert again.text == "fault:" + name
    assert not again.step(20)
    again.heater.acknowledge()
    assert not again.step(2)
    assert again.step(2), again.text


def test_sensor_spread():
    rig = Rig(heater_spread_dc=100).started()
    for dc in range(0, 91, 10):
        rig.temps = [-10, dc]
        assert rig.step()
    rig.temps = [-10, 100]
    assert not rig.step()
    assert_latched(rig, "sensor_spread")


def test_sensor_spread_is_no_matter_while_off():
    rig = Rig(heater_mode="off")
    rig.temps = [50, 400]
    rig.step(20)
    assert faults(rig) == set()


def test_over_temperature():
    rig = Rig(heater_max_temp_dc=150).started()
    for dc in (40, 80, 120, 150):
        rig.temps = [-10, dc]
        assert rig.step()
    rig.temps = [-10, 160]
    assert not rig.step()
    assert_latched(rig, "over_temperature")


def test_over_temperature_by_a_jump_pauses_at_once_and_latches_when_confirmed():
    rig = Rig().started()
    rig.temps = [300, 310]
    assert rig.trace(2) == ["blocked:jump"]
    assert rig.trace(1) == ["fault:over_temperature"]
    assert_latched(rig, "over_temperature")


def test_warm_while_off_is_no_fault():
    rig = Rig(heater_spread_dc=400)
    rig.temps = [-10, 260]
    assert rig.trace(10)[-1] == "blocked:too_warm"
    assert faults(rig) == set()
    rig.temps = [-10, 250]
    assert rig.step()


WINDOW_S = 7 * 5120 * 2 * 10 // 6 // 100 + 300  # 2 K at 60 % of 100 W, and the lag


def test_not_heating_backs_off_then_latches():
    rig = Rig().started()
    rig.trace(WINDOW_S - 60)
    assert rig.on
    assert rig.trace(120) == ["heating", "blocked:backoff"]
    assert rig.trace(1700) == ["blocked:backoff"]
    assert rig.trace(100) == ["blocked:backoff", "heating"]
    assert rig.trace(WINDOW_S + 60) == ["heating", "fault:not_heating"]
    assert_latched(rig, "not_heating")


def test_a_rise_in_time_is_proof():
    rig = Rig().started()
    for dc in (0, 10, 20):
        rig.temps = [-10, dc]  # one sensor is enough
        rig.step(WINDOW_S - 310)
    assert rig.on
    assert rig.heater.guard.strikes == 0


def test_only_a_warm_pack_clears_a_strike():
    rig = Rig().started()
    rig.trace(WINDOW_S + 60)
    assert rig.text == "blocked:backoff"
    rig.trace(1800)
    rig.temps = [-10, 10]  # it had cooled meanwhile, and any mat would lift it a little
    rig.trace(60)
    assert rig.heater.guard.strikes == 1
    for dc in (20, 50):
        rig.temps = [dc, dc]
        rig.step(3)
    assert rig.heater.guard.strikes == 0


def test_a_strike_survives_a_restart():
    rig = Rig().started()
    rig.trace(WINDOW_S + 60)
    record = {}
    assert rig.heater.dirty
    rig.heater.save(record)
    rig = Rig(saved=record).started()
    assert rig.trace(WINDOW_S + 60)[-1] == "fault:not_heating"


def test_short_pauses_do_not_restart_the_window():
    rig = Rig().started()
    for _ in range(WINDOW_S // 200 + 2):
        rig.step(200)
        rig.alarms = {alarms.MOS_OVERTEMP}
        rig.step(5)
        rig.alarms = set()
        rig.step()
    assert rig.text == "blocked:backoff"


def test_the_window_is_an_hour_while_pack_or_mat_are_unknown():
    for unknown in ("pack_wh", "heater_mat_mohm"):
        rig = Rig(**{unknown: 0}).started()
        rig.trace(3600 + 290)
        assert rig.on
        assert rig.trace(60)[-1] == "blocked:backoff"


def test_open_circuit():
    rig = Rig(pack_wh=20_000)
    rig.temps = [-10, -10]
    rig.started()
    rig.step(500)
    rig.temps = [-20, -30]
    assert rig.step(80)
    rig.temps = [-30, -20]
    assert rig.step(80)  # not every sensor
    rig.temps = [-30, -30]
    assert not rig.step()
    assert_latched(rig, "open_circuit")


def test_what_was_cooling_may_go_on_for_ten_minutes():
    rig = Rig().started()
    rig.step(5)
    rig.temps = [-40, -30]
    assert rig.step(590)
    rig.temps = [-10, 10]
    assert rig.step(30)
    assert faults(rig) == set()


def climb(rig, seconds):
    """Steps with a slow rise of one sensor, as a mat that is too weak to finish makes it."""
    for second in range(seconds):
        if second % 600 == 599:
            rig.temps = [rig.temps[0], rig.temps[1] + 10]
        rig.step()


def test_too_long():
    rig = Rig(heater_max_on_min=60).started()
    climb(rig, 3590)
    assert rig.on
    assert rig.trace(20) == ["heating", "fault:too_long"]
    assert_latched(rig, "too_long")


def test_pauses_do_not_lengthen_the_longest_time():
    rig = Rig(heater_max_on_min=60).started()
    for _ in range(8):
        climb(rig, 500)
        rig.check.plausible = False
        rig.step(60)
        rig.check.plausible = True
        rig.step(5)
    assert rig.text == "fault:too_long"


def test_an_episode_that_ends_warm_begins_anew():
    rig = Rig(heater_max_on_min=60)
    for _ in range(5):
        for dc in (-10, 20, 40):
            rig.temps = [dc, dc]
            rig.step(800)
        rig.temps = [50, 50]
        rig.step(60)
        rig.temps = [10, 10]
        rig.step(60)
    assert faults(rig) == set()


def test_energy_of_the_day():
    rig = Rig(heater_max_wh_day=30).started()
    climb(rig, 1050)
    assert rig.on
    climb(rig, 60)
    assert rig.text == "fault:too_long"
    rig.heater.acknowledge()
    assert rig.trace(10)[-1] == "fault:too_long"  # the budget is spent
    rig.step(86_400)
    assert rig.text == "fault:too_long"  # and time alone clears nothing
    rig.heater.acknowledge()
    assert rig.step(5)


def test_an_exception_inside_the_step_is_a_latched_fault():
    rig = Rig().started()

    class Broken:
        @property
        def plausible(self):
            raise ValueError

    good = rig.check
    rig.check = Broken()
    assert not rig.step()
    assert rig.text == "fault:internal"
    rig.check = good
    assert_latched(rig, "internal")


def test_an_exception_around_the_heater_is_one_too():
    rig = Rig().started()
    rig.heater.fail()
    assert rig.text == "fault:internal"
    assert not rig.step()
    assert_latched(rig, "internal")


def test_unstable():
    record = {}
    rig = Rig()
    for _ in range(5):
        rig.step(300)
        assert rig.heater.dirty
        rig.heater.save(record)
        rig = Rig(saved=dict(record))
    again = Rig(saved=dict(record))
    again.heater.acknowledge()
    again.heater.save(record)
    assert faults(Rig(saved=record)) == set()
    assert_latched(rig, "unstable")


# -- acknowledging ------------------------------------------------------------------------------


def test_acknowledging_with_the_cause_still_there_never_switches_on():
    rig = Rig().started()
    rig.temps = [-10, 100]
    rig.step(3)
    rig.temps = [-10, 200]
    rig.step(3)
    assert faults(rig) == {"sensor_spread"}
    for _ in range(10):
        rig.heater.acknowledge()
        assert not rig.step(5)
        assert rig.text == "fault:sensor_spread"


def test_acknowledging_nothing_disturbs_nothing():
    rig = Rig().started()
    rig.heater.acknowledge()
    assert rig.step()


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
    on_time = rig.heater.guard._run_ms
    assert not rig.step(gap_ms=4000)
    assert rig.text == "blocked:resting"
    assert rig.heater.guard._run_ms - on_time == 3000  # what the lease can have given
    rig.step(60)
    assert rig.on


@pytest.mark.parametrize("gap_ms", [11_000, 3_600_000, 400_000_000, -5000])
def test_after_a_gap_nothing_known_before_counts(gap_ms):
    rig = Rig().started()
    rig.now = ticks_add(rig.now, gap_ms - 1000)
    assert rig.trace(3) == ["blocked:settling", "heating"]

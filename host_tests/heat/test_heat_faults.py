"""What latches (heater.md, guard): when, and that only an acknowledgement clears it."""

import pytest

import words as s
from bms import alarms
from bms import pack as p
from heat.uptime import EnergyDay
from host_tests.heat.heat_rig import LongRig, Rig, climb, faults
from tools import ROOT
from tools.vocabulary import words

# -- latched faults -----------------------------------------------------------------------------


def assert_latched(rig, name):
    """Off, and neither time nor good readings change that; an acknowledgement does."""
    assert not rig.on
    assert name in faults(rig)
    assert rig.heater.dirty
    rig.temps = [-10, 0]
    for _ in range(50):
        assert not rig.step(20, gap_ms=10_000)
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


@pytest.mark.parametrize("at_first", [0, 260])
def test_warm_while_off_is_no_fault(at_first):
    rig = Rig(heater_spread_dc=400)
    rig.charger_pin, rig.slots[p.CURRENT_MA] = 0, 0
    rig.temps = [-10, at_first]
    rig.step(10)
    rig.slots[p.CURRENT_MA] = 5000
    rig.temps = [-10, 260]
    assert rig.trace(10)[-1] == "blocked:too_warm"
    assert faults(rig) == set()
    rig.temps = [-10, 250]
    assert rig.step()


LAG_S = 600
FALL_S = 1800
WINDOW_S = 1800 + LAG_S  # the shortest, and the lag


def test_sensors_that_go_up_and_down_for_ever_show_no_heat():
    rig = LongRig(pack_wh=0).started()  # without a book of heat
    low, seconds = list(rig.temps), 0
    while rig.on:
        rig.temps = [dc + (0, 10, 20, 10)[seconds // 200 % 4] for dc in low]
        rig.last(10)
        seconds += 10
        assert seconds < 3600 + LAG_S + 800  # the window of an unknown pack, from its last rise
    assert rig.text == "blocked:backoff"


def test_not_heating_backs_off_then_latches():
    rig = LongRig().started()
    rig.trace(WINDOW_S - 60)
    assert rig.on
    assert rig.trace(120) == ["heating", "blocked:backoff"]
    assert rig.trace(2600) == ["blocked:backoff"]
    assert rig.trace(100) == ["blocked:backoff", "heating"]
    assert rig.trace(WINDOW_S + 60) == ["heating", "fault:not_heating"]
    assert_latched(rig, "not_heating")


def test_a_rise_in_time_is_proof():
    rig = LongRig().started()
    for dc in (0, 10, 20):
        rig.temps = [-10, dc]  # one sensor is enough
        rig.last(WINDOW_S - LAG_S - 10)
    assert rig.on
    assert rig.heater.guard.strikes == 0


def test_only_a_warm_pack_clears_a_strike():
    rig = LongRig().started()
    rig.trace(WINDOW_S + 60)
    assert rig.text == "blocked:backoff"
    rig.trace(2700)
    rig.temps = [-10, 10]  # it had cooled meanwhile, and any mat would lift it a little
    rig.trace(60)
    assert rig.heater.guard.strikes == 1
    for dc in (20, 50):
        rig.temps = [dc, dc]
        rig.step(3)
    assert rig.heater.guard.strikes == 0


def lift(rig, every_s):
    """Both sensors rise by 5 K, half a degree in `every_s`."""
    for _ in range(10):
        rig.temps = [dc + 5 for dc in rig.temps]
        rig.last(every_s)
    assert rig.on


def test_a_mat_that_lifts_the_pack_by_three_degrees_clears_a_strike():
    """A strike of weeks ago and another made a dead mat of a weak one."""
    rig = LongRig().started()
    rig.trace(WINDOW_S + 60)
    assert rig.heater.guard.strikes == 1
    rig.trace(2700)
    lift(rig, 240)
    assert rig.heater.guard.strikes == 0
    rig.trace(WINDOW_S + 60)  # and then it stands still
    assert rig.text == "blocked:too_weak"


def test_a_rise_that_no_mat_makes_clears_none():
    """3 K in 50 minutes, where the mat makes 8 K: that is the day."""
    rig = LongRig().started()
    rig.trace(WINDOW_S + 60)
    rig.trace(2700)
    lift(rig, 500)
    assert rig.heater.guard.strikes == 1


def test_a_second_window_without_proof_is_no_fault_where_the_pack_has_risen():
    rig = LongRig().started()
    rig.trace(WINDOW_S + 60)
    rig.trace(2700)
    rig.temps = [rig.temps[0] + 10, rig.temps[1] + 10]
    rig.trace(WINDOW_S + 60)
    assert rig.text == "blocked:too_weak"
    rig.trace(3600)
    assert rig.trace(WINDOW_S + 60)[-1] == "fault:not_heating"  # and none at all is one


def test_a_strike_survives_a_restart():
    rig = LongRig().started()
    rig.trace(WINDOW_S + 60)
    assert rig.heater.dirty
    rig.trace(2400)
    record = {}
    rig.heater.save(record)
    rig = LongRig(saved=record).started()
    assert rig.trace(WINDOW_S + 60)[-1] == "fault:not_heating"


def test_short_pauses_do_not_restart_the_window():
    rig = LongRig().started()
    for _ in range(WINDOW_S // 200 + 2):
        rig.last(200)
        rig.alarms = {alarms.MOS_OVERTEMP}
        rig.step(5)
        rig.alarms = set()
        rig.step()
    assert rig.text == "blocked:backoff"


def test_what_a_pause_has_lost_need_not_be_made_good():
    """Two minutes, for a second battery's sake; a rise from what was left is a rise."""
    rig = LongRig().started()
    rig.last(1000)
    rig.alarms = {alarms.MOS_OVERTEMP}
    rig.temps = [-20, -10]
    rig.last(130)
    rig.alarms = set()
    rig.last(1000)
    rig.temps = [-20, 0]
    rig.last(WINDOW_S - LAG_S - 10)
    assert rig.on


def test_what_the_cold_takes_from_a_weak_mat_is_told():
    rig = LongRig().started()
    rig.step(2)
    rig.heater.thermal.fall_ckh = 900  # 9 K/h unheated
    rig.heater.thermal.fall_dc = -10
    rig.temps = [-10, -10]
    assert rig.trace(WINDOW_S + 60)[-1] == "blocked:too_weak"
    # 100 W, and what left the cells: 36 kJ/K by half a degree in 40 minutes.
    assert (rig.heater.mat_w, rig.heater.loss_w) == (100, 107)


def test_the_window_is_an_hour_while_pack_or_mat_are_unknown():
    for unknown in ("pack_wh", "heater_mat_mohm"):
        rig = LongRig(**{unknown: 0}).started()
        rig.trace(3590 + LAG_S)
        assert rig.on
        assert rig.trace(60)[-1] == "blocked:backoff"


def fall_while_on(rig):
    """Both sensors fall by 2 K in half an hour and a minute."""
    rig.last(FALL_S - 100)
    rig.temps = [rig.temps[0] - 10, rig.temps[1] - 20]
    assert rig.last(80)
    rig.temps = [rig.temps[0] - 10, rig.temps[1] + 10]
    assert rig.last(80)  # not every sensor
    rig.temps = [rig.temps[0], rig.temps[1] - 10]
    assert not rig.step()


def test_open_circuit():
    rig = LongRig(pack_wh=20_000)
    rig.temps = [-10, -10]
    rig.started()
    fall_while_on(rig)
    assert rig.text == "blocked:backoff"  # how fast it cools unheated is not known yet
    rig.last(2700)
    assert rig.on
    fall_while_on(rig)
    assert_latched(rig, "open_circuit")


def test_open_circuit_at_once_where_it_falls_as_fast_as_before():
    rig = LongRig(pack_wh=10_000)
    for minute in range(180):  # 6 K/h, from 9 °C
        rig.temps = [90 - 10 * (minute // 10)] * 2
        rig.last(60)
        if faults(rig):
            break
    assert 128 <= minute <= 132
    assert_latched(rig, "open_circuit")


def test_what_was_cooling_may_go_on_for_half_an_hour():
    rig = LongRig().started()
    rig.step(5)
    rig.temps = [-40, -30]
    assert rig.last(FALL_S - 10)
    rig.temps = [-10, 10]
    assert rig.last(30)
    assert faults(rig) == set()


def test_too_long():
    rig = Rig(heater_max_on_min=60).started()
    climb(rig, 3590)
    assert rig.on
    assert rig.trace(20) == ["heating", "fault:too_long"]
    assert_latched(rig, "too_long")


def test_pauses_do_not_lengthen_the_longest_time():
    rig = LongRig(heater_max_on_min=60).started()
    for _ in range(8):
        climb(rig, 500)
        rig.check.plausible = False
        rig.last(60)
        rig.check.plausible = True
        rig.step(5)
    assert rig.text == "fault:too_long"


def test_an_episode_that_ends_warm_begins_anew():
    rig = LongRig(heater_max_on_min=60)
    for _ in range(5):
        for dc in (-10, 20, 40):
            rig.temps = [dc, dc]
            rig.last(800)
        rig.temps = [50, 50]
        rig.last(60)
        rig.temps = [10, 10]
        rig.last(60)
    assert faults(rig) == set()


def test_energy_of_the_day_without_a_calendar_fades():
    rig = LongRig(heater_max_wh_day=30).started()
    climb(rig, 1050)
    assert rig.on
    record = {}
    rig.heater.save(record)
    again = LongRig(saved=record, heater_max_wh_day=30).started()
    climb(again, 120)
    assert again.text == "fault:too_long"  # a restart gives nothing back
    climb(rig, 120)
    assert rig.text == "fault:too_long"
    rig.heater.acknowledge()
    assert rig.trace(40)[-1] == "fault:too_long"  # the budget is spent
    rig.last(4 * 3600)
    assert rig.text == "fault:too_long"  # and time alone clears nothing
    rig.heater.acknowledge()
    assert rig.step(5)
    climb(rig, 300)
    assert rig.text == "fault:too_long"  # a quarter of it had come back


def test_energy_of_the_day_is_the_calendar_s_where_there_is_one():
    rig = LongRig(heater_max_wh_day=30)
    rig.heater.inputs.day = 9000
    rig.started()
    climb(rig, 1050)
    assert rig.on
    rig.heater.inputs.day = 9001  # midnight
    climb(rig, 1050)
    assert rig.on
    assert rig.heater.wh_today == rig.heater.guard.energy.spent_wh in range(27, 30)
    record = {}
    rig.heater.save(record)
    again = LongRig(saved=record, heater_max_wh_day=30)
    again.heater.inputs.day = 9001
    again.started()
    climb(again, 120)
    assert again.text == "fault:too_long"  # the same day goes on


def test_two_hours_of_supply_a_day_never_spend_the_budget():
    """Ten hours of uptime were a week of heating, and latched on its tenth day."""
    energy = EnergyDay()
    for _ in range(60 * 2 * 60):  # minutes, at 100 W
        energy.step(60_000, 60_000, 100_000)
    assert 1500 < energy.spent_wh < 2000


def test_a_clock_that_jumps_makes_no_more_days_than_there_are():
    """By a time server that is wrong again and again each answer would be a new budget."""
    energy = EnergyDay()
    day = 9000
    for _hour in range(24):
        day = 20_000 if day == 9000 else 9000
        for _ in range(60):
            energy.step(60_000, 60_000, 100_000, day)
        assert energy.wh <= 100
    assert energy.spent_wh > 400  # of 2400


@pytest.mark.parametrize("early", [True, False])
def test_budgets_that_meet_at_midnight_are_two_days(early):
    """Each day's budget is spent in its last hour, and the last one's in its first. (Once the 1440
    minutes were over before the day, the two counted as one, and that latched.)"""
    energy = EnergyDay()
    for day in range(9000, 9030):
        for minute in range(1440):
            heats = minute < 60 if early and day == 9029 else minute >= 1380
            energy.step(60_000, 60_000 if heats else 0, 100_000, day)
            assert energy.spent_wh <= 100


def climb_slowly(rig, every_s, times):
    """From -20 °C, a degree in `every_s`, on without a break."""
    rig.temps = [-200, -200]
    rig.started()
    for _ in range(times):
        assert rig.last(every_s), rig.text
        rig.temps = [rig.temps[0] + 10, rig.temps[1] + 10]


def test_a_large_pack_may_take_as_long_as_the_forecast_says():
    """14 kWh and 100 W: half a day, gaining all the time."""
    climb_slowly(LongRig(pack_wh=14_336), 3000, 15)


def test_a_mat_that_is_behind_its_forecast_is_too_weak_and_no_fault():
    rig = LongRig().started()
    rig.heater.guard.stretch.limit_ms = 600_000
    assert rig.trace(700) == ["heating", "blocked:too_weak"]
    assert faults(rig) == set()
    rig.last(3600)
    assert rig.on


def test_without_a_forecast_six_hours_are_the_longest():
    rig = LongRig(pack_wh=0)
    climb_slowly(rig, 1200, 17)
    rig.last(1300)
    assert_latched(rig, "too_long")


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


def test_acknowledging_begins_the_proof_anew():
    rig = LongRig().started()
    rig.last(WINDOW_S - 100)
    rig.heater.fail()
    rig.heater.acknowledge()
    rig.last(WINDOW_S - 100)
    assert rig.on and rig.heater.guard.strikes == 0


@pytest.mark.parametrize("fault, again", [(s.STUCK_ON, True), (s.TOO_LONG, False)])
def test_a_mat_that_was_said_to_be_stuck_is_watched_again(fault, again):
    rig = Rig(heater_mode="off")
    rig.step(4 * 360, gap_ms=10_000)  # nothing was heated for hours
    watch = rig.heater.guard.off_watch
    assert watch.watch_ms <= 0
    watch.warns = True
    rig.heater.guard.trip(fault)
    rig.heater.acknowledge()
    assert (watch.watch_ms > 0) == again and not rig.heater.guard.warms_off


def test_acknowledging_nothing_disturbs_nothing():
    rig = Rig().started()
    rig.heater.acknowledge()
    assert rig.step()


def test_the_documentation_tells_every_reason():
    text = (ROOT / "docs" / "heater.md").read_text()
    for name in words(s.REASON_NAMES)[1:]:
        assert f"`{name}`" in text

"""What survives a restart, and what a damaged record does: it never raises and never heats."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import words as s
from bms import pack as p
from heat.report import HIGHEST
from heat.uptime import Boots, EnergyDay
from host_tests.heat.heat_rig import Rig, faults

RECORD = {}
Rig().heater.save(RECORD)


ADDED = {"known", "spent_mwh"}  # without a new version: there are records of ours without
NEW_KEYS = {"learned", "report", "own_dc", "holds"}  # of version 2


def loaded(record):
    return Rig(saved=record).heater


def test_round_trip():
    rig = Rig().started()
    rig.heater.guard.trip(s.NOT_HEATING)
    rig.heater.guard.strikes = 2
    rig.heater.guard.energy.restore(123, 456, 9000, 77_777)
    rig.heater.holds = 5
    rig.heater.law.charger.restore(5_000_000)
    rig.heater.set_mode(0)
    record = {}
    rig.heater.save(record)
    assert not rig.heater.dirty
    again = loaded(json.loads(json.dumps(record)))
    assert again.latched == rig.heater.latched
    assert (again.guard.strikes, again.guard.energy.wh, again.guard.energy.minute) == (2, 123, 456)
    assert (again.guard.energy.day, again.holds) == (9000, 5)
    assert again.guard.energy.spent_mwh == 77_777
    assert again.law.charger.hold_ms == 5_000_000
    assert again.mode == 0
    assert again.boots.saved() == [0, 0]


def test_what_was_learned_and_the_report_survive():
    rig = Rig()
    rig.heater.thermal.restore(30_000)
    rig.heater.report.restore(77, 1234)
    record = {}
    rig.heater.save(record)
    again = loaded(json.loads(json.dumps(record)))
    assert again.learned_j_k == again.thermal.j_k == 30_000
    assert (again.cold_min, again.cold_charged_mah) == (77, 1234)
    again.reset_report()
    assert again.dirty
    assert (again.cold_min, again.cold_charged_mah) == (0, 0)
    another = Rig(saved=record, pack_wh=2000).heater  # the capacity was another pack's
    assert another.learned_j_k == 0
    assert another.latched == 0


def test_a_record_of_the_first_version_is_taken_up():
    rig = Rig().started()
    rig.heater.guard.trip(s.TOO_LONG)
    record = {}
    rig.heater.save(record)
    old = {key: value for key, value in record.items() if key not in NEW_KEYS}
    again = loaded({**old, "version": 1})
    assert s.first_fault(again.latched) == s.TOO_LONG
    assert again.latched == rig.heater.latched
    assert again.learned_j_k == 0
    assert again.guard.energy.day == again.guard.balance.unseen_j == 0
    assert loaded(old).latched >> s.STATE_LOST - 1 & 1  # but not one that has lost them


def test_a_write_that_failed_is_asked_for_again():
    heater = loaded({})
    heater.save({})
    assert not heater.dirty
    heater.unsaved = True
    assert heater.dirty


def test_a_flash_that_takes_nothing_is_a_warning_until_it_does():
    rig = Rig().started()
    rig.heater.save({})
    rig.heater.unsaved = True
    assert rig.step() and rig.heater.warnings == 1 << s.NOT_SAVED - 1
    rig.heater.acknowledge()
    assert rig.step(5) and rig.heater.warnings == 0
    rig.heater.unsaved = False
    rig.step()
    rig.heater.unsaved = True
    assert rig.step() and rig.heater.warnings == 1 << s.NOT_SAVED - 1  # again: that is new
    rig.heater.unsaved = False
    assert rig.step() and rig.heater.warnings == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda heater: heater.guard.trip(s.TOO_LONG),
        lambda heater: heater.set_mode(0),
        lambda heater: heater.set_thresholds(-10, 40),
        lambda heater: heater.reset_report(),
    ],
    ids=["fault", "mode", "thresholds", "report"],
)
def test_what_must_not_be_lost_is_saved_at_once(change):
    heater = Rig(heater_thresholds="own").heater
    heater.save({})
    change(heater)
    assert heater.dirty


def test_a_strike_and_its_end_are_saved_at_once():
    rig = Rig().started()
    rig.heater.boots.forget()
    rig.heater.save({})
    for _ in range(3000):
        if rig.heater.guard.strikes == 0:
            rig.heater.save({})
            rig.step()
    assert rig.heater.guard.strikes == 1 and rig.heater.guard.dirty
    rig.heater.save({})
    rig.temps = [60, 60]
    rig.step(5)
    assert rig.heater.guard.strikes == 0 and rig.heater.dirty
    rig.heater.guard.trip(s.TOO_LONG)
    rig.heater.save({})
    rig.heater.acknowledge()
    assert rig.heater.guard.dirty


def test_a_first_boot_is_clean_and_wants_to_be_saved():
    heater = loaded({})
    assert heater.latched == 0
    assert heater.dirty


def test_a_mode_commanded_gives_way_to_new_settings():
    rig = Rig()
    rig.heater.set_mode(0)
    record = {}
    rig.heater.save(record)
    assert Rig(saved=record).heater.mode == 0
    assert Rig(saved=record, heater_mode="charger_or_soc").heater.mode == 2


def test_what_was_commanded_before_a_restart_raises_nothing():
    """As an older version had saved it, when that was still allowed."""
    own = {"heater_thresholds": "own", "heater_on_dc": 0, "heater_off_dc": 50}
    for saved, mode in ((2, 1), (1, 1), (0, 0)):
        rig = Rig(heater_mode="charger", **own)
        rig.heater.set_mode(saved)
        rig.heater.set_thresholds(100, 150)
        record = {}
        rig.heater.save(record)
        again = Rig(saved=record, heater_mode="charger", **own).heater
        assert again.mode == mode
        assert (again.inputs.own_on_dc, again.inputs.own_off_dc) == (0, 50)


BAD = [None, [], "x", 5, {"x": 1}, {**RECORD, "version": 100}]
BAD += [{**RECORD, "latched": None}]
BAD += [{k: v for k, v in RECORD.items() if k != key} for key in RECORD if key not in ADDED]
BAD += [{**RECORD, key: bad} for key in RECORD for bad in (-1, True, 1.5, "x", [], {}, 1 << 70)]
BAD += [
    {**RECORD, key: [bad, *RECORD[key][1:]]}
    for key in ("boots_min", "learned", "report")
    for bad in (-1, True, 1.5, "x", None)
]
BAD += [{**RECORD, "own_dc": [bad, *RECORD["own_dc"][1:]]} for bad in (1.5, "x", None)]
BAD += [{**RECORD, "latched": 1 << s.LAST_FAULT}, {**RECORD, "day_wh": (1 << 29) + 1}]
BAD += [{**RECORD, "holds": 0x10000}, {**RECORD, "version": 0}]
BAD = [
    record for record in BAD if not (isinstance(record, dict) and record.get("boots_min") == [])
]


@pytest.mark.parametrize("record", BAD, ids=repr)
def test_a_damaged_record_latches(record):
    rig = Rig(saved=record)
    assert not rig.step(20)
    assert rig.heater.latched >> s.STATE_LOST - 1 & 1
    rig.heater.acknowledge()
    assert rig.step(5)


NEWER = {**RECORD, "version": s.RECORD_VERSION + 1, "something_new": [7], "another": "x"}


def test_what_an_update_saved_before_it_came_back_is_taken_up_as_far_as_it_is_known():
    """See words.RECORD_VERSION."""
    rig = Rig(saved={**NEWER, "day_wh": 77, "report": [3, 40]})
    assert rig.step(5) and rig.heater.latched == 0
    assert rig.heater.guard.energy.wh == 77 and rig.heater.report.cold_min == 3
    again = {}
    rig.heater.save(again)
    assert again["version"] == s.RECORD_VERSION and "something_new" not in again


def test_a_fault_of_a_newer_version_stays_one_and_known_ones_keep_their_names():
    known = 1 << s.TOO_LONG - 1
    latched = loaded({**NEWER, "latched": known | 1 << s.LAST_FAULT}).latched
    assert latched == known | 1 << s.STATE_LOST - 1


def test_every_fault_that_there_is_is_taken_up():
    every = (1 << s.LAST_FAULT) - 1
    assert loaded({**RECORD, "latched": every}).latched == every


@pytest.mark.parametrize("key, most", [("day_wh", 1 << 29), ("holds", 0xFFFF), ("strikes", 9)])
def test_a_record_at_its_bounds_is_good(key, most):
    assert loaded({**RECORD, key: most}).latched == 0


@pytest.mark.parametrize("on_dc, off_dc, kept", [(0, 50, True), (10, 50, False), (0, 60, False)])
def test_thresholds_commanded_give_way_to_new_settings(on_dc, off_dc, kept):
    rig = Rig(heater_thresholds="own", heater_on_dc=0, heater_off_dc=50)
    rig.heater.set_thresholds(-20, 30)
    record = {}
    rig.heater.save(record)
    again = Rig(saved=record, heater_thresholds="own", heater_on_dc=on_dc, heater_off_dc=off_dc)
    inputs = again.heater.inputs
    assert (inputs.own_on_dc, inputs.own_off_dc) == ((-20, 30) if kept else (on_dc, off_dc))


def test_what_is_good_of_a_damaged_record_still_counts():
    heater = loaded({**RECORD, "latched": 1 << s.TOO_LONG - 1, "day_wh": "x"})
    assert s.first_fault(heater.latched) == s.TOO_LONG


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(json_values | st.dictionaries(st.sampled_from(sorted(RECORD)), json_values))
def test_hostile_records_never_raise_and_never_heat(record):
    rig = Rig(saved=record)
    assert rig.step(10) == (record == {})
    rig.heater.save({})


# -- boots --------------------------------------------------------------------------------------


def live(boots, minutes, save_when_dirty=True):
    """Lets a boot live; returns what was last saved, and how often."""
    record, writes = boots.saved(), 0
    for _ in range(60 * minutes):
        boots.step(1000)
        if boots.dirty and save_when_dirty:
            boots.dirty = False
            record = boots.saved()
            writes += 1
    return record, writes


@pytest.mark.parametrize("minutes, unstable", [(0, True), (5, True), (9, True), (25, False)])
def test_restarts_within_an_hour(minutes, unstable):
    record = ()
    for _ in range(6):
        boots = Boots()
        boots.restore(record, True)
        record, _ = live(boots, minutes)
    assert boots.unstable == unstable


@pytest.mark.parametrize("restarts", [1, 5])
def test_up_to_five_restarts_are_forgiven_after_an_hour(restarts):
    record = ()
    for _ in range(restarts):
        boots = Boots()
        boots.restore(record, True)
        record = boots.saved()
    assert not boots.unstable
    record, writes = live(boots, 70)
    assert record == []
    assert writes <= 8
    assert live(boots, 600) == ([], 0)


def test_many_marks_are_bounded():
    boots = Boots()
    boots.restore([1] * 50, True)
    assert boots.saved() == [0, 1, 1, 1, 1, 1]
    boots.forget()
    assert not boots.unstable


def test_a_van_with_a_main_switch_is_switched_on_as_often_as_it_likes():
    record = {}
    rig = Rig()
    for _ in range(20):
        rig.step(5)
        rig.heater.save(record)
        rig = Rig()
        rig.heater.load(dict(record), crashed=False)
        assert not rig.heater.boots.dirty  # nothing to wear the flash with
    assert rig.heater.latched == 0 and rig.step(5)


def test_being_switched_on_neither_leaves_nor_takes_the_marks_of_crashes():
    boots = Boots()
    boots.restore([1, 2, 3], False)
    assert boots.saved() == [1, 2, 3]
    boots.restore([], True)
    assert boots.saved() == [0] and boots.dirty


# -- energy -------------------------------------------------------------------------------------


def test_energy_and_day():
    day = EnergyDay()
    for _ in range(3600):
        day.step(1000, 1000, 99_999)
    assert (day.wh, day.minute) == (99, 60)
    assert day.dirty
    day.step(1000, 1000, None)
    for _ in range(23 * 60):
        day.step(60_000, 0, 99_999)
    assert (day.wh, day.minute) == (0, 0)


def test_energy_takes_the_strongest_mat_and_the_longest_gap():
    day = EnergyDay()
    day.step(3000, 3000, (1 << 30) - 1)
    assert day.wh == 894
    day.step(500_000_000, 0, None)
    assert day.wh == 0


def restarted(energy, record=None):
    record = (energy.wh, energy.minute, energy.day, energy.spent_mwh) if record is None else record
    again = EnergyDay()
    again.restore(*record)
    return again


@pytest.mark.parametrize("day", [None, 9000])
def test_the_budget_fades_over_restarts_as_without(day):
    """Two hours of supply a day were 2000 Wh on the tenth, since the figure began anew unfaded."""
    energy, twin = EnergyDay(), EnergyDay()
    for n in range(60 * 120):
        for each in (energy, twin):
            each.step(60_000, 60_000, 100_000, day and day + n // 120)
        if n % 120 == 119:
            energy = restarted(energy)
        assert energy.spent_mwh == twin.spent_mwh < 1_600_000
    assert energy.spent_wh < 1600 and energy.spent_mwh > 1_500_000


@pytest.mark.parametrize("minutes", [25, 55, 120])
def test_a_power_cut_gives_and_takes_little_of_the_budget(minutes):
    """The record is that of the last save; 36 minutes of 100 W, then the mat rests."""
    energy, twin, writes = EnergyDay(), EnergyDay(), 0
    record = (0, 0, 0, 0)
    for _ in range(40):
        before = energy.spent_mwh - twin.spent_mwh
        for minute in range(minutes):
            on_ms = 60_000 if minute < 36 else 0
            twin.step(60_000, on_ms, 100_000)
            energy.step(60_000, on_ms, 100_000)
            if energy.dirty:
                record = (energy.wh, energy.minute, energy.day, energy.spent_mwh)
                energy.dirty = False
                writes += 1
        energy = restarted(energy, record)
        lost = before - (energy.spent_mwh - twin.spent_mwh)
        assert abs(lost) <= 100_000 // 6 + 5000 + twin.spent_mwh // 30
    assert writes <= 40 * 6
    assert 0.6 * twin.spent_mwh < energy.spent_mwh < 1.2 * twin.spent_mwh


def test_a_record_without_the_faded_figure_has_not_faded():
    old = {key: value for key, value in RECORD.items() if key != "spent_mwh"}
    assert loaded({**old, "day_wh": 500}).guard.energy.spent_mwh == 500_000
    assert loaded({**RECORD, "day_wh": 500, "spent_mwh": 7000}).guard.energy.spent_wh == 7


def test_what_uptime_has_counted_is_no_more_than_what_is_left_of_it_once_the_date_is_known():
    energy = EnergyDay()
    energy.restore(1900, 1000, 0, 800_000)
    energy.step(1000, 1000, 0, 9000)
    assert energy.wh == energy.spent_wh == 800
    energy.step(1000, 1000, 0, 9001)
    assert energy.wh == 0


# -- the cold-charge report -----------------------------------------------------------------------


def test_the_report_counts_minutes_below_the_limit_and_what_was_charged_there():
    rig = Rig(heater_mode="off")
    rig.step(3600)
    assert rig.heater.cold_min == 59  # three readings come first
    assert rig.heater.cold_charged_mah == pytest.approx(5000, abs=10)
    rig.slots[p.CURRENT_MA] = 299  # may be the error of a shunt
    rig.step(600)
    rig.slots[p.CURRENT_MA] = -5000
    rig.step(600)
    assert rig.heater.cold_charged_mah == pytest.approx(5000, abs=10)
    assert rig.heater.cold_min == 79
    rig.slots[p.CURRENT_MA] = 5000
    rig.temps = [0, 0]
    rig.step(600)
    rig.temps = [-10, 0]
    rig.check.plausible = False
    rig.step(600)
    assert rig.heater.cold_min == 79
    assert rig.heater.cold_charged_mah == pytest.approx(5000, abs=10)


def test_the_report_ends_at_its_bound():
    rig = Rig(heater_mode="off")
    rig.heater.report.restore(HIGHEST, HIGHEST)
    rig.step(300)
    assert (rig.heater.cold_min, rig.heater.cold_charged_mah) == (HIGHEST, HIGHEST)
    record = {}
    rig.heater.save(record)
    assert loaded(record).latched == 0


def test_a_report_is_saved_each_hour_though_nothing_is_heated():
    rig = Rig(heater_mode="off")
    rig.heater.boots.forget()
    rig.heater.save({})
    saved_at = []
    for second in range(0, 3 * 3600 + 3, 3):
        rig.step(gap_ms=3000)
        if rig.heater.dirty:
            rig.heater.save({})
            saved_at.append(round(second / 3600, 1))
    assert saved_at == [1.0, 2.0, 3.0]


# -- wear -----------------------------------------------------------------------------------------


def test_the_flash_is_written_to_a_few_times_an_hour_at_most():
    """Days of the worst: heating and charging in the cold by turns, a belief running out.

    lib/heat/restore.py states the bound.
    """
    days = 3
    rig = Rig(heater_mode="charger_or_soc", heater_max_wh_day=20_000)
    writes = []
    milli_dc = 0
    for minute in range(days * 1440):
        hour = minute // 60
        rig.slots[p.CHARGE_ON] = hour % 2
        rig.alarms = set() if hour % 2 else {9}
        rig.slots[p.CURRENT_MA] = 20_000 if hour % 3 else -800
        milli_dc += 700 if rig.on else -700  # 4 K/h
        rig.temps = [milli_dc // 10_000 * 10] * 2
        rig.step(6, gap_ms=10_000)
        if rig.heater.dirty:
            rig.heater.save({})
            writes.append(minute // 1440)
    assert faults(rig) == set()
    per_day = [writes.count(day) for day in range(days)]
    assert max(per_day) <= 150
    assert min(per_day) >= 24  # it is a test that writes


def test_a_heater_that_idles_writes_nothing():
    rig = Rig()
    rig.temps = [150, 160]
    rig.step(3 * 360, gap_ms=10_000)
    rig.heater.save({})
    for _ in range(24):
        rig.step(360, gap_ms=10_000)
        assert not rig.heater.dirty

"""Heat that no sensor shows: stopped in time, named, and never in a healthy pack."""

import pytest

import words as s
from host_tests.heat.heat_rig import Rig, faults
from tools.heater_lab import slow
from tools.heater_lab.season import UNTOLD

PACK = "16S 100 Ah, 200 W"
TIGHT = "16S 100 Ah, 200 W, 80 mm foam"
MILD = (4.0, 9.0)
COLD = (-12.0, -2.0)


@pytest.mark.parametrize("fault", ["coupled_30", "drift_3", "other_pack", "detached"])
def test_the_truly_hottest_cell_stays_under_35_degrees(fault):
    season = slow.play(fault, PACK, COLD, hours=12)
    assert season.hot_c <= slow.HOTTEST_C
    assert set(season.told_s) & {
        "blocked:losing_heat",
        "blocked:too_warm",
        "fault:heat_unseen",
        "fault:not_heating",
    }, season.told_s


def test_a_sensor_that_hangs_loose_is_a_fault_that_says_so():
    season = slow.play("coupled_30", TIGHT, COLD, hours=10)
    assert [latch[1] for latch in season.latches] == ["heat_unseen"]


@pytest.mark.parametrize(
    "fault, start, hours",
    [
        ("drift_1", MILD, 30),
        ("drift_3", MILD, 20),
        ("drift_6", MILD, 20),
        ("coupled_10", (-2.0, 8.0), 24),
        ("other_slow", MILD, 12),
    ],
)
def test_so_it_does_where_the_bms_does_not_tell_its_board_s(fault, start, hours):
    """In a box so tight that what a poor one loses would bring its cells to 45 °C and more."""
    season = slow.play(fault, TIGHT, start, hours, board=UNTOLD)
    assert season.hot_c <= slow.HOTTEST_C


def test_a_well_pack_without_the_board_s_temperature_is_heated_as_ever():
    season = slow.play("well", PACK, COLD, hours=12, board=UNTOLD)
    assert season.latches == []
    assert "blocked:losing_heat" not in season.told_s


@pytest.mark.parametrize("told_w, allowed_w", [(0, 17), (60, 60)])
def test_a_board_that_is_not_told_of_for_an_hour_halves_what_a_box_may_lose(told_w, allowed_w):
    from bms import pack as p

    rig = Rig(heater_loss_w=told_w, heater_mode="off")
    rig.step(3)
    balance = rig.heater.guard.balance

    def lost_in_100_s():
        balance.unseen_j = before_j = 100_000
        rig.step(100)
        return round((before_j - balance.unseen_j) / 100)

    assert lost_in_100_s() == (told_w or 34)
    rig.slots[p.MOS_TEMP_DC] = None
    rig.step(3400)
    assert lost_in_100_s() == (told_w or 34)
    rig.step(200)
    assert lost_in_100_s() == allowed_w
    rig.slots[p.MOS_TEMP_DC] = 20
    assert lost_in_100_s() == (told_w or 34)


def test_a_well_pack_knows_nothing_of_it():
    season = slow.play("well", PACK, COLD, hours=12)
    assert season.latches == []
    assert "blocked:losing_heat" not in season.told_s
    assert season.heater.guard.balance.unseen_j < 5 * 35_840


def fed(rig, kelvin):
    """Puts in as much heat as warms the pack so far, in a box that loses nothing."""
    balance = rig.heater.guard.balance
    balance.loss_w = 0
    before = balance.unseen_j
    while balance.unseen_j - before < kelvin * 35_840 and balance.verdict == 0:
        assert rig.step()
        before = min(before, balance.unseen_j)


def test_what_the_sensors_rise_is_booked_off_and_what_they_fall_is_booked_on():
    rig = Rig().started()
    fed(rig, 5)
    balance = rig.heater.guard.balance
    held_j = balance.unseen_j
    rig.temps = [rig.temps[0] + 20, rig.temps[1] + 20]
    rig.step()
    assert held_j - balance.unseen_j == 2 * 35_840 - 100
    rig.temps = [rig.temps[0] - 10, rig.temps[1] - 10]
    rig.step()
    assert held_j - balance.unseen_j in range(35_840 - 210, 35_840 - 190)


@pytest.mark.parametrize("seen_ckh, named", [(None, False), (0, True), (1500, False)])
def test_the_second_time_is_a_fault_only_if_the_unheated_pack_lost_too_little(seen_ckh, named):
    rig = Rig().started()
    balance = rig.heater.guard.balance
    for time in (1, 2):
        balance.open_ms = 3_600_000
        balance.unseen_j = 11 * 35_840
        balance.lost_w = -1
        rig.heater.thermal.fall_ckh = seen_ckh
        rig.step()
        assert not rig.on
        assert faults(rig) == ({"heat_unseen"} if named and time == 2 else set())
        if not faults(rig):
            assert rig.text == "blocked:losing_heat"
            balance.unseen_j = 4 * 35_840
            rig.step(2)


def test_how_long_the_book_took_tells_what_the_box_would_have_to_lose():
    """50 W are lost unheated. In ten minutes 30 kJ were left over: a box that loses those, too,
    would lose twice as much."""
    rig = Rig().started()
    balance, thermal = rig.heater.guard.balance, rig.heater.thermal
    for named in (set(), {"heat_unseen"}):
        balance.open_ms, balance.unseen_j = 3_600_000, 330_000
        thermal.fall_ckh, thermal.fall_dc = 500, -10
        assert rig.trace(600)[-1] != "heating"
        assert faults(rig) == named
        balance.unseen_j = 4 * 35_840
        rig.step(2)


@pytest.mark.parametrize("colder_dc, named", [(30, True), (31, False)])
def test_a_pack_that_was_colder_when_it_lost_little_proves_nothing(colder_dc, named):
    rig = Rig().started()
    balance, thermal = rig.heater.guard.balance, rig.heater.thermal
    for _ in range(2):
        balance.open_ms = 3_600_000
        balance.unseen_j = 11 * 35_840
        balance.lost_w = -1
        thermal.fall_ckh = 0
        thermal.fall_dc = rig.heater.inputs.sensors.mean_dc - colder_dc
        rig.step()
        assert not rig.on
        if not faults(rig):
            balance.unseen_j = 4 * 35_840
            rig.step(2)
    assert faults(rig) == ({"heat_unseen"} if named else set())


def test_a_full_book_ends_an_attempt_without_a_rise():
    """Else a dead mat would never get its window in full, and never be called dead."""
    rig = Rig().started()
    balance = rig.heater.guard.balance
    for strikes in (1, 2):
        rig.step(700)
        assert rig.on
        balance.unseen_j = 22 * 35_840
        rig.step()
        assert not rig.on and rig.heater.guard.strikes == strikes
        balance.unseen_j = 0
        if strikes == 1:
            rig.step(2702)
    assert faults(rig) == {"not_heating"}


def test_the_book_is_kept_over_a_restart_and_acknowledging_closes_it():
    rig = Rig().started()
    rig.heater.guard.balance.unseen_j = 200_000
    record = {}
    rig.heater.save(record)
    rig = Rig(saved=record)
    assert rig.heater.guard.balance.unseen_j == 200_000
    rig.heater.guard.trip(s.HEAT_UNSEEN)
    rig.heater.acknowledge()
    assert rig.heater.guard.balance.unseen_j == 0


@pytest.mark.parametrize("pack_wh", [5120, 0])
def test_a_board_that_is_warmer_than_cells_may_be_stops_the_heat_while_it_rests(pack_wh):
    from bms import pack as p

    rig = Rig(pack_wh=pack_wh).started()
    rig.slots[p.MOS_TEMP_DC] = 250
    assert rig.step()
    rig.slots[p.MOS_TEMP_DC] = 251
    rig.step()
    assert rig.text == "blocked:too_warm"  # no fault, while the book is not half full
    rig.slots[p.CURRENT_MA] = 60_000  # its own heat
    rig.step()
    assert rig.on


@pytest.mark.parametrize("share_pct, named", [(49, False), (51, True)])
def test_a_board_that_is_too_warm_and_a_book_half_full_say_the_same(share_pct, named):
    from bms import pack as p

    rig = Rig().started()
    rig.heater.guard.balance.unseen_j = 360_000 * share_pct // 100  # of an hour of the mat
    rig.slots[p.MOS_TEMP_DC] = 251
    rig.step()
    assert faults(rig) == ({"heat_unseen"} if named else set())


def test_without_pack_or_mat_there_is_no_book():
    for unknown in ("pack_wh", "heater_mat_mohm"):
        rig = Rig(**{unknown: 0}).started()
        rig.step(3600)
        assert rig.heater.guard.balance.verdict == 0

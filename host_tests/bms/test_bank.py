"""Packs in parallel: sums of all or none, extremes of the good ones, and always how many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bms import alarms as a
from bms import bank as b
from bms import pack as p
from bms.bank import Bank
from bms.check import Check
from bms.pack import PackState
from host_tests.filled_pack import fill
from tools.vocabulary import raised

MAX_AGE_MS = 10_000


def bank_of(*figures, now=0, on_mat=None, frozen=()):
    """Returns a Bank of packs with these figures, each looked at by its check; `frozen` are the
    numbers of those that the check is to call so."""
    packs = [PackState() for _ in figures]
    checks = [Check(pack) for pack in packs]
    for pack, check, known in zip(packs, checks, figures, strict=True):
        if known is not None:
            fill(pack, now, **known)
        check.step(now)
    for number in frozen:
        checks[number - 1].frozen = True
    return Bank(packs, checks, MAX_AGE_MS, on_mat)


def known(bank, *names):
    return tuple(bank.pack.get(getattr(p, name.upper())) for name in names)


def test_sums_mean_and_weighted_charge():
    bank = bank_of({"ma": -2000, "soc": 40}, {"ma": 500, "soc": 70, "full": 200_000, "mv": 3310})
    assert bank.step(0) == b.WHOLE and bank.good == 2
    assert known(bank, "current_ma", "capacity_mah") == (-1500, 300_000)
    assert known(bank, "remaining_mah", "soc_pct") == (180_000, 60)
    assert bank.spread_mv == 80 and known(bank, "pack_mv") == (26_468,)
    powers = [pack.get(p.POWER_MW) for pack in bank.packs]
    assert known(bank, "power_mw") == (sum(powers),)


def test_extremes_say_whose_they_are():
    bank = bank_of(
        {"mv": 3310, "temps": (150, 90)}, {"mv": 3300, "temps": (-20, 40)}, {"mv": 3305}
    )
    assert bank.step(0) == b.WHOLE
    assert known(bank, "cell_min_mv", "cell_max_mv", "cell_delta_mv") == (3300, 3317, 17)
    assert (bank.cell_min_pack, bank.cell_max_pack) == (2, 1)
    assert known(bank, "cell_min_index", "cell_max_index") == (1, 8)
    assert known(bank, "temp_min_dc", "temp_max_dc") == (-20, 160)
    assert (bank.coldest_pack, bank.hottest_pack) == (2, 3)


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_stale_pack_takes_the_sums_with_it_and_is_counted(lost):
    bank = bank_of({}, {}, {})
    assert bank.step(0) == b.WHOLE
    for i, pack in enumerate(bank.packs):
        if i != lost:
            fill(pack, 12_000, temps=(10 * i, 200))
    assert bank.step(12_000) == b.INCOMPLETE and bank.good == 2
    names = ("current_ma", "power_mw", "remaining_mah", "capacity_mah", "soc_pct", "pack_mv")
    assert known(bank, *names) == 6 * (None,)
    assert bank.spread_mv == -1
    assert known(bank, "temp_min_dc") == (10 * min({0, 1, 2} - {lost}),)
    assert bank.pack.age_ms(p.STATUS, 12_000) == 0  # of those that are good
    assert bank.pack.temp_valid[2 * lost] == bank.pack.temp_valid[2 * lost + 1] == 0


def test_an_implausible_and_a_frozen_pack_are_not_good():
    figures = ({}, {"pack_mv": 40_000}, {})
    bank = bank_of(*figures)
    assert bank.step(0) == b.INCOMPLETE and bank.good == 2
    bank = bank_of(*figures, frozen=(1,))
    assert bank.step(0) == b.INCOMPLETE and bank.good == 1
    bank = bank_of(*figures, frozen=(1, 3))
    assert bank.step(0) == b.NO_PACK and bank.good == 0
    assert known(bank, "cell_min_mv", "temp_min_dc", "current_ma") == 3 * (None,)
    assert (bank.cell_min_pack, bank.coldest_pack) == (0, 0)


def test_packs_that_were_never_heard():
    bank = bank_of(None, None)
    assert bank.step(0) == b.NO_PACK and not bank.pack.seen(p.STATUS)
    bank = bank_of({}, None)
    assert bank.step(0) == b.INCOMPLETE and bank.pack.seen(p.STATUS)


@pytest.mark.parametrize("mv, verdict", [(3350, b.WHOLE), (3403, b.WHOLE), (3450, b.SPREAD)])
def test_voltages_that_are_too_far_apart_for_parallel_packs(mv, verdict):
    bank = bank_of({"mv": 3300}, {"mv": mv})
    assert bank.step(0) == verdict
    assert bank.spread_mv == 8 * (mv - 3300)
    volts = [pack.get(p.PACK_MV) for pack in bank.packs]
    shown = max(volts) if verdict == b.SPREAD else sum(volts) // 2
    assert known(bank, "pack_mv", "current_ma") == (shown, -4000)


def test_alarms_of_any_good_pack():
    bank = bank_of({}, {}, {"pack_mv": 40_000})
    bank.packs[0].raise_alarm(a.CELL_OVERVOLTAGE)
    bank.packs[1].raise_alarm(a.MOS_OVERTEMP)
    bank.packs[2].raise_alarm(a.LOW_SOC)
    bank.step(0)
    assert raised(bank.pack.alarms, a.CELL_OVERVOLTAGE) and raised(
        bank.pack.alarms, a.MOS_OVERTEMP
    )
    assert not raised(bank.pack.alarms, a.LOW_SOC)
    bank.packs[0].clear_alarms()
    bank.step(0)
    assert not raised(bank.pack.alarms, a.CELL_OVERVOLTAGE)


@pytest.mark.parametrize(
    "first, second, shown",
    [(1, 0, 1), (0, 0, 0), (1, None, 1), (0, None, None), (None, None, None)],
)
def test_what_is_true_of_any(first, second, shown):
    figures = [{} if on is None else {"heating": on} for on in (first, second)]
    bank = bank_of(*figures)
    bank.step(0)
    assert known(bank, "heating") == (shown,)


def test_a_figure_that_one_pack_does_not_send_is_not_summed():
    bank = bank_of({}, {})
    bank.packs[1].drop(p.REMAINING_MAH)
    bank.step(0)
    assert known(bank, "remaining_mah", "current_ma") == (None, -4000)
    bank.packs[1].drop(p.CAPACITY_MAH)
    bank.step(0)
    assert known(bank, "soc_pct") == (None,)


def test_its_status_is_new_when_all_of_the_packs_have_sent_and_anything_new_is_told():
    bank = bank_of({}, {})
    bank.step(0)
    seq, content = bank.pack.seq, bank.pack.fingerprint
    bank.step(1000)
    assert bank.pack.seq == seq and bank.pack.age_ms(p.STATUS, 1000) == 1000
    for now in (2000, 3000):
        fill(bank.packs[1], now)
        bank.step(now)
    assert bank.pack.seq == seq and bank.pack.fingerprint == content + 2
    fill(bank.packs[0], 4000)
    bank.step(4000)
    assert bank.pack.seq == seq + 1
    fill(bank.packs[0], 5000)
    bank.step(5000)
    assert bank.pack.seq == seq + 1


def test_who_is_not_heard_is_not_waited_for():
    bank = bank_of({}, {}, None)
    bank.step(0)
    seq = bank.pack.seq
    fill(bank.packs[0], 1000)
    fill(bank.packs[1], 1000)
    bank.step(1000)
    assert bank.pack.seq == seq + 1


def test_it_is_as_old_as_the_oldest_good_pack():
    bank = bank_of({}, {})
    for now in range(0, 11_000, 1000):
        fill(bank.packs[1], now)
        bank.step(now)
        assert bank.pack.age_ms(p.STATUS, now) == now  # the first one's silence shows at once
    fill(bank.packs[1], 11_000)
    assert bank.step(11_000) == b.INCOMPLETE
    assert bank.pack.age_ms(p.STATUS, 11_000) == 0


def test_sensors_are_the_extremes_of_each_pack():
    bank = bank_of({"temps": (50, 20, 40)}, {"temps": (-30,)}, {"temps": ()})
    bank.step(0)
    pack = bank.pack
    assert pack.temps == 6 and list(pack.temp_valid[:6]) == [1, 1, 1, 1, 0, 0]
    assert list(pack.temps_dc[:4]) == [20, 50, -30, -30]


def test_a_pack_on_the_mat_without_a_sensor_is_named():
    figures = ({"temps": (50,)}, {"temps": ()}, {"temps": ()})
    bank = bank_of(*figures)
    bank.step(0)
    assert bank.blind == 2
    bank = bank_of(*figures, on_mat=bytes((1, 0, 1)))
    bank.step(0)
    assert bank.blind == 3
    bank = bank_of(*figures, on_mat=bytes((1, 0, 0)))
    bank.step(0)
    assert bank.blind == 0 and list(bank.pack.temp_valid[:6]) == [1, 1, 0, 0, 0, 0]


def test_a_pack_that_is_not_on_the_mat_is_shown_and_not_heated_by():
    bank = bank_of({"temps": (50,)}, {"temps": (-100,)}, on_mat=bytes((1, 0)))
    bank.step(0)
    assert bank.pack.get(p.TEMP_MIN_DC) == -100 and bank.coldest_pack == 2
    assert list(bank.pack.temp_valid[:4]) == [1, 1, 0, 0]


def test_limits_are_the_strictest_and_of_all_or_none():
    bank = bank_of(
        {"charge_utp_dc": -50, "charge_utpr_dc": 0, "cell_uvpr_mv": 2900, "cell_ovp_mv": 3650},
        {"charge_utp_dc": 0, "charge_utpr_dc": 50, "cell_uvpr_mv": 2800, "cell_ovp_mv": 3600},
    )
    bank.step(0)
    names = ("charge_utp_dc", "charge_utpr_dc", "cell_uvpr_mv", "cell_ovp_mv", "cell_uvp_mv")
    assert known(bank, *names) == (0, 50, 2900, 3600, None)
    bank.packs[0].drop(p.CHARGE_UTP_DC)
    bank.step(0)
    assert known(bank, *names[:2]) == (None, 50)


def test_unprotected_if_one_of_them_is():
    bank = bank_of({}, {})
    bank.step(0)
    assert not bank.pack.unprotected
    bank.packs[1].unprotected = True
    bank.step(0)
    assert bank.pack.unprotected


def test_the_largest_figures_stay_in_30_bits():
    large = {"ma": 999_999, "full": 0x3FFFFFFF}
    bank = bank_of(large, large, large, large)
    for pack in bank.packs:
        pack.put(p.POWER_MW, 0x3FFFFFFF)
    bank.step(0)
    assert known(bank, "current_ma", "capacity_mah") == (3_999_996, None)
    assert known(bank, "power_mw", "soc_pct") == (None, None)


figures = st.fixed_dictionaries(
    {},
    optional={
        "mv": st.integers(3200, 3400),
        "ma": st.integers(-300_000, 300_000),
        "soc": st.integers(0, 100),
        "temps": st.lists(st.integers(-400, 900), min_size=1, max_size=4),
        "full": st.integers(1000, 1_000_000),
    },
)


@given(st.lists(st.none() | figures, min_size=2, max_size=4))
def test_aggregates_stay_within_their_packs(packs):
    bank = bank_of(*packs)
    bank.step(0)
    good = [pack for i, pack in enumerate(bank.packs) if bank.ok[i]]
    assert bank.good == len(good) <= len(packs)
    for slot, choose in ((p.TEMP_MIN_DC, min), (p.TEMP_MAX_DC, max), (p.CELL_MIN_MV, min)):
        of_good = [pack.get(slot) for pack in good if pack.has(slot)]
        assert bank.pack.get(slot) == (choose(of_good) if of_good else None)
    complete = bank.good == len(packs)
    assert bank.pack.has(p.CURRENT_MA) == complete
    if complete:
        socs = [pack.get(p.SOC_PCT) for pack in good]
        assert min(socs) <= bank.pack.get(p.SOC_PCT) <= max(socs)
        assert bank.verdict in (b.WHOLE, b.SPREAD)
    else:
        assert bank.verdict in (b.INCOMPLETE, b.NO_PACK)

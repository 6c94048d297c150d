"""What may be charged at which temperature, and how an inverter learns it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bms import pack as p
from host_tests.filled_pack import fill
from host_tests.mqtt_rig import Bench, make_bank, make_clock, make_device
from host_tests.relay.discovery_rig import render
from relay import charge_limit
from relay.charge_limit import ALL, COLD, HOT, NO_FIGURES, ChargeLimit

LINE = [(0, 100), (100, 1000)]
TABLE = [(-100, 0), (0, 200), (50, 200), (100, 1000), (400, 1000), (500, 100)]


def amps(limit, *degrees):
    return [limit.judge(dc, dc)[0] / 1000 for dc in degrees]


def test_none_at_the_limit_of_the_cells_and_all_from_the_last_row_on():
    limit = ChargeLimit(100_000, 0, LINE)
    assert amps(limit, -50, 0, 1, 20, 50, 99, 100, 250) == [0, 0, 10.9, 28, 55, 99.1, 100, 100]


def test_from_row_to_row_in_a_straight_line_and_below_the_first_none():
    limit = ChargeLimit(100_000, -300, TABLE)
    assert amps(limit, -200, -101, -100, -50, 0, 30, 75, 100) == [0, 0, 0, 10, 20, 20, 60, 100]
    assert amps(limit, 400, 450, 500, 700) == [100, 55, 10, 10]


def test_the_cells_are_never_charged_at_their_limit_whatever_the_table_says():
    assert amps(ChargeLimit(100_000, 20, TABLE), 0, 20, 21) == [0, 0, 20]


def test_the_coldest_and_the_hottest_sensor_both_count():
    limit = ChargeLimit(100_000, 0, TABLE)
    assert limit.judge(100, 400) == (100_000, ALL)
    assert limit.judge(30, 450) == (20_000, COLD)
    assert limit.judge(90, 490) == (19_000, HOT)
    assert limit.judge(None, None) == (0, NO_FIGURES)


tables = st.lists(st.tuples(st.integers(-300, 600), st.integers(0, 1000)), min_size=2, max_size=12)


@given(st.integers(0, 1000), st.integers(-300, 200), tables, st.integers(-400, 700))
def test_never_more_than_the_rows_around_allow(max_a, cold_dc, rows, dc):
    rows = sorted(dict(rows).items())
    ma, _ = ChargeLimit(1000 * max_a, cold_dc, rows).judge(dc, dc)
    around = [row for row in rows if row[0] <= dc][-1:] + [row for row in rows if row[0] > dc][:1]
    most = max(part for _, part in around) if dc >= rows[0][0] and dc > cold_dc else 0
    assert 0 <= ma <= max_a * most


# -- as it is told --------------------------------------------------------------------------------


@pytest.fixture
def start(monkeypatch):
    def run(device=None, **settings):
        bench = Bench(monkeypatch, device=device, roomy=True, **{"charge_max_a": 50, **settings})
        for unit in bench.unit.units:
            fill(unit.pack, bench.now, temps=(30, 60))
        bench.talks = True
        return bench

    return run


def last(bench):
    return bench.told("limits")[-1]


def test_it_is_told_at_each_interval_and_never_kept_by_the_broker(start):
    bench = start()
    bench.run(35_000)
    assert 3 <= len(bench.told("limits")) <= 4
    assert last(bench) == {"ts": None, "charge_limit_ma": 18_500, "charge_limit_reason": "cold"}
    assert not [t for t in bench.broker.retained if t.endswith("/limits")]


def test_the_owners_table_counts(start):
    bench = start(charge_table="0:0 3:20 10:100")
    bench.run(5_000)
    assert last(bench)["charge_limit_ma"] == 10_000


def test_without_figures_nothing_may_be_charged(start):
    bench = start()
    bench.run(5_000)
    bench.talks = False
    bench.run(30_000)
    told = last(bench)
    assert (told["charge_limit_ma"], told["charge_limit_reason"]) == (0, "no_figures")
    bench.talks = True
    bench.run(12_000)
    assert last(bench)["charge_limit_ma"] == 18_500


def test_the_time_is_told_where_it_is_known(start):
    device = make_device()
    device.clock = make_clock(1796684820)
    bench = start(device=device)
    bench.run(5_000)
    assert last(bench)["ts"] == 1796684820


def test_of_several_packs_the_worst_one_counts_for_each(monkeypatch):
    device, units = make_bank()
    packs = ({"name": "Two", "bms_link": "uart"},)
    bench = Bench(monkeypatch, device=device, roomy=True, charge_max_a=50, packs=packs)
    fill(units[1].pack, bench.now, temps=(200, 200))
    fill(units[2].pack, bench.now, temps=(20, 200))
    bench.run(5_000)
    assert last(bench) == {"ts": None, "charge_limit_ma": 28_000, "charge_limit_reason": "cold"}
    for _ in range(12):  # the first pack falls silent
        units[2].pack.touch(p.STATUS, bench.now)
        bench.run(1_000)
    told = last(bench)
    assert (told["charge_limit_ma"], told["charge_limit_reason"]) == (0, "no_figures")


def test_home_assistant_has_it_as_an_entity(start):
    bench = start()
    bench.run(60_000, step=50)
    found = bench.configs()
    entity = found["charge_limit_ma"]
    told = json.dumps(last(bench))
    assert entity["stat_t"] == "~/limits" and entity["exp_aft"] == 30
    assert (entity["dev_cla"], entity["unit_of_meas"]) == ("current", "A")
    assert render(entity["val_tpl"], told) == "18.5"
    assert len(entity["avty"]) == 1  # without figures it is 0, not unavailable
    assert render(found["charge_limit_reason"]["val_tpl"], told) == "the cold"
    codes = [code for code, _ in charge_texts()]
    assert codes == list(charge_limit.CODES)


def charge_texts():
    from relay.texts import TEXTS

    return TEXTS["charge_limit"]


def test_without_the_setting_there_is_nothing_of_it(start):
    bench = start(charge_max_a=0)
    bench.run(60_000, step=50)
    assert not bench.told("limits") and "charge_limit_ma" not in bench.configs()

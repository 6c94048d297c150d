"""What the pack can do, in figures; and the refusal of mats that an output cannot drive."""

import types

import pytest

from heat import mat, thermal
from heat.thermal import Thermal
from host_tests.heat.heat_world import make_settings
from starting import config

# research.md §4.2: pack Wh, W, minutes for +2 °C at 60 % efficiency.
PACKS = [(1280, 30, 17), (5120, 100, 20), (3584, 60, 23), (14_336, 100, 54), (14_336, 200, 27)]


def capacity(wh):
    return Thermal({"pack_wh": wh})


@pytest.mark.parametrize("wh, watts, minutes", PACKS)
def test_window_of_known_packs(wh, watts, minutes):
    # Not under half an hour: there are sensors that are that slow.
    window_min = capacity(wh).window_s(watts * 1000) / 60
    assert window_min == pytest.approx(max(minutes, 30), rel=0.05)


@pytest.mark.parametrize(
    "wh, mw, seconds",
    [
        (0, 100_000, 3600),
        (5120, None, 3600),
        (5120, 0, 3600),
        (10, 10**6, 1800),
        (10**5, 500, 10_800),
    ],
)
def test_window_bounds(wh, mw, seconds):
    assert capacity(wh).window_s(mw) == seconds


def test_mat_power():
    assert mat.mat_ma(51_200, 26_200) == 1954
    assert mat.mat_mw(51_200, 26_200) == pytest.approx(100_053, rel=0.001)
    for mv, mohm in ((None, 26_200), (51_200, 0), (-1, 5)):
        assert mat.mat_ma(mv, mohm) is None
        assert mat.mat_mw(mv, mohm) is None


@pytest.mark.parametrize(
    "mw, ms, mj", [(99_999, 1000, 99_999), (1999, 500, 999), (101_010, 7, 707), (0, 1000, 0)]
)
def test_energy_of_a_step(mw, ms, mj):
    assert thermal.energy_mj(mw, ms) == mj


def test_nothing_passes_two_to_the_thirty():
    worst = 0
    for mv in (1, 12_000, 99_999, 999_999):
        for mohm in (1, 999, 1_000_000):
            assert mat.mat_ma(mv, mohm) < 1 << 30
            worst = max(worst, mat.mat_mw(mv, mohm))
    assert worst < 1 << 30
    most_j_k = 7 * 200_000 * 3
    assert thermal.heat_s(most_j_k, 100, 500) == 1_000_000
    seconds = thermal.heat_s(most_j_k, worst, 500)
    assert seconds == pytest.approx(most_j_k * 50 / 100_000, rel=0.01)


@pytest.mark.parametrize(
    "pack_wh, pack_mv, most_ma",
    [(5120, 51_200, 25_000), (0, 51_200, 10_000), (5120, None, 10_000)],
)
def test_a_pack_is_calm_up_to_a_quarter_of_its_capacity(pack_wh, pack_mv, most_ma):
    for ma, calm in ((most_ma, True), (most_ma + 1, False)):
        for current_ma in (ma, -ma):
            told = types.SimpleNamespace(current_ma=current_ma, pack_mv=pack_mv)
            assert capacity(pack_wh).is_calm(told) == calm
    told = types.SimpleNamespace(current_ma=None, pack_mv=pack_mv)
    assert not capacity(pack_wh).is_calm(told)


def test_check_mat():
    assert config.check_mat(make_settings(heater_mat_mohm=26_200), 3000, 200_000, 58_400) is None
    assert config.check_mat(make_settings(heater_mat_mohm=0), 1, 1, 58_400) is None
    text = config.check_mat(make_settings(heater_mat_mohm=5050), 3000, 200_000, 58_400)
    assert text == (
        "heater_mat_mohm: at 58.40 V a mat of 5.050 ohm draws 11.56 A = 675 W; "
        "the output allows 3.00 A and 200 W"
    )
    strong = make_settings(heater_mat_mohm=15_000)
    assert "3.89 A = 227 W" in config.check_mat(strong, 4000, 200_000, 58_400)
    assert config.check_mat(strong, 4000, 230_000, 58_400) is None

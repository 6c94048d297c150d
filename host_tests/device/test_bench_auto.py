"""`auto` in the unmodified firmware: finds what is there, remembers it, and starts over."""

import pytest

from host_tests import state_file
from host_tests.device.bench_rig import console, make_cold, wait, wait_for_heat
from host_tests.device.test_bench_dialects import make

pytestmark = pytest.mark.bench


def remembered(tmp_path):
    return state_file.get(tmp_path).get("bms")


def replies(bench):
    return bench.snapshot()["uart"]["replies"]


@pytest.mark.parametrize(
    "name, found, limit_s",
    [
        ("jk_gps", ["jk_gps", 115_200], 20),
        ("ant_new", ["ant_new", 19_200], 30),
        ("ant_old", ["ant_old", 19_200], 40),
        ("jk_display", ["jk_display", 2400], 30),
    ],
)
def test_it_is_found_and_built_for_and_heats(tmp_path, name, found, limit_s):
    with make(tmp_path, name, bms_dialect="auto") as bench:
        wait(bench, lambda b: b.snapshot()["chip"]["resets"] == 1, limit_s, "the restart")
        assert remembered(tmp_path) == found
        make_cold(bench, -30)
        wait_for_heat(bench, 120)
        assert bench.snapshot()["chip"]["resets"] == 1, console(bench)
    assert bench.error is None


@pytest.mark.parametrize("out_s, restarts", [(40, (0,)), (61.5, (0,)), (100, (0, 2))])
def test_a_cable_that_is_pulled_and_put_back(tmp_path, out_s, restarts):
    """A minute is waited for it, and then it is the first to be tried."""
    state_file.put(tmp_path, {"bms": ["jk_gps", 115_200]})
    with make(tmp_path, "jk_gps", bms_dialect="auto") as bench:
        bench.wait_for(lambda b: replies(b) > 5, 20)
        bench.set("bms_unplugged", True)
        bench.run_until(bench.now_s() + out_s)
        before = replies(bench)
        bench.set("bms_unplugged", False)
        bench.wait_for(lambda b: replies(b) > before + 30, 160)
        # With no room for two dialects at a time, it restarts to search and when it has found.
        assert bench.snapshot()["chip"]["resets"] in restarts, console(bench)
        assert remembered(tmp_path) == ["jk_gps", 115_200]


def test_another_bms_is_found(tmp_path):
    state_file.put(tmp_path, {"bms": ["jk_gps", 115_200]})
    with make(tmp_path, "ant_new", bms_dialect="auto") as bench:
        wait(bench, lambda b: remembered(tmp_path) == ["ant_new", 19_200], 130, "found")
        bench.run_until(bench.now_s() + 10)
        # One more if the memory of this build has no room for two dialects at a time.
        assert bench.snapshot()["chip"]["resets"] in (1, 2), console(bench)


def test_a_memory_that_makes_no_sense_is_none(tmp_path):
    state_file.put(tmp_path, {"bms": ["other", "fast", 3]})
    with make(tmp_path, "jk_gps", bms_dialect="auto") as bench:
        bench.wait_for(lambda b: remembered(tmp_path) == ["jk_gps", 115_200], 100)

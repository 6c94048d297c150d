"""The unmodified firmware on the bench with low_power: dark at rest, awake when it matters."""

import pytest

from host_tests.device.bench_rig import SETTINGS, benches, configure, make_cold, wait
from tools.bench.bench import Bench

pytestmark = pytest.mark.bench


def lit(bench):
    return bench.snapshot()["pins"]["backlight_permille"] > 0


def test_it_sleeps_while_the_pack_rests_and_wakes(tmp_path):
    with benches() as made:
        config = configure(tmp_path, {**SETTINGS, "low_power": True}, lapse=200)
        bench = Bench(config)
        bench.set("charger", False)
        bench.set("load_ma", 0)
        bench.start()
        made.append(bench)
        wait(bench, lit, 30, "the first picture")
        dark_s = wait(bench, lambda b: not lit(b), 600, "dark")
        assert dark_s > 290
        replies = bench.snapshot()["uart"]["replies"]
        bench.run_until(bench.now_s() + 100)
        assert 20 < bench.snapshot()["uart"]["replies"] - replies < 45  # every 3.3 s
        bench.set("load_ma", 4000)
        wait(bench, lit, 10, "lit by a current")
        bench.set("load_ma", 0)
        wait(bench, lambda b: not lit(b), 600, "dark again")
        make_cold(bench)
        wait(bench, lambda b: b.plant.heater_on, 300, "heat")
        assert lit(bench)
        bench.run_until(bench.now_s() + 400)
        assert lit(bench) and bench.plant.heater_on
        assert bench.snapshot()["chip"]["resets"] == 0

"""The image, squeezed and compiled, does the main job on the bench: not just its sources."""

import shutil

import pytest

from host_tests.device.bench_rig import SETTINGS, configure, console, make_cold, wait_for_heat
from tools.bench.bench import Bench
from tools.bench.bms import simulators
from tools.image import kept

pytestmark = pytest.mark.bench


def image_bench(tmp_path, name="jk_gps", **settings):
    """Returns the config of a bench whose firmware is the image, and which has nothing of lib/ and
    firmware/."""
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    shutil.copytree(kept("lilygo_t_display"), tmp_path / "image")
    config = configure(run_dir, SETTINGS | settings, lapse=100, bms_name=name)
    config.run_image(tmp_path / "image")
    return config


@pytest.fixture
def config(tmp_path):
    return image_bench(tmp_path)


@pytest.fixture
def bench(config):
    bench = Bench(config)
    with bench:
        yield bench
    assert bench.error is None


def test_the_image_reads_draws_and_heats(bench):
    make_cold(bench)
    wait_for_heat(bench)
    state = bench.snapshot()
    assert state["chip"]["resets"] == 0
    assert state["uart"]["rejected"] == 0 and state["uart"]["replies"] > 3
    assert state["panel"]["on"] and state["panel"]["error_texts"] == []
    assert len(set(bench.picture()[3])) > 8


def test_the_image_stops_heating_when_the_bms_falls_silent(bench):
    make_cold(bench)
    wait_for_heat(bench)
    bench.set("bms_unplugged", True)
    bench.wait_for(lambda b: not b.plant.heater_on, 13)
    assert bench.snapshot()["chip"]["resets"] == 0


def test_what_a_search_makes_is_there_where_the_settings_ask_for_one(tmp_path):
    """Another BMS than the first that is tried: dialects are made while the device runs."""
    settings = simulators.settings("ant_old") | {"bms_dialect": "auto"}
    with Bench(image_bench(tmp_path, "ant_old", **settings)) as bench:
        bench.wait_for(lambda b: b.snapshot()["chip"]["resets"] == 1, 40)  # found
        make_cold(bench, -30)
        wait_for_heat(bench, 120)
        assert bench.snapshot()["chip"]["resets"] == 1, console(bench)
    assert bench.error is None


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_without_its_glyphs_it_heats_and_says_so(config, tmp_path, damage):
    path = tmp_path / "image" / "lib" / "screen" / "draw" / "fonts" / "glyphs.bin"
    data = path.read_bytes()
    path.unlink()
    if damage == "damaged":
        path.write_bytes(data[:9000] + bytes((data[9000] ^ 1,)) + data[9001:])
    with Bench(config) as bench:
        make_cold(bench)
        wait_for_heat(bench)
        state = bench.snapshot()
        assert state["chip"]["resets"] == 0
        assert state["panel"]["on"] and state["panel"]["error_texts"] == []
        assert len(set(bench.picture()[3])) > 8
        said = f"lib/screen/draw/fonts/glyphs.bin: {damage}; copy the image again"
        assert said in console(bench)
    assert bench.error is None


def test_on_a_chip_with_psram_it_says_that_there_is_a_better_image(config):
    """What that one has more is not missed: history, pages and remote commands are refused."""
    config.psram = True
    with Bench(config) as bench:
        make_cold(bench)
        wait_for_heat(bench)
        assert bench.snapshot()["chip"]["resets"] == 0
        assert "the image is one for boards without PSRAM" in console(bench)
    assert bench.error is None

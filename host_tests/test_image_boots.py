"""The image, squeezed and compiled, does the main job on the bench: not just its sources."""

import json

import pytest

from tools.bench.bench import Bench, BenchConfig

SETTINGS = {
    "heater_output": "gpio",
    "heater_mode": "charger",
    "heater_mat_mohm": 26_200,
    "pack_wh": 5120,
    "charger_pin_used": True,
}

pytestmark = pytest.mark.bench


@pytest.fixture
def bench(tmp_path):
    """A bench whose firmware is the image, and which has nothing of lib/ and firmware/."""
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    (run_dir / "settings.json").write_text(json.dumps(SETTINGS))
    config = BenchConfig(str(run_dir))
    config.compile(tmp_path / "image")
    config.lapse = 100
    bench = Bench(config)
    with bench:
        yield bench
    assert bench.error is None


def test_the_image_reads_draws_and_heats(bench):
    bench.set("ambient_dc", -100)
    bench.set("pack_dc", -50)
    bench.set("charger", True)
    try:
        bench.wait_for(lambda b: b.plant.heater_on, 300)
    except TimeoutError:
        pytest.fail("never heats:\n" + "\n".join(map(str, bench.snapshot()["console"])))
    state = bench.snapshot()
    assert state["chip"]["resets"] == 0
    assert state["uart"]["rejected"] == 0 and state["uart"]["replies"] > 3
    assert state["panel"]["on"] and state["panel"]["error_texts"] == []
    assert len(set(bench.picture()[3])) > 8


def test_the_image_stops_heating_when_the_bms_falls_silent(bench):
    bench.set("ambient_dc", -100)
    bench.set("pack_dc", -50)
    bench.set("charger", True)
    bench.wait_for(lambda b: b.plant.heater_on, 300)
    bench.set("bms_unplugged", True)
    bench.wait_for(lambda b: not b.plant.heater_on, 13)
    assert bench.snapshot()["chip"]["resets"] == 0

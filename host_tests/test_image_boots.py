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
def config(tmp_path):
    """Of a bench whose firmware is the image, and which has nothing of lib/ and firmware/."""
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    (run_dir / "settings.json").write_text(json.dumps(SETTINGS))
    config = BenchConfig(str(run_dir))
    config.compile(tmp_path / "image")
    config.lapse = 100
    return config


@pytest.fixture
def bench(config):
    bench = Bench(config)
    with bench:
        yield bench
    assert bench.error is None


def heats(bench):
    """Waits until the mat is on, which it must be in a cold pack on a charger."""
    bench.set("ambient_dc", -100)
    bench.set("pack_dc", -50)
    bench.set("charger", True)
    try:
        bench.wait_for(lambda b: b.plant.heater_on, 300)
    except TimeoutError:
        pytest.fail("never heats:\n" + "\n".join(map(str, bench.snapshot()["console"])))


def test_the_image_reads_draws_and_heats(bench):
    heats(bench)
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


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_without_its_glyphs_it_heats_and_says_so(config, tmp_path, damage):
    path = tmp_path / "image" / "lib" / "screen" / "fonts" / "glyphs.bin"
    data = path.read_bytes()
    path.unlink()
    if damage == "damaged":
        path.write_bytes(data[:9000] + b"\xff" + data[9001:])
    with Bench(config) as bench:
        heats(bench)
        state = bench.snapshot()
        assert state["chip"]["resets"] == 0
        assert state["panel"]["on"] and state["panel"]["error_texts"] == []
        assert len(set(bench.picture()[3])) > 8
        said = "\n".join(map(str, state["console"]))
        assert f"lib/screen/fonts/glyphs.bin: {damage}; copy the image again" in said
    assert bench.error is None

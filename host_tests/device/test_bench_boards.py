"""Images of boards with other panels, on the bench: the first picture, and then figures."""

import importlib
from io import BytesIO

import pytest

from host_tests.device.bench_rig import SETTINGS, configure
from tools import cpython_framebuf, panel_layouts
from tools.bench.bench import Bench
from tools.render_lcd import rgb_of
from version import VERSION

pytestmark = pytest.mark.bench


def first_picture(width, height):
    """Returns the picture of a starting device in RGB, drawn by the screen's own code."""
    with panel_layouts.scenes_for(width, height) as scenes:
        start = importlib.import_module("screen.start")
        labels = importlib.import_module("screen.labels")
        glass = scenes.Glass(width, height)
        glass.light = lambda _percent: None
        brush = scenes.Brush(glass, cpython_framebuf, BytesIO(scenes.DATA))
        texts = scenes.new_language()
        start.show_start(brush, VERSION, texts, scenes.s.SCREEN_TEXTS, labels.STARTING)
    data = glass.pixels
    colours = [data[at] << 8 | data[at + 1] for at in range(0, len(data), 2)]
    rgb = {colour: bytes(rgb_of(colour)) for colour in set(colours)}
    return b"".join(rgb[colour] for colour in colours)


@pytest.mark.parametrize("name", ["esp32_2432s028", "m5stack_core"])
def test_an_image_shows_the_first_picture_and_then_figures(tmp_path, name):
    config = configure(tmp_path, SETTINGS, lapse=1, board_name=name)
    config.compile()
    shown = []

    def lit(bench):
        shown.append(bench.panel.rgb())  # before the next page replaces it
        return bench.panel.lit

    with Bench(config) as bench:
        bench.wait_for(lit, 5, step_s=0.01)
        assert bench.picture()[1:3] == (320, 240)
        assert shown[-1] == first_picture(320, 240)
        bench.set("lapse", 20)
        bench.wait_for(lambda b: b.snapshot()["uart"]["replies"] > 3, 60)
        bench.run_until(bench.now_s() + 5)
        assert len(set(bench.picture()[3])) > 8
        state = bench.snapshot()
        assert state["panel"]["error_texts"] == [] and state["chip"]["resets"] == 0
        assert state["pins"]["backlight_permille"] > 0
    assert bench.error is None


def test_without_a_panel_it_reads_the_bms_all_the_same(tmp_path):
    config = configure(tmp_path, SETTINGS, lapse=20, board_name="esp32_devkit+no_panel")
    config.compile()
    with Bench(config) as bench:
        bench.wait_for(lambda b: b.snapshot()["uart"]["replies"] > 3, 60)
        state = bench.snapshot()
        assert not state["panel"]["on"] and state["panel"]["errors"] == 0
        assert state["chip"]["resets"] == 0
    assert bench.error is None

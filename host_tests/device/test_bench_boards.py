"""Images of boards with other panels, on the bench: the first picture, and then figures."""

import importlib
from io import BytesIO

import pytest

from host_tests.device.bench_rig import SETTINGS, configure
from tools import image
from tools.bench.bench import Bench
from tools.draw import cpython_framebuf, panel_layouts
from tools.draw.render_lcd import rgb_of
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


def when_lit(panel):
    """Returns a list that gets the picture of the moment in which the panel is switched on."""
    shown = []
    feed = panel.feed

    def look(*transfer):
        feed(*transfer)
        if panel.lit and not shown:
            shown.append(panel.rgb())

    panel.feed = look
    return shown


@pytest.mark.parametrize("name", ["esp32_2432s028", "m5stack_core"])
def test_an_image_shows_the_first_picture_and_then_figures(tmp_path, name):
    config = configure(tmp_path, SETTINGS, lapse=1, board_name=name)
    config.compile()
    bench = Bench(config)
    shown = when_lit(bench.panel)
    with bench:
        bench.wait_for(lambda b: b.panel.lit, 5)
        assert bench.picture()[1:3] == (320, 240)
        assert shown == [first_picture(320, 240)]
        bench.set("lapse", 20)
        bench.wait_for(lambda b: b.snapshot()["uart"]["replies"] > 3, 60)
        bench.run_until(bench.now_s() + 5)
        assert len(set(bench.picture()[3])) > 8
        state = bench.snapshot()
        assert state["panel"]["error_texts"] == [] and state["chip"]["resets"] == 0
        assert state["pins"]["backlight_permille"] > 0
    assert bench.error is None


def with_plain_image(tmp_path, name, settings):
    """Returns the config of a board with PSRAM, whose image is made in no time."""
    config = configure(tmp_path, settings, lapse=20, board_name=name)
    heap_bytes = config.heap_bytes
    image.lay_out(name, tmp_path / "image", squeezed=False)
    config.run_image(str(tmp_path / "image"))
    config.heap_bytes = heap_bytes
    return config


@pytest.mark.parametrize(
    "name, size",
    [
        ("adafruit_feather_s3_tft", (240, 135)),
        ("esp32_s3_devkit+st7789_240x240", (240, 240)),
        ("esp32_s3_devkit+st7789_320x170", (320, 170)),
        ("esp32_s3_devkit+ili9341", (320, 240)),
        ("m5stack_core2", (320, 240)),
    ],
)
def test_each_panel_shows_page_after_page(tmp_path, name, size):
    with Bench(with_plain_image(tmp_path, name, SETTINGS)) as bench:
        bench.wait_for(lambda b: b.snapshot()["uart"]["replies"] > 3, 60)
        shown = set()
        for _ in range(4):
            bench.run_until(bench.now_s() + 3)
            assert bench.picture()[1:3] == size
            shown.add(bytes(bench.picture()[3]))
            bench.set("button_1", None)
        assert len(shown) == 4
        state = bench.snapshot()
        assert state["panel"]["error_texts"] == [] and state["chip"]["resets"] == 0
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


@pytest.mark.parametrize("controller", ["sh1106", "ssd1306"])
def test_a_mono_panel_shows_figures_and_sleeps(tmp_path, controller):
    sleeps = {"screen_off_min": 1, "screen_wake_ma": 0}
    config = with_plain_image(tmp_path, f"esp32_s3_devkit+{controller}", SETTINGS | sleeps)
    with Bench(config) as bench:
        bench.wait_for(lambda b: b.panel.lit, 10)
        first = bench.picture()[3]
        bench.wait_for(lambda b: b.snapshot()["uart"]["replies"] > 3, 60)
        bench.run_until(bench.now_s() + 5)
        assert bench.picture()[1:3] == (128, 64)
        assert bench.picture()[3] != first
        bench.wait_for(lambda b: not b.panel.lit, 90)
        state = bench.snapshot()
        assert state["panel"]["error_texts"] == [] and state["chip"]["resets"] == 0
        (tmp_path / "mono.png").write_bytes(bench.panel.png(4))
    assert bench.error is None

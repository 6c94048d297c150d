"""The application fits an ESP32 without PSRAM: measured, not estimated (docs/memory.md)."""

import pytest

from tools import ROOT, benchmark
from tools.cost import boot_play, chip_heaps, memory


@pytest.fixture(scope="module")
def steps():
    return memory.measure()


@pytest.fixture(scope="module")
def stages():
    return boot_play.play()


def test_a_start_and_an_hour_fit(stages):
    report = "\n".join(memory.moments_table(chip_heaps.follow(memory.traffic(stages))[0]))
    assert stages[-1].live <= memory.MOST_LIVE, report
    assert max(stage.peak for stage in stages) <= memory.MOST_AT_ONCE, report


def test_the_limits_are_what_is_reached(stages):
    """Whoever saves memory lowers the limits: what is won is not lost again unseen."""
    assert stages[-1].live > memory.MOST_LIVE - 4_000
    assert max(stage.peak for stage in stages) > memory.MOST_AT_ONCE - 6_000


def test_the_device_takes_idf_memory_before_its_heap_grows(stages):
    taken = [(stage.name, what) for stage in stages for what, _ in stage.taken]
    order = [what for _, what in taken]
    assert order[:5] == ["pwm", "spi", "wifi", "wifi active", "uart"]
    assert dict((what, name) for name, what in reversed(taken))["uart"] == "settings, radio"
    assert next(s for s in stages if s.name == "settings, radio").live < 56_000


def test_nothing_is_left_behind_when_every_page_was_shown(stages):
    running = [stage.live for stage in stages if stage.name.startswith("running,")]
    assert len(running) == 14
    assert running[-2] - running[9] < 500  # a few names; page 3 is the first one again


RECORDED = "import os\nassert os.stat('/records/00000000')[6] == %d"
MINUTES = [(f"minute {n}", f"advance(60)\n{RECORDED % (20 + 20 * n)}") for n in range(1, 5)]


def test_a_small_history_fits_and_what_writes_it_is_gone_again():
    """A mark and a record, and from then on a record a minute."""
    stages = boot_play.play({"history_kb": 64, "history_rest_s": 60}, more=MINUTES)
    report = "\n".join(f"{stage.name} {stage.live} {stage.peak}" for stage in stages)
    assert chip_heaps.follow(memory.traffic(stages))[1] == [], report
    assert max(stage.peak for stage in stages) <= 104_000, report
    # A few names; and the table of names may double with them, once (docs/memory.md).
    assert stages[-1].live - stages[-len(MINUTES) - 1].live < 2_600, report
    assert stages[-1].live - stages[-3].live < 64, report


def test_squeezing_is_worth_it(steps):
    assert memory.total(steps) < memory.total(memory.measure(squeezed=False)) - 30_000


def test_nothing_is_counted_twice_or_not_at_all(steps):
    names = [name for name, _ in steps]
    assert len(set(names)) == len(names)
    assert names[:2] == ["interpreter", "binascii"]
    assert names[-1] == "objects"
    assert sum(size for _, size in memory.summary(steps)) == memory.total(steps)


def test_every_module_comes_after_those_it_imports():
    modules = memory.image.reachable({"bms.jk.jk_gps", "hardware.panels.st7789"}, {})
    roots = (
        "showing.first_picture",
        "build",
        "building.heater",
        "bms.jk.jk_gps",
        "hardware.panels.st7789",
    )
    order = memory.in_order(modules, roots)
    assert len(set(order)) == len(order) and set(order) <= set(modules)
    assert "settings.table" not in order and "tasks" in order
    assert order.index("compat") < order.index("bms.pack") < order.index("bms.jk.jk_gps")
    assert order.index("screen.draw.brush") < order.index("showing.first_picture")
    assert order.index("heat.heater") < order.index("building.heater")
    assert "screen.show" not in order  # a panel without pages needs none of them


def test_readme_promises_what_the_model_grants():
    text = (ROOT / "README.md").read_text()
    shown = text.split(benchmark.BEGIN)[1].split(benchmark.END)[0].strip().splitlines()
    found = memory.granted()
    assert shown == memory.granted_table(found), 'see: make benchmark ARGS="memory --write"'
    assert found["jk_gps"][0], "the default settings, with Wi-Fi, have no room"


def test_the_page_has_the_place_for_the_table():
    text = (ROOT / "docs" / "memory.md").read_text()
    assert text.count(benchmark.BEGIN) == 1
    assert text.index(benchmark.BEGIN) < text.index(benchmark.END)

"""The application fits an ESP32 without PSRAM: measured, not estimated (docs/memory.md)."""

import pytest

from tools import ROOT, benchmark, memory


@pytest.fixture(scope="module")
def steps():
    return memory.measure()


def test_the_application_leaves_room_to_work_in(steps):
    left = memory.BUDGET - memory.SYSTEM - memory.total(steps)
    report = "\n".join(memory.table(steps))
    assert left >= memory.SPARE, f"only {left} B left of {memory.BUDGET}\n{report}"


def test_squeezing_is_worth_it(steps):
    assert memory.total(steps) < memory.total(memory.measure(squeezed=False)) - 30_000


def test_nothing_is_counted_twice_or_not_at_all(steps):
    names = [name for name, _ in steps]
    assert len(set(names)) == len(names)
    assert names[:2] == ["interpreter", "asyncio"]
    assert names[-1] == "objects"
    assert sum(size for _, size in memory.summary(steps)) == memory.total(steps)


def test_every_module_comes_after_those_it_imports():
    modules = memory.image.reachable({"bms.jk.jk_gps", "hardware.st7789"})
    order = memory.in_order(modules, ("build", "bms.jk.jk_gps", "hardware.st7789"))
    assert len(set(order)) == len(order) and set(order) <= set(modules)
    assert "settings" not in order and "tasks" in order
    assert order.index("compat") < order.index("bms.pack") < order.index("bms.jk.jk_gps")
    assert order.index("screen.draw.brush") < order.index("build")


def test_the_page_has_the_place_for_the_table():
    text = (ROOT / "docs" / "memory.md").read_text()
    assert text.count(benchmark.BEGIN) == 1
    assert text.index(benchmark.BEGIN) < text.index(benchmark.END)

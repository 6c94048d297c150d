"""The tables of what the screen sends are of the screen as it is."""

import re

import pytest

from tools import benchmark
from tools.cost import screen_figures


@pytest.fixture(scope="module")
def found():
    return screen_figures.costs(benchmark.KNOWN_LOOP_ESP32_US, rounds=1)


def counted(lines):
    """Returns what does not depend on a machine's speed: bytes, and shares of them."""
    return re.findall(r"[\d,]+ B|\d+ %", "\n".join(lines))


def test_the_page_has_what_is_counted(found):
    text = benchmark.SPEED_PAGE.read_text(encoding="utf-8")
    shown = text.split(benchmark.SCREEN_BEGIN)[1].split(benchmark.END)[0].splitlines()
    table = screen_figures.table(found)
    assert counted(shown) == counted(table), 'see: make benchmark ARGS="screen --write"'
    assert len(counted(table)) == 5 * 5 + 2 * 4 * len(found["240 × 135"].pages())


def test_a_second_of_driving_is_a_tenth_of_all_pixels_at_most(found):
    for panel, cost in found.items():
        if not cost.mono:
            assert cost.second(screen_figures.FIRST)[0] < cost.everything / 10, panel


def test_no_piece_is_larger_than_the_buffer(found):
    most = 2 * 1200 + 11
    for cost in found.values():
        if not cost.mono:
            pages = [cost.calls[page] for page in cost.pages()]
            assert max(sent for calls in pages for _, sent, _ in calls) <= most


def test_a_time_is_that_of_the_bus_and_the_interpreters(found):
    cost = found["240 × 135"]
    assert cost.wire_ms(5000) == pytest.approx(2)  # 20 MHz
    assert all(ms >= cost.wire_ms(sent) for calls in cost.calls.values() for _, sent, ms in calls)
    sent, ms = cost.first()
    assert cost.sleeps_ms == 126 and ms > 126 + cost.wire_ms(sent)
    assert found["128 × 64, mono"].wire_ms(400) == pytest.approx(9)  # 400 kHz, nine bits a byte

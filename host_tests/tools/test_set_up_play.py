"""A set-up from a phone fits an ESP32 without PSRAM: the image of one, played (docs/set-up.md)."""

import re

import pytest

from tools import ROOT
from tools.cost import chip_heaps, set_up_play


@pytest.fixture(scope="module")
def stages():
    return {stage.name: stage for stage in set_up_play.play()}


def test_what_lives_leaves_room_for_what_comes_and_goes(stages):
    """While nobody is served next to nothing is there; the page leaves a fifth of it."""
    assert stages["network open, and shown"].live < 36_000
    assert stages["the form"].live < 40_000 and stages["joined, saved"].live < 42_000
    assert stages["the page"].live < 86_000
    room = chip_heaps.TWO_AREAS * (1000 - chip_heaps.TABLES_PERMILLE) // 1000
    assert stages["the page"].peak < room - 14_000


def test_nothing_was_taken_from_the_application(stages):
    """What it holds comes after a reset, and ends with one."""
    assert stages["loaded"].live < 9_000


def test_the_radio_and_two_sockets_are_all_that_it_takes_beside_the_panel(stages):
    taken = [what for stage in stages.values() for what, _ in stage.taken]
    assert set(taken) == {"wdt", "pwm", "spi", "wifi", "wifi active", "wifi connected", "socket"}
    assert taken.count("socket") == 2  # those that listen; the browser's are not counted


def test_the_page_of_the_documentation_has_the_figures(stages):
    text = (ROOT / "docs" / "set-up.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([^|]+?) \| (\d+)[^|]* \|$", text, re.MULTILINE))
    shown = [int(kb) for kb in rows.values()]
    measured = [
        stages[name].live for name in ("network open, and shown", "the page", "joined, saved")
    ]
    assert len(shown) == 3
    for kb, size in zip(shown, measured, strict=True):
        assert abs(1000 * kb - size) < 4_000, (rows, measured)

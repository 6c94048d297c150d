"""The page about the device's own consumption: filled by its command, and plausible."""

import pytest

from tools.cost import own_consumption as own


def test_the_page_is_what_the_command_makes():
    text = own.PAGE.read_text(encoding="utf-8")
    assert text.count(own.BEGIN) == 2
    assert own.fill(text) == text, "run python -m tools.cost.own_consumption"


def test_a_converter_takes_what_its_datasheet_tells():
    for converter in own.CONVERTERS:
        assert converter.input_w(0) == pytest.approx(converter.idle_w)
        full = converter.full_w / converter.efficiency
        assert converter.input_w(converter.full_w) == pytest.approx(full)


@pytest.mark.parametrize("panel", own.PANELS)
def test_resting_takes_less(panel):
    awake, _, rests, dark = (own.board_ma(state, panel) for state in own.STATES)
    assert dark < rests < awake
    assert 15 < dark < 60 and awake < 200


def test_low_power_saves_in_each_profile():
    for pair in zip(own.PROFILES[::2], own.PROFILES[1::2], strict=True):
        saving, other = sorted(pair, key=lambda row: not row[3])
        assert saving[3] and not other[3]
        for converter in own.CONVERTERS:
            days = [own.day_wh(converter, row[1], row[2], row[4]) for row in (saving, other)]
            assert days[0] < days[1]

"""Temperature codes of the JK GPS port and their context (jk.md §1.6, heater.md)."""

import pytest

from host_tests.jk_gps_rig import dialect, feed, listen, values
from tools.mp import frames


def temps(*readings, now=0, step_ms=1000):
    """Feeds whole replies with (mos, t1, t2) codes; returns the last readings of both kinds."""
    target = dialect()
    for codes in readings:
        feed(target, frames.whole(dict(zip((0x80, 0x81, 0x82), codes, strict=True))), now)
        now += step_ms
    got = values(target)
    return got.get("mos_temp_dc"), got["temps_dc"]


@pytest.mark.parametrize("raw", range(99))
def test_codes_up_to_98_are_degrees_above_zero(raw):
    assert temps((raw, raw, raw)) == (raw * 10, [raw * 10, raw * 10])


@pytest.mark.parametrize("raw", range(101, 141))
def test_codes_from_101_are_degrees_below_zero(raw):
    below = (100 - raw) * 10
    assert temps((raw, raw, raw)) == (below, [below, below])


@pytest.mark.parametrize("raw", [141, 142, 200, 255, 256, 0x7FFF, 0x8000, 0xFFFB, 0xFFFF])
def test_codes_above_140_are_no_reading(raw):
    assert temps((raw, raw, 20)) == (None, [None, 200])
    assert temps((raw, 20, raw)) == (None, [200, None])


@pytest.mark.parametrize("raw, about", [(99, 0), (100, -10)])
class TestAmbiguousCodes:
    """99 and 100: about 0 °C near zero, +99/+100 °C nowhere but on a hot MOSFET."""

    def test_no_context_no_reading(self, raw, about):
        assert temps((raw, raw, raw)) == (None, [None, None])
        assert temps((20, raw, 20)) == (200, [None, 200])

    @pytest.mark.parametrize("before", [0, 1, 5, 101, 105])
    def test_own_history_near_zero(self, raw, about, before):
        assert temps((20, before, 141), (20, raw, 141)) == (200, [about, None])
        assert temps((20, 141, before), (20, 141, raw)) == (200, [None, about])
        assert temps((before, 20, 20), (raw, 20, 20)) == (about, [200, 200])

    @pytest.mark.parametrize("before", [6, 20, 98, 106, 140])
    def test_history_far_from_zero_is_no_context(self, raw, about, before):
        assert temps((20, before, 141), (20, raw, 141)) == (200, [None, None])

    def test_neighbour_in_the_same_frame(self, raw, about):
        assert temps((20, raw, 1)) == (200, [about, 10])
        assert temps((20, 101, raw)) == (200, [-10, about])

    def test_neighbours_history(self, raw, about):
        assert temps((20, 141, 2), (20, raw, 141)) == (200, [about, None])
        assert temps((20, 2, 141), (20, 141, raw)) == (200, [None, about])

    def test_both_at_once_with_the_history_of_one(self, raw, about):
        assert temps((20, 141, 2), (20, raw, raw)) == (200, [about, about])

    def test_the_mos_is_no_neighbour_of_a_cell_nor_a_cell_of_the_mos(self, raw, about):
        assert temps((0, raw, 141)) == (0, [None, None])
        assert temps((raw, 0, 0)) == (None, [0, 0])

    def test_old_history_is_no_context(self, raw, about):
        cells = (20, 1, 1), (20, raw, raw)
        assert temps(*cells, step_ms=60_000) == (200, [about, about])
        assert temps(*cells, step_ms=60_001) == (200, [None, None])
        hot = (85, 20, 20), (raw, 20, 20)
        assert temps(*hot, step_ms=60_000)[0] == raw * 10
        assert temps(*hot, step_ms=60_001)[0] is None

    def test_a_lost_link_loses_the_history(self, raw, about):
        target = listen(frames.whole({0x80: 85, 0x81: 1, 0x82: 1}))
        target.reset()
        feed(target, frames.whole({0x80: raw, 0x81: raw, 0x82: raw}), now=1000)
        assert values(target)["temps_dc"] == [None, None]
        assert "mos_temp_dc" not in values(target)

    @pytest.mark.parametrize("gap_ms", [1000, 61_000])
    def test_a_sensor_that_was_warm_is_not_cold_by_its_neighbour(self, raw, about, gap_ms):
        assert temps((20, 50, 1), (20, raw, 1), step_ms=gap_ms)[1] == [None, 10]
        assert temps((20, 50, 1), (20, 4, 1), (20, raw, 1), step_ms=gap_ms)[1] == [about, 10]

    @pytest.mark.parametrize("bit", [1, 4, 8], ids=["mos", "battery", "box"])
    def test_nothing_is_near_zero_under_an_alarm_that_says_hot(self, raw, about, bit):
        target = listen(frames.whole({0x81: 1, 0x82: 1}))
        feed(target, frames.whole({0x81: raw, 0x82: raw, 0x8B: 1 << bit}), now=1000)
        assert values(target)["temps_dc"] == [None, None]
        feed(target, frames.whole({0x81: raw, 0x82: raw, 0x8B: 0}), now=2000)
        assert values(target)["temps_dc"] == [about, about]

    def test_an_alarm_that_says_cold_hides_nothing(self, raw, about):
        target = listen(frames.whole({0x81: 1, 0x82: 1}))
        feed(target, frames.whole({0x81: raw, 0x82: raw, 0x8B: 1 << 9}), now=1000)
        assert values(target)["temps_dc"] == [about, about]

    def test_history_is_forgotten_before_the_tick_counter_wraps(self, raw, about):
        target = listen(frames.whole({0x81: 1, 0x82: 1}))
        for now in range(0, 1 << 30, 3_600_000):
            target.settle(now)
        feed(target, frames.whole({0x81: raw, 0x82: raw}), now=5)  # the counter is round once
        assert values(target)["temps_dc"] == [None, None]

    def test_context_lives_on_through_ambiguous_readings(self, raw, about):
        steps = [(20, 1, 1)] + [(20, raw, raw)] * 4
        assert temps(*steps, step_ms=50_000) == (200, [about, about])

    def test_a_mos_that_was_hot_before_may_be_hotter(self, raw, about):
        assert temps((85, 20, 20), (raw, 20, 20)) == (raw * 10, [200, 200])
        assert temps((84, 20, 20), (raw, 20, 20)) == (None, [200, 200])

    def test_a_cell_that_was_hot_before_gives_no_reading(self, raw, about):
        assert temps((20, 98, 98), (20, raw, raw)) == (200, [None, None])


def test_one_sensor_absent():
    got = values(listen(frames.whole({0x82: None})))
    assert got["temps_dc"] == [190, None]
    assert got["temp_min_dc"] == got["temp_max_dc"] == 190

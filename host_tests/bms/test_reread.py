"""What seldom changes is read once and then seldom; in vain, less and less often."""

from bms.reread import EVERY_MS, RETRY_MS, Reread
from compat import ticks_add

LATE = (1 << 30) - 30_000  # the tick counter turns over at once


def times(reread, seconds, found=False):
    """Returns after how many seconds it was due, asked each second."""
    due = []
    for second in range(seconds + 1):
        now = ticks_add(LATE, 1000 * second)
        if reread.due(now):
            due.append(second)
            if found:
                reread.found()
        reread.settle(now)
    return due


def test_in_vain_it_is_asked_less_and_less_often_and_at_last_hourly():
    assert times(Reread(), 18_000) == [0, 5, 15, 35, 75, 155, 315, 635, 1275, 2555, 5115, 8715] + [
        12_315,
        15_915,
    ]
    assert times(Reread(retry_ms=60_000), 200) == [0, 60, 180]


def test_what_was_read_is_read_again_each_hour():
    reread = Reread()
    assert not reread.known and not reread.asked
    assert times(reread, 10_800, found=True) == [0, 3600, 7200, 10_800]
    assert reread.known and reread.asked
    often = Reread()
    often.every_ms = 20_000
    assert times(often, 60, found=True) == [0, 20, 40, 60]


def test_another_unit_is_asked_at_once():
    reread = Reread()
    assert reread.due(0)
    reread.found()
    assert not reread.due(1000)
    reread.reset()
    assert not reread.known and not reread.asked
    assert reread.due(1000) and not reread.due(1000 + RETRY_MS - 1)
    assert reread.due(1000 + RETRY_MS)


def test_a_unit_that_fell_silent_is_asked_at_once_but_not_one_that_never_told():
    reread = Reread()
    assert reread.due(0)
    reread.found()
    reread.miss()
    assert not reread.known and reread.due(0)
    reread.miss()
    assert not reread.due(1000)


def test_a_week_without_an_answer_is_not_taken_for_none():
    """Past half of the tick counter's period, what is overdue would look asked for just now."""
    reread = Reread()
    assert reread.due(0)
    reread.found()
    for hour in range(24 * 8):
        reread.settle(hour * EVERY_MS)
    assert reread.due(24 * 8 * EVERY_MS)

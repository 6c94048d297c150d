"""A few lives of tools/cost/outages.py: nothing is lost, and what would be wrong is found."""

import pytest

from tools.bench.net.broker import find_mosquitto
from tools.cost import delivery, outages

LIVES = 10
SEED = 3


@pytest.mark.skipif(not find_mosquitto(), reason="mosquitto is not installed")
def test_each_record_is_delivered_whatever_is_killed():
    figures = outages.play(LIVES, SEED)
    assert figures.problems == []
    assert figures.kills + figures.cuts == LIVES
    assert figures.kept == figures.delivered > 100
    assert figures.broker_kills and figures.line_troubles and figures.cuts
    assert len(delivery.table(figures)) > 8


MADE = (90_000_130, 0)


def message(**given):
    """Returns what the broker is told of MADE, but for what is given."""
    true = {"record": 3, "ts": 1_704_067_200 + MADE[0], "resets": None, "uptime_s": None}
    figures = {"soc_pct": 9_000_013 % 101, "pack_mv": 10 * (9_000_013 % 6007)}
    return true | figures | {"current_ma": MADE[0] % 65_521 - 30_000} | given


@pytest.mark.parametrize(
    "given, wrong",
    [
        ({}, False),
        ({"ts": None, "resets": 0, "uptime_s": 131}, False),
        ({"ts": None}, True),
        ({"ts": None, "resets": 1, "uptime_s": 131}, True),
        ({"ts": 1_704_067_201 + MADE[0]}, True),
        ({"soc_pct": 101}, True),
    ],
)
def test_another_record_of_that_number_is_found(given, wrong):
    assert (delivery.differs(message(**given), MADE) is not None) == wrong
    assert delivery.differs(message(**given), None) is not None


class Said:
    """A life that has said this."""

    def __init__(self, begin, *said):
        self.told = {"boot": 0}
        self.said = [["up", begin], *said]


def test_what_is_not_there_after_a_restart_is_counted():
    figures = delivery.Figures()
    book = delivery.Book(figures)
    book.note(Said(0, ["made", 0, 7, 0], ["safe", 1], ["made", 1, 8, 0]), False)
    book.note(Said(1), False)
    assert (figures.lost, figures.problems) == (1, [])
    assert book.kept == {0: (7, 0)}
    book.note(Said(0), True)
    assert figures.most_lost == [1, 1]
    (problem,) = figures.problems
    assert problem == "record 0 was in the flash, and is not"


def test_a_record_that_nobody_has_heard_is_found():
    figures = delivery.Figures()
    book = delivery.Book(figures)
    book.note(Said(3, ["made", 3, MADE[0], 0], ["made", 4, MADE[0] + 10, 0]), False)
    book.judge([message()] * 2, 4)  # whether the last one came is not known yet
    assert (figures.problems, figures.delivered, figures.twice) == ([], 1, 1)
    book.judge([message()], 5)
    assert figures.problems == ["record 4 was never delivered"]

"""Two days of lost connections leave nothing behind (tools/cost/soak.py), and a leak is seen."""

import pytest

from tools.cost import soak


@pytest.fixture(scope="module")
def days():
    return soak.month(2)


def test_nothing_leaks(days):
    assert soak.leaks(days) == []


def test_each_loss_made_a_new_connection(days):
    first, last = days
    assert last.opened - first.opened >= soak.LOSSES + soak.RESTARTS
    assert last.open == first.open == 1


def test_a_list_that_grows_and_a_socket_that_stays_open_are_seen():
    """The one takes nothing of the IDF, and the other of Python's heap less than counts."""
    grows = "kept = globals().get('kept', []) + [bytearray(64)]"
    days = soak.month(2, f"{grows}\nSockets().socket()")
    assert [text.partition(":")[0] for text in soak.leaks(days)] == ["Python", "the IDF"]
    assert days[1].open == 1 + 2 * (soak.LOSSES + soak.RESTARTS)

"""Two days of lost connections leave nothing behind (tools/soak.py), and a leak is seen."""

import pytest

from tools import soak


@pytest.fixture(scope="module")
def days():
    return soak.month(2)


def test_nothing_leaks(days):
    assert soak.leaks(days) == []


def test_each_loss_made_a_new_connection(days):
    first, last = days
    assert last.opened - first.opened >= soak.LOSSES + soak.RESTARTS
    assert last.open == first.open == 1


def test_a_list_that_grows_is_seen():
    days = soak.month(2, "kept = globals().get('kept', []) + [bytearray(64)]")
    assert [text[:6] for text in soak.leaks(days)] == ["Python"]


def test_a_socket_that_stays_open_is_seen():
    days = soak.month(2, "Sockets().socket()")
    assert [text[:7] for text in soak.leaks(days)] == ["the IDF"]
    assert days[1].open == 1 + 2 * (soak.LOSSES + soak.RESTARTS)

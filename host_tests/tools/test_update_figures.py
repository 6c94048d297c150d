"""What an update takes beside the application: the table in docs/updates.md is as measured."""

import pytest

from tools import benchmark
from tools.cost import chip_heaps, update_figures


def told():
    """Returns the bytes in the table, row by row."""
    text = benchmark.UPDATES_PAGE.read_text(encoding="utf-8")
    rows = text.split(benchmark.UPDATES_BEGIN)[1].split(benchmark.END)[0].strip().splitlines()[2:]
    return [int(row.rsplit("|", 2)[1].replace(",", "")) for row in rows]


def test_the_table_is_what_is_measured_and_leaves_the_radio_what_it_needs():
    found = update_figures.measure()
    for one, other in zip(told(), found.values(), strict=True):
        assert one == pytest.approx(other, rel=0.1), 'see: make benchmark ARGS="updates --write"'
    assert found["left"] > chip_heaps.LEAST_FREE

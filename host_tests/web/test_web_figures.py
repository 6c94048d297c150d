"""What the page costs: the table in docs/web.md is what is measured."""

import re

import pytest

from tools import ROOT, benchmark
from tools.cost import chip_heaps, web_figures
from website import web_server


def told():
    """Returns the bytes in the page's table, row by row."""
    text = benchmark.WEB_PAGE.read_text(encoding="utf-8")
    rows = text.split(benchmark.WEB_BEGIN)[1].split(benchmark.END)[0].strip().splitlines()[2:]
    return [int(row.rsplit("|", 2)[1].replace(",", "")) for row in rows]


def test_the_table_is_what_is_measured():
    found = list(web_figures.measure().values())
    assert len(told()) == len(found)
    for one, other in zip(sorted(told()), sorted(found), strict=True):
        assert one == pytest.approx(other, rel=0.1), 'see: make benchmark ARGS="web --write"'


def test_it_counts_the_connections_that_there_can_be():
    text = (ROOT / "firmware" / "website" / "web_server.py").read_text(encoding="utf-8")
    assert web_figures.CONNECTIONS == web_server.MOST
    assert int(re.search(r"^_WAITING = const\((\d+)\)", text, re.MULTILINE)[1]) == (
        web_figures.WAITING
    )


def test_hostile_browsers_leave_the_system_what_the_radio_needs():
    """A chip with PSRAM has Python's heap there: what is left beside Wi-Fi is the system's."""
    beside = chip_heaps.IDF_FREE - chip_heaps.WIFI - chip_heaps.WIFI_ACTIVE
    beside -= chip_heaps.WIFI_CONNECTED + chip_heaps.MARGIN
    assert beside - web_figures.measure()["system_all"] > chip_heaps.LEAST_FREE

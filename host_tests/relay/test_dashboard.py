"""The dashboard of docs/home-assistant: each entity that it shows is one that is announced.

How it looks in Home Assistant itself, `python -m tools.home_assistant.dashboard` shows.
"""

import json

import pytest

from host_tests.filled_pack import fill
from host_tests.mqtt_rig import Bench
from tools import ROOT
from tools.home_assistant import dashboard


@pytest.fixture
def announced(monkeypatch):
    """Returns {entity id: config} of a pack as JK's cable tells it."""
    bench = Bench(monkeypatch)
    fill(bench.pack, bench.now, charge_on=1)
    bench.talks = True
    bench.run(60_000, step=50)
    found = {t: x for t, x in bench.broker.retained.items() if t.endswith("/config") and x}
    configs = {topic: json.loads(text) for topic, text in found.items()}
    return {dashboard.entity_id(topic, config): config for topic, config in configs.items()}


def test_each_entity_is_announced(announced):
    shown = dashboard.entities()
    assert len(shown) > 15 and shown - announced.keys() == set()


def test_graphs_show_what_has_a_past(announced):
    for entity in dashboard.entities("statistics-graph"):
        assert announced[entity]["stat_cla"] == "total_increasing", entity
    for entity in dashboard.entities("history-graph"):
        assert announced[entity].get("en", True), entity


def test_the_picture_is_there_and_small():
    assert 20_000 < dashboard.PICTURE.stat().st_size < 200_000
    shown = [page.read_text() for page in (ROOT / "README.md", ROOT / "docs" / "mqtt.md")]
    assert all(f"pictures/{dashboard.PICTURE.name})" in text for text in shown)


def test_a_day_becomes_a_past():
    begin_s = 1_796_000_400  # an hour's beginning
    values = [(begin_s + 60 * minute, str(minute)) for minute in range(0, 150, 10)]
    assert dashboard.sums(values) == [
        (begin_s, 50.0),
        (begin_s + 3600, 110.0),
        (begin_s + 7200, 140.0),
    ]

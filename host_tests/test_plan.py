"""The plan of the house: no circle among rooms or files, and a picture as the sources are."""

import pytest

from tools import ROOT, plan


def test_the_rooms_know_each_other_in_one_direction():
    assert plan.circle(plan.arrows()) == []


def test_the_files_know_each_other_in_one_direction():
    assert plan.circle(plan.imports()) == []


def test_the_picture_is_as_the_sources_are():
    assert plan.PICTURE.read_text(encoding="utf-8") == plan.svg(plan.arrows()), (
        "make the picture anew: make pictures"
    )


def test_every_room_stands_above_what_it_imports_from():
    graph = plan.arrows()
    row = {room: i for i, rooms in enumerate(plan.levels(graph)) for room in rooms}
    assert all(row[room] < row[other] for room in graph for other in graph[room])
    assert set(graph) <= set(plan.ABOUT)


@pytest.mark.parametrize(
    ("graph", "ring"),
    [
        ({"a": {"b"}, "b": {"c"}, "c": set()}, []),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}}, ["b", "c"]),
        ({"a": {"a"}}, ["a"]),
    ],
)
def test_a_circle_is_found(graph, ring):
    assert plan.circle(graph) == ring


def test_the_page_of_the_plan_names_files_that_are_there():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = {
        word
        for word in text.split("`")
        if word.startswith(("lib/", "firmware/", "tools/", "host_tests/"))
    }
    missing = [name for name in named if not list(ROOT.glob(name))]
    assert len(named) > 20 and missing == []

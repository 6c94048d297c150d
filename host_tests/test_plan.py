"""The plan of the house: no circle among rooms or files, and a picture as the sources are."""

import ast
import re

import pytest

from tools import ROOT
from tools.draw import plan


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


# The rooms whose files are called like what they serve, so that room and name together say it.
NAMED_BY_ROOM = {
    "firmware/building": "the part that it builds",
    "lib/screen/pages": "what the page shows",
    "tools/packmate": "the command that an owner types",
    "tools/bench/standins": "the module that it stands in for",
}


def test_no_two_files_have_one_name():
    """Whoever reads a name in an import or a traceback knows which file is meant."""
    seen = {}
    for top in ("lib", "firmware", "tools"):
        for file in sorted((ROOT / top).rglob("*.py")):
            path = file.relative_to(ROOT).as_posix()
            if not path.startswith(tuple(room + "/" for room in NAMED_BY_ROOM)):
                seen.setdefault(file.name, []).append(path)
    twice = [paths for name, paths in seen.items() if len(paths) > 1 and name[0] != "_"]
    assert not twice, "called alike; let each name say what the file is"


# The most files of one room of sources, rooms within it not counted: who enters sees all of them.
# A room that grows beyond it has two meanings, and wants two rooms. The figure only goes down.
MOST_FILES = 24


def test_no_room_is_crowded():
    rooms = {}
    for top in ("lib", "firmware", "tools"):
        for file in (ROOT / top).rglob("*.py"):
            rooms.setdefault(file.parent.relative_to(ROOT).as_posix(), []).append(file.stem)
    crowded = {room: len(files) for room, files in rooms.items() if len(files) > MOST_FILES}
    assert len(rooms) > 30 and not crowded


# How often tests may look at what a class or module keeps to itself. A test of behaviour stands
# when the inside changes; what must be seen from outside is public. The figure only goes down.
PRIVATE_NAMES_TOUCHED = 30


def test_tests_look_at_private_names_no_more_than_they_did():
    found = private_names_of_others("host_tests")
    assert PRIVATE_NAMES_TOUCHED - 5 <= len(found) <= PRIVATE_NAMES_TOUCHED, "\n".join(found)


def test_what_runs_on_the_device_looks_at_private_names_of_aioble_alone():
    found = private_names_of_others("lib") + private_names_of_others("firmware")
    assert [line for line in found if not line.startswith("firmware/links/ble_setup.py")] == []


def private_names_of_others(top):
    """Returns "file:line: name" for each private attribute of something else than self."""
    found = []
    for file in sorted((ROOT / top).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr[0] == "_" and node.attr[1] != "_":
                if ast.unparse(node.value) not in ("self", "cls", "super()"):
                    found.append(f"{file.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}")
    return found


def test_the_page_of_the_plan_names_files_that_are_there():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = {
        word
        for word in text.split("`")
        if word.startswith(("lib/", "firmware/", "tools/", "host_tests/"))
    }
    missing = [name for name in named if not list(ROOT.glob(name))]
    assert len(named) > 20 and missing == []


def page():
    return (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_a_frame_passes_ten_files_from_the_wire_to_the_pin():
    way = page().partition("## The way of a frame")[2].partition("Three files call them")[0]
    steps = re.findall(r"^(\d+)\. `([a-z0-9_/]+\.py)`", way, re.MULTILINE)
    assert [int(number) for number, _ in steps] == list(range(1, 11))


# What is only done in the files that a row of the page names: by its first words, how it looks.
DONE_THERE = {
    "a temperature is judged": r"^(_TEMP_MAX_DC = const\(\d{3,}|JUMP_DC = |_AMBIGUOUS = )",
    "it is too cold to charge": r"\bbms_protect_dc\b",
    "a colour is chosen": r"\bpal\.(ON_)?(WHITE|GREEN|AMBER|RED|BLUE|GREY)\b",
    "a fault latches": r"\.trip\(|latched \|= ",
    "a JK register is named": r"^_(REGISTERS|BASES) = ",
    "a topic is spelled": r'b"(\\n)?/[a-z]',
    "a pin of a board": r"^(HEATER|BMS|PANEL)_(PIN|RX|TX|CS) = ",
}


@pytest.mark.parametrize("what", DONE_THERE)
def test_what_the_page_says_of_a_place_is_so(what):
    (row,) = [line for line in page().splitlines() if line.startswith(f"| {what}")]
    named = [name for name in row.split("`") if name.endswith((".py", "/"))]
    files = [f for top in ("lib", "firmware", "boards") for f in (ROOT / top).rglob("*.py")]
    there = [f for f in files if re.search(DONE_THERE[what], f.read_text(), re.MULTILINE)]
    assert there
    for file in there:
        assert any(file in ROOT.glob(n) or n in file.as_posix() for n in named), (file, named)

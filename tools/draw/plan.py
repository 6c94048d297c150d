"""Draws the plan of the house, rooms and which know which: `python -m tools.draw.plan`.

A room is a folder of lib or firmware with all below it, or a single file that rooms share. An
arrow leads from a room to one that it imports from; what an arrow on the way implies is not drawn.
The picture is docs/pictures/plan.svg; host_tests/test_plan.py holds it equal to the sources.
"""

import ast
import sys
from html import escape

from tools import ROOT
from tools.small.short_names import imported_modules

PICTURE = ROOT / "docs" / "pictures" / "plan.svg"

# What each room is for, as the picture says it; a room without a line here is an error.
ABOUT = {
    "firmware": "building, tasks, supervisor",
    "firmware/starting": "settings, memory, failed starts",
    "firmware/showing": "first picture; figures to pages",
    "firmware/hardware": "pins, panel, radio, clock",
    "firmware/heating": "probe, pre-heating, held switches",
    "firmware/links": "cable and Bluetooth to the BMS",
    "firmware/kept": "state, crashes, events, history",
    "firmware/update": "signed bundles over Wi-Fi",
    "firmware/mqtt": "broker, messages out, commands in",
    "firmware/website": "the page: browsers, password",
    "firmware/portal": "set-up: own network, its pages",
    "lib/setup": "what is asked, and answered",
    "lib/web": "requests, answers of HTTP",
    "lib/relay": "figures → messages, discovery",
    "lib/screen": "figures → pages",
    "lib/heat": "figures → on or off",
    "lib/history": "figures → the ring in the flash",
    "lib/bms": "bytes → figures of the pack",
    "lib/settings": "the table of settings",
    "lib/words": "each state and reason, once",
    "lib/languages": "words and codes of all numbers",
    "firmware/slots": "which set of files runs",
    "firmware/version": "which version this is",
    "firmware/unload": "gives a module's memory back",
    "lib/compat": "what the Pythons do differently",
}

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _EDGE = 208, 52, 28, 62, 20
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#1b2733}.n{font-weight:650}.a{fill:#5a6b7b;"
    "font-size:11px}rect{fill:#f5f8fa;stroke:#8fa3b5}.f{fill:#e8f4f1;stroke:#5fa894}"
    "path{fill:none;stroke:#8fa3b5;stroke-width:1.3}"
)


def room_of(path):
    """Returns the room of a source, given by its parts: lib, bms, wire.py is in lib/bms."""
    alone = f"{path[0]}/{path[1].removesuffix('.py')}"
    return alone if alone in ABOUT or path[0] == "lib" else path[0]


def imports():
    """Returns {file: files it imports from}, by their names in an import, for lib and firmware."""
    files = _files()
    found = {}
    for name, path in files.items():
        names = imported_modules(ast.parse(path.read_text(encoding="utf-8")))
        found[name] = names & files.keys() - {name}
    return found


def arrows():
    """Returns {room: rooms it imports from}, as the sources of lib and firmware have it."""
    rooms = {name: room_of(path.relative_to(ROOT).parts) for name, path in _files().items()}
    found = {room: set() for room in rooms.values()}
    for name, others in imports().items():
        found[rooms[name]] |= {rooms[other] for other in others} - {rooms[name]}
    return found


def _files():
    tops = [ROOT / "lib", ROOT / "firmware"]
    files = [(top, file) for top in tops for file in sorted(top.rglob("*.py"))]
    return {".".join(file.relative_to(top).parts).removesuffix(".py"): file for top, file in files}


def circle(graph):
    """Returns the rooms of a circle of arrows, an empty list if there is none."""
    done = set()

    def visit(room, path):
        if room in path:
            return path[path.index(room) :]
        if room in done:
            return []
        for other in sorted(graph[room]):
            if ring := visit(other, [*path, room]):
                return ring
        done.add(room)
        return []

    for room in sorted(graph):
        if ring := visit(room, []):
            return ring
    return []


def levels(graph):
    """Returns the rooms row by row: each stands above all that it imports from."""
    height = {}

    def of(room):
        if room not in height:
            height[room] = 1 + max((of(other) for other in graph[room]), default=-1)
        return height[room]

    rows = {}
    for room in sorted(graph):
        rows.setdefault(of(room), []).append(room)
    return [rows[level] for level in sorted(rows, reverse=True)]


def svg(graph):
    """Returns the picture."""
    rows = levels(graph)
    most = max(map(len, rows))
    width = 2 * _EDGE + most * _WIDTH + (most - 1) * _GAP_X
    height = 2 * _EDGE + len(rows) * _HEIGHT + (len(rows) - 1) * _GAP_Y
    place = {}
    for y, row in enumerate(rows):
        left = (width - len(row) * _WIDTH - (len(row) - 1) * _GAP_X) // 2
        for x, room in enumerate(row):
            place[room] = (left + x * (_WIDTH + _GAP_X), _EDGE + y * (_HEIGHT + _GAP_Y))
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">',
        f"<title>Rooms and what they know of each other</title><style>{_STYLE}</style>",
        '<marker id="m" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 8 4 0 8z" style="fill:#8fa3b5"/></marker>',
    ]
    lines += [_line(place[a], place[b]) for a in sorted(graph) for b in sorted(_needed(graph, a))]
    lines += [_box(room, *place[room]) for row in rows for room in row]
    return "\n".join([*lines, "</svg>", ""])


def _needed(graph, room):
    implied = set()
    for other in graph[room]:
        implied |= _below(graph, other)
    return graph[room] - implied


def _below(graph, room):
    found = set()
    for other in graph[room]:
        found |= {other} | _below(graph, other)
    return found


def _line(start, end):
    x1, y1 = start[0] + _WIDTH // 2, start[1] + _HEIGHT
    x2, y2 = end[0] + _WIDTH // 2, end[1]
    bend = (y2 - y1) // 2
    return (
        f'<path marker-end="url(#m)" d="M{x1} {y1}C{x1} {y1 + bend} {x2} {y2 - bend} {x2} {y2}"/>'
    )


def _box(room, x, y):
    kind = ' class="f"' if room.startswith("firmware") else ""
    middle = x + _WIDTH // 2
    return (
        f'<rect{kind} x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="7"/>'
        f'<text class="n" x="{middle}" y="{y + 22}" text-anchor="middle">{room}</text>'
        f'<text class="a" x="{middle}" y="{y + 40}" text-anchor="middle">'
        f"{escape(ABOUT[room])}</text>"
    )


def main():
    """Writes the picture; returns the exit status."""
    graph = arrows()
    if ring := circle(graph):
        print("a circle of rooms: " + " -> ".join(ring), file=sys.stderr)
        return 1
    PICTURE.write_text(svg(graph), encoding="utf-8")
    print(PICTURE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())

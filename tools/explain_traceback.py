"""Tells which functions a traceback from a device names: `… LEGEND [FILE]`, or on standard input.

An image for a board without PSRAM has short names, no line numbers, and many modules in one
(docs/memory.md). `make image` writes the legend of that very image beside it. A short name may be
a method of several classes; then only those count that the function above it can have called.
"""

import argparse
import json
import pathlib
import re
import sys

_FRAME = re.compile(r'File "([^"]+)", line (\d+), in (\S+)')


def frames(lines):
    """Yields (place of the line, file, function) for the frames in a traceback."""
    for place, line in enumerate(lines):
        match = _FRAME.search(line)
        if match:
            yield place, match[1], match[3]


def candidates(legend, file, function):
    """Returns the entries that a frame may mean. Files are known by their last name."""
    stem = file.rpartition("/")[2].partition(".")[0]
    groups = [names for group, names in legend.items() if group.rpartition(".")[2] == stem]
    return [entry for names in groups for entry in names.get(function, ())]


def narrowed(chain):
    """Returns the candidates of each frame that fit those around them, where any do.

    chain: [(function, candidates)], from the outermost frame on.
    """
    kept = [entries for _, entries in chain]
    for at in range(len(chain) - 2, -1, -1):
        called = {chain[at + 1][0]}
        fitting = [e for e in kept[at] if called & set(e["calls"])]
        kept[at] = fitting or kept[at]
    return kept


def explain(text, legend):
    """Returns `text` with the functions of the device's frames named below them."""
    lines = text.splitlines()
    found = [(p, name, candidates(legend, file, name)) for p, file, name in frames(lines)]
    kept = narrowed([(name, entries) for _, name, entries in found])
    said = {place: entries for (place, _, _), entries in zip(found, kept, strict=True)}
    out = []
    for place, line in enumerate(lines):
        out.append(line)
        for entry in said.get(place, ()):
            path = entry["module"].replace(".", "/")
            inside = ", or in it ".join(["", *entry["inside"]])
            out.append(f"      = {entry['name']}, {path}.py from line {entry['line']}{inside}")
    return "\n".join(out)


def main(argv=None):
    """Command line."""
    parser = argparse.ArgumentParser(prog="tools.explain_traceback", description=__doc__)
    parser.add_argument("legend", type=pathlib.Path, help="build/BOARD.legend.json")
    parser.add_argument("file", type=pathlib.Path, nargs="?", help="the console's text")
    options = parser.parse_args(argv)
    text = options.file.read_text("utf-8") if options.file else sys.stdin.read()
    print(explain(text, json.loads(options.legend.read_text("utf-8"))))
    return 0


if __name__ == "__main__":
    sys.exit(main())

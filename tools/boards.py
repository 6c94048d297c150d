"""The boards: a folder in boards/ each, with what is so on every one of them in board.py, and
a file for each variant: `esp32_devkit` and `esp32_devkit+no_panel`."""

import ast
import re
import types

from tools import ROOT

# Files of a board's folder that are no variant of it.
_OTHERS = {"board.py", "manifest.py", "parts.py"}
# The least that the pages want of a panel (lib/screen/layout.py); a mono panel has one of its own.
_LEAST = (240, 135)
_MONO = (128, 64)


class BoardError(Exception):
    """There is no such board, or its files do not fit together; the message says why."""


def folders():
    """Returns the boards' folders, sorted."""
    return sorted(path.parent for path in (ROOT / "boards").glob("*/board.py"))


def names():
    """Returns the names of all boards and their variants, sorted."""
    found = []
    for folder in folders():
        others = sorted(path.stem for path in folder.glob("*.py") if path.name not in _OTHERS)
        found += [folder.name, *(f"{folder.name}+{variant}" for variant in others)]
    return found


def source(name):
    """Returns the text of a board's data module: board.py with a variant's lines in it."""
    if name not in names():
        raise BoardError(f"no board {name!r}; there are: {', '.join(names())}")
    folder, _, variant = name.partition("+")
    text = (ROOT / "boards" / folder / "board.py").read_text(encoding="utf-8")
    if not variant:
        return text
    return _changed(text, (ROOT / "boards" / folder / f"{variant}.py").read_text(encoding="utf-8"))


def load(name):
    """Returns a board's data module; BoardError if no page has room on its panel."""
    module = types.ModuleType("board")
    exec(compile(source(name), f"boards/{name}", "exec"), module.__dict__)
    size = getattr(module, "PANEL_WIDTH", 0), getattr(module, "PANEL_HEIGHT", 0)
    if any(size) and size != _MONO and (size[0] < _LEAST[0] or size[1] < _LEAST[1]):
        raise BoardError(
            f"boards/{name}: a panel of {size[0]} x {size[1]} has no room for the pages, which "
            f"want {_LEAST[0]} x {_LEAST[1]}, in landscape (docs/panels.md)"
        )
    return module


def parts(name):
    """Returns the module with what else hangs at a board's pins."""
    module = types.ModuleType("parts")
    path = ROOT / "boards" / name.partition("+")[0] / "parts.py"
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module.__dict__)
    return module


def _changed(text, variant):
    lines = variant.splitlines()
    for node in ast.parse(variant).body:
        if isinstance(node, ast.Assign):
            line = lines[node.lineno - 1]
            key = line.partition(" ")[0]
            text, count = re.subn(rf"^{key} = .*$", lambda _, line=line: line, text, flags=re.M)
            if count != 1:
                raise BoardError(f"board.py has {count} lines for {key}")
    return text

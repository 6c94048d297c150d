"""Which layout of the screen's pages goes with a panel, and the scenes as they look with it."""

import contextlib
import importlib
import importlib.util
import sys

from tools import ROOT, draw

LAYOUT = "screen.layout"
_SCENES = ("scenes", "book_scenes")
_NAMES = [f"tools.draw.{name}" for name in _SCENES]
_SMALL = ROOT / "lib" / "screen" / "layout.py"
_LARGE = ROOT / "lib" / "screen" / "layout_320x240.py"


# A mono panel's image has these in the place of others.
MONO = ("hardware.panels.ssd1306", "hardware.panels.sh1106")
_MONO_IN_PLACE = {
    "showing.first_picture": ROOT / "firmware" / "showing" / "mono_picture.py",
    "building.screen": ROOT / "firmware" / "building" / "mono_screen.py",
    "screen.start": ROOT / "lib" / "screen" / "mono_start.py",
    "screen.poster": ROOT / "lib" / "screen" / "mono_poster.py",
}


def in_place(board):
    """Returns {module: source that the image of a board has in its place}."""
    if board.PANEL in MONO:
        return _MONO_IN_PLACE
    return {LAYOUT: layout_file(board.PANEL_WIDTH, board.PANEL_HEIGHT)}


def layout_file(width, height):
    """Returns the source of the layout that the image for a panel of this size has."""
    return _LARGE if width >= 320 and height >= 240 else _SMALL


@contextlib.contextmanager
def scenes_for(width, height):
    """Gives tools.draw.scenes with a screen of its own, as a board with such a panel has it."""
    kept = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_of_screen(name)}
    before = {name: getattr(draw, name, None) for name in _SCENES}
    try:
        spec = importlib.util.spec_from_file_location(LAYOUT, layout_file(width, height))
        layout = importlib.util.module_from_spec(spec)
        screen = importlib.import_module("screen")
        sys.modules[LAYOUT] = screen.layout = layout
        spec.loader.exec_module(layout)
        yield importlib.import_module("tools.draw.scenes")
    finally:
        for name in [name for name in sys.modules if _is_of_screen(name)]:
            del sys.modules[name]
        sys.modules.update(kept)
        importlib.import_module("screen").layout = sys.modules.get(LAYOUT)
        for name, module in before.items():
            setattr(draw, name, module)


def _is_of_screen(name):
    return name.partition(".")[0] == "screen" or name in _NAMES

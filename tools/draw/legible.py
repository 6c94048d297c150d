"""How large the screen's texts are for the eye: `python -m tools.draw.legible [BOARD ...]`.

For each board with a panel, and each page: the height of the capitals and digits of each text that
can stand there, in pixels, in mm by the panel's pitch (board.PANEL_PITCH_UM), and in arc minutes
from 70 cm. What a driver needs is at least NEEDED_MIN high, all else LEAST_MIN.
"""

import importlib
import math
import sys

from screen.draw.brush import BAR, ROW
from screen.draw.fonts.barlow import FACES
from tools import boards
from tools.draw import panel_layouts

DISTANCE_MM = 700
NEEDED_MIN = 12
LEAST_MIN = 8
_PAGES = "GLANCE FIGURES LOST HANDED HEATER REPORT LINES START".split()
# What a driver reads: the figures of these pages, in their rows.
NEEDED = {"GLANCE": (1, 3, 4, 6), "BIG": (0, 1, 4, 5), "LOST": (1, 4, 5), "HANDED": (2, 3)}


def arc_minutes(pixels, pitch_um):
    """Returns how high so many pixels are for an eye at DISTANCE_MM, in arc minutes."""
    return math.degrees(math.atan(pixels * pitch_um / 1000 / DISTANCE_MM)) * 60


def faces(width, height):
    """Returns {page: [face of each row, None where it is no text]} on such a panel."""
    with panel_layouts.scenes_for(width, height):
        layout = importlib.import_module("screen.layout")
        book = importlib.import_module("screen.book")
        found = {}
        for page in _PAGES:
            rows = getattr(layout, page)
            found[page] = [_face(look) for look in rows[4::ROW]]
        for name, described in book.described():
            found[name] = [_face(look) for look in book.lay(described, width, height)[0][4::ROW]]
    return found


def with_panel():
    """Returns the names of the boards whose panel shows these pages: not mono, and not none."""
    others = (*panel_layouts.MONO, "hardware.panels.no_panel")
    return [name for name in boards.names() if boards.load(name).PANEL not in others]


def _face(look):
    return look & 3 if look < BAR else None


def rows(name):
    """Yields (page, pixels, arc minutes, whether a driver needs it) of each text of a board."""
    board = boards.load(name)
    for page, found in faces(board.PANEL_WIDTH, board.PANEL_HEIGHT).items():
        if page not in _PAGES and not board.PSRAM:
            continue
        for row, face in enumerate(found):
            if face is not None:
                pixels = FACES[face][0]
                minutes = arc_minutes(pixels, board.PANEL_PITCH_UM)
                yield page, pixels, minutes, row in NEEDED.get(page, ())


def main(argv=None):
    """Command line."""
    names = argv or sys.argv[1:] or with_panel()
    bad = 0
    for name in names:
        print(f"{name}:")
        pitch = boards.load(name).PANEL_PITCH_UM
        for page, pixels, minutes, needed in sorted(set(rows(name)), key=lambda row: row[:2]):
            least = NEEDED_MIN if needed else LEAST_MIN
            wrong = "" if minutes >= least else f"   TOO SMALL: {least} are wanted"
            bad += wrong != ""
            need = "needed" if needed else ""
            size = f"{pixels:3} px {pixels * pitch / 1000:5.2f} mm {minutes:5.1f}'"
            print(f"  {page:8} {size} {need}{wrong}".rstrip())
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())

"""The driver of the board's panel: board.PANEL names its module (docs/panels.md)."""

import board


def make():
    """Returns the panel, awake and dark."""
    return __import__(board.PANEL, None, None, ("Panel",)).Panel()

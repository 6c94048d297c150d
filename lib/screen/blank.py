"""What the panel shows where the settings do without its pages: who it is, and what runs.

Beside Wi-Fi a board without PSRAM has no memory for the pages with every BMS (docs/memory.md).
"""

from screen.labels import NO_PAGES
from screen.start import show_texts
from words import SCREEN_TEXTS


class Blank:
    """In the place of show.Screen: after its few words nothing is drawn any more."""

    def __init__(self, brush, texts):
        show_texts(brush, texts, SCREEN_TEXTS, NO_PAGES)

    def update(self, model):
        """See show.Screen.update."""
        return False

    def shift(self):
        """See show.Screen.shift."""

    def button(self, model):
        """See show.Screen.button."""

    def swipe(self, model, step):
        """See show.Screen.swipe."""

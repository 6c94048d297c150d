"""The first picture: before anything else is in memory, one sees that the device lives."""

import framebuf

from hardware import screen_files
from screen.draw.brush import Brush
from screen.draw.language import Language
from screen.labels import STARTING
from screen.start import show_start
from showing import panels
from version import VERSION
from words import SCREEN_TEXTS


class Picture:
    """`brush` and `texts`: what the screen draws with; `errors`: what is wrong with their files.

    The panel shows that the device starts.
    """

    def __init__(self):
        self.errors = []
        self.texts = Language(screen_files.open_texts(self.errors))
        glyphs = screen_files.open_glyphs(self.errors)
        if glyphs is None:
            from screen.draw.plain import Letters  # hardly ever needed: not in memory otherwise

            self.brush = Letters(panels.make(), framebuf)
        else:
            self.brush = Brush(panels.make(), framebuf, glyphs)
        show_start(self.brush, VERSION, self.texts, SCREEN_TEXTS, STARTING)

"""The first picture on a mono panel: in the place of first_picture.py there."""

import framebuf

from hardware import screen_files
from screen.draw.language import Language
from screen.labels import STARTING
from screen.mono import Canvas
from screen.start import show_start
from showing import panels
from version import VERSION
from words import SCREEN_TEXTS


class Picture:
    """`brush`: the Canvas; the rest as in first_picture.py."""

    def __init__(self):
        self.errors = []
        self.texts = Language(screen_files.open_texts(self.errors))
        self.brush = Canvas(panels.make(), framebuf)
        show_start(self.brush, VERSION, self.texts, SCREEN_TEXTS, STARTING)

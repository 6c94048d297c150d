"""Draws scenes through a mono panel's driver, and prints what goes over the I2C, in hex.

Arguments: the driver's module, the language, then scenes; "first" is the first picture, "rest" the
last, "history" the last day.
"""

import sys
from binascii import hexlify
from io import BytesIO

import fake_panel


class Printer:
    """In the panel's place."""

    def take(self, data):
        print(str(hexlify(data), "ascii"))


fake_panel.I2C.devices = {0x3C: Printer()}
sys.modules["machine"] = fake_panel
sys.modules["board"] = fake_panel.Board

import framebuf  # noqa: E402
import scenes  # noqa: E402
from book_scenes import Day  # noqa: E402

from languages.file import render, spelled_out  # noqa: E402
from screen import labels, mono, mono_past, mono_start  # noqa: E402
from screen import model as m  # noqa: E402
from screen.draw.language import Language  # noqa: E402
from words import SCREEN_TEXTS  # noqa: E402


class WithDay(m.Model):
    """A model with the curve of a day."""

    curve = Day(False)


TEXTS = __import__("languages." + sys.argv[2], None, None, ("TEXTS",)).TEXTS
TEXTS = render([spelled_out(text) for text in TEXTS])
scenes.new_language = lambda: Language(BytesIO(TEXTS))
panel = __import__(sys.argv[1], None, None, ("Panel",)).Panel()
for name in sys.argv[3:]:
    canvas = mono.Canvas(panel, framebuf)
    if name == "first":
        mono_start.show_start(canvas, "1.0", scenes.new_language(), SCREEN_TEXTS, labels.STARTING)
    elif name == "rest":
        mono_start.show_lines(canvas, (b"SAFE MODE", b"no memory for the network", b"heater off"))
    elif name == "no_pages":
        mono_start.show_texts(canvas, scenes.new_language(), SCREEN_TEXTS, labels.NO_PAGES)
    elif name == "history":
        mono_past.MonoPast(canvas).draw(scenes.model_of("normal", WithDay()))
        canvas.show()
        while canvas.step():
            pass
        panel.light(80)
    else:
        errors = scenes.ERRORS if name == "settings_error" else ()
        screen = mono.MonoScreen(canvas, scenes.SETTINGS, scenes.new_language(), errors)
        scenes.settle(screen, scenes.model_of(name, m.Model()))
        panel.light(80)
    print(name)

"""Draws all scenes in one language for one panel; prints name and CRC-32: for tools.draw.golden.

Arguments: width, height, the language's module.
"""

import binascii
import gc
import sys
from io import BytesIO

import framebuf

width = int(sys.argv[1])
height = int(sys.argv[2])
if width >= 320 and height >= 240:
    import screen
    import screen.layout_320x240 as layout

    sys.modules["screen.layout"] = screen.layout = layout

import book_scenes  # noqa: E402
import scenes  # noqa: E402

from screen.draw.language import Language  # noqa: E402

TEXTS = __import__("languages." + sys.argv[3], None, None, ("DATA",)).DATA
scenes.new_language = lambda: Language(BytesIO(TEXTS))

shown = scenes.Glass(width, height)  # the one there is memory for: each scene wipes it
for module, prefix in ((scenes, ""), (book_scenes, "book_")):
    for name in module.SCENES:
        module.draw(name, framebuf, shown)
        shown.sent = []
        gc.collect()
        print(prefix + name, "%08x" % binascii.crc32(shown.pixels))

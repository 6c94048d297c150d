"""Finds the pictures of the screen's glyphs, which an image holds as a file: needed at boot only.

The heap has no room for them. In a firmware of one's own they are a module, in flash too.
"""

import io
import sys
from binascii import crc32

from compat import const
from screen.fonts.barlow import CHECK

_PATH = "screen/fonts/glyphs.bin"
_PIECE_BYTES = const(256)


def open_glyphs(errors):
    """Returns an open file that has been read once, wholly; or None, with a line in `errors`."""
    try:
        from screen.fonts import glyphs

        return io.BytesIO(glyphs.DATA)
    except ImportError:
        pass  # so this is an image
    for folder in sys.path:
        try:
            file = open(folder + "/" + _PATH, "rb")
        except OSError:
            continue
        if checksum(file) == CHECK:
            return file
        file.close()
        errors.append("lib/%s: damaged; copy the image again" % _PATH)
        return None
    errors.append("lib/%s: missing; copy the image again" % _PATH)
    return None


def checksum(file):
    """Returns the CRC-32 of a file; None if it cannot be read."""
    piece = bytearray(_PIECE_BYTES)
    total = 0
    try:
        while True:
            n = file.readinto(piece)
            if not n:
                return total
            total = crc32(memoryview(piece)[:n], total)
    except OSError:
        return None

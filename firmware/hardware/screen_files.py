"""Finds what the screen reads piece by piece: the glyphs, and the language's texts.

An image holds them as files, since the heap has no room for them; elsewhere they are modules. The
file is looked for first: a search for a module leaves behind one for each folder on its way.
"""

import io
from binascii import crc32

from compat import const
from hardware.data_file import open_data
from screen.draw.fonts.barlow import CHECK

_PIECE_BYTES = const(256)
# CRC-32 of anything that ends with its own CRC-32, low byte first.
_WHOLE = const(0x2144DF1C)


def open_glyphs(errors):
    """Returns an open file that has been read once, wholly; or None, with a line in `errors`."""
    path = "screen/draw/fonts/glyphs.bin"
    file = open_data(path)
    if file is None:
        try:
            from screen.draw.fonts import glyphs

            return io.BytesIO(glyphs.DATA)
        except ImportError:
            pass
    return _checked(file, path, CHECK, errors)


def open_texts(errors, name="english"):
    """The same for a language's texts; where there is no English, the codes will do."""
    path = "languages/%s.bin" % name
    file = open_data(path)
    if file is None:
        try:
            module = __import__("languages." + name, None, None, ("DATA",))
            return io.BytesIO(module.DATA)
        except ImportError:
            pass
    file = _checked(file, path, _WHOLE, errors)
    if file is None and name == "english":
        path = "languages/codes.bin"
        file = _checked(open_data(path), path, _WHOLE, [])
    return file


def _checked(file, path, check, errors):
    if file is None:
        errors.append("lib/%s: missing; copy the image again" % path)
        return None
    if checksum(file) == check:
        return file
    file.close()
    errors.append("lib/%s: damaged; copy the image again" % path)
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

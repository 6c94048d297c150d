"""Finds what the screen reads piece by piece: the glyphs, and the language's texts.

An image holds them as files, since the heap has no room for them; elsewhere they are modules.
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
    try:
        from screen.draw.fonts import glyphs

        return io.BytesIO(glyphs.DATA)
    except ImportError:
        return _open("screen/draw/fonts/glyphs.bin", CHECK, errors)


def open_texts(errors):
    """The same for the language's texts; the codes will do where they cannot be read."""
    try:
        from languages import english

        return io.BytesIO(english.DATA)
    except ImportError:
        file = _open("languages/english.bin", _WHOLE, errors)
        return file or _open("languages/codes.bin", _WHOLE, [])


def _open(path, check, errors):
    file = open_data(path)
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

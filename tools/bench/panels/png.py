"""Writes PNG files of RGB pictures, with nothing but zlib."""

import struct
import zlib


def encode(width, height, rgb, scale=1):
    """Returns the PNG of `rgb` (3 bytes a pixel, row by row), `scale` times as large."""
    rows = []
    stride = 3 * width
    for y in range(height):
        row = rgb[y * stride : (y + 1) * stride]
        if scale > 1:
            row = b"".join(row[i : i + 3] * scale for i in range(0, stride, 3))
        rows.append((b"\x00" + row) * scale)
    header = struct.pack(">IIBBBBB", width * scale, height * scale, 8, 2, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(b"".join(rows), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

"""Reading frames of the little-endian dialects: integers, and texts. Nothing allocates.

Apart from bms.wire, so that a device on a JK's GPS port does not carry it. `u32le` and `s32le`
saturate as its big-endian ones do.
"""

from compat import const

_LIMIT = const(0x3FFFFFFF)


def u16le(buf, at):
    """Returns the unsigned little-endian 16-bit integer at `at`."""
    return buf[at] | buf[at + 1] << 8


def s16le(buf, at):
    """Returns the signed little-endian 16-bit integer at `at`."""
    high = buf[at + 1]
    if high & 0x80:
        high -= 256
    return high << 8 | buf[at]


def u32le(buf, at):
    """Returns the unsigned little-endian 32-bit integer at `at`, saturated at 2**30 - 1."""
    high = buf[at + 3]
    if high > 0x3F:
        return _LIMIT
    return high << 24 | buf[at + 2] << 16 | buf[at + 1] << 8 | buf[at]


def s32le(buf, at):
    """Returns the signed little-endian 32-bit integer at `at`, saturated near ±2**30."""
    high = buf[at + 3]
    if high & 0x80:
        high -= 256
    if high > 0x3F:
        return _LIMIT
    if high < -0x40:
        return -_LIMIT
    return high << 24 | buf[at + 2] << 16 | buf[at + 1] << 8 | buf[at]


def signed(word):
    """Returns what an unsigned 16-bit integer means in two's complement."""
    return (word ^ 0x8000) - 0x8000


def amount(words, at):
    """Returns the 32-bit integer at word `at`; -1 if it is negative, or 2**30 or more."""
    high = words[at + 1]
    return high << 16 | words[at] if high < 0x4000 else -1


def s8(buf, at):
    """Returns the signed byte at `at`."""
    value = buf[at]
    return value - 256 if value & 0x80 else value


def text_size(buf, at, room):
    """Returns the length of the text at `at`: up to its first NUL, `room` bytes at most."""
    size = 0
    while size < room and buf[at + size]:
        size += 1
    return size


def is_text(buf, at, room):
    """True if a field of `room` bytes holds printable ASCII up to its first NUL."""
    for i in range(at, at + text_size(buf, at, room)):
        if not 32 <= buf[i] < 127:
            return False
    return True


def put_u16le(buf, at, value):
    """Stores the low 16 bits of `value` little-endian at `at`."""
    buf[at] = value & 0xFF
    buf[at + 1] = value >> 8 & 0xFF

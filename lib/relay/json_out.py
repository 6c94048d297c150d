"""Pieces of JSON written into a bytearray. Nothing allocates; the caller provides the room."""

from bms.wire import put_bytes, put_int, put_word
from compat import const

# Integers beyond this live on the heap of a 32-bit MicroPython; no figure here is that large.
LIMIT = const(0x3FFFFFFF)
INT_ROOM = const(11)  # "-1073741823"

NULL = b"null"
TRUE = b"true"
FALSE = b"false"

_QUOTE = const(34)
_BACKSLASH = const(92)
_NONE = b"none"


def put_value(buf, at, value):
    """Writes an integer, clamped to ±(2**30 - 1), or `null` for None; returns the end."""
    if value is None:
        return put_bytes(buf, at, NULL)
    if value > LIMIT:
        value = LIMIT
    elif value < -LIMIT:
        value = -LIMIT
    return put_int(buf, at, value)


def put_bool(buf, at, value):
    """Writes `true`, `false`, or `null` for None; returns the end."""
    if value is None:
        return put_bytes(buf, at, NULL)
    return put_bytes(buf, at, TRUE if value else FALSE)


def put_text(buf, at, data):
    """Writes UTF-8 bytes as a JSON string; returns the end, at most 2 * len(data) + 2 on.

    Quotes and backslashes are escaped; control characters become spaces.
    """
    buf[at] = _QUOTE
    at += 1
    for byte in data:
        if byte == _QUOTE or byte == _BACKSLASH:
            buf[at] = _BACKSLASH
            at += 1
        buf[at] = byte if byte >= 32 else 32
        at += 1
    buf[at] = _QUOTE
    return at + 1


def put_name(buf, at, table, number):
    """Writes a line of a table of names as a string; returns the end.

    `null` for an empty line, for one that is not there, and for a first one that begins with
    "none". Names need no escaping.
    """
    end = put_word(buf, at + 1, table, number)
    if end <= at + 1 or number == 0 and table.startswith(_NONE):
        return put_bytes(buf, at, NULL)
    buf[at] = buf[end] = _QUOTE
    return end + 1


def name_room(table):
    """Returns the bytes that put_name() writes at most. Allocates."""
    return max([len(name) for name in table.split(b"\n")] + [2]) + 2

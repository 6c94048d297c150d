"""Pieces of JSON written into a bytearray. Nothing allocates; the caller provides the room."""

from array import array

from bms.wire import put_bytes, put_int
from compat import const

# Integers beyond this live on the heap of a 32-bit MicroPython; no figure here is that large.
LIMIT = const(0x3FFFFFFF)
INT_ROOM = const(11)  # "-1073741823"

NULL = b"null"
TRUE = b"true"
FALSE = b"false"

_QUOTE = const(34)
_BACKSLASH = const(92)
_COMMA = const(44)


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


class Names:
    """A table of names as JSON strings, in one piece of memory: many small ones would cost twice.

    names: str or bytes; "" and "none" become `null`. `room`: bytes that all of them take together
    as a list; `longest`: bytes of the longest one.
    """

    def __init__(self, names):
        text = bytearray(16)
        ends = array("H", bytes(2 * len(names)))
        at = 0
        self.longest = len(NULL)
        for i in range(len(names)):
            name = names[i] if isinstance(names[i], bytes) else names[i].encode()
            start = at
            text.extend(bytes(2 * len(name) + 4))
            if name in (b"", b"none"):
                at = put_bytes(text, at, NULL)
            else:
                at = put_text(text, at, name)
            ends[i] = at
            self.longest = max(self.longest, at - start)
        self.room = at + len(names) + 2
        self._text = bytes(text[:at])
        self._ends = ends

    def __len__(self):
        return len(self._ends)

    def put(self, buf, at, position):
        """Writes the name at `position`, `null` if there is none; returns the end."""
        if not 0 <= position < len(self._ends):
            return put_bytes(buf, at, NULL)
        text = self._text
        for i in range(self._ends[position - 1] if position else 0, self._ends[position]):
            buf[at] = text[i]
            at += 1
        return at

    def put_raised(self, buf, at, bits, start):
        """Writes `,name` for each set bit, where bit 0 is the name at `start`; returns the end."""
        position = start
        while bits and position < len(self._ends):
            if bits & 1:
                buf[at] = _COMMA
                at = self.put(buf, at + 1, position)
            bits >>= 1
            position += 1
        return at


def put_figures(buf, at, source, slots, keys, bools, shown):
    """Writes one member for each of `slots` of `source`; returns the end.

    source: has `has(slot)` and `get(slot)`, as PackState has; slots below `bools` are tri-states.
    slots: bytes; keys: the members' `,"name":` in the same order.
    shown: False writes `null` for all of them.
    """
    for i in range(len(slots)):
        slot = slots[i]
        at = put_bytes(buf, at, keys[i])
        if not (shown and source.has(slot)):
            at = put_bytes(buf, at, NULL)
        elif slot < bools:
            at = put_bytes(buf, at, TRUE if source.get(slot) else FALSE)
        else:
            at = put_value(buf, at, source.get(slot))
    return at


def figures_room(keys):
    """Returns the bytes that `put_figures` writes at most."""
    return sum([len(key) + INT_ROOM for key in keys])

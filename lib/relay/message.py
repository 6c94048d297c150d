"""A message: one flat JSON object whose names stand in a buffer, with room for the values.

To build it costs what its values cost: they are written over blanks, which JSON allows between any
two tokens, and nothing allocates. Integers only; unknown is `null`. What is not known to be there
at all, such as a figure that the pack has never told, has no place in it.
"""

from bms.wire import put_bytes, put_int
from compat import const

# The messages, by their place in relay.fields.MESSAGES.
STATE = const(0)
HEATER = const(1)
DEVICE = const(2)
BMS = const(3)
PACKS = const(4)

_FIXED = const(255)  # relay.layout.FIXED
_FIELD_ROOM = const(24)  # bytes of an average field, more than it takes
_LEAST = const(4)  # room of a value: `null` can come at any time
_NULL = b"null"
_TRUE = b"true"
_FALSE = b"false"
_QUOTE = const(34)
_COMMA = const(44)
_COLON = const(58)
_BLANK = const(32)
_OPEN = const(91)
_CLOSE = const(93)
_BEGIN = const(123)
_END = const(125)


class Message:
    """A message of relay.fields; `write`, which those that come from this have, puts its values.

    codes: a screen.draw.language.Language of languages.codes; open_layout: a function that opens
    relay.layout's DATA, in which it is message `which`; known: a relay.state.Known, whose figures
    have a place, or None for all; room: bytes for what comes behind the figures. `buf` holds what
    `build` wrote; it has room for every field from the beginning, since a device that runs has no
    large pieces of memory left. `slots`: of bms.pack, those of the
    figures that have one, in their order.
    """

    def __init__(self, codes, open_layout, which, known=None, room=0):
        self.slots = b""
        self._codes = codes
        self._open_layout = open_layout
        self._which = which
        self._known = known
        self._room = room
        self._grown = False  # a value needs more room than it has
        self._field = 0
        self._at = 0
        self._limit = 0
        file, count = self._open()
        file.close()
        self._rooms = bytearray(count)  # of each value
        self.buf = bytearray(_FIELD_ROOM * count + room)

    def _open(self):
        """Returns the open file of fields, where ours begin, and how many these are."""
        file = self._open_layout()
        file.seek(2 * self._which)
        at = file.read(2)
        file.seek(at[0] << 8 | at[1])
        return file, file.read(1)[0]

    def build(self, now):
        """Writes the message as of `now`; returns its length in bytes.

        Or it returns 0, since the message had to be laid out, because nothing ever was, there are
        more fields, or a value is longer than any before. That is work and memory enough for one
        step: build it again in the next.
        """
        if self._limit:
            length = self.write(now)  # pyright: ignore[reportAttributeAccessIssue]
            if self._limit and not self._grown:
                return length
        self.lay_out()
        return 0

    def lay_out(self):
        """Writes the names. Where `_limit` is set the fields are those of before, and keep their
        room."""
        file, count = self._open()
        rooms = self._rooms
        if not self._limit:
            for field in range(count):
                rooms[field] = _LEAST
        slots = bytearray(count)
        field = shown = 0
        end = 1
        for _ in range(count):
            head = file.read(2)
            name = file.read(head[1])
            if head[0] == _FIXED or self._known is None or self._known.has(head[0]):
                end = self._put_name_of(end, name, rooms[field])
                field += 1
                if head[0] != _FIXED:
                    slots[shown] = head[0]
                    shown += 1
        file.close()
        self.slots = bytes(memoryview(slots)[:shown])
        self._grown = False
        self._limit = end
        self.buf[0] = _BEGIN

    def _put_name_of(self, at, name, room):
        """Writes a field's name, and leaves room for its value; returns the end."""
        end = at + len(name) + 4 + room
        if end + self._room > len(self.buf):  # values longer than anybody has seen
            longer = bytearray(end + self._room + _FIELD_ROOM)
            longer[: len(self.buf)] = self.buf
            self.buf = longer
        buf = self.buf
        buf[at] = _QUOTE
        at = put_bytes(buf, at + 1, name)
        buf[at] = _QUOTE
        buf[at + 1] = _COLON
        buf[end - 1] = _COMMA
        return end

    def begin(self):
        """Begins anew with the first field: one put…() for each, in the order of the table."""
        self._at = self._field = 0
        self.buf[self._limit - 1] = _COMMA

    def finish(self):
        """Ends the message behind its figures; returns its length."""
        self.buf[self._limit - 1] = _END
        return self._limit

    def _next(self, size):
        """Returns where the next value begins, up to `_at`; -1 if it has not room for `size`."""
        first = self.buf.find(b":", self._at) + 1
        room = self._rooms[self._field]
        self._at = first + room
        if size > room:
            self._rooms[self._field] = size
            self._grown = True
            first = -1
        self._field += 1
        return first

    def put(self, value):
        """Writes a whole number, or `null` for None."""
        if value is None:
            self._put_text(_NULL)
            return
        rest = -value if value < 0 else value
        size = 1 if value >= 0 else 2
        while rest >= 10:
            rest //= 10
            size += 1
        first = self._next(size)
        if first >= 0:
            self._fill(put_int(self.buf, first, value))

    def _fill(self, at):
        for i in range(at, self._at):
            self.buf[i] = _BLANK

    def put_bool(self, value):
        """Writes `true`, `false`, or `null` for None."""
        self._put_text(_NULL if value is None else _TRUE if value else _FALSE)

    def put_name(self, table, number):
        """Writes the code of a number, by its table in words; `null` where it has none."""
        codes = self._codes
        if not codes.read(table, number) or not codes.size:
            self._put_text(_NULL)
            return
        first = self._next(codes.size + 2)
        if first >= 0:
            self._fill(self._put_code(first))

    def _put_code(self, at):
        """Writes the code that was read, in quotes; returns the end."""
        self.buf[at] = _QUOTE
        at = self._codes.copy(self.buf, at + 1)
        self.buf[at] = _QUOTE
        return at + 1

    def _put_text(self, text):
        first = self._next(len(text))
        if first >= 0:
            self._fill(put_bytes(self.buf, first, text))

    # -- lists, behind the figures ---------------------------------------------------------------

    def list_begin(self, at, name):
        """Writes `"name":[`, with a comma before it unless it is the first; returns the end."""
        at = self.put_member(at, name, b"")
        self.buf[at] = _OPEN
        return at + 1

    def put_member(self, at, name, value):
        """Writes `"name":value`, and a comma before it if it is not the first; returns the end."""
        buf = self.buf
        if at != self._limit:
            buf[at] = _COMMA
            at += 1
        buf[at] = _QUOTE
        at = put_bytes(buf, at + 1, name)
        buf[at] = _QUOTE
        buf[at + 1] = _COLON
        return put_bytes(buf, at + 2, value)

    def list_end(self, at):
        """Ends a list, over the comma behind its last member; returns the end."""
        if self.buf[at - 1] == _COMMA:
            at -= 1
        self.buf[at] = _CLOSE
        return at + 1

    def put_raised(self, at, table, number, bits, most):
        """Writes `"code",` for each set bit, up to `most`; bit 0 is `number`. Returns the end."""
        while bits and most:
            if bits & 1 and self._codes.read(table, number):
                at = self._put_code(at)
                self.buf[at] = _COMMA
                at += 1
                most -= 1
            bits >>= 1
            number += 1
        return at

    def close(self, at):
        """Ends a message behind its lists; returns its length."""
        self.buf[at] = _END
        return at + 1

    def lists_at(self):
        """Returns where the lists begin."""
        return self._limit


def bits_of(number):
    """Returns how many bits are set."""
    count = 0
    while number:
        number &= number - 1
        count += 1
    return count

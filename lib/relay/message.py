"""What is sent next: one flat JSON object, written into the one buffer that all reports share.

The names of its fields are read from a file to the end of the buffer, and go from there to its
beginning, each with its value behind it. So what is written must not come up with what is still to
be read: where it would, the buffer is too small, and becomes larger for the next try. Nothing else
allocates. Integers only; unknown is `null`.
"""

from bms.wire import put_bytes, put_fixed
from compat import const

# The messages, by their place in relay.fields.MESSAGES.
STATE = const(0)
HEATER = const(1)
DEVICE = const(2)
BMS = const(3)
PACKS = const(4)
_MESSAGES = const(5)

END = const(-1)  # there is no further field
# Enough for 16 cells with all that can be known; more is needed seldom. It is there from the
# beginning, since a device that runs has no large pieces of memory left.
_FIRST_BYTES = const(1792)
_MORE_BYTES = const(64)
_INT_ROOM = const(16)
_AROUND = const(5)  # the comma, quotes and colon of a name, and the end of it all
_NULL = b"null"
_TRUE = b"true"
_FALSE = b"false"
_QUOTE = const(34)
_COMMA = const(44)
_COLON = const(58)
_OPEN = const(91)
_CLOSE = const(93)
_BEGIN = const(123)
_END = const(125)


class Message:
    """Writes a message: `begin`, one put…() for each field in the order of the table, then lists,
    `finish`. `buf` holds it.

    codes: a screen.draw.language.Language of languages.codes, behind whose lines are the names of
    the fields, as relay.layout has them.
    """

    def __init__(self, codes):
        self.buf = bytearray()
        self._codes = codes
        self._at = 0  # the end of what is written
        self._next = 0  # the next field
        self._full = False
        index = bytearray(2 * _MESSAGES + 2)
        codes.read_behind(0, index)
        self._starts = [index[at] << 8 | index[at + 1] for at in range(0, len(index), 2)]
        self._ends = ()  # of the buffer, as long as the names of each message
        self._make(_FIRST_BYTES)

    def _make(self, size):
        """Makes the buffer, of another size."""
        starts = self._starts
        buf = bytearray(size)  # if there is no memory for it, all stays as it was
        view = memoryview(buf)
        self._ends = [view[size - starts[i + 1] + starts[i] :] for i in range(_MESSAGES)]
        self.buf = buf

    def begin(self, which):
        """Begins a message with its first field."""
        names = self._ends[which]
        self._codes.read_behind(self._starts[which], names)
        self._next = len(self.buf) - len(names)
        self._full = False
        self._at = 0

    def finish(self):
        """Ends it; returns its length, or 0 if the buffer was too small: then write it again."""
        if not self._full:
            self.buf[0] = _BEGIN  # over the first comma
            self.buf[self._at] = _END
            return self._at + 1
        self._make(len(self.buf) + _MORE_BYTES)
        return 0

    # -- fields ----------------------------------------------------------------------------------

    def slot(self, known):
        """Returns the slot in bms.pack that the next field shows, of those that are `known`, 1
        each; others before it are left out. END if there is none."""
        buf = self.buf
        at = self._next
        end = len(buf)
        while at < end:
            slot = buf[at]
            if known[slot]:
                self._next = at
                return slot
            at += 2 + buf[at + 1]
        self._next = at
        return END

    def put(self, value):
        """Writes a whole number, or `null` for None."""
        if value is None:
            self._put_text(_NULL)
        elif self._put_name(_INT_ROOM):
            self._at = put_fixed(self.buf, self._at, value, 0)

    def put_bool(self, value):
        """Writes `true`, `false`, or `null` for None."""
        self._put_text(_NULL if value is None else _TRUE if value else _FALSE)

    def put_code(self, table, number):
        """Writes the code of a number, by its table in words; `null` where it has none."""
        codes = self._codes
        if not codes.read(table, number) or not codes.size:
            self._put_text(_NULL)
        elif self._put_name(codes.size + 2):
            self._copy_code()

    def _put_text(self, text):
        if self._put_name(len(text)):
            self._at = put_bytes(self.buf, self._at, text)

    def _put_name(self, room):
        """Writes the next field's name; returns False if there is not `room` for its value."""
        buf = self.buf
        first = self._next + 2
        end = self._next = first + buf[first - 1]
        at = self._at
        if self._full or at + end - first + room >= end:
            self._full = True
            return False
        for i in range(first, end):
            buf[at] = buf[i]
            at += 1
        self._at = at
        return True

    def _copy_code(self):
        self.buf[self._at] = _QUOTE
        self._at = self._codes.copy(self.buf, self._at + 1)
        self.buf[self._at] = _QUOTE
        self._at += 1

    # -- lists, behind the fields ----------------------------------------------------------------

    def begin_list(self, name, room):
        """Begins a list of up to `room` bytes; returns False if there is no room for it."""
        if not self._begin_member(name, room + 2):
            return False
        self.buf[self._at] = _OPEN
        self._at += 1
        return True

    def put_nothing(self, name):
        """Writes `null` instead of a list."""
        if self._begin_member(name, len(_NULL)):
            self._at = put_bytes(self.buf, self._at, _NULL)

    def _begin_member(self, name, room):
        buf = self.buf
        if self._full or self._at + len(name) + _AROUND + room > len(buf):
            self._full = True
            return False
        buf[self._at] = _COMMA
        buf[self._at + 1] = _QUOTE
        at = put_bytes(buf, self._at + 2, name)
        buf[at] = _QUOTE
        buf[at + 1] = _COLON
        self._at = at + 2
        return True

    def put_item(self, value):
        """Writes a number into a list, or `null` for None."""
        if value is None:
            at = put_bytes(self.buf, self._at, _NULL)
        else:
            at = put_fixed(self.buf, self._at, value, 0)
        self.buf[at] = _COMMA
        self._at = at + 1

    def put_raised(self, table, number, bits, most):
        """Writes the code of each set bit into a list, up to `most`; bit 0 is `number`."""
        while bits and most:
            if bits & 1 and self._codes.read(table, number):
                self._copy_code()
                self.buf[self._at] = _COMMA
                self._at += 1
                most -= 1
            bits >>= 1
            number += 1

    def end_list(self):
        """Ends a list, over the comma behind its last member."""
        if self.buf[self._at - 1] == _COMMA:
            self._at -= 1
        self.buf[self._at] = _CLOSE
        self._at += 1


def bits_of(number):
    """Returns how many bits are set."""
    count = 0
    while number:
        number &= number - 1
        count += 1
    return count

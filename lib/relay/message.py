"""What is sent next: one flat JSON object, written into the one buffer that all reports share.

The names of its fields are read from a file one by one, as they are written. With each goes all
that the room for the longest one holds, since a store of always the same bytes takes neither heap
nor a loop; the value then goes over what is too much. Where the buffer is too small, it becomes
larger for the next try. Nothing else allocates. Integers only; unknown is `null`.
"""

from bms.wire import put_bytes, put_fixed
from compat import const

# The messages, by their place in relay.fields.MESSAGES.
STATE = const(0)
HEATER = const(1)
DEVICE = const(2)
BMS = const(3)
PACKS = const(4)
INFO = const(5)
HISTORY = const(6)
_MESSAGES = const(7)

NAME_BYTES = const(30)  # of the longest name, with what is around it (relay.message_names)
END = const(-1)  # there is no further field
# More than what it begins with is needed seldom. That is there from the beginning, since a device
# that runs has no large pieces of memory left.
_FIRST_BYTES = const(1792)
_MORE_BYTES = const(64)
_INT_ROOM = const(16)
_AROUND = const(5)  # the comma, quotes and colon of a name, and the end of it all
_HEAD_BYTES = const(2)  # before a name: the slot that it shows, and its length
_READ_BYTES = const(NAME_BYTES + _HEAD_BYTES)  # at most: a name, and the head of the next
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
    `finish`. `buf` holds it. `clock`: what has the time as `stamp`, in JSON; None for none.

    codes: a screen.draw.language.Language of languages.codes, behind whose lines are the names of
    the fields, as relay.message_names has them. room: bytes to begin with.
    """

    def __init__(self, codes, room=_FIRST_BYTES):
        self.clock = None
        self._codes = codes
        self._at = 0  # the end of what is written
        self._read = bytearray(_READ_BYTES)
        self._slot = self._size = 0  # the head of the next field
        self._next = self._end = 0  # where its name is in the file, and where the last one ends
        self._full = False
        self._file = file = codes.file
        index = bytearray(2 * _MESSAGES + 2)
        file.seek(codes.behind)
        file.readinto(index)
        starts = range(0, len(index), 2)
        self._starts = [codes.behind + (index[at] << 8 | index[at + 1]) for at in starts]
        file.seek(self._starts[_MESSAGES])
        if file.readinto(self._read, _HEAD_BYTES) != _HEAD_BYTES:
            raise OSError("languages: the file is damaged")
        self.buf = bytearray(room)

    def begin(self, which):
        """Begins a message with the time of day, which is the first field of each. Raises OSError
        where names cannot be read."""
        self._end = self._starts[which + 1]
        self._full = False
        self._at = 0
        self._read_head(self._starts[which])
        self.put_json(_NULL if self.clock is None else self.clock.stamp)

    def _read_head(self, at):
        read = self._read
        file = self._file
        file.seek(at)
        file.readinto(read, _HEAD_BYTES)
        self._slot = read[0]
        self._size = read[1]
        self._next = at + _HEAD_BYTES

    def finish(self):
        """Ends it; returns its length, or 0 if the buffer was too small: then write it again."""
        if not self._full:
            self.buf[0] = _BEGIN  # over the first comma
            self.buf[self._at] = _END
            return self._at + 1
        self.buf = bytearray(len(self.buf) + _MORE_BYTES)
        return 0

    # -- fields ----------------------------------------------------------------------------------

    def slot(self, known):
        """Returns the slot in bms.pack that the next field shows, of those that are `known`, 1
        each; others before it are left out. END if there is none."""
        while self._next < self._end:
            slot = self._slot
            if known[slot]:
                return slot
            self._read_head(self._next + self._size)
        return END

    def put(self, value):
        """Writes a whole number, or `null` for None."""
        if value is None:
            self.put_json(_NULL)
        elif self._put_name(_INT_ROOM):
            self._at = put_fixed(self.buf, self._at, value, 0)

    def put_bool(self, value):
        """Writes `true`, `false`, or `null` for None."""
        self.put_json(_NULL if value is None else _TRUE if value else _FALSE)

    def put_code(self, table, number):
        """Writes the code of a number, by its table in words; `null` where it has none."""
        codes = self._codes
        if not codes.read(table, number) or not codes.size:
            self.put_json(_NULL)
        elif self._put_name(codes.size + 2):
            self._copy_code()

    def put_json(self, text):
        """Writes a value that is JSON already."""
        if self._put_name(len(text)):
            self._at = put_bytes(self.buf, self._at, text)

    def _put_name(self, room):
        """Writes the next field's name; returns False if there is not `room` for its value."""
        at = self._at
        if self._full or at + _READ_BYTES + room > len(self.buf):
            self._full = True
            self._next = self._end  # no further slot is asked for
            return False
        read = self._read
        file = self._file
        size = self._size
        file.seek(self._next)
        file.readinto(read, size + _HEAD_BYTES)
        self.buf[at : at + _READ_BYTES] = read  # a part of `read` would take heap
        self._at = at + size
        self._slot = read[size]
        self._size = read[size + 1]
        self._next += size + _HEAD_BYTES
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

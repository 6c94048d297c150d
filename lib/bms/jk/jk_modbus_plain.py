"""Plain Modbus reading of a JK unit: function 03, big endian, block by block (jk.md §4.2).

A register's address is a base plus the byte offset of the vendor's map, and the offset plus 6 is
the place in a 300-byte frame of JK02_32S. So what is read is put back into such a frame, in its
byte order, and the one decoder of those frames does the rest.
"""

from bms.jk.jk02 import Place
from bms.jk.jk_frames import FRAME, PREAMBLE
from bms.wire import put_bytes
from compat import bytes_and, const

_MAP = const(6)  # offset of the map within a frame
_FIRST_BASE = const(7)  # the base address is 0x1000 for type 1, and 0x200 more for each next one

# Three blocks for each type from 1 on, as first word of the map and number of words: 0 for a block
# that is not there; 40 words is the most that works. No two are of one size: a reply does not say
# which register it begins with, and a late one of another block must not be taken for the one that
# was asked for.
_BLOCKS = bytes(
    (0, 40, 40, 28, 132, 14)  # settings
    + (0, 36, 69, 38, 114, 13)  # status
    + (0, 39, 39, 9, 0, 0)  # device
)
_EACH = const(3)

# By type, offsets in the frame of what is not a 16-bit integer, as words: 32-bit ones from their
# first word, pairs of bytes. All of the device frame that is of use is text: bytes in order.
_LONGS = (
    b"",
    bytes([offset >> 1 for offset in range(6, 142, 4)]) + bytes((135, 137, 139)),
    bytes([o >> 1 for o in (70, 146, 150, 154, 158, 166, 174, 178, 182, 186, 194, 246)]),
    b"",
)
_PAIRS = (
    b"",
    bytes([offset >> 1 for offset in (284, 286, 296)]),
    bytes([offset >> 1 for offset in (172, 190, 198, 200, 214, 234, 244)]),
    bytes(range(3, 51)),
)

# What no block reaches is 0: of the wires and of what a unit offers, that is unknown. But it would
# be a phase of charging.
_PHASE = const(280)
_NO_PHASE = const(0xFF)
_PIECE = const(14)  # of which all behind the type and the counter is made up
_BLANK = bytes(_PIECE)

MORE_BLOCKS = const(0)
COMPLETE = const(1)
REFUSED = const(-1)


class PlainReader:
    """Collects the blocks of one frame after the other; `place` holds what a unit would send."""

    def __init__(self):
        self.place = Place(*bytes_and("H", FRAME))
        self.kind = 0
        self._block = 0
        put_bytes(self.place.buf, 0, PREAMBLE)

    def start(self, kind):
        """Begins to read a frame of this type from its first block; no other is left in it."""
        self.kind = kind
        self._block = 0
        frame = self.place.buf
        frame[4] = kind
        for at in range(_MAP, FRAME, _PIECE):
            frame[at : at + _PIECE] = _BLANK
        frame[_PHASE] = _NO_PHASE

    def request(self, out, address):
        """Writes the request for the next block, without its CRC, into `out`; returns 6."""
        row = self._row()
        register = (self.kind + _FIRST_BASE << 9) + 2 * _BLOCKS[row]
        out[0] = address
        out[1] = 3
        out[2] = register >> 8
        out[3] = register & 0xFF
        out[4] = 0
        out[5] = _BLOCKS[row + 1]
        return 6

    def take(self, buf, at, size):
        """Takes the `size` data bytes of a reply; MORE_BLOCKS, COMPLETE, or REFUSED."""
        row = self._row()
        if not self.kind or self._block == _EACH or 2 * _BLOCKS[row + 1] != size:
            return REFUSED  # nothing was asked for, or something else
        self._copy(buf, at, 2 * _BLOCKS[row] + _MAP, size)
        self._block += 1
        return COMPLETE if self._block == _EACH or not _BLOCKS[row + 3] else MORE_BLOCKS

    def _row(self):
        """Returns where the next block is in the table."""
        return 2 * (_EACH * (self.kind - 1) + self._block)

    def fingerprint(self):
        """Returns a number that changes when the frame does."""
        return sum(self.place.buf) & 0xFFFF

    def _copy(self, buf, at, to, size):
        frame = self.place.buf
        longs = _LONGS[self.kind]
        pairs = _PAIRS[self.kind]
        end = to + size
        while to < end:
            word = to >> 1
            if word in longs and to + 4 <= end:
                for i in range(4):
                    frame[to + i] = buf[at + 3 - i]
                step = 4
            else:
                swap = 0 if word in pairs else 1
                frame[to + swap] = buf[at]
                frame[to + 1 - swap] = buf[at + 1]
                step = 2
            to += step
            at += step

"""The sum of a JK frame, quicker than adding it all up: for a unit that streams over Bluetooth."""

from bms.jk.jk_frames import FRAME, PREAMBLE, STATUS_FRAME

# What mostly stands from one status to the next: cells that are not there; wires; capacity and
# cycles; the upper half of the running time, and the switches behind it; what nobody knows. Where
# it begins and ends, by turns, in 16-bit words, the last part at the checksum: in the narrow
# layout, and in the wide one. To compare a part takes a chip as long as to add four bytes.
# Wherever another frame begins inside one, some part is not what it was.
_STANDING = (
    bytes((38 >> 1, 58 >> 1, 64 >> 1, 112 >> 1, 164 >> 1, 190 >> 1, 202 >> 1, 214 >> 1, 216 >> 1)),
    bytes((38 >> 1, 74 >> 1, 80 >> 1, 144 >> 1, 176 >> 1, 186 >> 1, 196 >> 1, 222 >> 1))
    + bytes((226 >> 1, 234 >> 1, 248 >> 1, 254 >> 1, 268 >> 1)),
)
_PREAMBLE_SUM = sum(PREAMBLE)


class FrameSum:
    """The sum of the bytes of a frame before its checksum, in `buf`; `wide`: in which layout.

    What mostly stands is compared with what it was in the last status that was kept, which is much
    faster than adding it up. `stands`: all of it did.
    """

    def __init__(self, buf, wide):
        self._buf = buf
        self.stands = False
        view = memoryview(buf)
        moving = []
        still = []
        last = len(PREAMBLE)  # by which the frame was found
        parts = moving
        for word in _STANDING[wide]:
            parts.append(view[last : 2 * word])
            parts = still if parts is moving else moving
            last = 2 * word
        still.append(view[last : FRAME - 1])
        self._moving = tuple(moving)
        # What mostly stands, and what it was: as tuples, which C compares in one go.
        self._still = tuple(still)
        self._kept = tuple([bytearray(len(each)) for each in still])
        self._sum = self._kept_sum = _PREAMBLE_SUM  # of what mostly stands, and of the preamble

    def look(self):
        """Returns the sum."""
        add = sum  # looked up once: it takes a chip longer to find a builtin than to add two bytes
        total = self._kept_sum
        self.stands = self._still == self._kept
        if not self.stands:
            total = _PREAMBLE_SUM
            for view in self._still:
                total = add(view, total)
        self._sum = total
        for view in self._moving:
            total = add(view, total)
        return total

    def keep(self):
        """Keeps what was looked at, a good frame. Others than status may hold passcodes."""
        if self._buf[4] == STATUS_FRAME:
            self._kept_sum = self._sum
            for i in range(len(self._kept)):
                self._kept[i][:] = self._still[i]

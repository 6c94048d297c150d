"""The sum of a JK frame, quicker than adding it all up: for a unit that streams over Bluetooth."""

from bms.jk.jk_frames import FRAME, PREAMBLE, STATUS_FRAME

# What mostly stands from one status to the next: cells that are not there; wires; switches; what
# nobody knows. Where it begins and ends in the narrow layout, and in the wide one.
_STANDING = (
    ((38, 58), (64, 112), (168, 188), (236, FRAME - 1)),
    ((38, 74), (80, 144), (200, 220), (248, 254), (268, FRAME - 1)),
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
        for start, end in _STANDING[wide]:
            moving.append(view[last:start])
            still.append(view[start:end])
            last = end
        self._moving = tuple(moving)
        # What mostly stands, and what it was: as tuples, which C compares in one go.
        self._still = tuple(still)
        self._kept = tuple([bytearray(len(each)) for each in still])
        self._sum = self._kept_sum = _PREAMBLE_SUM  # of what mostly stands, and of the preamble

    def look(self):
        """Returns the sum."""
        total = self._kept_sum
        self.stands = self._still == self._kept
        if not self.stands:
            total = _PREAMBLE_SUM
            for view in self._still:
                total = sum(view, total)
        self._sum = total
        for view in self._moving:
            total = sum(view, total)
        return total

    def keep(self):
        """Keeps what was looked at, a good frame. Others than status may hold passcodes."""
        if self._buf[4] == STATUS_FRAME:
            self._kept_sum = self._sum
            for i in range(len(self._kept)):
                self._kept[i][:] = self._still[i]

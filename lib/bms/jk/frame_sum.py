"""The sum of a JK frame, quicker than adding it all up: for a unit that streams over Bluetooth."""

from bms.jk.jk_frames import FRAME, STATUS_FRAME

# What mostly stands from one status to the next: cells that are not there; wires; switches; what
# nobody knows. Where it begins and ends in the narrow layout, and in the wide one.
_STANDING = (
    ((38, 58), (64, 112), (168, 188), (236, FRAME - 1)),
    ((38, 74), (80, 144), (200, 220), (248, 254), (268, FRAME - 1)),
)


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
        standing = []
        last = 0
        for start, end in _STANDING[wide]:
            moving.append(view[last:start])
            standing.append((view[start:end], bytearray(end - start)))
            last = end
        self._moving = tuple(moving)
        self._standing = tuple(standing)
        self._still = tuple([view for view, _ in standing])
        self._sum = self._kept_sum = 0  # of what mostly stands

    def look(self):
        """Returns the sum."""
        self.stands = True
        for view, kept in self._standing:
            if kept != view:
                self.stands = False
        total = self._kept_sum
        if not self.stands:
            total = 0
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
            for view, kept in self._standing:
                kept[:] = view

"""NOR flash below LittleFS, which loses its power, for scripts of the 64-bit build.

flash = Flash(blocks); make(flash); use(flash)
flash.budget = flash.steps + 100   # it dies in the 101st step from here
use(Flash(flash.data))             # the power is back
"""

import os

import vfs

BLOCK = 4096
READ = 32
_QUARTER = 1024
_BLANK = memoryview(b"\xff" * BLOCK)
_SIZES = {"progsize": 32, "readsize": READ, "lookahead": 32}  # the ESP32's


class Flash:
    """Programming clears bits, erasing sets a block's. It dies after `budget` steps.

    A step is a byte programmed or a quarter of a block erased; a dead flash changes no more. data:
    what is in it, kept as it is; or the number of empty blocks. `log`: a list gets each
    programming and erasure as (steps done before it, where, the bytes, or None), see `states`;
    `read`: in `marks` a 1 is set for each READ bytes of which any are read. None: nobody asks.
    """

    def __init__(self, data):
        self.data = bytearray(BLOCK * data) if isinstance(data, int) else data
        self._view = memoryview(self.data)  # a part of it is no copy
        self.budget = None
        self.steps = 0
        self.log = self.read = None
        self.read_bytes = 0
        self.erased = [0] * (len(self.data) // BLOCK)

    def readblocks(self, n, buf, offset=0):
        start = n * BLOCK + offset
        end = start + len(buf)
        buf[:] = self._view[start:end]
        self.read_bytes += len(buf)
        if self.read is not None:
            for at in range(start // READ, (end + READ - 1) // READ):
                self.read[at] = 1

    def writeblocks(self, n, buf, offset=0):
        start = n * BLOCK + offset
        self._note(start, buf)
        size = self._afford(len(buf))
        there = self._view[start : start + size]
        if size and min(there) == 0xFF:
            there[:] = memoryview(buf)[:size]
        else:
            for i in range(size):
                there[i] &= buf[i]
        return 0 if size == len(buf) else -5

    def ioctl(self, op, arg):
        if op == 4:
            return len(self.erased)
        if op == 5:
            return BLOCK
        if op == 6:
            self._note(arg * BLOCK, None)
            parts = self._afford(4)
            size = _QUARTER * parts
            self._view[arg * BLOCK : arg * BLOCK + size] = _BLANK[:size]
            self.erased[arg] += 1
            return 0 if parts == 4 else -5
        return 0

    def marks(self):
        """Returns marks for `read`, none set."""
        return bytearray(len(self.data) // READ)

    def _note(self, start, data):
        if self.log is not None:
            self.log.append((self.steps, start, data and bytes(data)))

    def _afford(self, wanted):
        if self.budget is not None:
            wanted = min(wanted, self.budget - self.steps)
        self.steps += wanted
        return wanted


def states(data, log):
    """Yields what a flash goes through while `log` is done: (steps, data, where it has changed).

    data: a bytearray that was in it before, which changes from one to the next; where: (start,
    end), None for what there was in the beginning. A step that changes nothing makes no state.
    """
    yield 0, data, None
    first = log[0][0] if log else 0
    for steps, start, new in log:
        steps -= first
        if new is None:
            for at in range(start, start + BLOCK, _QUARTER):
                steps += 1
                data[at : at + _QUARTER] = b"\xff" * _QUARTER
                yield steps, data, (at, at + _QUARTER)
            continue
        for at, byte in enumerate(new, start):
            steps += 1
            if data[at] & byte != data[at]:
                data[at] &= byte
                yield steps, data, (at, at + 1)


def make(flash):
    """Makes a file system on the flash, an empty one."""
    vfs.VfsLfs2.mkfs(flash, **_SIZES)


def use(flash):
    """Mounts the flash and goes there."""
    os.chdir("/")
    try:
        vfs.umount("/flash")
    except OSError:
        pass
    vfs.mount(vfs.VfsLfs2(flash, **_SIZES), "/flash")
    os.chdir("/flash")

"""NOR flash below LittleFS, which loses its power, for scripts of the 64-bit build.

flash = Flash(blocks); make(flash); use(flash)
flash.budget = flash.steps + 100   # it dies in the 101st step from here
use(Flash(flash.data))             # the power is back
"""

import os

import vfs

BLOCK = 4096
_SIZES = {"progsize": 32, "readsize": 32, "lookahead": 32}  # the ESP32's


class Flash:
    """Programming clears bits, erasing sets a block's. It dies after `budget` steps.

    A step is a byte programmed or a quarter of a block erased; a dead flash changes no more. data:
    what is in it, kept as it is; or the number of empty blocks. `begun`: a list gets
    with how many steps done each programming and erasure began; None: nobody asks.
    """

    def __init__(self, data):
        self.data = bytearray(BLOCK * data) if isinstance(data, int) else data
        self.budget = None
        self.steps = 0
        self.begun = None
        self.read_bytes = 0
        self.erased = [0] * (len(self.data) // BLOCK)

    def readblocks(self, n, buf, offset=0):
        start = n * BLOCK + offset
        buf[:] = self.data[start : start + len(buf)]
        self.read_bytes += len(buf)

    def writeblocks(self, n, buf, offset=0):
        start = n * BLOCK + offset
        size = self._afford(len(buf))
        for i in range(size):
            self.data[start + i] &= buf[i]
        return 0 if size == len(buf) else -5

    def ioctl(self, op, arg):
        if op == 4:
            return len(self.erased)
        if op == 5:
            return BLOCK
        if op == 6:
            parts = self._afford(4)
            size = BLOCK // 4 * parts
            self.data[arg * BLOCK : arg * BLOCK + size] = b"\xff" * size
            self.erased[arg] += 1
            return 0 if parts == 4 else -5
        return 0

    def _afford(self, wanted):
        if self.begun is not None:
            self.begun.append(self.steps)
        if self.budget is not None:
            wanted = min(wanted, self.budget - self.steps)
        self.steps += wanted
        return wanted


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

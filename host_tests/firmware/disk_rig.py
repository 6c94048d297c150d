"""A flash that loses its power in the middle of something.

The file system is the worst that there is: bytes are in place as soon as they are written, and a
file that is opened for writing is empty at once.
"""

import io


class PowerCut(BaseException):
    """The device is gone."""


class Disk:
    """A file system in a dict, that loses its power after `budget` steps (bytes, renames...)."""

    def __init__(self, files=None):
        self.files = dict(files or {})
        self.budget = None
        self.steps = 0

    def spend(self):
        if self.budget is not None and self.steps >= self.budget:
            raise PowerCut
        self.steps += 1

    def open(self, path, mode="r"):
        if "w" in mode:
            self.spend()
            self.files[path] = b""
            return _Writer(self, path)
        if path not in self.files:
            raise FileNotFoundError(path)
        return io.BytesIO(self.files[path])

    def text(self, path, mode="r"):
        """As `open`, for what is read as text."""
        file = self.open(path, mode)
        return file if "w" in mode else io.StringIO(file.read().decode())

    def rename(self, source, target):
        if source not in self.files:
            raise FileNotFoundError(source)
        self.spend()
        self.files[target] = self.files.pop(source)

    def stat(self, path):
        if path not in self.files:
            raise FileNotFoundError(path)


class _Writer:
    def __init__(self, disk, path):
        self._disk = disk
        self._path = path

    def write(self, text):
        for byte in text.encode():
            self._disk.spend()
            self._disk.files[self._path] += bytes((byte,))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def run(disk, work, budget=None):
    """Runs `work` until the power goes; returns the steps it took, or None if it was cut."""
    disk.budget = budget
    disk.steps = 0
    try:
        work()
    except PowerCut:
        return None
    finally:
        disk.budget = None
    return disk.steps

"""The files of history.ring in the flash.

The tail has a folder of its own: with each write of it LittleFS may copy what its books say of all
that is in the same folder, which is the more work the more segments there are.
"""

import os

_FOLDER = "records"
_TAIL_FOLDER = "records/now"
_TAIL = "records/now/tail"
_NAME = "records/%08x"
_DIGITS = 8


class RecordStore:
    """See history.ring.Ring. Raises OSError where the flash does."""

    def __init__(self):
        for folder in (_FOLDER, _TAIL_FOLDER):
            try:
                os.mkdir(folder)
            except OSError:
                pass  # it is there; any other trouble shows in the first write

    def numbers(self):
        """Returns the numbers of all segments."""
        found = []
        for entry in os.ilistdir(_FOLDER):
            if len(entry[0]) == _DIGITS:
                try:
                    found.append(int(entry[0], 16))
                except ValueError:
                    pass  # somebody else's
        return found

    def size(self, number):
        """Returns the bytes of a segment."""
        return os.stat(_NAME % number)[6]

    def read(self, number, at, buf):
        """Reads from byte `at` of a segment; returns how many there were."""
        with open(_NAME % number, "rb") as file:
            file.seek(at)
            return file.readinto(buf)

    def append(self, number, buf, start, end):
        """Appends buf[start:end] to a segment; it is there when this returns."""
        with open(_NAME % number, "ab") as file:
            file.write(memoryview(buf)[start:end])

    def remove(self, number):
        """Deletes a segment."""
        os.remove(_NAME % number)

    def read_tail(self, buf):
        """Reads the tail; returns its bytes, 0 if there is none."""
        try:
            with open(_TAIL, "rb") as file:
                return file.readinto(buf)
        except OSError:
            return 0

    def write_tail(self, buf, end):
        """Replaces the tail by buf[0:end]."""
        with open(_TAIL, "wb") as file:
            file.write(memoryview(buf)[:end])

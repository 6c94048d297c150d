"""The files of history.ring in the flash, or of history.unpaged.

The tail has a folder of its own: with each write of it LittleFS may copy what its books say of all
that is in the same folder, which is the more work the more segments there are.
"""

import os

FOLDER = "records"
_TAIL_FOLDER = "records/now"
PAGES = "p"  # the names of segments begin so, and their tail's
UNPAGED = ""  # and those of a board without PSRAM, or of a version before, so
_DIGITS = 8


class RecordStore:
    """See history.ring.Ring; kind: PAGES or UNPAGED. Raises OSError where the flash does."""

    def __init__(self, kind):
        self._kind = kind
        self._name = FOLDER + "/" + kind + "%08x"
        self._tail = _TAIL_FOLDER + "/" + kind + "tail"
        for folder in (FOLDER, _TAIL_FOLDER):
            try:
                os.mkdir(folder)
            except OSError:
                pass  # it is there; any other trouble shows in the first write

    def numbers(self):
        """Returns the numbers of all segments."""
        found = []
        kind = self._kind
        for entry in os.ilistdir(FOLDER):
            name = entry[0]
            if len(name) == len(kind) + _DIGITS and name.startswith(kind):
                try:
                    found.append(int(name[len(kind) :], 16))
                except ValueError:
                    pass  # somebody else's
        return found

    def size(self, number):
        """Returns the bytes of a segment."""
        return os.stat(self._name % number)[6]

    def read(self, number, at, buf):
        """Reads from byte `at` of a segment; returns how many there were."""
        with open(self._name % number, "rb") as file:
            file.seek(at)
            return file.readinto(buf)

    def append(self, number, buf, start, end):
        """Appends buf[start:end] to a segment; it is there when this returns."""
        with open(self._name % number, "ab") as file:
            file.write(memoryview(buf)[start:end])

    def remove(self, number):
        """Deletes a segment."""
        os.remove(self._name % number)

    def read_tail(self, buf):
        """Reads the tail; returns its bytes, 0 if there is none."""
        try:
            with open(self._tail, "rb") as file:
                return file.readinto(buf)
        except OSError:
            return 0

    def write_tail(self, buf, end):
        """Replaces the tail by buf[0:end]."""
        with open(self._tail, "wb") as file:
            file.write(memoryview(buf)[:end])

"""What tests of the history share: files on which the power goes, and records by number."""

from history import record as r
from history.ring import Ring
from history.unpacking import unpack

PER = 10  # records in a segment, so that a test makes several


class PowerCut(Exception):
    """The device is gone."""


class Store:
    """The files of a ring in a dict, as LittleFS keeps them: a file changes when it is closed.

    With a `budget` the power goes after so many steps: a byte written, a close, a removal.
    """

    def __init__(self, files=None):
        self.files = dict(files or {})
        self.budget = None
        self.steps = 0

    def spend(self, steps=1):
        if self.budget is not None and self.steps + steps > self.budget:
            raise PowerCut
        self.steps += steps

    def numbers(self):
        return [name for name in self.files if name != "tail"]

    def size(self, number):
        return len(self.files[number])

    def read(self, number, at, buf):
        if number not in self.files:
            raise OSError(2)
        data = self.files[number][at : at + len(buf)]
        buf[: len(data)] = data
        return len(data)

    def append(self, number, buf, start, end):
        self.spend(end - start)
        self.spend()
        self.files[number] = self.files.get(number, b"") + bytes(buf[start:end])

    def remove(self, number):
        self.spend()
        del self.files[number]

    def read_tail(self, buf):
        data = self.files.get("tail", b"")[: len(buf)]
        buf[: len(data)] = data
        return len(data)

    def write_tail(self, buf, end):
        self.spend(end)
        self.spend()
        self.files["tail"] = bytes(buf[:end])


def numbered(n):
    """Returns a record that is known again."""
    record = r.Record()
    record.of_day = True
    record.time_s = n
    return record


def times(ring):
    """Returns [the time of each record of the ring], None for what is damaged."""
    found = []
    buf = bytearray(3 * r.BYTES)
    record = r.Record()
    number = ring.first
    while number < ring.next:
        n = ring.read(number, buf)
        assert n > 0
        for i in range(n):
            found.append(record.time_s if unpack(record, buf, r.BYTES * i) else None)
        number += n
    return found


def small(store, segments=3):
    return Ring(store, segments, PER)

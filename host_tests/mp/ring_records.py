"""Reads whatever a history.ring.Ring has in the flash."""

from history.record import Record
from history.ring import Window


def records(ring):
    """Yields (number, Record) of each, the oldest first; fails on a damaged one. It is the same
    Record each time."""
    window = Window(ring)
    record = Record()
    for number in range(ring.first, ring.next):
        assert window.read(number, record), number
        yield number, record

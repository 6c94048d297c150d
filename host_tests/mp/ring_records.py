"""Reads whatever a history.ring.Ring has in the flash."""

from history.record import BYTES, Record
from history.unpacking import unpack


def records(ring):
    """Yields (number, Record) of each, the oldest first; fails on a damaged one. It is the same
    Record each time."""
    buf = bytearray(4 * BYTES)
    record = Record()
    number = ring.first
    while number < ring.next:
        for i in range(ring.read(number, buf)):
            assert unpack(record, buf, BYTES * i), number
            yield number, record
            number += 1

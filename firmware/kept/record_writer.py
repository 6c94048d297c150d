"""Writes one record of the history of a board without PSRAM: see kept.small_recorder.

The files are those of kept.record_store, without a tail: `packmate history` reads them as those of
a ring. At a record each quarter of an hour an erasure for each is nothing.
"""

import os
from time import ticks_ms

from bms import pack as p
from bms.check import PLAUSIBLE
from compat import const
from history import record as r

_FREE_BYTES = const(65_536)  # are left for the state
_FOLDER = "records"
_NAME = "records/%08x"
_DIGITS = const(8)

# What the records of this start have said of its time: nothing, that they count from the start, or
# the time of day.
_STARTED = const(1)
_TIMED = const(2)


def keep(device, on, segments, told):
    """Appends a record, and a mark where its time needs one; returns `told` for the next one.

    on: the mat is; segments: how many files there may be. Raises OSError where the flash does.
    """
    record = r.Record()
    buf = bytearray(2 * r.BYTES)
    clock = device.clock
    record.time_s = uptime_s = device.uptime_s
    end = 0
    day_s = None if clock is None else clock.since_2024_s()
    if day_s is not None:
        record.of_day = True
        record.time_s = day_s
        if told == _STARTED:
            record.mark(r.TIMED, uptime_s, device.boots)
            record.pack(buf, 0)
            end = r.BYTES
        told = _TIMED
    elif told == 0:
        record.mark(r.STARTED, device.boots, 0)
        record.pack(buf, 0)
        end = r.BYTES
        told = _STARTED
    bms = device.bms
    fresh = bms.pack.fresh(p.STATUS, ticks_ms(), device.max_age_ms) and not bms.check.frozen
    good = fresh and bms.check.verdict == PLAUSIBLE
    record.take(bms.pack, good, on, device.heater.state)
    record.pack(buf, end)
    _append(memoryview(buf)[: end + r.BYTES], segments)
    return told


def _append(data, segments):
    """Appends records to the newest file, or to a new one; the oldest ones make room for that."""
    names = _names()
    size = os.stat(_NAME % names[-1])[6] if names else 0
    if names and size % r.BYTES == 0 and size <= r.BYTES * r.PER - len(data):
        number = names[-1]
    else:
        number = names[-1] + 1 if names else 0
        while names and (len(names) >= segments or not _has_room()):
            os.remove(_NAME % names.pop(0))
        if not _has_room():
            raise OSError("history: the flash has no room")
    with open(_NAME % number, "ab") as file:
        file.write(data)


def _names():
    """Returns the numbers of the files there are, in order."""
    try:
        found = [entry[0] for entry in os.ilistdir(_FOLDER)]
    except OSError:
        os.mkdir(_FOLDER)
        return []
    return sorted([int(name, 16) for name in found if len(name) == _DIGITS])


def _has_room():
    stat = os.statvfs(_FOLDER)
    return stat[0] * stat[3] >= r.SEGMENT_BYTES + _FREE_BYTES

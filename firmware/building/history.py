"""Builds what keeps the pack's history, where there is PSRAM for it."""

import os

from history.keeper import Keeper
from history.record import SEGMENT_BYTES
from history.ring import Ring
from history.unpaged import Unpaged
from kept import history_recorder
from kept.record_store import FOLDER, PAGES, UNPAGED, RecordStore

_LEAST = 2  # segments: one can be empty
_FREE_BYTES = 65_536  # are left for the state, and for an update


def add_to(device, early):
    """Gives the device its recorder, if the flash has room. The heater must not lack for it."""
    try:
        _add_to(device, early)
    except OSError as error:
        early.errors.append("history_kb: the flash does not take it (%s); nothing is kept" % error)


def _add_to(device, early):
    settings = early.settings
    store = RecordStore(PAGES)
    before = RecordStore(UNPAGED)
    segments = _segments(1024 * settings["history_kb"], (store, before), early.errors)
    if segments < _LEAST:
        return
    ring = Ring(store, segments, old=Unpaged(before) if before.numbers() else None)
    every = settings["history_interval_s"], settings["history_rest_s"]
    keeper = Keeper(ring, *every, device.boots)
    device.recorder = history_recorder.Recorder(ring, keeper, settings["history_rest_s"])
    device.extras += (history_recorder.run(device),)


def _segments(wanted, stores, errors):
    """Returns how many segments there can be; says so if that is less than was asked for."""
    stat = os.statvfs(FOLDER)
    free = stat[0] * stat[3]
    for store in stores:
        free += sum([store.size(number) for number in store.numbers()])
    room = max(0, free - _FREE_BYTES)
    if wanted > room:
        errors.append(
            "history_kb: the flash has room for %d kB, not %d" % (room // 1024, wanted // 1024)
        )
    return min(max(wanted // SEGMENT_BYTES, _LEAST), room // SEGMENT_BYTES)

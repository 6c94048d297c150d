"""Keeps the pack's history where there is no PSRAM for kept.history_recorder, nor for telling it.

What writes a record is loaded for each one, and forgotten: in between only this task lives, and
where the settings do not ask for a history, not even that.
"""

import gc
import sys
from time import ticks_ms

from compat import const
from unload import unload

_TICK_MS = const(1000)
# What comes with it. A dialect that has one of these keeps its own.
LOADED = ("kept.record_writer", "history.record", "bms.crc16", "bms.wire_le")


def run(device, segments, rest_s):
    """The task: a record every `rest_s`, the first one a minute after the start."""
    due_s = 60
    told = 0  # see kept.record_writer
    while True:
        yield _TICK_MS
        if device.uptime_s < due_s:
            continue
        due_s = device.uptime_s + rest_s
        on = device.output.on
        # Loading takes a while, and a write may erase a block: the pin is low meanwhile.
        device.output.off()
        device.supervisor.relax()
        gc.collect()
        try:
            from kept.record_writer import keep

            told = keep(device, on, segments, told)
        except Exception as error:  # whatever it is, the heater is not to go with it
            sys.print_exception(error)
        keep = None
        for name in LOADED:
            unload(name)
        gc.collect()
        device.supervisor.excuse(ticks_ms())

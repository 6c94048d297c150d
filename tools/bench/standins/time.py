"""The ESP32's `time` on the bench's virtual time. Ticks wrap at 2**30, the epoch is 2000.

In the main thread sleeping lets virtual time pass by the bench. Another thread follows loosely:
it sleeps in small real steps until virtual time is there, and never drives the bench.
"""

import sys

import bench_asyncio
import bench_link as link
import bench_ops as ops
import utime
from bench_ticks import ticks_add, ticks_diff, ticks_ms, ticks_us  # noqa: F401

_EPOCH_2000 = 946_684_800
_SHORT_US = 200  # below this a sleep is a busy wait, as on the ESP32
_STEP_US = 2_000  # real time between two looks of another thread
_clock_us = [0]  # what to add to t for the wall clock

ticks_cpu = ticks_us

# asyncio's queue in C reads the host's clock; ours reads this one. asyncio imports `time` first.
sys.modules["_asyncio"] = bench_asyncio


def sleep(seconds):
    sleep_us(int(seconds * 1_000_000))


def sleep_ms(ms):
    sleep_us(ms * 1000)


def sleep_us(us):
    if us <= 0:
        return
    if us < _SHORT_US:
        utime.sleep_us(us)
        return
    until_us = link.now_us() + us
    if link.in_main_thread():
        while link.now_us() < until_us:
            link.idle_until(until_us)
    else:
        while link.now_us() < until_us:
            utime.sleep_us(_STEP_US)


def _wall_us():
    return link.now_us() + _clock_us[0] + link.cells[ops.RTC]


def time():
    return _wall_us() // 1_000_000


def time_ns():
    return _wall_us() * 1000


def gmtime(seconds=None):
    return utime.gmtime((time() if seconds is None else int(seconds)) + _EPOCH_2000)[:8]


localtime = gmtime


def mktime(when):
    return utime.mktime(tuple(when[:8]) + (0,)) - _EPOCH_2000


def bench_set_clock(us):
    """Sets the wall clock, in µs since 2000 (RTC.datetime)."""
    _clock_us[0] = us - link.now_us() - link.cells[ops.RTC]

"""Ticks of the bench's virtual time, for `time` and for asyncio's queue. They wrap at 2**30."""

import bench_link as link

_MASK = (1 << 30) - 1
_HALF = 1 << 29


def ticks_ms():
    return link.now_us() // 1000 & _MASK


def ticks_us():
    return link.now_us() & _MASK


def ticks_diff(end, start):
    return ((end - start + _HALF) & _MASK) - _HALF


def ticks_add(ticks, delta):
    if not -_HALF < delta < _HALF:
        raise OverflowError("ticks interval overflow")
    return ticks + delta & _MASK

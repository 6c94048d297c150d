"""Times a call under real MicroPython, for the scripts of tools/benchmark.py.

Each case is a line: name, hundredths of a microsecond and bytes a call, and the time of a loop
whose time on an ESP32 is known, separated by |.
"""

import gc
import time

import harness

from compat import const

_ROUNDS = const(60)
_CALLS = const(25)  # a round; the first few find nothing in the machine's caches
_BYTES = bytes(300)


def known_loop():
    """A sum over 300 bytes by index: 1191 µs on an ESP32 at 240 MHz."""
    data = _BYTES
    total = 0
    for i in range(300):
        total += data[i]
    return total


def timed(fn):
    """Returns the µs that some calls take."""
    start = time.ticks_us()
    for _ in range(_CALLS):
        fn()
    return time.ticks_diff(time.ticks_us(), start)


def measure(name, fn):
    """Prints the case's line: the best of many rounds, so that other load counts little.

    The known loop takes turns with it, so that both meet the machine at the same speed.
    """
    fn()
    fn()
    grown = harness.allocated(fn, 10)
    best = loop = 1_000_000
    for _ in range(_ROUNDS):
        gc.collect()
        best = min(best, timed(fn))
        loop = min(loop, timed(known_loop))
    show(name, best * 100 // _CALLS, grown // 10, loop * 100 // _CALLS)


def show(name, spent, grown, loop):
    """Prints a case's line; times in hundredths of a microsecond."""
    print("%s|%d|%d|%d" % (name, spent, grown, loop))

"""For scripts that run under real MicroPython: proof that a call allocates nothing.

    import harness
    harness.check_no_alloc("feed, garbage", lambda: dialect.feed(buf, 64, 0))

Two passes are needed, because each sees what the other misses. With the heap locked an exception
that is raised and caught uses the emergency buffer and passes unseen, whereas the counter grows
with it; and an object freed at once (a growing list's old storage) leaves the counter as it was,
whereas the lock refuses it. Integers beyond 2**30 show on the 32-bit build only.
"""

import gc
import sys

import micropython

WARM_UP = micropython.const(2)
ROUNDS = micropython.const(3)

if hasattr(micropython, "alloc_emergency_exception_buf"):  # not in the WebAssembly build
    micropython.alloc_emergency_exception_buf(256)  # a MemoryError then tells its line


class AllocationError(Exception):
    """A call that must not allocate did."""


def allocated(fn, rounds):
    """Returns the bytes of heap that `rounds` calls of `fn` take, garbage included."""
    gc.collect()
    gc.disable()
    try:
        before = gc.mem_alloc()
        for _ in range(rounds):
            fn()
        return gc.mem_alloc() - before
    finally:
        gc.enable()


def _runs_locked(fn, rounds):
    micropython.heap_lock()
    try:
        for _ in range(rounds):
            fn()
    except MemoryError as error:
        micropython.heap_unlock()
        sys.print_exception(error)
        return False
    micropython.heap_unlock()
    return True


def check_no_alloc(name, fn, warm_up=WARM_UP, rounds=ROUNDS):
    """Raises AllocationError with the figures if `fn()` allocates once it has been warmed up."""
    for _ in range(warm_up):
        fn()
    grown = allocated(fn, rounds)
    if grown:
        raise AllocationError("%s: %d B in %d calls" % (name, grown, rounds))
    if not _runs_locked(fn, rounds):
        raise AllocationError("%s: allocates with the heap locked, see above" % name)
    print(name + ": 0 B")


def check(condition, message):
    """Raises AssertionError with `message` unless the condition holds."""
    if not condition:
        raise AssertionError(message)


def check_equal(got, expected, what):
    """Raises AssertionError with both values unless they are equal."""
    if got != expected:
        raise AssertionError("%s: got %r, expected %r" % (what, got, expected))

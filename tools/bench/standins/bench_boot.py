"""Starts the firmware as the ESP32 does after a reset: PACKMATE_MAIN runs as `__main__`."""

import sys

import bench_link  # noqa: F401  connects to the bench before anything else runs
import micropython
import uos


class _Micropython:
    """The builtin module, and what only bare metal has."""

    def __getattr__(self, name):
        return getattr(micropython, name)

    @staticmethod
    def alloc_emergency_exception_buf(size):
        pass


sys.modules["micropython"] = _Micropython()
del sys.argv[:]
execfile(uos.getenv("PACKMATE_MAIN"))  # noqa: F821  a builtin of MicroPython

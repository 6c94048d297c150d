"""Starts the firmware as the ESP32 does after a reset: PACKMATE_MAIN runs as `__main__`."""

import sys

import bench_link  # noqa: F401  connects to the bench before anything else runs
import bench_micropython
import uos

sys.modules["micropython"] = bench_micropython
del sys.argv[:]
execfile(uos.getenv("PACKMATE_MAIN"))  # noqa: F821  a builtin of MicroPython

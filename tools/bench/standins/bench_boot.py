"""Starts the firmware as the ESP32 does after a reset: PACKMATE_MAIN runs as `__main__`."""

import builtins
import sys

import bench_link  # noqa: F401  connects to the bench before anything else runs
import bench_micropython
import bench_power
import uos

sys.modules["micropython"] = bench_micropython
builtins.open = bench_power.open_for
del sys.argv[:]
execfile(uos.getenv("PACKMATE_MAIN"))  # noqa: F821  a builtin of MicroPython

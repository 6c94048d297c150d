"""Starts the firmware as the ESP32 does after a reset: boot.py, then main.py (PACKMATE_MAIN)."""

import builtins
import sys

import bench_link  # noqa: F401  connects to the bench before anything else runs
import bench_micropython
import bench_power
import uos

sys.modules["micropython"] = bench_micropython
if uos.getenv("PACKMATE_TLS"):  # it takes memory of the firmware's
    import bench_tls

    sys.modules["tls"] = bench_tls
builtins.open = bench_power.open_for
del sys.argv[:]
main = uos.getenv("PACKMATE_MAIN")
first = main.rsplit("/", 1)[0] + "/boot.py"
try:
    uos.stat(first)
except OSError:
    first = None
if first:
    execfile(first)  # noqa: F821  a builtin of MicroPython
execfile(main)  # noqa: F821

"""Where MicroPython on the host finds aioble: the real one if it is installed, else a stand-in."""

import os

from tools.bench.bench_config import ROOT

# Where `mpremote mip install aioble` and the like may have put it, for the host.
REAL = os.path.join(ROOT, ".venv", "micropython")
STANDIN = os.path.join(ROOT, "tools", "bench", "standins", "fallback")


def real_aioble():
    """Returns the folder that holds the real aioble, or None. PACKMATE_AIOBLE names another."""
    for place in (os.environ.get("PACKMATE_AIOBLE"), REAL):
        if place and os.path.isfile(os.path.join(place, "aioble", "client.py")):
            return place
    return None


def aioble_places():
    """Returns the folders to search for aioble, in order."""
    real = real_aioble()
    return [real, STANDIN] if real else [STANDIN]

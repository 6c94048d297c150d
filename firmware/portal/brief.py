"""What is loaded for a moment and forgotten after it: the page, what judges it, what draws.

Each takes a fifth of the memory that there is beside Wi-Fi, and all of them have no room at once.
"""

import gc
import sys

from unload import unload


class Brief:
    """Knows the modules that are there to stay: those that have been loaded by now."""

    def __init__(self):
        self._stay = set(sys.modules)

    def forget(self):
        """Forgets what has been loaded since. Who still uses something of it, keeps that."""
        if len(sys.modules) > len(self._stay):
            for name in set(sys.modules) - self._stay:
                unload(name)
            gc.collect()

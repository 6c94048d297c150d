"""Gives back the memory of a module that is not needed any more."""

import sys


def unload(name):
    """Forgets a module, also as an attribute of its package; if it is not there, does nothing."""
    module = sys.modules.pop(name, None)
    parent, _, own = name.rpartition(".")
    if module is not None and parent in sys.modules:
        try:
            delattr(sys.modules[parent], own)
        except (AttributeError, KeyError):
            pass  # its import was not finished

"""Drops the functions that only building needs, when a part of the device is built.

In an image for a board without PSRAM there are their names (tools/once.py); where nothing is
squeezed, all stays.
"""

# What an image has of them is text.
# pyright: reportAttributeAccessIssue=false

import sys

# After each part that build.py builds, and for each module: its name, then those of functions,
# class.method, and classes, which lose their constructors.
_DROPPED = ((), (), (), ())


def drop(part):
    """Drops functions and methods of the modules that are loaded; the others never had them."""
    for line in _DROPPED[part]:
        module, names = line.split(" ", 1)  # pyright: ignore[reportAttributeAccessIssue]
        if module in sys.modules:
            for name in names.split(" "):
                home = sys.modules[module]
                if "." in name:
                    cls, name = name.split(".")
                    home = getattr(home, cls)
                elif isinstance(getattr(home, name), type):
                    home = getattr(home, name)
                    name = "__init__"
                # A map keeps the value of what is deleted from it until the place is needed.
                setattr(home, name, None)

"""Imported when the device is built: drops the functions that only building needs.

In an image for a board without PSRAM there are their names (tools/once.py); where nothing is
squeezed, all stays.
"""

import sys

# For each module: its name, then those of functions, class.method, and classes, which lose their
# constructors.
_DROPPED = ()


def drop(lines):
    """Drops functions and methods of the modules that are loaded; the others never had them."""
    for line in lines:
        module, names = line.split(" ", 1)
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


drop(_DROPPED)

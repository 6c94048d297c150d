"""Drops the functions that only building needs, when a part of the device is built.

In an image for a board without PSRAM there are their names (tools/small/once.py); where nothing is
squeezed, all stays.
"""

# What an image has of them is text.
# pyright: reportAttributeAccessIssue=false

import sys

# After each part that build.py builds, and for each module: its name, then those of functions,
# class.method, and classes, which lose their constructors. The last ones go with the last part,
# unless the device has what finds its BMS out.
_DROPPED = ((), (), (), (), ())
_SEARCH = "links.auto"


def drop(part):
    """Drops functions and methods of the modules that are loaded; the others never had them."""
    _drop(_DROPPED[part])
    if part == len(_DROPPED) - 2 and _SEARCH not in sys.modules:
        _drop(_DROPPED[-1])


def _drop(lines):
    for line in lines:
        module = line[: line.find(" ")]
        if module in sys.modules:
            for name in line.split(" ")[1:]:
                home = sys.modules[module]
                if "." in name:
                    cls, name = name.split(".")
                    home = getattr(home, cls)
                elif isinstance(getattr(home, name), type):
                    home = getattr(home, name)
                    name = "__init__"
                # A map keeps the value of what is deleted from it until the place is needed.
                setattr(home, name, None)

"""Keeps the last lines of the console, for the record of a crash; on boards with PSRAM only.

All of ours is printed by `print`, which is taken over; what MicroPython prints itself is not kept.
"""

import builtins

from compat import const

_LINES = const(24)
_LONGEST = const(120)

_lines = []
_print = print


def start():
    """Keeps what is printed from now on."""
    builtins.print = _print_and_keep


def last():
    """Returns the lines kept, as a list of str, the oldest first."""
    return list(_lines)


def _print_and_keep(*things, **how):
    _print(*things, **how)
    _lines.append(" ".join([str(thing) for thing in things])[:_LONGEST])
    if len(_lines) > _LINES:
        _lines.pop(0)

"""Keeps the last lines of the console, for the record of a crash; on boards with PSRAM only.

All of ours is printed by `print`, which is taken over; what MicroPython prints itself is not kept.
"""

import builtins

from compat import const

_LINES = const(24)
_LONGEST = const(120)
_SECRET = const(64)  # as long as any (settings/table.py): one that begins in a line is there whole

_lines = []
_print = print


def start():
    """Keeps what is printed from now on."""
    builtins.print = _print_and_keep


def last(without_secrets):
    """Returns the lines kept, as a list of str, the oldest first. without_secrets: of kept.crash,
    which must see a secret as a whole: so lines are cut after it."""
    text = without_secrets("\n".join(_lines))
    return [line[:_LONGEST] for line in text.split("\n")]


def _print_and_keep(*things, **how):
    _print(*things, **how)
    _lines.append(" ".join([str(thing) for thing in things])[: _LONGEST + _SECRET])
    if len(_lines) > _LINES:
        _lines.pop(0)

"""Keeps over the reset why the program has ended: imported only then, when its memory is free.

A record is one JSON object: `version`, `board`; `ran_s`, how long it ran, `reset_cause`, by which
it had started (a line of words.RESET_NAMES), and `failed_starts` before it; `unix_s`, the time if
it is known; `memory`, a list of five: what Python had in use and free, and what the IDF had free,
free in one piece, and free at the least, as of the last look at it; `error`; `traceback`, as the
console shows it; `lines`, the last of the console where they are kept (kept/console.py). What is
unknown is null, and no secret is in it.

It is written once at most in each start, and a start that fails at once is tried three times: so
the flash wears no faster by it than by state.json.
"""

import gc
import io
import json
import sys

import board
import machine

from compat import const
from kept.crash_file import UNTOLD
from kept.times import unix_s
from version import VERSION

_SECRETS = "secrets.json"
_HIDDEN = "***"
_LONGEST_ERROR = const(200)
_LONGEST_TRACE = const(1000)  # its end is kept: there is the function that failed


def keep(error, failures, ended):
    """Writes the record of `error`; failures: the starts that failed before this one; ended: what
    app.run has left of it, None or empty if it did not come so far.

    Raises OSError or MemoryError if that does not go.
    """
    gc.collect()
    text = json.dumps(describe(error, failures, ended))
    with open(UNTOLD, "w") as file:
        file.write(text)


def describe(error, failures, ended):
    """Returns the record, as a dict."""
    ran_s, memory = ended if ended and len(ended) == 2 else (None, None)
    stream = io.StringIO()
    sys.print_exception(error, stream)
    trace = without_secrets(stream.getvalue())
    return {
        "version": VERSION,
        "board": board.NAME,
        "ran_s": ran_s,
        "reset_cause": machine.reset_cause(),
        "failed_starts": failures,
        "unix_s": unix_s(),
        "memory": _memory(memory),
        "error": without_secrets("%s: %s" % (type(error).__name__, error))[:_LONGEST_ERROR],
        "traceback": trace[-_LONGEST_TRACE:],
        "lines": _lines(),
    }


def without_secrets(text):
    """Returns a text with *** for whatever of it stands in secrets.json."""
    try:
        with open(_SECRETS) as file:
            secrets = json.loads(file.read())
        values = [value for value in secrets.values() if isinstance(value, str) and value]
    except (OSError, ValueError, AttributeError):
        return text
    for value in sorted(values, key=len, reverse=True):  # one may be a part of another
        text = text.replace(value, _HIDDEN)
    return text


def _memory(heaps):
    if heaps is None:
        return None
    idf = [heaps.idf_free, heaps.idf_largest, heaps.idf_min]
    return [heaps.python_used, heaps.python_free] + idf


def _lines():
    console = sys.modules.get("kept.console")  # on a board with PSRAM
    return None if console is None else console.last(without_secrets)

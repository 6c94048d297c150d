"""The names that MicroPython has in its flash: `python -m tools.small.flash_names [--check]`.

A name that a module brings along takes some 11 bytes of the heap, one that the firmware itself has
takes none. So what squeeze.py and bundle.py shorten is called like something of
MicroPython's that the image never speaks of. Which names these are, is found out by asking: of the
names of the ESP32's modules (stock_names.txt) those that both MicroPythons of the host have before
anybody has said them. One that a firmware lacks lies in its heap, and nothing else changes.
"""

import argparse
import builtins
import keyword
import pathlib
import re
import sys
import textwrap

from tools.mp import runner
from tools.small import stock_names
from tools.small.fixed_names import DYNAMIC, asked_by_text
from tools.small.short_names import occurrences

FILE = pathlib.Path(__file__).with_suffix(".txt")

# MicroPython itself asks objects that are given to it for these.
ASKED = frozenset(
    """
    append close deinit extend flush ioctl keys readblocks readinto readline seek send throw
    value write writeblocks
    """.split()
)
_IDENTIFIER = re.compile(r"[A-Za-z]\w+\Z")


def is_usable(name):
    """True if something of ours can be called so, wherever it is."""
    return (
        _IDENTIFIER.match(name) is not None
        and not hasattr(builtins, name)
        and not keyword.iskeyword(name)
        and name not in ASKED
    )


def collect():
    """Returns the names of the ESP32's modules that can be used: the shortest first."""
    names = sorted(filter(is_usable, stock_names.load()), key=lambda name: (len(name), name))
    return stock_names.known(stock_names.known(names), runner.run64)


def load():
    """Returns the names, as a list."""
    return FILE.read_text("utf-8").split()


def unused(trees):
    """Returns the names that nothing in {module: tree} has, and by which nothing is asked."""
    said = set()
    for module, tree in trees.items():
        said |= set(occurrences(tree)) | asked_by_text(tree, module in DYNAMIC)
    return tuple(name for name in load() if name not in said)


def main(argv=None):
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="tools.small.flash_names", description=__doc__.split(":")[0]
    )
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args(argv)
    names = collect()
    if options.check:
        return 0 if names == load() else 1
    FILE.write_text(textwrap.fill(" ".join(names), stock_names.WIDTH) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

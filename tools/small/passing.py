"""Texts of what is dropped when the device is built (groups.ONCE): they must go with it.

MicroPython's compiler makes a name of each text of up to ten letters, and a name stays in memory
for ever. In a tuple of constants a text is an object like any other.
"""

import ast

from tools.small.short_names import nodes, parse
from tools.small.squeeze import is_fixed, replace

LONGEST_NAME = 10  # MICROPY_ALLOC_PARSE_INTERN_STRING_LEN


def without_names(text, modules):
    """Returns the text of a module that is dropped with its short texts in tuples, but for the
    names of `modules`, which the import makes names."""
    return replace(text, _edits(parse(text), modules))


def _edits(tree, modules):
    stay = set()  # ids of constants
    for node in nodes(tree):
        if isinstance(node, ast.Expr):
            stay.add(id(node.value))  # a docstring
        elif isinstance(node, ast.Tuple) and is_fixed(node):
            stay |= set(map(id, ast.walk(node)))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "getattr":
            stay |= set(map(id, node.args))
    return [
        (node, f"({node.value!r},)[0]")
        for node in nodes(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and len(node.value) <= LONGEST_NAME
        and node.value not in modules
        and id(node) not in stay
    ]

"""Takes out of classes what MicroPython puts into each of them and nobody asks for.

A class has `__module__` and `__qualname__` in its map, 8 bytes each; the places of names that are
deleted before the first method is entered are taken by methods.
"""

import ast

from tools.small.short_names import nodes, parse
from tools.small.squeeze import replace

_DELETED = "del __module__, __qualname__"


def without_idle_names(text):
    """Returns the text of a module with this in the place of its classes' docstrings."""
    classes = [node for node in nodes(parse(text)) if isinstance(node, ast.ClassDef)]
    first = [node.body[0] for node in classes]
    docstrings = [
        node
        for node in first
        if isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)
    ]
    return replace(text, [(node, _DELETED) for node in docstrings])

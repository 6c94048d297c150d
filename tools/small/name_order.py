"""Puts the most used names of a module first: bytecode names those with one byte, others with two.

A module has one table of names, and bytecode has a name's place in it, with 7 bits in each byte.
The compiler enters names as it meets them: outermost code before functions, attributes before
globals. So a line of outermost code that names attributes, and does nothing, settles the order.
"""

import ast
import collections
import string

from tools.small.scopes import Reader
from tools.small.short_names import is_const, nodes, parse

ONE_BYTE = 128
_TAKEN = 2  # the file's name and "<module>" are before all
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LETTERS = frozenset(string.ascii_letters + string.digits + "_")


def uses(tree):
    """Returns Counter {name: how often functions name it}.

    What runs once and is gone, outside of functions, does not count, nor do local variables, which
    have no name in bytecode.
    """
    found = collections.Counter()
    inside = {id(n) for f in nodes(tree) if isinstance(f, _FUNCTIONS) for n in nodes(f)}
    for node in nodes(tree):
        if isinstance(node, _FUNCTIONS):
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            found.update(a.arg for a in arguments)
            found[getattr(node, "name", "<lambda>")] += 1
        elif id(node) not in inside:
            continue
        elif isinstance(node, ast.Attribute):
            found[node.attr] += 1
        elif isinstance(node, ast.keyword) and node.arg:
            found[node.arg] += 1
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found[node.value] += 1
    constants = {target.id for n in tree.body if is_const(n) for target in n.targets}
    for node, name, _ in Reader(tree, ()).names:
        if isinstance(node, ast.Name) and id(node) in inside and name not in constants:
            found[name] += 1
    return found


def first_line(text):
    """Returns a line for the head of a module that names its most used names, and does nothing.

    "" where all names have one byte anyway.
    """
    found = uses(parse(text))
    names = sorted((n for n in found if _is_name(n)), key=lambda n: (-found[n], n))
    if len(names) <= ONE_BYTE - _TAKEN:
        return ""
    return "__name__ or __name__." + ".".join(names[: ONE_BYTE - _TAKEN])


def _is_name(text):
    """True if a text can be the name of an attribute."""
    return bool(text) and set(text) <= _LETTERS and not text[0].isdigit()

"""What an image has no use for: code behind what it has no module for, and what nobody names.

An image for a board without PSRAM lacks what only others do (groups.ROOMY), and what it has as a
file (tools/rendered.py). The code that would import it is there, behind a question that such a
board answers with no; the names in it would lie in memory all the same, for ever. And methods that
only such modules call would.
"""

import ast

from tools.small.inline_choice import names_used_otherwise
from tools.small.once import CALLED_BY_OTHERS, Program
from tools.small.short_names import nodes, parse
from tools.small.squeeze import replace

_BLOCKS = ("body", "orelse", "finalbody")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def without_absent(texts, is_ours):
    """Returns {module: text} for {module: text}: what follows the import of a module that is ours
    and not among them is gone, each line where it was.

    is_ours(dotted name): it is a module of ours, there or not.
    """

    def is_absent(name):
        return name not in texts and is_ours(name)

    return {module: _cut(text, is_absent) for module, text in texts.items()}


def without_unnamed(texts, kept):
    """Returns {module: text} without the functions and methods that nothing in them names, each
    line where it was. kept: names that something else may ask for."""
    program = Program(texts)
    named = {*CALLED_BY_OTHERS, *kept}
    for text in texts.values():
        tree = parse(text)
        named |= names_used_otherwise(tree)
        named |= {n.id for n in nodes(tree) if isinstance(n, ast.Name)}
        named |= {n.attr for n in nodes(tree) if isinstance(n, ast.Attribute)}
    edits = {module: [] for module in texts}
    for code in program.code():
        name = code.node.name
        if name not in named and not name.startswith("__"):
            edits[code.module].append((_with_decorators(code.node), "pass"))
    return {module: replace(text, edits[module]) for module, text in texts.items()}


def _with_decorators(function):
    """Returns a node that is where a function is, with what stands above it."""
    place = ast.Name(function.name)
    first = min([function, *function.decorator_list], key=lambda node: node.lineno)
    place.lineno, place.col_offset = first.lineno, function.col_offset
    place.end_lineno, place.end_col_offset = function.end_lineno, function.end_col_offset
    return place


def _cut(text, is_absent):
    tree = parse(text)
    functions = [n for n in nodes(tree) if isinstance(n, _FUNCTIONS) and not _waits(n)]
    edits = [edit for function in functions for edit in _edits(function, is_absent)]
    return replace(text, edits)


def _waits(function):
    """True for a generator or a coroutine: without its `yield` it would be another thing."""
    waiting = (ast.Yield, ast.YieldFrom, ast.Await)
    return isinstance(function, ast.AsyncFunctionDef) or any(
        isinstance(node, waiting) for node in nodes(function)
    )


def _edits(node, is_absent):
    """Yields (statement, its new text) for the blocks of a node, but for functions inside it."""
    for block in [getattr(node, name, None) or [] for name in _BLOCKS]:
        gone = False
        for statement in block:
            if gone:
                yield statement, "pass"
            elif any(map(is_absent, _imported(statement))):
                yield statement, "raise ImportError"
                gone = True
            elif not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
                yield from _edits(statement, is_absent)
    for handler in getattr(node, "handlers", ()):
        yield from _edits(handler, is_absent)


def _imported(statement):
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    if isinstance(statement, ast.ImportFrom):
        inside = [f"{statement.module}.{alias.name}" for alias in statement.names]
        return [statement.module, *inside]
    return []

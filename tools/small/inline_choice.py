"""Which functions can be put where they are called: inline.py does it.

A function or a method goes if it is named at that one place in the whole image, called there, and
defined once; into another module only if it names nothing but what it is given, numbers and
builtins.
"""

import ast
import collections

from tools.small.once import BUILDERS, CALLED_BY_OTHERS, Program
from tools.small.scopes import BUILTINS, bound_in
from tools.small.short_names import nodes, parse, walk
from tools.small.squeeze import private_constants

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.GeneratorExp)
_UNMOVED = (*SCOPES, ast.Delete, ast.Nonlocal, ast.Global, ast.Await, ast.Yield, ast.YieldFrom)
# Functions that stay: with their local variables, too, what calls them for each frame would have
# more than the 11 words that a call has without taking heap, which is slow (docs/performance.md).
STAY = {
    "bms.ant.ant_new": {"_is_good", "_take_status", "_take_other"},
    "bms.ant.ant_status": {"_drop_flags", "_store_temps", "_store_figures", "_store_states"}
    | {"_store_balancer", "_raise_bits"},
    "bms.framer": {"_take"},
    "bms.jk.jk_ble": {"_doubt"},
    "bms.jk.jk_frames": {"_take_other", "_is_doubtful"},
    "bms.jk.jk02": {"_read_totals", "_count_cells", "_count_mask", "_weigh", "_store_alarms"}
    | {"_raise_alarms", "_store_figures", "_store_wide", "_store_temps", "_store_bad_wire"}
    | {"_drop_large", "_drop_zeros"},
}


def candidates(texts, kept, stock):
    """Returns {(module, line, column) of a call: (module, line) of the function}."""
    program = Program(texts)
    named = collections.Counter()
    calls = {}
    fixed = {*CALLED_BY_OTHERS, *kept}
    for module, text in texts.items():
        tree = parse(text)
        called = {id(n.func): n for n in nodes(tree) if isinstance(n, ast.Call)}
        for node, what in program.named(module, tree):
            named[what] += 1
            if id(node) in called:
                calls[what] = (module, called[id(node)])
        fixed |= names_used_otherwise(tree)
    found = {}
    for what, (module, call) in calls.items():
        code = _only(program, what)
        alone = named[what] == 1 and what not in BUILDERS  # what those call is told apart
        if code and alone and _can_move(code, fixed):
            at_home = module == code.module and (isinstance(what, tuple) or _of_self(call.func))
            if at_home or (code.node.name not in stock and _names_nothing(code, texts, module)):
                found[module, call.lineno, call.col_offset] = (code.module, code.node.lineno)
    return found


def names_used_otherwise(tree):
    """Returns the names in a module that are texts, or given to attributes, or imported."""
    found = set()
    for node in nodes(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found |= {node.asname, node.name}
        elif isinstance(node, ast.ClassDef):  # a method, by another name
            values = [part.value for part in node.body if isinstance(part, ast.Assign)]
            inside = [n for value in values for n in walk(value)]
            found |= {n.id for n in inside if isinstance(n, ast.Name)}
    return found


def _names_nothing(code, texts, module):
    """True if code names no global but numbers of its module, and builtins that `module` has."""
    own = bound_in(parse(texts[code.module]))
    there = bound_in(parse(texts[module]))
    numbers = private_constants(parse(texts[code.module]))
    for what in code.called | code.handed:
        if isinstance(what, tuple):
            number = what[0] == code.module and what[1] in numbers
            builtin = what[1] in BUILTINS and what[1] not in own | there
            if not number and not builtin:
                return False
    return True


def _of_self(node):
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def _only(program, what):
    """Returns the Code of a function, or of a method that one class alone has; else None."""
    if isinstance(what, tuple):
        return program.functions.get(what)
    found = program.methods.get(what, ())
    return found[0] if len(found) == 1 else None


def _can_move(code, fixed):
    node = code.node
    arguments = node.args
    inside = [n for part in node.body for n in walk(part)]
    return not (
        node.name in fixed
        or node.name in STAY.get(code.module, ())
        or node.name.startswith("__")
        or node.decorator_list
        or arguments.vararg
        or arguments.kwarg
        or arguments.kwonlyargs
        or any(not isinstance(d, ast.Constant) for d in arguments.defaults)
        or any(isinstance(n, _UNMOVED) for n in inside)
        or any(isinstance(n, ast.Name) and n.id == "super" for n in inside)
    )

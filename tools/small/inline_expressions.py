"""Puts what a function, method or property only returns where it is asked for, if that is shorter.

Beside its bytecode a function takes 24 bytes, a property 40 (inline.py). This is for those
whose body is one `return` with an expression: such a one can stand wherever a call can, as long as
what the call is given has no effects, and means the same there.
"""

import ast
import collections
import copy

from tools.small.inline_choice import names_used_otherwise
from tools.small.once import CALLED_BY_OTHERS, Program
from tools.small.scopes import BUILTINS, bound_in
from tools.small.short_names import parse, walk
from tools.small.squeeze import private_constants

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PLAIN = (ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp)
_PLAIN += (ast.Compare, ast.BoolOp, ast.IfExp)
_SHORT = (ast.Name, ast.Constant)
# Bytes of a function, of its place in a map, of a property; and of bytecode before the body.
_FUNCTION = 16
_PLACE = 8
_HEAD = 8
_BLOCK = 16


class Put:
    """`trees`: {module: its tree, perhaps changed}; `gone`: {module: {line of a function}};
    `inside`: {module: {line of a function: names of those that were put into it}}."""

    def __init__(self, texts):
        self.trees = {module: parse(text) for module, text in texts.items()}
        self.gone = collections.defaultdict(set)
        self.inside = collections.defaultdict(lambda: collections.defaultdict(list))


class _Short:
    """A function whose body is `return expression`. `uses`: [_Use] of all there are."""

    def __init__(self, code, value):
        self.code = code
        self.value = value
        self.arguments = [argument.arg for argument in code.node.args.args]
        self.is_property = bool(code.node.decorator_list)
        self.uses = []


class _Use:
    """Where a _Short is asked for: a node in a function of a module."""

    def __init__(self, module, function, node):
        self.module = module
        self.function = function
        self.node = node


def put(texts, kept, stock):
    """Returns the Put of {module: text}. kept, stock: see inline.inline."""
    program = Program(texts)
    found = _candidates(program, texts, kept)
    _find_uses(program, texts, found)
    result = Put(texts)
    chosen = {}
    for what, short in found.items():
        fits = all(_fits(short, use, texts, stock) for use in short.uses)
        if short.uses and fits and _is_worth_it(short):
            chosen[what] = short
    for what in [w for w, short in chosen.items() if _asks_for_others(short, chosen)]:
        del chosen[what]  # what it asks for itself is put there first, and that is enough
    _put_all(chosen, texts, result)
    return result


def _candidates(program, texts, kept):
    """Returns {what: _Short} of the functions that are short and defined once."""
    fixed = {*CALLED_BY_OTHERS, *kept}
    for text in texts.values():
        fixed |= names_used_otherwise(parse(text))
    several = [(what, codes[0]) for what, codes in program.methods.items() if len(codes) == 1]
    found = {}
    for what, code in [*several, *program.functions.items()]:
        value = _returned(code.node)
        if value is not None and code.node.name not in fixed:
            found[what] = _Short(code, value)
    return found


def _returned(node):
    """Returns the expression that is all that a function does; None if it does more."""
    arguments = node.args
    decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if (
        isinstance(node, ast.AsyncFunctionDef)
        or node.name.startswith("__")
        or decorators not in ([], ["property"])
        or arguments.vararg
        or arguments.kwarg
        or arguments.kwonlyargs
        or arguments.posonlyargs
        or arguments.defaults
        or len(body) != 1
        or not isinstance(body[0], ast.Return)
        or body[0].value is None
        or not all(isinstance(n, (*_PLAIN, ast.Call)) for n in walk(body[0].value))
    ):
        return None
    return body[0].value


def _find_uses(program, texts, found):
    """Finds the uses of all; what is used otherwise is no candidate any more."""
    for module, text in texts.items():
        tree = parse(text)
        calls = {id(n.func): n for n in walk(tree) if isinstance(n, ast.Call)}
        homes = {id(n): function for function in _outermost(tree) for n in _within(function)}
        for node, what in program.named(module, tree):
            short = found.get(what)
            if short is None:
                continue
            node = node if short.is_property else calls.get(id(node))
            function = homes.get(id(node))
            if function is None or function is short.code.node:
                del found[what]
            else:
                short.uses.append(_Use(module, function, node))


def _outermost(tree):
    """Returns the functions of a module and the methods of its classes."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    inside = [node for home in (tree, *classes) for node in home.body]
    return [node for node in inside if isinstance(node, _FUNCTIONS)]


def _within(function):
    return [node for part in function.body for node in walk(part)]


def _given(short, use):
    """Returns {argument: expression} for a use; None if they are not as many."""
    node = use.node
    if short.is_property:
        values = [node.value]
    elif node.keywords:
        return None
    else:
        values = list(node.args)
        if short.code.owner is not None:
            values.insert(0, node.func.value)
    if len(values) != len(short.arguments):
        return None
    return dict(zip(short.arguments, values, strict=True))


def _fits(short, use, texts, stock):
    """True if the expression means the same where it is asked for."""
    given = _given(short, use)
    if given is None:
        return False
    named = collections.Counter(n.id for n in walk(short.value) if isinstance(n, ast.Name))
    for argument, value in given.items():
        chain = value
        while argument == short.arguments[0] and isinstance(chain, ast.Attribute):
            chain = chain.value  # self may be x.y
        often = named[argument] != 1 and not isinstance(chain, _SHORT)
        if often or not all(isinstance(n, _PLAIN) for n in walk(value)):
            return False
    if short.code.owner is not None and not _is_self(given[short.arguments[0]]):
        if short.code.node.name in stock:
            return False
    others = named.keys() - given.keys()
    if use.module != short.code.module:
        there = bound_in(parse(texts[use.module]))
        numbers = private_constants(parse(texts[short.code.module])).keys()
        own = bound_in(parse(texts[short.code.module]))
        if any(n not in numbers and (n not in BUILTINS or n in own | there) for n in others):
            return False
        others -= numbers
    return not others & _bound_within(use.function)


def _is_self(node):
    return isinstance(node, ast.Name) and node.id == "self"


def _bound_within(function):
    """Returns the names that a function or anything in it binds."""
    scopes = [n for n in walk(function) if isinstance(n, (*_FUNCTIONS, ast.Lambda, ast.ClassDef))]
    comprehensions = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    scopes += [n for n in walk(function) if isinstance(n, comprehensions)]
    return set().union(*map(bound_in, scopes))


# -- is it shorter? -------------------------------------------------------------------------------


def _is_worth_it(short):
    """True if the expression takes less at all its places than the function and its calls."""
    body = _HEAD + _bytes(short.value)
    saved = _FUNCTION + _PLACE + -(-body // _BLOCK) * _BLOCK
    if short.is_property:
        saved += _FUNCTION
    spent = 0
    for use in short.uses:
        given = _given(short, use)
        if given is None:
            return False
        spent += _bytes(_substituted(short, given, {})) - _bytes(use.node)
    return spent < saved


def _bytes(expression):
    """Returns about how many bytes of bytecode an expression takes."""
    total = 0
    for node in walk(expression):
        if isinstance(node, (ast.Attribute, ast.Call)):
            total += 2
        elif isinstance(node, ast.Constant):
            large = isinstance(node.value, int) and not -16 <= node.value < 64
            total += 3 if large else 2
        elif isinstance(node, ast.BoolOp):
            total += 2 * len(node.values) - 2
        elif isinstance(node, ast.IfExp):
            total += 5
        else:
            total += 1
    return total


# -- putting --------------------------------------------------------------------------------------


def _asks_for_others(short, chosen):
    names = {n.attr for n in walk(short.value) if isinstance(n, ast.Attribute)}
    names |= {n.id for n in walk(short.value) if isinstance(n, ast.Name)}
    return bool(names & {other.code.node.name for other in chosen.values() if other is not short})


def _put_all(chosen, texts, result):
    wanted = collections.defaultdict(dict)
    for short in chosen.values():
        node = short.code.node
        result.gone[short.code.module].add(node.lineno)
        for use in short.uses:
            wanted[use.module][_place(use.node)] = short, use
            result.inside[use.module][use.function.lineno].append(node.name)
    for module in wanted.keys() | result.gone.keys():
        result.trees[module] = ast.parse(texts[module])  # one of its own, to be changed
    for module, uses in wanted.items():
        _Putting(uses, texts).visit(result.trees[module])


def _place(node):
    return type(node), node.lineno, node.col_offset, node.end_lineno, node.end_col_offset


class _Putting(ast.NodeTransformer):
    """Puts expressions into a tree. uses: {place: (_Short, _Use)}."""

    def __init__(self, uses, texts):
        self._uses = uses
        self._texts = texts

    def generic_visit(self, node):
        """Looks at every node, from the innermost on."""
        place = _place(node) if hasattr(node, "end_col_offset") else None
        super().generic_visit(node)
        if place not in self._uses:
            return node
        short, use = self._uses[place]
        numbers = {}
        if use.module != short.code.module:
            numbers = private_constants(parse(self._texts[short.code.module]))
        return _substituted(short, _given(short, _Use(use.module, use.function, node)), numbers)


def _substituted(short, given, numbers):
    """Returns the expression with what the arguments are."""
    names = {name: ast.Constant(value) for name, value in numbers.items()} | given
    return _Named(names).visit(copy.deepcopy(short.value))


class _Named(ast.NodeTransformer):
    def __init__(self, names):
        self._names = names

    def visit_Name(self, node):
        return copy.deepcopy(self._names.get(node.id, node))

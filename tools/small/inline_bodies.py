"""What becomes of a function's body that is put where the function was called (inline.py).

Its names may be others there. Its `return` becomes an assignment and a `break` out of a
`while True:` around it, or stays a `return` where the caller would do nothing more. What a call
evaluates first is evaluated first.
"""

import ast

from tools.small.short_names import walk

_LOOPS = (ast.For, ast.While)
PURE = (ast.Constant, ast.Name)


class Stays(Exception):
    """A call is at a place where its function cannot be put."""


class Renamed(ast.NodeTransformer):
    """Gives local names other ones, or the values that arguments have."""

    def __init__(self, names):
        self._names = names

    def visit_Name(self, node):
        """A use of one, or what is stored."""
        new = self._names.get(node.id)
        if new is None:
            return node
        return ast.Name(new.id, node.ctx) if isinstance(new, ast.Name) else new

    def visit_ExceptHandler(self, node):
        """`except … as name`."""
        self.generic_visit(node)
        if node.name:
            node.name = self._names[node.name].id
        return node

    def visit_alias(self, node):
        """`import name`, `from … import name`."""
        local = node.asname or node.name.partition(".")[0]
        new = self._names[local].id
        if new != local:
            node.asname = new
        return node


class Replaced(ast.NodeTransformer):
    """Puts a node in the place of another."""

    def __init__(self, old, new):
        self._old = old
        self._new = new

    def visit(self, node):
        """Looks for it."""
        return self._new if node is self._old else self.generic_visit(node)


# -- what is evaluated first ----------------------------------------------------------------------


def evaluated(statement):
    """Returns the expression that a statement evaluates first, or None."""
    if isinstance(statement, (ast.If, ast.While)):
        return statement.test
    if isinstance(statement, ast.For):
        return statement.iter
    if isinstance(statement, ast.AugAssign):
        return statement.value if isinstance(statement.target, ast.Name) else None
    if isinstance(statement, (ast.Expr, ast.Return, ast.Assign)):
        return statement.value
    return None


def first_call(node, wanted):
    """Returns the call of a function that is `wanted` if nothing else can have effects before."""
    if isinstance(node, ast.Call) and wanted(node) is not None:
        return node
    for part in _in_order(node):
        call = first_call(part, wanted)
        if call is not None:
            return call
        if not isinstance(part, PURE):
            return None
    return None


def _in_order(node):
    """Returns the parts of an expression that are evaluated always, in their order.

    A global or a method is what it is, whenever it is looked up.
    """
    if isinstance(node, ast.Call):
        return [getattr(node.func, "value", node.func), *node.args]
    if isinstance(node, ast.BinOp):
        return [node.left, node.right]
    if isinstance(node, ast.Compare):
        return [node.left, node.comparators[0]]
    if isinstance(node, ast.BoolOp):
        return node.values[:1]
    if isinstance(node, ast.UnaryOp):
        return [node.operand]
    if isinstance(node, ast.IfExp):
        return [node.test]
    if isinstance(node, (ast.Attribute, ast.Subscript)):
        return [node.value]
    if isinstance(node, (ast.Tuple, ast.List)):
        return node.elts
    return []


# -- what becomes of `return` ---------------------------------------------------------------------


def always_returns(body):
    """True if nothing is behind the last statement of `body`: it returns or raises."""
    last = body[-1] if body else None
    if isinstance(last, ast.If):
        return always_returns(last.body) and always_returns(last.orelse)
    return isinstance(last, (ast.Return, ast.Raise))


def returning_nothing(body):
    """Returns `body`, whose value nobody wants, at the end of a function."""
    return _Returns(lambda value: [*_effects(value), ast.Return(None)]).of(body)


def yielding(body, name):
    """Returns `body` so that it goes on behind it with its value in `name`; None: with nothing."""

    def result(value):
        if name is None:
            return _effects(value)
        value = ast.Constant(None) if value is None else value
        return [ast.Assign([ast.Name(name, ast.Store())], value, lineno=1)]

    returns = [n for part in body for n in walk(part) if isinstance(n, ast.Return)]
    if not returns:
        return body + (result(None) if name else [])
    if len(returns) == 1 and body[-1] is returns[0]:
        return body[:-1] + result(returns[0].value)
    loops = [n for part in body for n in walk(part) if isinstance(n, _LOOPS)]
    if any(isinstance(n, ast.Return) for loop in loops for n in walk(loop)):
        raise Stays
    if not always_returns(body):
        body = [*body, ast.Return(None)]
    inside = _Returns(lambda value: [*result(value), ast.Break()]).of(body)
    return [ast.While(ast.Constant(True), inside, [])]


def _effects(value):
    """Returns the statements that evaluate what nobody wants the value of."""
    return [] if value is None or isinstance(value, PURE) else [ast.Expr(value)]


class _Returns(ast.NodeTransformer):
    """Replaces each `return value` with what `make(value)` returns."""

    def __init__(self, make):
        self._make = make

    def of(self, body):
        """Returns the statements that come of those of `body`."""
        return self.visit(ast.Module(body, [])).body

    def visit_Return(self, node):
        """Replaces one."""
        return self._make(node.value)

"""Puts functions that are called at one place there: a function takes 50 bytes beside its code.

Only what can be seen to mean the same is moved: which, is said by inline_choice.py; what
becomes of a body, by inline_bodies.py.
"""

import ast
import collections
import copy

from tools.small import inline_expressions
from tools.small.inline_bodies import (
    PURE,
    Renamed,
    Replaced,
    Stays,
    always_returns,
    evaluated,
    first_call,
    returning_nothing,
    yielding,
)
from tools.small.inline_choice import SCOPES, candidates
from tools.small.scopes import bound_in
from tools.small.short_names import nodes, parse, walk
from tools.small.squeeze import private_constants, replace


def _is_function(node):
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))


class Inlined:
    """`texts`: {module: text}; `lines`: {module: {line of a function: the one it was on}}, and
    `inside`: {module: {line of a function: names of those that were put into it}}."""

    def __init__(self):
        self.texts = {}
        self.lines = {}
        self.inside = {}


def inline(texts, kept, stock=frozenset()):
    """Returns Inlined for {module: text}.

    kept: names that something else may ask for; stock: names of attributes that objects which are
    not ours have, too.
    """
    bodies = _put_bodies(texts, kept, stock)
    result = _put_expressions(bodies.texts, kept, stock)
    for module, lines in result.lines.items():
        inside = result.inside[module]
        for line, before in lines.items():
            if before in bodies.inside[module]:
                inside[line] = inside.get(line, []) + bodies.inside[module][before]
        result.lines[module] = {line: bodies.lines[module][at] for line, at in lines.items()}
    return result


def _put_expressions(texts, kept, stock):
    put = inline_expressions.put(texts, kept, stock)
    result = Inlined()
    for module, text in texts.items():
        _write(module, text, put.trees[module], put.gone[module], put.inside[module], result)
    return result


def _put_bodies(texts, kept, stock):
    wanted = candidates(texts, kept, stock)
    modules = {}
    for module, text in texts.items():
        modules[module] = _Module(module, text, wanted, modules)
    for module in modules.values():
        module.fill()
    result = Inlined()
    for module in modules.values():
        module.write(result)
    return result


def _bare(text):
    """Takes the parentheses off what several names are given at once: with them MicroPython makes
    a tuple of it, on the heap."""
    given = [
        node.value
        for node in nodes(parse(text))
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Tuple)
        and isinstance(node.targets[0], ast.Tuple)
    ]
    return replace(text, [(value, ast.unparse(value)[1:-1]) for value in given])


def _write(module, text, tree, gone, inside, result):
    """Enters what has come of a module into an Inlined. gone: lines of functions; inside: {line of
    a function: names}, both as they were in `text`."""
    if gone or inside:
        _Without(gone).visit(tree)
        text = _bare(ast.unparse(ast.fix_missing_locations(tree)) + "\n")
    before = [n for n in walk(tree) if _is_function(n)]
    after = [n for n in nodes(parse(text)) if _is_function(n)]
    pairs = list(zip(after, before, strict=True))
    assert all(new.name == old.name for new, old in pairs)
    result.texts[module] = text
    result.lines[module] = {new.lineno: old.lineno for new, old in pairs}
    result.inside[module] = {
        new.lineno: inside[old.lineno] for new, old in pairs if old.lineno in inside
    }


class _Module:
    """A module's tree, which is changed.

    wanted: see candidates(); modules: {name: _Module} of all.
    """

    def __init__(self, name, text, wanted, modules):
        self.name = name
        self.numbers = private_constants(parse(text))
        self._text = text
        self._tree = ast.parse(text)
        self._wanted = wanted
        self._modules = modules
        self._functions = {n.lineno: n for n in walk(self._tree) if _is_function(n)}
        self._done = set()  # lines of functions that have in them what belongs there
        self._gone = set()
        self._inside = collections.defaultdict(list)

    def fill(self):
        """Puts into all functions what belongs there."""
        for line in self._functions:
            self.filled(line)

    def filled(self, line):
        """Returns the function of a line with all in it that belongs there."""
        function = self._functions[line]
        if line not in self._done:
            self._done.add(line)
            function.body = _Filler(self, function).block(function.body, True)
        return function

    def write(self, result):
        """Enters what has come of it into an Inlined."""
        _write(self.name, self._text, self._tree, self._gone, self._inside, result)

    def wanted(self, call):
        """Returns (its _Module, function) that a call is to be replaced with; None if it stays."""
        name, line = self._wanted.get((self.name, call.lineno, call.col_offset), (None, 0))
        if name is None or line in self._modules[name]._gone:
            return None
        return self._modules[name], self._modules[name].filled(line)

    def gone(self, home, function, caller):
        """Notes that a function of the _Module `home` is in its caller now."""
        home._gone.add(function.lineno)
        inside = home._inside.get(function.lineno, ())
        self._inside[caller.lineno] += [function.name, *inside]


class _Without(ast.NodeTransformer):
    """Takes functions out of a tree, by their lines."""

    def __init__(self, lines):
        self._lines = lines

    def visit_FunctionDef(self, node):
        """Keeps it or not."""
        return None if node.lineno in self._lines else node

    def visit_ClassDef(self, node):
        """A class that has lost all still needs a body."""
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node


class _Filler:
    """Puts functions into one caller."""

    def __init__(self, module, caller):
        self._module = module
        self._caller = caller
        self._names = {n.id for n in walk(caller) if isinstance(n, ast.Name)}
        self._names |= bound_in(caller)
        self._bound = bound_in(caller)
        self._waits = any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in walk(caller))
        self._waits = self._waits or isinstance(caller, ast.AsyncFunctionDef)

    def block(self, statements, tail):
        """Returns statements with functions put in. `tail`: nothing of the caller follows them."""
        found = []
        for at, statement in enumerate(statements):
            found += self._statement(statement, tail and at == len(statements) - 1)
        return found

    def _statement(self, statement, tail):
        if isinstance(statement, SCOPES):
            return [statement]  # filled by itself
        self._fill_inside(statement, tail and isinstance(statement, ast.If))
        call = first_call(evaluated(statement), self._module.wanted)
        if call is not None:
            try:
                before, left = self._put(statement, call, tail)
            except Stays:
                return [statement]
            return before + ([left] if left else [])
        return [statement]

    def _fill_inside(self, statement, tail):
        """Puts functions into the blocks of a statement."""
        for name in ("body", "orelse", "finalbody"):
            if getattr(statement, name, None):
                setattr(statement, name, self.block(getattr(statement, name), tail))
        for handler in getattr(statement, "handlers", ()):
            handler.body = self.block(handler.body, False)

    def _put(self, statement, call, tail):
        """Returns (statements, what is left of `statement`) where `call` was evaluated first."""
        home, function = self._module.wanted(call)
        body = self._moved(function, call, home.numbers if home is not self._module else {})
        alone = getattr(statement, "value", None) is call
        if alone and isinstance(statement, ast.Return) and not self._waits:
            left = None
            if not always_returns(body):
                body.append(ast.Return(None))
        elif alone and isinstance(statement, ast.Expr):
            left = None
            body = returning_nothing(body) if tail and not self._waits else yielding(body, None)
        else:
            body, left = self._with_result(statement, call, body)
        self._module.gone(home, function, self._caller)
        # Two functions put here may share local names, but no global with the other's local name.
        self._bound |= bound_in(ast.Module(body, []))
        used = {n.id for part in body for n in walk(part) if isinstance(n, ast.Name)}
        self._names |= used - self._bound
        return body, left

    def _with_result(self, statement, call, body):
        """As _put(), where the caller does something with what the function returns."""
        taken = {n.id for part in body for n in walk(part) if isinstance(n, ast.Name)}
        name = self._free("result", taken)
        if isinstance(statement, ast.Assign) and statement.value is call:
            target = statement.targets[0]
            tries = any(isinstance(n, ast.Try) for part in body for n in walk(part))
            if len(statement.targets) == 1 and isinstance(target, ast.Name) and not tries:
                return yielding(body, target.id), None
        body = yielding(body, name)
        result = ast.Name(name, ast.Load())
        if isinstance(statement, ast.While):
            if statement.orelse:
                raise Stays
            test = Replaced(call, result).visit(statement.test)
            end = ast.If(ast.UnaryOp(ast.Not(), test), [ast.Break()], [])
            statement.test = ast.Constant(True)
            statement.body = [*body, end, *statement.body]
            return [], statement
        return body, Replaced(call, result).visit(statement)

    def _moved(self, function, call, numbers):
        """Returns the body of a function with the names and arguments that it has in the caller.

        What it was given comes first. numbers: {name: value} of globals.
        """
        given = self._given(function, call)
        own = bound_in(function)
        inside = {n.id for n in walk(function) if isinstance(n, ast.Name)}
        numbers = {name: ast.Constant(numbers[name]) for name in inside & numbers.keys() - own}
        if (inside - own - numbers.keys()) & self._bound:
            raise Stays  # what is a global there is a local variable here
        stored = {
            n.id
            for n in walk(function)
            if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)
        }
        taken = set(self._names)
        for value in given.values():
            taken |= {n.id for n in walk(value) if isinstance(n, ast.Name)}
        names = {}
        first = []
        for argument, value in given.items():
            if isinstance(value, PURE) and argument not in stored:
                names[argument] = value
        for name in sorted(own - names.keys()):
            names[name] = ast.Name(self._free(name, taken | own) if name in taken else name)
            taken.add(names[name].id)
        for argument, value in given.items():
            if names[argument] is not value:
                target = ast.Name(names[argument].id, ast.Store())
                first.append(ast.Assign([target], value, lineno=call.lineno))
        body = copy.deepcopy(function.body)
        if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            del body[0]  # the docstring
        return first + [Renamed(names | numbers).visit(part) for part in body]

    def _given(self, function, call):
        """Returns {argument: expression} for a call, in the order of their evaluation."""
        arguments = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        values = list(call.args)
        if isinstance(call.func, ast.Attribute):
            values.insert(0, call.func.value)
        if any(isinstance(v, ast.Starred) for v in values) or None in [
            k.arg for k in call.keywords
        ]:
            raise Stays
        given = dict(zip(arguments, values, strict=False))
        given |= {k.arg: k.value for k in call.keywords}
        defaults = function.args.defaults
        for argument, value in zip(
            arguments[len(arguments) - len(defaults) :], defaults, strict=True
        ):
            given.setdefault(argument, value)
        if given.keys() != set(arguments) or len(values) > len(arguments):
            raise Stays
        return given

    def _free(self, name, taken=()):
        while name in self._names or name in taken:
            name += "_"
        return name

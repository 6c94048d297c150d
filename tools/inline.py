"""Puts functions that are called at one place there: a function takes 50 bytes beside its code.

Only what can be seen to mean the same is moved. A function or a method goes if it is named at
that one place in the whole image, called there, and defined once; into another module only if it
names nothing but what it is given, numbers and builtins. Its `return` becomes an assignment and a
`break` out of a `while True:` around it, or stays a `return` where the caller would do nothing
more. What a call evaluates first is evaluated first.
"""

import ast
import collections
import copy

from tools.once import BUILDERS, CALLED_BY_OTHERS, Program
from tools.scopes import BUILTINS, bound_in
from tools.short_names import nodes, parse, walk
from tools.squeeze import private_constants

_LOOPS = (ast.For, ast.While)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.GeneratorExp)
_UNMOVED = (*_SCOPES, ast.Delete, ast.Nonlocal, ast.Global, ast.Await, ast.Yield, ast.YieldFrom)
_PURE = (ast.Constant, ast.Name)
# Functions that stay: with their local variables, too, what calls them for each frame would have
# more than the 11 words that a call has without taking heap, which is slow.
STAY = {
    "bms.framer": {"_take"},
    "bms.jk.jk_ble": {"_doubt", "_decode"},
    "bms.jk.jk_frames": {"_take_status"},
}


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


def _is_function(node):
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))


# -- which ----------------------------------------------------------------------------------------


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
        fixed |= _names_used_otherwise(tree)
    found = {}
    for what, (module, call) in calls.items():
        code = _only(program, what)
        alone = named[what] == 1 and what not in BUILDERS  # what those call is told apart
        if code and alone and _can_move(code, fixed):
            at_home = module == code.module and (isinstance(what, tuple) or _of_self(call.func))
            if at_home or (code.node.name not in stock and _names_nothing(code, texts, module)):
                found[module, call.lineno, call.col_offset] = (code.module, code.node.lineno)
    return found


def _names_used_otherwise(tree):
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


# -- how ------------------------------------------------------------------------------------------


class _Stays(Exception):
    """A call is at a place where its function cannot be put."""


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
        text = self._text
        if self._gone or self._inside:
            _Without(self._gone).visit(self._tree)
            text = ast.unparse(ast.fix_missing_locations(self._tree)) + "\n"
        before = [n for n in walk(self._tree) if _is_function(n)]
        after = [n for n in walk(ast.parse(text)) if _is_function(n)]
        pairs = list(zip(after, before, strict=True))
        assert all(new.name == old.name for new, old in pairs)
        result.texts[self.name] = text
        result.lines[self.name] = {new.lineno: old.lineno for new, old in pairs}
        result.inside[self.name] = {
            new.lineno: self._inside[old.lineno]
            for new, old in pairs
            if old.lineno in self._inside
        }

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
        if isinstance(statement, _SCOPES):
            return [statement]  # filled by itself
        self._fill_inside(statement, tail and isinstance(statement, ast.If))
        call = _first_call(_evaluated(statement), self._module.wanted)
        if call is not None:
            try:
                before, left = self._put(statement, call, tail)
            except _Stays:
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
            if not _always_returns(body):
                body.append(ast.Return(None))
        elif alone and isinstance(statement, ast.Expr):
            left = None
            body = _returning_nothing(body) if tail and not self._waits else _yielding(body, None)
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
                return _yielding(body, target.id), None
        body = _yielding(body, name)
        result = ast.Name(name, ast.Load())
        if isinstance(statement, ast.While):
            if statement.orelse:
                raise _Stays
            test = _Replaced(call, result).visit(statement.test)
            end = ast.If(ast.UnaryOp(ast.Not(), test), [ast.Break()], [])
            statement.test = ast.Constant(True)
            statement.body = [*body, end, *statement.body]
            return [], statement
        return body, _Replaced(call, result).visit(statement)

    def _moved(self, function, call, numbers):
        """Returns the body of a function with the names and arguments that it has in the caller.

        What it was given comes first. numbers: {name: value} of globals.
        """
        given = self._given(function, call)
        own = bound_in(function)
        inside = {n.id for n in walk(function) if isinstance(n, ast.Name)}
        numbers = {name: ast.Constant(numbers[name]) for name in inside & numbers.keys() - own}
        if (inside - own - numbers.keys()) & self._bound:
            raise _Stays  # what is a global there is a local variable here
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
            if isinstance(value, _PURE) and argument not in stored:
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
        return first + [_Renamed(names | numbers).visit(part) for part in body]

    def _given(self, function, call):
        """Returns {argument: expression} for a call, in the order of their evaluation."""
        arguments = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        values = list(call.args)
        if isinstance(call.func, ast.Attribute):
            values.insert(0, call.func.value)
        if any(isinstance(v, ast.Starred) for v in values) or None in [
            k.arg for k in call.keywords
        ]:
            raise _Stays
        given = dict(zip(arguments, values, strict=False))
        given |= {k.arg: k.value for k in call.keywords}
        defaults = function.args.defaults
        for argument, value in zip(
            arguments[len(arguments) - len(defaults) :], defaults, strict=True
        ):
            given.setdefault(argument, value)
        if given.keys() != set(arguments) or len(values) > len(arguments):
            raise _Stays
        return given

    def _free(self, name, taken=()):
        while name in self._names or name in taken:
            name += "_"
        return name


class _Renamed(ast.NodeTransformer):
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


class _Replaced(ast.NodeTransformer):
    """Puts a node in the place of another."""

    def __init__(self, old, new):
        self._old = old
        self._new = new

    def visit(self, node):
        """Looks for it."""
        return self._new if node is self._old else self.generic_visit(node)


# -- what is evaluated first ----------------------------------------------------------------------


def _evaluated(statement):
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


def _first_call(node, wanted):
    """Returns the call of a function that is `wanted` if nothing else can have effects before."""
    if isinstance(node, ast.Call) and wanted(node) is not None:
        return node
    for part in _in_order(node):
        call = _first_call(part, wanted)
        if call is not None:
            return call
        if not isinstance(part, _PURE):
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


def _always_returns(body):
    last = body[-1] if body else None
    if isinstance(last, ast.If):
        return _always_returns(last.body) and _always_returns(last.orelse)
    return isinstance(last, (ast.Return, ast.Raise))


def _returning_nothing(body):
    """Returns `body`, whose value nobody wants, at the end of a function."""
    return _Returns(lambda value: [*_effects(value), ast.Return(None)]).of(body)


def _yielding(body, name):
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
        raise _Stays
    if not _always_returns(body):
        body = [*body, ast.Return(None)]
    inside = _Returns(lambda value: [*result(value), ast.Break()]).of(body)
    return [ast.While(ast.Constant(True), inside, [])]


def _effects(value):
    """Returns the statements that evaluate what nobody wants the value of."""
    return [] if value is None or isinstance(value, _PURE) else [ast.Expr(value)]


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

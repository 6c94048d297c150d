"""Which names of a module mean its globals: what bundle.py has to know to join modules."""

import ast
import builtins
import functools

from tools.small.short_names import children, imported_modules, nodes, parse

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# In these nothing is bound that belongs to the scope around.
_NOT_INSIDE = (ast.Constant, *_FUNCTIONS, *_COMPREHENSIONS, ast.ClassDef)
BUILTINS = frozenset(dir(builtins)) | {"const"}  # the compiler takes `const` out


class Scope:
    """A module, class, function or comprehension: `names` that are bound in it."""

    def __init__(self, node, parent):
        self.node = node
        self.parent = parent
        self.names = bound_in(node)
        self.modules = {}  # local name: dotted name of the module that it stands for

    def of(self, name):
        """Returns the scope that `name` belongs to; the module's if it is bound nowhere."""
        scope = self
        while scope.parent is not None:
            visible = scope is self or not isinstance(scope.node, ast.ClassDef)
            if visible and name in scope.names:
                return scope
            scope = scope.parent
        return scope

    def locals_around(self):
        """Returns every name that is bound in this scope and those around it, but the module."""
        found = set()
        scope = self
        while scope.parent is not None:
            found |= scope.names
            scope = scope.parent
        return found


def bound_in(scope):
    """Returns the names that are bound in the scope of a node, and not in one inside it."""
    found = set()
    given = set()
    if isinstance(scope, _FUNCTIONS):
        arguments = scope.args
        both = [arguments.vararg, arguments.kwarg]
        every = arguments.posonlyargs + arguments.args + arguments.kwonlyargs + both
        found = {argument.arg for argument in every if argument}
    waiting = children(scope)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                found.add(node.id)
            continue
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Global):
            given |= set(node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        if not isinstance(node, _NOT_INSIDE):
            waiting += children(node)
    return found - given


class Reader(ast.NodeVisitor):
    """Reads a module of `ours`, {dotted names}.

    `names`: (node, name, scope) where a global is meant, by a name, a definition or a `global`;
    `attributes`: (node, module, name, scope) where something is asked of a module of ours;
    `imports`: (statement, scope); `problems`: texts about what cannot be followed.
    """

    def __init__(self, tree, ours):
        self.names = []
        self.attributes = []
        self.imports = []
        self.problems = []
        self._ours = ours
        self.top = self._scope = Scope(tree, None)
        self.generic_visit(tree)

    def generic_visit(self, node):
        """What is in a node: ast's own looks at contexts and operators, too."""
        for child in children(node):
            self.visit(child)

    def visit_Constant(self, node):
        """Has nothing in it."""

    def _inside(self, node, parts):
        self._scope = Scope(node, self._scope)
        for part in parts:
            self.visit(part)
        self._scope = self._scope.parent

    def _define(self, node):
        if self._scope.of(node.name).parent is None:
            self.names.append((node, node.name, self._scope))

    def visit_FunctionDef(self, node):
        """A function: what is outside of its own scope, and then that."""
        self._define(node)
        outside = [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults]
        for part in filter(None, outside):
            self.visit(part)
        self._inside(node, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node):
        """A nameless function."""
        self._inside(node, [node.body])

    def visit_ClassDef(self, node):
        """A class."""
        self._define(node)
        for part in (*node.decorator_list, *node.bases):
            self.visit(part)
        self._inside(node, node.body)

    def _comprehension(self, node):
        first, *others = node.generators
        self.visit(first.iter)  # it belongs to the scope outside
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        self._inside(node, [*results, first.target, *first.ifs, *others])

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_Global(self, node):
        """A `global` statement: its text is edited whole."""
        self.problems.append(f"{node.lineno}: global: keep what changes in an object")

    def visit_Name(self, node):
        """A name by itself: a global, unless a scope around binds it."""
        scope = self._scope.of(node.id)
        if node.id in scope.modules:
            self.problems.append(f"{node.lineno}: module {node.id} is handed on as a value")
        elif scope.parent is None:
            self.names.append((node, node.id, self._scope))

    def visit_Assign(self, node):
        """x = x in a class: its own from the module's."""
        mine = isinstance(self._scope.node, ast.ClassDef)
        names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        if mine and isinstance(node.value, ast.Name) and node.value.id in names:
            self.names.append((node.value, node.value.id, self._scope.parent))
        else:
            self.generic_visit(node)

    def visit_Attribute(self, node):
        """x.y: where x is a module of ours, y is a global of that."""
        if isinstance(node.value, ast.Name):
            scope = self._scope.of(node.value.id)
            module = scope.modules.get(node.value.id)
            if module:
                self.attributes.append((node, module, node.attr, self._scope))
                return
        self.generic_visit(node)

    def visit_Import(self, node):
        """import a, b.c as d."""
        for alias in node.names:
            if alias.name in self._ours:
                if "." in alias.name and not alias.asname:
                    self.problems.append(f"{node.lineno}: write `from … import …`")
                self._scope.modules[alias.asname or alias.name] = alias.name
        self.imports.append((node, self._scope))

    def visit_ImportFrom(self, node):
        """from a import b, c as d."""
        for alias in node.names:
            if f"{node.module}.{alias.name}" in self._ours:
                self._scope.modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        self.imports.append((node, self._scope))


def read(text, ours):
    """Returns the Reader of a source, to be read only: most modules are read again and again as
    they were. ours: see Reader."""
    return _read(text, frozenset(imported_modules(parse(text)) & ours))


@functools.lru_cache(maxsize=512)
def _read(text, imported):
    return Reader(parse(text), imported)


def forget():
    """Lets go of all trees: those of one image are two million objects, among which Python would
    look for garbage ever after."""
    for kept in (parse, nodes, imported_modules, _read):
        kept.cache_clear()

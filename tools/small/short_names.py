"""Short names for our own ones, and for arguments: the second half of squeeze.py."""

import ast
import collections
import functools
import io
import itertools
import re
import string
import tokenize

PRIVATE = re.compile(r"_(?!_)\w+\Z")
# What the class of a node says of its parts, "Assign(expr* targets, expr value, …)", and the parts
# that are no nodes, or none which anybody here asks for.
_PART = re.compile(r"(\w+)([*?]?) (\w+)[,)]")
_NO_NODES = frozenset(
    "identifier int string constant expr_context operator unaryop boolop cmpop type_ignore".split()
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class _Parts(dict):
    """{class of nodes: [(field that may have nodes in it, whether it is a list)]}."""

    def __missing__(self, kind):
        found = _PART.findall(kind.__doc__ or "")
        self[kind] = [(name, many == "*") for what, many, name in found if what not in _NO_NODES]
        return self[kind]


_PARTS = _Parts()


@functools.cache
def parse(text):
    """Returns the tree of a source; nobody changes it, so that one is enough for each text."""
    return ast.parse(text)


@functools.cache
def nodes(tree):
    """Returns all nodes of a tree that is not changed any more; walking it each time is slow."""
    return walk(tree)


def walk(tree):
    """Returns the list of a node and all below it, as ast.walk has them but for contexts (Load,
    Store) and operators. An image is walked hundreds of times, and ast.walk takes thrice as long.
    """
    found = [tree]
    for node in found:
        for name, several in _PARTS[type(node)]:
            part = getattr(node, name, None)
            if several:
                found += filter(None, part or ())  # {**x} has a key that is None
            elif part is not None:
                found.append(part)
    return found


def children(node):
    """Returns the nodes directly below a node, but for contexts and operators."""
    found = []
    for name, several in _PARTS[type(node)]:
        part = getattr(node, name, None)
        if several:
            found += filter(None, part or ())
        elif part is not None:
            found.append(part)
    return found


@functools.cache
def imported_modules(tree):
    """Returns the dotted names that a module imports; in `from a import b`, a and a.b."""
    found = set()
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


class Names:
    """Short names for the names of {module: tree} that are ours: as few as possible.

    Two names may become the same one if no module has both, and no object can have both: a class
    has the names of its own module and of those that it inherits from, directly or not. What is
    set on an object from outside shares its name with nothing. The names that `stay` do
    (fixed_names.py). `free` are names to take first (flash_names.py), but for classes
    that inherit from one of MicroPython's, which may have something of that name.
    """

    def __init__(self, trees, stay, free=()):
        where = collections.defaultdict(set)
        bound = set()
        for module, tree in trees.items():
            for name in set(occurrences(tree)) - stay:
                where[name].add(module)
            bound |= bindings(tree)
        lines = lineages(trees)
        shared = set().union(*map(set_from_outside, trees.values()))
        # Names by the lineages that they occur in; those in the most are the hardest to place.
        reach = {
            name: frozenset(trees)
            if name in shared
            else frozenset(m for m, line in lines.items() if line & modules)
            for name, modules in where.items()
            if name in bound
        }
        self._short = {}
        self._where = where
        used = {m: set(occurrences(tree)) - set(reach) for m, tree in trees.items()}
        for module, tree in trees.items():
            if inherits_from_others(tree, trees):
                used[module] |= set(free)
        for name in sorted(reach, key=lambda n: (-len(reach[n]), n)):
            taken = set().union(*(used[m] for m in reach[name]))
            self._short[name] = next(s for s in letters(free) if s not in taken)
            for module in reach[name]:
                used[module].add(self._short[name])

    def of_module(self, module):
        """Returns {name: short name} for one module."""
        return {n: short for n, short in self._short.items() if module in self._where[n]}


def letters(free=()):
    """Yields the names in `free`, and then _a, _b … _Z, _aa, _ab … without an end."""
    yield from free
    for size in itertools.count(1):
        for chars in itertools.product(string.ascii_letters, repeat=size):
            yield "_" + "".join(chars)


def is_const(node):
    """True for NAME = const(…), which the compiler sees through."""
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "const"
    )


def set_from_outside(tree):
    """Returns the names of attributes that a module sets on another object than `self`."""
    return {
        node.attr
        for node in nodes(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
    }


def bindings(tree):
    """Returns the names that a module gives: to functions, classes, globals, and attributes.

    An attribute is defined where it is set on `self`: on another object, it is used.
    """
    found = set()
    for node in nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                found.add(node.attr)
        elif isinstance(node, ast.Global):
            found |= set(node.names)
    outermost = [tree]
    while outermost:
        node = outermost.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            outermost += children(node)
    return found


def occurrences(tree):
    """Yields every name in a module, some of them often."""
    for node in nodes(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.alias):
            yield from node.name.split(".")
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg


def lineages(trees):
    """Returns {module: the modules whose names its objects may have}.

    These are its own, and those from which its classes inherit, and so on.
    """
    found = {}

    def follow(name):
        if name not in found:
            found[name] = {name}
            for parent in parents(trees[name], trees):
                found[name] |= follow(parent)
        return found[name]

    for name in trees:
        follow(name)
    return found


def parents(tree, trees):
    """Returns the modules of `trees` that define the bases of a module's classes."""
    found = set()
    for node in nodes(tree):
        for base in getattr(node, "bases", ()):
            home, _, name = ast.unparse(base).rpartition(".")
            if home:  # a module's class
                modules = [m for m in imported_as(tree, home) if m in trees]
                found |= {defined_in(trees, module, name) for module in modules}
            else:
                found.update(defined_in(trees, m, name) for m in trees if trees[m] is tree)
    return found & trees.keys()


def inherits_from_others(tree, trees):
    """True if a class of a module has a base that no module of `trees` defines, and anything of
    its own that could be called like something of that: an exception that is only raised has not.
    """
    own = {node.name for node in nodes(tree) if isinstance(node, ast.ClassDef)}
    for node in nodes(tree):
        if isinstance(node, ast.ClassDef) and all(map(_is_text, node.body)):
            continue
        for base in getattr(node, "bases", ()):
            home, _, name = ast.unparse(base).rpartition(".")
            places = imported_as(tree, home or name)
            homes = places if home else [place.rpartition(".")[0] for place in places]
            if name not in own and not trees.keys() & homes:
                return True
    return False


def _is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def imported_as(tree, local):
    """Returns the dotted names that a module may have imported as `local`."""
    found = []
    for node in nodes(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            start = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            found += [start + a.name for a in node.names if (a.asname or a.name) == local]
    return found


def defined_in(trees, module, name):
    """Returns the module that defines what another, which may only pass it on, calls `name`."""
    if not any(isinstance(n, ast.ClassDef) and n.name == name for n in nodes(trees[module])):
        for dotted in imported_as(trees[module], name):
            source, _, original = dotted.rpartition(".")
            if source in trees:
                return defined_in(trees, source, original)
    return module


def rename(text, table, modules):
    """Returns `text` with the names of `table` replaced wherever they are tokens of their own, but
    for what is imported of `modules`."""
    lines = text.split("\n")
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    paths = set(paths_of_modules(parse(text), modules))
    for token in reversed(tokens):
        if token.type == tokenize.NAME and token.string in table and token.start not in paths:
            row, column = token.start
            line = lines[row - 1]
            end = column + len(token.string)
            lines[row - 1] = line[:column] + table[token.string] + line[end:]
    return "\n".join(lines)


def paths_of_modules(tree, modules):
    """Yields (row, column) of each name in an import statement that is one of `modules`, or in the
    path of one."""
    for node in nodes(tree):
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        source = getattr(node, "module", None)
        for alias in node.names:
            if source is None or f"{source}.{alias.name}" in modules:
                yield from _parts_of(alias.lineno, alias.col_offset, alias.name)
        if source is not None:
            yield from _parts_of(node.lineno, node.col_offset + len("from "), source)


def _parts_of(row, column, path):
    for part in path.split("."):
        yield row, column
        column += len(part) + 1


# -- arguments ------------------------------------------------------------------------------------


def keywords(trees):
    """Returns the names by which arguments are given anywhere in {module: tree}."""
    everything = itertools.chain.from_iterable(map(nodes, trees.values()))
    return {node.arg for node in everything if isinstance(node, ast.keyword)}


def renamed_arguments(tree, kept):
    """Returns [(node, name)] that call the arguments of each function a, b, …, but for `kept`.

    Bytecode holds the name of every argument, for calls that give it by name.
    """
    edits = []
    for node in nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and is_plain(node):
            arguments = [*node.args.posonlyargs, *node.args.args]
            inside = [n for part in node.body for n in nodes(part) if isinstance(n, ast.Name)]
            taken = {n.id for n in inside} | {a.arg for a in arguments}
            free = [letter for letter in string.ascii_letters if letter not in taken]
            names = {a.arg for a in arguments if len(a.arg) > 1} - kept
            table = {a.arg: s for a, s in zip(arguments, free, strict=False) if a.arg in names}
            edits += [(a, table[a.arg]) for a in arguments if a.arg in table]
            edits += [(n, table[n.id]) for n in inside if n.id in table]
    return edits


def is_plain(function):
    """True if all uses of a function's arguments are names in its own body."""
    arguments = {a.arg for a in function.args.args}
    for node in nodes(function):
        if node is not function and isinstance(node, (*_SCOPES, ast.Global, ast.Nonlocal)):
            return False
        if isinstance(node, ast.ExceptHandler) and node.name in arguments:
            return False
        if isinstance(node, ast.alias) and (node.asname or node.name) in arguments:
            return False
    return True

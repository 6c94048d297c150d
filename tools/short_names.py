"""Short names for private ones, and for arguments: the second half of tools/squeeze.py."""

import ast
import collections
import io
import itertools
import re
import string
import tokenize

PRIVATE = re.compile(r"_(?!_)\w+\Z")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def imported_modules(tree):
    """Returns the dotted names that a module imports; in `from a import b`, a and a.b."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


class Names:
    """Short names for the private names of {module: tree}.

    A name that occurs in one family of modules only gets a letter, and each family starts anew: a
    family is what inheritance joins, so that no object has attributes from two. Others get a
    number, and mean the same everywhere.
    """

    def __init__(self, trees):
        self._family = families(trees)
        where = collections.defaultdict(set)
        bound = set()
        for module, tree in trees.items():
            for name in private_names(tree):
                where[name].add(self._family[module])
            # An attribute is defined where it is set on `self`: on another object, it is used.
            bound |= {name for name, defines in occurrences(tree) if defines}
        where = {n: f for n, f in where.items() if n in bound}
        shared = sorted(n for n, f in where.items() if len(f) > 1)
        self._shared = {name: f"_{i}" for i, name in enumerate(shared)}
        self._own = {
            family: with_letters(n for n, f in where.items() if f == {family})
            for family in set(self._family.values())
        }

    def of_module(self, module):
        """Returns {name: short name} for one module."""
        return self._shared | self._own[self._family[module]]

    def legend(self):
        """Returns {short name: every name it stands for}, to read tracebacks with."""
        found = collections.defaultdict(list)
        for table in (self._shared, *self._own.values()):
            for name, short in table.items():
                found[short].append(name)
        return {short: sorted(names) for short, names in sorted(found.items())}


def with_letters(names):
    """Returns {name: short name}, with _a, _b … _Z, _aa, _ab … in alphabetical order."""
    lengths = (itertools.product(string.ascii_letters, repeat=n) for n in itertools.count(1))
    shorts = ("_" + "".join(chars) for chars in itertools.chain.from_iterable(lengths))
    return dict(zip(sorted(names), shorts, strict=False))


def private_names(tree):
    """Returns the private names in a module, but for constants that the compiler takes out."""
    folded = {
        statement.targets[0].id
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Name)
        and statement.value.func.id == "const"
    }
    return {n for n, _ in occurrences(tree) if PRIVATE.match(n)} - folded


def occurrences(tree):
    """Yields (name, whether this defines it) for every name in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id, isinstance(node.ctx, ast.Store)
        elif isinstance(node, ast.Attribute):
            owner = isinstance(node.value, ast.Name) and node.value.id == "self"
            yield node.attr, owner and isinstance(node.ctx, ast.Store)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name, True
        elif isinstance(node, ast.arg):
            yield node.arg, True
        elif isinstance(node, ast.alias):
            for part in node.name.split("."):
                yield part, False
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg, False


def families(trees):
    """Returns {module: family}: modules whose classes inherit from one another share one."""
    parent = {name: name for name in trees}

    def root(name):
        while parent[name] != name:
            name = parent[name]
        return name

    for name, tree in trees.items():
        if any(isinstance(n, ast.ClassDef) and n.bases for n in ast.walk(tree)):
            for imported in imported_modules(tree) & set(trees):
                parent[root(name)] = root(imported)
    return {name: root(name) for name in trees}


def rename(text, table):
    """Returns `text` with the names of `table` replaced wherever they are tokens of their own."""
    lines = text.split("\n")
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    for token in reversed(tokens):
        if token.type == tokenize.NAME and token.string in table:
            row, column = token.start
            line = lines[row - 1]
            end = column + len(token.string)
            lines[row - 1] = line[:column] + table[token.string] + line[end:]
    return "\n".join(lines)


# -- arguments ------------------------------------------------------------------------------------


def keywords(trees):
    """Returns the names by which arguments are given anywhere in {module: tree}."""
    nodes = itertools.chain.from_iterable(map(ast.walk, trees.values()))
    return {node.arg for node in nodes if isinstance(node, ast.keyword)}


def renamed_arguments(tree, kept):
    """Returns [(node, name)] that call the arguments of each function a, b, …, but for `kept`.

    Bytecode holds the name of every argument, for calls that give it by name.
    """
    edits = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and is_plain(node):
            arguments = [*node.args.posonlyargs, *node.args.args]
            inside = [n for part in node.body for n in ast.walk(part) if isinstance(n, ast.Name)]
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
    for node in ast.walk(function):
        if node is not function and isinstance(node, (*_SCOPES, ast.Global, ast.Nonlocal)):
            return False
        if isinstance(node, ast.ExceptHandler) and node.name in arguments:
            return False
        if isinstance(node, ast.alias) and (node.asname or node.name) in arguments:
            return False
    return True

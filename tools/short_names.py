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
    """Short names for the private names of {module: tree}: as few different ones as possible.

    Two names may become the same one if no module has both, and no object can have both: a class
    has the names of its own module and of those that it inherits from, directly or not.
    """

    def __init__(self, trees):
        where = collections.defaultdict(set)
        bound = set()
        for module, tree in trees.items():
            for name in private_names(tree):
                where[name].add(module)
            # An attribute is defined where it is set on `self`: on another object, it is used.
            bound |= {name for name, defines in occurrences(tree) if defines}
        lines = lineages(trees)
        # Names by the lineages that they occur in; those in the most are the hardest to place.
        reach = {
            name: frozenset(m for m, line in lines.items() if line & modules)
            for name, modules in where.items()
            if name in bound
        }
        self._short = {}
        self._where = where
        used = {m: {n for n, _ in occurrences(tree)} - set(reach) for m, tree in trees.items()}
        for name in sorted(reach, key=lambda n: (-len(reach[n]), n)):
            taken = set().union(*(used[m] for m in reach[name]))
            self._short[name] = next(s for s in letters() if s not in taken)
            for module in reach[name]:
                used[module].add(self._short[name])

    def of_module(self, module):
        """Returns {name: short name} for one module."""
        return {n: short for n, short in self._short.items() if module in self._where[n]}

    def legend(self):
        """Returns {short name: every name it stands for}, to read tracebacks with."""
        found = collections.defaultdict(list)
        for name, short in self._short.items():
            found[short].append(name)
        return {short: sorted(names) for short, names in sorted(found.items())}


def letters():
    """Yields _a, _b … _Z, _aa, _ab … without an end."""
    for size in itertools.count(1):
        for chars in itertools.product(string.ascii_letters, repeat=size):
            yield "_" + "".join(chars)


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


def lineages(trees):
    """Returns {module: the modules whose names its objects may have}.

    These are its own, and those from which a module with derived classes imports, and so on.
    """
    found = {}

    def follow(name):
        if name not in found:
            found[name] = {name}
            if any(isinstance(n, ast.ClassDef) and n.bases for n in ast.walk(trees[name])):
                for imported in imported_modules(trees[name]) & set(trees):
                    found[name] |= follow(imported)
        return found[name]

    for name in trees:
        follow(name)
    return found


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

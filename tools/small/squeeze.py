"""Makes sources take less RAM on the device; what they do and where their lines are stays.

What an ESP32 loads from a file lies in its heap: each distinct name costs some 20 bytes, and each
global some 10 more. So, over all modules of an image together:

- a public module constant, NAME = 5 or NAME = const(5), is written as 5 wherever it is used, also
  in other modules, and is then no global any more; what was imported for such alone is not;
- so is NAME = const(b"…"), which many modules may use, each device few of them; and the texts of
  board and version, which hardly anybody needs once the device runs;
- a table, NAME = b"…", that no module of the device names is left out: tools and tests have it,
  and files of the image are made from it (tools/rendered.py);
- bytes((…)) of numbers is written as the bytes that it makes: the tuples would stay;
- names become short ones that unrelated modules share, but for those that objects of
  MicroPython's own have, too (stock_names.py);
- arguments that are never given by name become a, b, ….

Both only see names in the text. What could reach a name in another way (getattr, f-strings whose
positions older Pythons do not tell, star imports) is refused, except in DYNAMIC.
"""

import ast
import re

from tools.small.fixed_names import DYNAMIC, fixed_names
from tools.small.short_names import (
    PRIVATE,
    Names,
    is_const,
    keywords,
    nodes,
    parse,
    rename,
    renamed_arguments,
    walk,
)

_DATA = frozenset({"board", "version"})
_REFUSED = {"getattr", "setattr", "hasattr", "globals", "eval", "exec", "__dict__"}
_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*\Z")
_FOLDED = (ast.Constant, ast.Name, ast.Tuple, ast.Call, ast.UnaryOp, ast.BinOp, ast.Load)
_FOLDED += (ast.operator, ast.unaryop)


class SqueezeError(Exception):
    """A source uses names in a way that cannot be followed."""


def squeeze(sources, kept):
    """Returns {module: new text} for {module: text}.

    Names in `kept` stay, and what has no name here: modules, what a text may mean, constants.
    """
    return shorten(without_constants(sources), kept)


def without_constants(sources):
    """Returns {module: text} with numbers and bytes for the constants, each line where it was."""
    trees = {name: parse(text) for name, text in sources.items()}
    for name, tree in trees.items():
        refuse(name, tree)
    handed = attributes_of_objects(trees)
    constants = {name: constants_of(tree, handed) for name, tree in trees.items()}
    for name in _DATA & trees.keys():
        constants[name] |= texts_of(trees[name])
    values = exported(trees, constants)
    inlined = {n: fold(inline(n, sources[n], trees[n], constants[n], values)) for n in sources}
    inlined = {n: without_idle_imports(text, trees[n], values) for n, text in inlined.items()}
    inlined = without_idle_tables(inlined)
    asked = {
        n.attr for x in inlined.values() for n in nodes(parse(x)) if isinstance(n, ast.Attribute)
    }
    return {n: with_bytes_in_place(text, asked) for n, text in inlined.items()}


def shorten(sources, kept, free=()):
    """Returns {module: text} with short names, but for those `kept`; arguments get letters.

    free: names to be taken first.
    """
    trees = {n: parse(text) for n, text in sources.items()}
    shortened = Names(trees, fixed_names(trees, kept), free)
    texts = {n: rename(text, shortened.of_module(n), sources) for n, text in sources.items()}
    given = keywords({name: parse(text) for name, text in texts.items()})
    for name, text in texts.items():
        texts[name] = replace(text, renamed_arguments(parse(text), given))
    return texts


def refuse(name, tree):
    """Raises SqueezeError if the module does what cannot be followed."""
    plain = {id(n.func) for n in nodes(tree) if isinstance(n, ast.Call) and asks_by_public_name(n)}
    for node in nodes(tree):
        word = getattr(node, "id", None) or getattr(node, "attr", None)
        if word in _REFUSED and name not in DYNAMIC and id(node) not in plain:
            raise SqueezeError(f"{name}:{node.lineno}: {word} hides which names are used")
        if isinstance(node, ast.keyword) and node.arg is None and not passed_on(node.value, tree):
            raise SqueezeError(f"{name}:{node.value.lineno}: ** hides which names are used")
        if isinstance(node, ast.JoinedStr):
            raise SqueezeError(f"{name}:{node.lineno}: f-string; use % or concatenation")
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            raise SqueezeError(f"{name}:{node.lineno}: star import")


def asks_by_public_name(call):
    """True for getattr(x, "name"…) with a name that is neither private nor a constant's."""
    if ast.unparse(call.func) != "getattr" or not isinstance(call.args[1], ast.Constant):
        return False
    return not PRIVATE.match(call.args[1].value) and not _CONSTANT.match(call.args[1].value)


def passed_on(value, tree):
    """True if `value` is a function's own ** argument: the names are where that is called."""
    functions = [n for n in nodes(tree) if isinstance(n, ast.FunctionDef) and n.args.kwarg]
    return isinstance(value, ast.Name) and value.id in {f.args.kwarg.arg for f in functions}


# -- constants ------------------------------------------------------------------------------------


def attributes_of_objects(trees):
    """Returns the names that are asked of anything but a module named in the same file.

    Such an object may be a module that was handed over, as fonts are: its names must stay.
    """
    found = set()
    for tree in trees.values():
        modules = {n.asname or n.name for n in nodes(tree) if isinstance(n, ast.alias)}
        for node in nodes(tree):
            if isinstance(node, ast.Attribute) and not (
                isinstance(node.value, ast.Name) and node.value.id in modules
            ):
                found.add(node.attr)
    return found


def constants_of(tree, kept=frozenset()):
    """Returns {name: (value, statement)} of a module's public constants, not `kept`: whole
    numbers, and the bytes of const(b"…")."""
    known = {}
    found = {}
    for statement in tree.body:
        if not isinstance(statement, ast.Assign) or len(statement.targets) > 1:
            continue
        if not isinstance(statement.targets[0], ast.Name):
            continue
        name = statement.targets[0].id
        value = integer(statement.value, known)
        if value is not None:
            known[name] = value
        else:
            value = bytes_of_const(statement.value)
        if value is not None and _CONSTANT.match(name) and name not in kept:
            found[name] = (value, statement)
    return found


def texts_of(tree):
    """Returns {name: (text, statement)} of a module's public texts."""
    return {
        node.targets[0].id: (node.value.value, node)
        for node in tree.body
        if is_given_to(node, _CONSTANT)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def bytes_of_const(node):
    """Returns the bytes of const(b"…"), None for anything else."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "const":
        value = getattr(node.args[0], "value", None)
        return value if isinstance(value, bytes) else None
    return None


def integer(node, known):
    """Returns the value of a constant expression, a whole number or a truth value; else None."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "const":
        node = node.args[0]
    names = {n.id for n in walk(node) if isinstance(n, ast.Name)}
    allowed = (ast.Constant, ast.Name, ast.UnaryOp, ast.BinOp, ast.operator, ast.unaryop, ast.Load)
    if not names <= set(known) or not all(isinstance(n, allowed) for n in walk(node)):
        return None
    value = eval(compile(ast.Expression(node), "constant", "eval"), {}, dict(known))
    return value if isinstance(value, int) else None


def exported(trees, constants):
    """Returns {module: {name: value}}: its constants, and those that it imports from others."""
    values = {m: {n: value for n, (value, _) in own.items()} for m, own in constants.items()}
    while True:
        before = sum(map(len, values.values()))
        for module, tree in trees.items():
            values[module] |= read_imports(tree, values, [])[1]
        if sum(map(len, values.values())) == before:
            return values


def inline(name, text, tree, own, exports):
    """Returns the text of a module with the constants of all modules written as numbers."""
    values = exports[name]
    edits = [(statement, "pass") for _, statement in own.values()]
    skipped = {id(n) for _, statement in own.values() for n in walk(statement)}
    modules, _ = read_imports(tree, exports, edits)
    for node in nodes(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Name) and node.id in values:
            if not isinstance(node.ctx, ast.Load):
                raise SqueezeError(f"{name}:{node.lineno}: {node.id} is also a variable")
            edits.append((node, literal(values[node.id])))
        elif isinstance(node, ast.arg) and node.arg in values:
            raise SqueezeError(f"{name}:{node.lineno}: {node.arg} is also an argument")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id)
            if module and node.attr in exports[module]:
                edits.append((node, literal(exports[module][node.attr])))
    return replace(text, edits)


def without_idle_imports(text, before, modules):
    """Returns `text` without what it imports of `modules` for the sake of constants alone.

    `before`: the module's tree while it still named them. `const` is for the compiler alone.
    """
    tree = parse(text)
    compiled = {id(n.value.func) for n in nodes(tree) if is_const(n)}
    named = {n.id for n in nodes(tree) if isinstance(n, ast.Name) and id(n) not in compiled}
    idle = {node.id for node in nodes(before) if isinstance(node, ast.Name)} - named
    edits = []
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            source = node.module if isinstance(node, ast.ImportFrom) else None
            kept = [
                ast.unparse(alias)
                for alias in node.names
                if (alias.asname or alias.name) not in idle
                or not {source, alias.name, f"{source}.{alias.name}"} & modules.keys()
            ]
            if len(kept) < len(node.names):
                start = f"from {source} import " if source else "import "
                edits.append((node, start + ", ".join(kept) if kept else "pass"))
    return replace(text, edits)


def without_idle_tables(texts):
    """Returns {module: text} without the public tables of bytes that none of them names."""
    trees = {module: parse(text) for module, text in texts.items()}
    named = {use for module, tree in trees.items() for use in named_elsewhere(module, tree)}
    return {
        module: replace(texts[module], [(n, "pass") for n in tables(tree, module, named)])
        for module, tree in trees.items()
    }


def with_bytes_in_place(text, asked):
    """Returns `text` with private bytes, and tuples of constants, where the one use of each is.

    A global takes 8 bytes and what makes it. `asked`: names that are asked for as attributes.
    """
    tree = parse(text)
    uses = {}
    bound = set(asked)
    for node in nodes(tree):
        if isinstance(node, ast.Name):
            uses.setdefault(node.id, []).append(node)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.alias, ast.ExceptHandler)):
            bound |= {node.name, getattr(node, "asname", None)}
    edits = []
    for node in tree.body:
        if is_given_to(node, PRIVATE) and is_fixed(node.value):
            name = node.targets[0].id
            others = [use for use in uses[name] if use is not node.targets[0]]
            if len(others) == 1 and isinstance(others[0].ctx, ast.Load) and name not in bound:
                edits += [(node, "pass"), (others[0], ast.unparse(node.value))]
    return replace(text, edits)


def is_fixed(node):
    """True for bytes, and for what the compiler makes one object of: a tuple of constants."""
    if isinstance(node, ast.Tuple):
        return all(isinstance(n, ast.Constant) or is_fixed(n) for n in node.elts)
    return isinstance(node, ast.Constant) and isinstance(node.value, bytes)


def is_given_to(node, pattern):
    """True if a statement gives something to one name, which matches."""
    return (
        isinstance(node, ast.Assign)
        and len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and pattern.match(node.targets[0].id) is not None
    )


def tables(tree, module, named):
    """Returns the assignments of such tables that are not among the `named`."""
    return [
        node
        for node in tree.body
        if is_given_to(node, _CONSTANT)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, bytes)
        and (module, node.targets[0].id) not in named
    ]


def named_elsewhere(module, tree):
    """Yields (module, name) for each name that a module has of itself or of others."""
    modules = {}
    for node in nodes(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            start = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                modules[alias.asname or alias.name] = start + alias.name
    for node in nodes(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield module, node.id
        elif isinstance(node, ast.Attribute):
            yield modules.get(ast.unparse(node.value)), node.attr
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.module, alias.name


def fold(text):
    """Returns `text` with each bytes(…) of constant tuples or ranges as a literal.

    MicroPython keeps every tuple of such an expression for as long as the module.
    """
    tree = parse(text)
    known = private_constants(tree)
    edits = []
    for node in nodes(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "bytes" and node.args:
            inside = list(walk(node.args[0]))
            names = {n.id for n in inside if isinstance(n, ast.Name)}
            if names <= {"range", *known} and all(isinstance(n, _FOLDED) for n in inside):
                code = compile(ast.Expression(node.args[0]), "constant", "eval")
                value = eval(code, {}, dict(known))
                if isinstance(value, (tuple, range)):
                    edits.append((node, repr(bytes(value))))
    return replace(text, edits)


def private_constants(tree):
    """Returns {name: value} of a module's private integer constants."""
    known = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            value = integer(node.value, known)
            if value is not None and PRIVATE.match(node.targets[0].id):
                known[node.targets[0].id] = value
    return known


def read_imports(tree, exports, edits):
    """Returns ({local name: module}, {local name: value}); drops imported constants in `edits`."""
    modules = {}
    values = {}
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in exports and (alias.asname or "." not in alias.name):
                    modules[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ImportFrom):
            kept = []
            for alias in node.names:
                local = alias.asname or alias.name
                if f"{node.module}.{alias.name}" in exports:
                    modules[local] = f"{node.module}.{alias.name}"
                if alias.name in exports.get(node.module, ()):
                    values[local] = exports[node.module][alias.name]
                else:
                    kept.append(ast.unparse(alias))
            if len(kept) < len(node.names):
                rest = f"from {node.module} import {', '.join(kept)}" if kept else "pass"
                edits.append((node, rest))
    return modules, values


def literal(value):
    """Returns source text for a number, bytes or a text, safe in any expression."""
    text = repr(value)
    return f"({text})" if text[0] == "-" else text


def replace(text, edits):
    """Returns `text` with each (node, new text) replaced; the number of lines stays."""
    lines = [line.encode() for line in text.split("\n")]
    for node, new in sorted(edits, key=lambda e: (-e[0].lineno, -e[0].col_offset)):
        first, last = node.lineno - 1, node.end_lineno - 1
        tail = lines[last][node.end_col_offset :]
        lines[first] = lines[first][: node.col_offset] + new.encode() + tail
        for between in range(first + 1, last + 1):
            lines[between] = b""
    return b"\n".join(lines).decode()

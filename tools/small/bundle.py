"""Joins modules into few: the rooms of the sources follow their meaning, and cost no RAM.

On a device each module takes 64 to 180 bytes beside its content, and each of its imports a name.
Here the texts of a group of modules (groups.py) become one text, one after the other. Their
globals get short names that no two of them share; what one asked of another by its module's name,
it now has at hand. Lines stay lines, so that a place in the joined text can be told in the source.
The files of the groups lie side by side: each folder would be a module of 100 bytes, too.
"""

import ast
import collections
import itertools
import re

from tools import rendered
from tools.small import groups
from tools.small.groups import ENTRY
from tools.small.name_order import first_line
from tools.small.scopes import BUILTINS, read
from tools.small.short_names import is_const, letters, nodes, parse
from tools.small.squeeze import SqueezeError, replace
from tools.small.stock_names import ADDED, STOCK

_TEXT = re.compile(r"[A-Za-z_]\w*\Z")


class Bundled:
    """`texts`: {group: text}, and that of ENTRY; `lines`: {group: [(first line, module)]}."""

    def __init__(self):
        self.texts = {}
        self.lines = {}


def side_by_side(modules):
    """Returns {module: its name without dots}, as short as tells it from the others.

    None has the name of a folder, which would be found first, or of a module of MicroPython's.
    """
    named = (*modules, *rendered.FILES)  # these become files in folders
    folders = {part for module in named for part in module.split(".")[:-1]}
    ends = {module: _ends(module) for module in modules}
    taken = collections.Counter(itertools.chain(folders | STOCK | ADDED, *ends.values()))
    return {
        module: next((end for end in ends[module] if taken[end] == 1), ends[module][-1])
        for module in modules
    }


def _ends(module):
    parts = module.split(".")
    return ["_".join(parts[at:]) for at in reversed(range(len(parts)))]


def bundle(texts, chosen, free=(), staying=()):
    """Joins {module: text}, squeezed. `chosen`: modules that are imported by a name in data.

    Their globals keep a name that is the whole of a text somewhere. free: names to be taken first,
    as in squeeze.shorten. staying: globals, as module.name, that keep their names.
    """
    joiner = _Joiner(dict(sorted(texts.items())), chosen, free, staying)
    result = Bundled()
    for name in joiner.groups:
        result.texts[name], result.lines[name] = joiner.join(name)
    result.texts[ENTRY] = joiner.rewrite(ENTRY, set())
    result.lines[ENTRY] = [(1, ENTRY)]
    return result


class _Joiner:
    def __init__(self, texts, chosen, free, staying):
        self._free = free
        self._staying = staying
        grouped = groups.group(texts, chosen)
        self._file = side_by_side(grouped)  # {group: what its file is called}
        self.groups = grouped = {self._file[name]: members for name, members in grouped.items()}
        self._chosen = chosen
        self._texts = texts
        self._trees = {name: parse(text) for name, text in texts.items()}
        self._group_of = {m: g for g, members in grouped.items() for m in members}
        self._group_of[ENTRY] = ENTRY
        self._read = {name: read(text, frozenset(texts)) for name, text in texts.items()}
        for name, reader in self._read.items():
            if reader.problems:
                raise SqueezeError(f"{name}:{reader.problems[0]}")
        self._texts_said = self._spelled()
        self._stock = set()  # globals that are MicroPython's own: they keep their names
        self._defined = {name: self._definitions(name) for name in texts}
        self._constants = {name: _constants(tree) for name, tree in self._trees.items()}
        self._short = {}  # (module, global): its name on the device
        self._choose_names()

    # -- whose a name is ------------------------------------------------------------------------

    def _spelled(self):
        """Returns the names that a text may stand for."""
        every = [node for tree in self._trees.values() for node in nodes(tree)]
        texts = {n.value for n in every if isinstance(n, ast.Constant)}
        return {t for t in texts if isinstance(t, str) and _TEXT.match(t)}

    def _definitions(self, module):
        """Returns {global of the module: (module, name) where it is defined}."""
        found = {name: (module, name) for name in sorted(self._read[module].top.names)}
        for node, scope in self._read[module].imports:
            if scope.parent is not None:
                continue
            for alias in node.names:
                local = alias.asname or alias.name.partition(".")[0]
                source = node.module if isinstance(node, ast.ImportFrom) else None
                if local in scope.modules:
                    del found[local]
                elif source in self._texts:
                    found[local] = (source, alias.name)
                elif alias.asname:
                    raise SqueezeError(f"{module}:{node.lineno}: {local}: use its own name")
                else:
                    self._stock.add((module, local))
        return found

    def _origin(self, module, name):
        """Returns (module, name) where a global is defined; None for a name of Python's own."""
        while True:
            origin = self._defined[module].get(name)
            if origin is None or origin == (module, name):
                return origin
            module, name = origin

    def _uses(self, module):
        """Yields (node, (module, name) of a global of ours, scope) for each use of one."""
        reader = self._read[module]
        for node, name, scope in reader.names:
            origin = self._origin(module, name)
            if origin:
                yield node, origin, scope
        for node, other, name, scope in reader.attributes:
            origin = self._origin(other, name)
            if origin is None:
                raise SqueezeError(f"{module}:{node.lineno}: {other}.{name} is not its own")
            yield node, origin, scope
        for node, scope in reader.imports:
            if isinstance(node, ast.ImportFrom) and node.module in self._texts:
                for alias in node.names:
                    if f"{node.module}.{alias.name}" not in self._texts:
                        yield alias, self._origin(node.module, alias.name), scope

    # -- short names ----------------------------------------------------------------------------

    def _choose_names(self):
        """Gives each global a name: the same in all groups if they share it."""
        forbidden = {}
        users = {}
        for module in self._texts:
            for node, origin, scope in self._uses(module):
                apart = self._group_of[module] != self._group_of[origin[0]]
                if not (apart and isinstance(node, ast.alias)):  # there it gets a local name
                    forbidden.setdefault(origin, set()).update(scope.locals_around())
                users.setdefault(origin, set()).add(self._group_of[module])
        taken = {group: set(BUILTINS) for group in [*self.groups, ENTRY]}
        own = []
        for module, defined in self._defined.items():
            for name, origin in defined.items():
                if origin != (module, name):
                    continue
                stays = f"{module}.{name}" in self._staying
                if origin in self._stock or module == ENTRY or stays:
                    self._short[origin] = name
                    taken[self._group_of[module]].add(name)
                else:
                    own.append(origin)
        own.sort(key=lambda origin: -len(users.get(origin, ())))  # the hardest to place first
        for origin in own:
            where = users.get(origin, set()) | {self._group_of[origin[0]]}
            name = self._name(origin, forbidden.get(origin, set()), [taken[g] for g in where])
            for group in where:
                taken[group].add(name)
            self._short[origin] = name

    def _name(self, origin, forbidden, taken):
        module, name = origin
        used = forbidden.union(*taken)
        constant = name in self._constants[module]
        said = module in self._chosen and name in self._texts_said
        if said or (constant and not name.startswith("_")):
            if name in used:
                raise SqueezeError(f"{module}: {name} is a name of another module, too")
            return name
        # What begins with _ and is constant, the compiler puts wherever such a name stands.
        return next(s for s in (_numbers() if constant else letters(self._free)) if s not in used)

    # -- texts ----------------------------------------------------------------------------------

    def join(self, group):
        """Returns (text, [(first line, module)]) of a group; its first line is nobody's."""
        parts = []
        lines = []
        at = 2
        imported = set()
        for module in self.groups[group]:
            part = self.rewrite(module, imported)
            lines.append((at, module))
            at += part.count("\n") + 1
            parts.append(part)
        text = "\n".join(parts)
        return first_line(text) + "\n" + text, lines

    def rewrite(self, module, imported):
        """Returns the text of a module as a part of its group.

        `imported`: names that the group has imported from others so far; is added to.
        """
        edits = []
        asked = {}  # module: names of its globals that are asked of it by its name
        for node, origin, scope in self._uses(module):
            if isinstance(node, ast.alias):
                continue
            if isinstance(node, ast.Attribute):
                late = scope.of(node.value.id)
                asked.setdefault((late, node.value.id), set()).add(origin)
                edits.append((node, self._by_module(module, node, origin, late)))
            else:
                edits.append(_renamed(node, self._short[origin]))
        for node, scope in self._read[module].imports:
            text = self._import(module, node, scope, asked, imported)
            if text is not None:
                edits.append((node, text))
        for node in nodes(self._trees[module]):  # what is imported, or dropped, by a text
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if self._file.get(node.value, node.value) != node.value:
                    edits.append((node, repr(self._file[node.value])))
        return replace(self._texts[module], edits)

    def _by_module(self, module, node, origin, scope):
        """Returns what x.y becomes, x being a module of ours that `scope` has a name for."""
        short = self._short[origin]
        at_hand = scope.parent is None or self._group_of[origin[0]] == self._group_of[module]
        return short if at_hand else f"{node.value.id}.{short}"

    def _import(self, module, node, scope, asked, imported):
        """Returns what an import statement becomes; None if it stays."""
        if scope.parent is None:
            wanted = []
            for alias in node.names:
                origin = self._of_alias(node, alias)
                local = alias.asname or alias.name
                if local in scope.modules:
                    wanted += sorted(asked.get((scope, local), ()))
                elif origin:
                    wanted.append(origin)
                else:
                    return None
            return self._top_import(module, wanted, imported)
        return self._late_import(module, node, scope)

    def _of_alias(self, node, alias):
        if isinstance(node, ast.ImportFrom) and node.module in self._texts:
            return self._origin(node.module, alias.name)
        return None

    def _top_import(self, module, wanted, imported):
        by_group = {}
        for origin in wanted:
            group = self._group_of[origin[0]]
            short = self._short[origin]
            if group != self._group_of[module] and short not in imported:
                imported.add(short)
                by_group.setdefault(group, []).append(short)
        parts = [f"from {g} import {', '.join(names)}" for g, names in sorted(by_group.items())]
        return "; ".join(parts) or "pass"

    def _late_import(self, module, node, scope):
        parts = []
        for alias in node.names:
            local = alias.asname or alias.name
            if local in scope.modules:
                group = self._group_of[scope.modules[local]]
                if group != self._group_of[module]:
                    parts.append(f"import {group} as {local}")
                continue
            origin = self._of_alias(node, alias)
            if origin is None:
                return None
            group = self._group_of[origin[0]]
            short = self._short[origin]
            if group == self._group_of[module]:
                parts.append(f"{local} = {short}")
            else:
                parts.append(f"from {group} import {short} as {local}")
        return "; ".join(parts) or "pass"


def _constants(tree):
    """Returns the names in a module that its compiler sees through."""
    return {n.targets[0].id for n in tree.body if is_const(n)}


def _numbers():
    """Yields _0, _1, … without an end."""
    return (f"_{n}" for n in itertools.count())


def _renamed(node, short):
    """Returns the edit that gives a name or a definition its short name."""
    if isinstance(node, ast.Name):
        return node, short
    word = "class " if isinstance(node, ast.ClassDef) else "def "
    if isinstance(node, ast.AsyncFunctionDef):
        word = "async def "
    start = node.col_offset + len(word)
    place = ast.Name(node.name, ast.Store())
    place.lineno = place.end_lineno = node.lineno
    place.col_offset = start
    place.end_col_offset = start + len(node.name.encode())
    return place, short

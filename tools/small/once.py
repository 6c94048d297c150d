"""Which functions only build the device: never called again, they can go once it runs.

A constructor, or a method that reads settings, is bytecode like any other, and lies in RAM for as
long as its class does. Here the sources of an image are read for what can still be called when the
device is built: what the outermost code of a module or a running function names, and so on. A name
counts for every class that has a method of that name. What the building code only calls is not
kept by that; what it hands on as a value is, for nobody can tell who calls it and when.
"""

import ast
import functools

from tools.small import groups
from tools.small.fixed_names import DYNAMIC
from tools.small.scopes import read
from tools.small.short_names import children, nodes, parse

# What these call has returned when the device is built, and they are never called again.
BUILDERS = frozenset({(groups.ENTRY, "show"), (groups.ENTRY, "start"), ("app", "make_device")})

# The parts of a device in the order in which firmware/build.py builds them: the modules that build
# each, for whatever else runs as long as they do.
PARTS = (
    {"building.units"},
    {"building.heater"},
    {"building.relay", "mqtt.open_codes", "relay.making"},
    {"building.screen", "building.touch_panel"},
)

LAST = len(PARTS) - 1

# What finds a BMS out makes dialects while the device runs. Where the settings name the dialect it
# is never imported, and what nothing else calls goes with the last part.
SEARCH = frozenset({"links.auto", "bms.detect"})

# What MicroPython itself calls of an object that is given to it: streams.
CALLED_BY_OTHERS = frozenset({"read", "readinto", "readline", "write", "ioctl", "close"})
BUILT = "building.built"
_NOTHING = " = ((), (), (), (), ())\n"  # in firmware/building/built.py: of each part nothing
_ASKING = frozenset({"getattr", "__import__"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_LATER = (*_FUNCTIONS, ast.Lambda, ast.GeneratorExp)  # may run when the code around is done
_LEAVES = (ast.Name, ast.Constant)
_SUSPENDED = (ast.Await, ast.Yield, ast.YieldFrom)


class Code:
    """A function or method, or the outermost code of a module, and what it names.

    `called` and `handed`: {("." + name) of an attribute, or (module, name) of a global}.
    """

    def __init__(self, module, owner, node):
        self.module = module
        self.owner = owner  # (module, name) of the class; None for a function or a module
        self.node = node
        self.called = set()
        self.handed = set()

    @functools.cached_property
    def waits(self):
        """True if a call only makes what runs later: a generator or a coroutine."""
        return isinstance(self.node, ast.AsyncFunctionDef) or any(
            isinstance(n, _SUSPENDED) for n in nodes(self.node)
        )


class Program:
    """All code of an image. `methods`: {"." + name: [Code]}; `functions`, `classes`: by origin."""

    def __init__(self, texts):
        self.methods = {}
        self.functions = {}
        self.outermost = {}
        self.bases = {}  # (module, name) of a class: those of what it inherits from
        ours = frozenset(texts)
        self._readers = {module: read(text, ours) for module, text in texts.items()}
        self._imported = {m: self._imports(reader) for m, reader in self._readers.items()}
        for module, text in texts.items():
            self._read(module, parse(text))
        for module in DYNAMIC & texts.keys():
            self._named_in_data(module, parse(texts[module]))

    def code(self):
        """Returns all Code but the outermost."""
        return [c for found in self.methods.values() for c in found] + [*self.functions.values()]

    def constructors(self, origin):
        """Returns the Code of __init__ of a class and of all that it inherits from."""
        found = [c for c in self.methods.get(".__init__", ()) if c.owner == origin]
        for base in self.bases.get(origin, ()):  # one of Python's own has none
            found += self.constructors(base)
        return found

    # -- reading --------------------------------------------------------------------------------

    def _imports(self, reader):
        """Returns {global: (module, name)} of what a module imports by `from … import …`."""
        return {
            alias.asname or alias.name: (node.module, alias.name)
            for node, scope in reader.imports
            if scope.parent is None and isinstance(node, ast.ImportFrom)
            for alias in node.names
        }

    def _origin(self, module, name):
        while module in self._imported and name in self._imported[module]:
            module, name = self._imported[module][name]
        return module, name

    def _read(self, module, tree):
        outermost = self.outermost[module] = Code(module, None, tree)
        home = {}  # id of a node: (its Code, whether it stands in a function inside of that)

        def settle(node, code, nested):
            home_made = isinstance(node, (ast.Module, ast.ClassDef))  # not one of two ways
            for child in children(node):
                inside = code
                if code is outermost and isinstance(child, _FUNCTIONS) and home_made:
                    inside = self._function(module, node, child)
                    outside = [
                        *child.decorator_list,
                        *child.args.defaults,
                        *child.args.kw_defaults,
                    ]
                    for part in filter(None, outside):
                        settle(ast.Expression(part), outermost, False)
                elif code is outermost and isinstance(child, ast.ClassDef):
                    self.bases[module, child.name] = []
                home.setdefault(id(child), (inside, nested))
                if not isinstance(child, _LEAVES):
                    later = inside is code and isinstance(child, _LATER)
                    settle(child, inside, nested or later)

        settle(tree, outermost, False)
        self._mentions(module, tree, home)

    def _function(self, module, parent, node):
        if isinstance(parent, ast.ClassDef):
            code = Code(module, (module, parent.name), node)
            self.methods.setdefault("." + node.name, []).append(code)
        else:
            code = self.functions[module, node.name] = Code(module, None, node)
        return code

    def _mentions(self, module, tree, home):
        """Tells each Code what it names. `home`: {id of a node: (Code, whether it runs later)}."""
        called = {id(n.func) for n in nodes(tree) if isinstance(n, ast.Call)}
        classes = [n for n in nodes(tree) if isinstance(n, ast.ClassDef)]
        heirs = {id(base): node.name for node in classes for base in node.bases}
        for node, what in self.named(module, tree):
            code, later = home[id(node)]
            if id(node) in heirs:
                self.bases[module, heirs[id(node)]].append(what)
            elif id(node) in called and not later:
                code.called.add(what)
            else:
                code.handed.add(what)
        for node in nodes(tree):
            code = home.get(id(node), (None,))[0]
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                code.handed.add("." + node.value)  # getattr
            elif isinstance(node, ast.Name) and code is self.outermost[module]:
                code.handed.add("." + node.id)  # a method, in its class
        for node, scope in self._readers[module].imports:
            if scope.parent is not None and isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self._late(node, alias, scope, called, home)

    def named(self, module, tree):
        """Yields (node, what it names) for globals and attributes."""
        reader = self._readers[module]
        for node, other, name, _ in reader.attributes:
            yield node, self._origin(other, name)
        for node, name, _ in reader.names:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                yield node, self._origin(module, name)
        asked = {id(node) for node, *_ in reader.attributes}
        for node in nodes(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                if id(node) not in asked:
                    yield node, "." + node.attr

    def _named_in_data(self, module, tree):
        """Takes it that a function of a module may make what a text in it has the name of, if it
        imports or asks by a name at all."""
        texts = {n.value for n in nodes(tree) if isinstance(n, ast.Constant)}
        classes = {origin for origin in self.bases if origin[1] in texts}
        for origin, code in self.functions.items():
            asking = [n for n in nodes(code.node) if isinstance(n, ast.Name) and n.id in _ASKING]
            if origin[0] == module and asking:
                code.called |= classes

    def _late(self, node, alias, scope, called, home):
        """Something imported inside a function: handed on unless it is only called there."""
        code, later = home[id(node)]
        local = alias.asname or alias.name
        uses = [n for n in nodes(scope.node) if isinstance(n, ast.Name) and n.id == local]
        only = not later and all(id(n) in called for n in uses)
        (code.called if only else code.handed).add(self._origin(node.module, alias.name))


def only_building(texts, part=LAST):
    """Returns [Code] of the functions and constructors that nobody calls once the device runs, nor
    while the parts behind PARTS[part] are built.

    texts: {module: text} of the image's sources.
    """
    return _only_building(Program(texts), part)


def _only_building(program, part):
    later = set().union(*PARTS[part + 1 :])
    builders = {program.functions[origin] for origin in BUILDERS if origin in program.functions}
    running = set()
    waiting = [c for m, c in program.outermost.items() if m not in groups.ONCE - later]
    waiting += [c for c in program.code() if c.waits or _is_called_by_others(c)]
    waiting += [c for c in program.functions.values() if c.module in later]

    def follow():
        while waiting:
            code = waiting.pop()
            if code not in running and code not in builders:
                running.add(code)
                for what in code.called | code.handed:
                    waiting.extend(_reached(program, what))

    follow()
    while True:
        for code in [*program.code(), *program.outermost.values()]:
            if code not in running:
                for what in code.handed:
                    waiting.extend(_reached(program, what))
        before = len(running)
        follow()
        if len(running) == before:
            return [c for c in program.code() if c not in running and c not in builders]


def fill_in(bundled, texts):
    """Writes into building.built what it is to drop after each part: see only_building; and then
    what it may drop where nothing searches.

    bundled: bundle.Bundled, in which each function is on the line that it was on.
    """
    program = Program(texts)
    dropped = [_only_building(program, part) for part in range(len(PARTS))]
    dropped.append(only_building({m: t for m, t in texts.items() if m not in SEARCH}))
    places = [{(c.module, c.node.lineno) for c in codes} for codes in dropped]
    for part in range(len(PARTS), 0, -1):
        places[part] -= places[part - 1]
    lines = tuple(_lines(bundled, part) for part in places)
    text = bundled.texts["built"]
    assert text.count(_NOTHING) == 1
    bundled.texts["built"] = text.replace(_NOTHING, f" = {lines!r}\n")


def _lines(bundled, places):
    """Returns the lines for building.built that name what stands at {(module, line)}."""
    lines = []
    for group, starts in sorted(bundled.lines.items()):
        at = dict((module, first) for first, module in starts)
        wanted = {at[module] + line - 1 for module, line in places if module in at}
        names = [name for name, line in _members(bundled.texts[group]) if line in wanted]
        if names and not groups.ONCE.issuperset(at):
            lines.append(" ".join([group, *names]))
    return tuple(lines)


def _members(text):
    """Yields (name, line) of functions and methods, named as building/built.py takes them."""
    for node in parse(text).body:
        if isinstance(node, _FUNCTIONS):
            yield node.name, node.lineno
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, _FUNCTIONS):
                    yield f"{node.name}.{inner.name}".removesuffix(".__init__"), inner.lineno


def _reached(program, what):
    """Returns the Code that may run where `what` is called."""
    if isinstance(what, str):
        return () if what == ".__init__" else program.methods.get(what, ())
    if what in program.bases:
        return program.constructors(what)
    return [program.functions[what]] if what in program.functions else ()


def _is_called_by_others(code):
    name = code.node.name
    special = name.startswith("__") and name != "__init__"
    return code.owner is not None and (special or name in CALLED_BY_OTHERS)

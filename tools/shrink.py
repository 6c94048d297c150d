"""Makes the sources smaller in RAM before mpy-cross compiles them, without changing what they do.

MicroPython folds a constant only inside the module that defines it, and only if its name begins
with an underscore. A named constant that modules share costs about 35 bytes of an ESP32's RAM for
its name and its place in the module's dict, and as much again in each module that imports it.
Here every such integer is written where it is used, and its name is dropped:

    SOC_PCT = const(14)                        (nothing)
    pack.get(p.SOC_PCT)               ->       pack.get(14)

Only module-level names in capitals that are assigned once, to an integer, count as constants.
"""

import ast


class ShrinkError(Exception):
    """The sources use a constant in a way that cannot be followed."""


class Tree:
    """All modules that go onto the device together: {module name: source text}."""

    def __init__(self, sources):
        self.modules = {name: ast.parse(text) for name, text in sources.items()}
        self.constants = {name: {} for name in sources}
        for name in sorted(sources):
            self._collect(name, set())
        self._escaped = set().union(*[self._passed_on(name) for name in sources])

    def shrink(self, name):
        """Returns the source of one module with its constants written out."""
        module = self.modules[name]
        names, aliases = self._imports(name)
        writer = _WriteOut(names, aliases, self.constants)
        module = writer.visit(module)
        module.body = [
            kept for node in module.body if (kept := self._keep(node, name, module)) is not None
        ]
        return ast.unparse(ast.fix_missing_locations(module)) + "\n"

    def _collect(self, name, underway):
        """Finds the integer constants of a module, those of the modules it imports first."""
        if name in underway or self.constants[name]:
            return
        underway = underway | {name}
        for imported in self._imported_modules(name):
            self._collect(imported, underway)
        names, aliases = self._imports(name)
        found = self.constants[name]
        stores = _stores(self.modules[name])
        for node in self.modules[name].body:
            target = _single_target(node)
            if target is None or not _is_constant_name(target) or stores[target] != 1:
                continue
            value = _evaluate(node.value, {**names, **found}, aliases, self.constants)
            if value is not None:
                found[target] = value

    def _imported_modules(self, name):
        found = set()
        for node in ast.walk(self.modules[name]):
            if isinstance(node, ast.ImportFrom):
                found.add(node.module)
                found.update(f"{node.module}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
        return sorted(found & set(self.modules))

    def _imports(self, name):
        """Returns ({local name: integer}, {local name: module}) for a module's imports."""
        names = {}
        aliases = {}
        for node in self.modules[name].body:
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    local = alias.asname or alias.name
                    if f"{node.module}.{alias.name}" in self.modules:
                        aliases[local] = f"{node.module}.{alias.name}"
                    elif alias.name in self.constants.get(node.module, {}):
                        names[local] = self.constants[node.module][alias.name]
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name in self.modules and (alias.asname or "." not in alias.name):
                        aliases[alias.asname or alias.name] = alias.name
        names.update(self.constants[name])
        return names, aliases

    def _passed_on(self, name):
        """Returns the modules that this one hands on as objects: whoever gets them needs names."""
        _, aliases = self._imports(name)
        tree = self.modules[name]
        looked_into = {
            id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)
        }
        return {
            aliases[node.id]
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and node.id in aliases and id(node) not in looked_into
        }

    def _keep(self, node, name, module):
        """Returns the statement, or what is left of it, or None if nothing is."""
        target = _single_target(node)
        if target in self.constants[name] and name not in self._escaped:
            return None
        if isinstance(node, ast.ImportFrom):
            used = _names_used(module)
            constants = self.constants.get(node.module, {})
            node.names = [
                alias
                for alias in node.names
                if alias.name not in constants
                and ((alias.asname or alias.name) in used or alias.name not in self._known(node))
            ]
            return node if node.names else None
        return node

    def _known(self, node):
        """Names of a `from` import that are modules of ours: unused, they need no import."""
        return {
            alias.name for alias in node.names if f"{node.module}.{alias.name}" in self.modules
        }


class _WriteOut(ast.NodeTransformer):
    def __init__(self, names, aliases, constants):
        self.names = names
        self.aliases = aliases
        self.constants = constants

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load) and node.id in self.names:
            return ast.copy_location(ast.Constant(self.names[node.id]), node)
        return node

    def visit_Attribute(self, node):
        if isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Name):
            constants = self.constants.get(self.aliases.get(node.value.id), {})
            if node.attr in constants:
                return ast.copy_location(ast.Constant(constants[node.attr]), node)
        return self.generic_visit(node)


def _is_constant_name(name):
    return name.upper() == name and name.strip("_0123456789") != ""


def _single_target(node):
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
        if isinstance(target, ast.Name):
            return target.id
    return None


def _stores(module):
    """Counts the assignments to each name anywhere in a module, parameters included."""
    counts = {}
    for node in ast.walk(module):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            counts[node.id] = counts.get(node.id, 0) + 1
        elif isinstance(node, ast.arg):
            counts[node.arg] = counts.get(node.arg, 0) + 1
    return counts


def _names_used(module):
    return {node.id for node in ast.walk(module) if isinstance(node, ast.Name)}


def _evaluate(node, names, aliases, constants):
    """Returns the integer that an expression of constants stands for, None for anything else."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "const":
        node = node.args[0]
    tree = _WriteOut(names, aliases, constants).visit(
        ast.parse(ast.unparse(node), mode="eval").body
    )
    for part in ast.walk(tree):
        allowed = (ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop)
        if not isinstance(part, allowed):
            return None
    value = eval(compile(ast.fix_missing_locations(ast.Expression(tree)), "const", "eval"))
    return value if type(value) is int else None

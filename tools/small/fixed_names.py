"""Which names must stay what they are when an image is squeezed: short_names.py shortens all
others that are ours.
"""

import ast

from tools.small import stock_names
from tools.small.short_names import imported_as, is_const, keywords, nodes, occurrences

# Modules that import by computed name, and take a public class from it: checked by their tests;
# and what drops names that are put in when all have their short ones.
DYNAMIC = {"bms.catalog", "showing.panels", "building.touch_panel", "building.built"}


def fixed_names(trees, kept):
    """Returns the names of {module: tree} that stay: those `kept`, those by which something is
    asked of MicroPython, or by a text, and those of modules."""
    found = kept | (stock_names.arguments() & keywords(trees))
    for module, tree in trees.items():
        found |= {name for name in occurrences(tree) if name.startswith("__")}
        found |= constants(tree) | taken_from_others(tree, trees) | modules_of(tree, trees)
        found |= asked_by_text(tree, module in DYNAMIC)
    return found


def constants(tree):
    """Returns the names that a module gives to constants.

    The compiler takes out a constant whose name begins with _, and keeps the others.
    """
    targets = [target for node in nodes(tree) if is_const(node) for target in node.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def asked_by_text(tree, dynamic):
    """Returns the names that texts in a module may mean: what getattr asks for; if the module is
    `dynamic`, all of them."""
    texts = nodes(tree)
    if not dynamic:
        calls = [n for n in texts if isinstance(n, ast.Call)]
        asking = [call for call in calls if ast.unparse(call.func) == "getattr"]
        texts = [node for call in asking for node in call.args[1:]]
    values = [node.value for node in texts if isinstance(node, ast.Constant)]
    return {value for value in values if isinstance(value, str)}


def modules_of(tree, trees):
    """Returns the names by which a module has others of `trees`."""
    aliases = [alias for node in nodes(tree) for alias in getattr(node, "names", ())]
    locals_ = {a.asname or a.name for a in aliases if isinstance(a, ast.alias)}
    return {name for name in locals_ if trees.keys() & imported_as(tree, name)}


def taken_from_others(tree, ours):
    """Returns the names that a module imports from those that are not `ours`, or asks of them."""
    found = set()
    others = set()
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            names = (
                a.asname or a.name.partition(".")[0] for a in node.names if a.name not in ours
            )
            others |= set(names)
        elif isinstance(node, ast.ImportFrom) and node.module not in ours:
            names = {alias.name for alias in node.names}
            found |= {name for name in names if f"{node.module}.{name}" not in ours}
    for node in nodes(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in others:
                found.add(node.attr)
    return found

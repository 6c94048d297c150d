"""What stands behind the short names of an image: made with it, read by explain_traceback.py."""

import ast

from tools.short_names import parse

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def functions(tree):
    """Returns [(node, qualified name)] of all functions, methods and lambdas' homes in a tree."""
    found = []

    def visit(node, path):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
                if isinstance(child, _FUNCTIONS):
                    found.append((child, ".".join([*path, child.name])))
                visit(child, [*path, child.name])
            else:
                visit(child, path)

    visit(tree, [])
    return found


def calls(node):
    """Returns the names of what a function may call: of all functions and methods it mentions."""
    named = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return sorted(named | {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)})


def legend(sources, bundled):
    """Returns {group: {short name: [{"name", "module", "line", "calls"}]}} of all functions.

    sources: {module: text} as they were; bundled: bundle.Bundled. Lines stay lines when a module
    is squeezed and joined, so that a function is found where it was.
    """
    originals = {
        module: {node.lineno: name for node, name in functions(parse(text))}
        for module, text in sources.items()
    }
    found = {}
    for group, starts in bundled.lines.items():
        names = found.setdefault(group, {})
        for node, _ in functions(parse(bundled.texts[group])):
            first, module = max(s for s in starts if s[0] <= node.lineno)
            line = node.lineno - first + 1
            name = originals[module][line]
            entry = {"name": name, "module": module, "line": line, "calls": calls(node)}
            names.setdefault(node.name, []).append(entry)
    return found

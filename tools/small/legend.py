"""What stands behind the short names of an image: made with it, read by explain_traceback.py."""

import ast

from tools.small.short_names import children, parse, walk

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def functions(tree):
    """Returns [(node, qualified name)] of all functions, methods and lambdas' homes in a tree."""
    found = []

    def visit(node, path):
        for child in children(node):
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
    named = {n.id for n in walk(node) if isinstance(n, ast.Name)}
    return sorted(named | {n.attr for n in walk(node) if isinstance(n, ast.Attribute)})


def legend(sources, inlined, bundled):
    """Returns {group: {short name: [{"name", "module", "line", "calls", "inside"}]}} of functions.

    sources: {module: text} as they were; inlined: inline.Inlined, which knows the lines that
    functions were on; bundled: bundle.Bundled. Lines stay lines when a module is squeezed and
    joined. "inside" are the names of functions that were put into this one.
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
            at = node.lineno - first + 1
            line = inlined.lines[module][at]
            name = originals[module][line]
            entry = {"name": name, "module": module, "line": line, "calls": calls(node)}
            entry["inside"] = inlined.inside[module].get(at, [])
            names.setdefault(node.name, []).append(entry)
    return found

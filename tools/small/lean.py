"""The texts of an image for a board without PSRAM, where all that a file brings lies in the heap.

What docs/memory.md says under "What keeps it small" is done here, step after step.
"""

import ast
import dataclasses

from tools.small import (
    absent,
    bundle,
    class_maps,
    flash_names,
    groups,
    inline,
    legend,
    numbered,
    once,
    passing,
    short_names,
    squeeze,
    stock_names,
)


@dataclasses.dataclass
class Lean:
    """`texts`: {module, or group of them: text}; `legend`: what tools/explain_traceback.py needs;
    `started`: {what was asked for as module.name: its name in the image}."""

    texts: dict
    legend: dict
    started: dict


def make(
    texts,
    chosen,
    settings,
    started,
    is_ours,
    joined=True,
    once_only=groups.ONCE,
    staying=frozenset(),
):
    """Returns the Lean of {module: text}.

    chosen: modules that are imported by a name in data; settings: names of all, in their order;
    started: functions and classes, as module.name, that something outside of the image asks for;
    is_ours(module): it is one of ours, in the image or not; joined: modules become few;
    once_only: modules that are loaded once, and dropped; staying: modules, and functions as
    module.name, that keep their names, since what asks for them or has them is not in the image.
    """
    texts = reached(absent.without_absent(texts, is_ours), {groups.ENTRY} | chosen)
    asked = {name.rpartition(".")[2] for name in started}
    texts = numbered.number(absent.without_unnamed(texts, asked), settings)
    stock = stock_names.load() | {name.rpartition(".")[2] for name in staying}
    inlined = inline.inline(squeeze.without_constants(texts), asked, stock)
    free = flash_names.unused({n: short_names.parse(t) for n, t in inlined.texts.items()})
    if not joined:
        short = squeeze.shorten(inlined.texts, stock | asked, free)
        return Lean(_passing(short, {name: [name] for name in short}, once_only), {}, {})
    bundled = bundle.bundle(squeeze.shorten(inlined.texts, stock, free), chosen, free, staying)
    found = {name: _name_now(name, inlined, bundled) for name in started}
    explained = legend.legend(texts, inlined, bundled)
    if once.BUILT in texts:
        once.fill_in(bundled, inlined.texts)
    homes = {name: [module for _, module in lines] for name, lines in bundled.lines.items()}
    return Lean(_passing(bundled.texts, homes, once_only), explained, found)


def alone(name, text, asked):
    """Returns the text of a module that others ask by names that stay: those `asked`."""
    texts = squeeze.without_constants({name: text})
    free = flash_names.unused({name: short_names.parse(texts[name])})
    return squeeze.shorten(texts, stock_names.load() | asked | {name}, free)[name]


def reached(texts, roots):
    """Returns those of {module: text} that `roots` import, at once or later."""
    found = {}
    waiting = set(roots)
    while waiting:
        name = waiting.pop()
        if name in texts and name not in found:
            found[name] = texts[name]
            waiting |= short_names.imported_modules(short_names.parse(texts[name]))
    return {name: text for name, text in texts.items() if name in found}


def _passing(texts, homes, once_only):
    """Returns texts with what goes again when the device is built. homes: {text: its modules}."""
    gone = {name for name, modules in homes.items() if once_only.issuperset(modules)}
    return {
        name: passing.without_names(text, texts.keys())
        if name in gone
        else class_maps.without_idle_names(text)
        for name, text in texts.items()
    }


def _name_now(asked, inlined, bundled):
    """Returns what a function or class, module.name before, is called in the Bundled."""
    module, _, name = asked.rpartition(".")
    line = next(n.lineno for n in _definitions(inlined.texts[module]) if n.name == name)
    group, first = next(
        (group, first)
        for group, lines in bundled.lines.items()
        for first, member in lines
        if member == module
    )
    places = {n.lineno: n.name for n in _definitions(bundled.texts[group])}
    return places[first + line - 1]


def _definitions(text):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node for node in short_names.parse(text).body if isinstance(node, kinds)]

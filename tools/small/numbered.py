"""Settings by number: what the application asks for by name, it has by the place in the table.

Each name that is asked for would lie in memory as a text of its own, twice while the device is
built: in the module that asks, and in the dict. Those who read the user's file need the names.
"""

import ast

from tools.small.short_names import nodes, parse
from tools.small.squeeze import SqueezeError, replace

# These know settings by their names, as the file has them.
READERS = frozenset(
    {
        "settings.table",
        "settings.settings_heater",
        "settings.settings_memory",
        "settings.settings_packs",
        "settings.settings_private",
        "settings.settings_charge",
        "settings.settings_temps",
        "starting.config",
        "website.events",
        "website.stored",
    }
)
# What is called like a setting in these is something else.
OTHERS = frozenset({"mqtt.bms_announcer"})  # Home Assistant's
# What settings are called wherever they are handed on.
_CALLED = {"settings", "pack", "one"}
_BY_NAME = "NUMBERED = False"  # in settings/table.py
_BY_NUMBER = "NUMBERED = True"


def number(texts, names):
    """Returns {module: text} for {module: text}. names: of all settings, in their order.

    Raises SqueezeError where a name is used in another way than as settings["name"].
    """
    place = {name: at for at, name in enumerate(names)}
    as_it_is = READERS | OTHERS
    found = {n: text if n in as_it_is else _numbered(n, text, place) for n, text in texts.items()}
    assert found["settings.table"].count(_BY_NAME) == 1
    found["settings.table"] = found["settings.table"].replace(_BY_NAME, _BY_NUMBER)
    return found


def _numbered(module, text, place):
    tree = parse(text)
    edits = []
    for node in nodes(tree):
        if isinstance(node, ast.Subscript) and getattr(node.slice, "value", None) in place:
            if ast.unparse(node.value).split("[")[0].rpartition(".")[2] not in _CALLED:
                raise SqueezeError(f"{module}:{node.lineno}: is this a setting, or not?")
            edits.append((node.slice, str(place[node.slice.value])))
    asked = {id(node) for node, _ in edits}
    for node in nodes(tree):
        if isinstance(node, ast.Constant) and node.value in place and id(node) not in asked:
            raise SqueezeError(f"{module}:{node.lineno}: write settings[{node.value!r}]")
    return replace(text, edits)

"""Which modules become one on a device: each group is what is always needed together.

Modules that ENTRY imports, those that are imported inside a function (needed seldom, or only
with some settings), and those that are named in data (a dialect, the panel) are the roots. What a
root imports when it is imported, and nothing else does, goes into its group; what two roots need,
and not the application itself, is a group of its own. So a device carries in memory what its
settings ask for, in few modules, and the rooms of the sources cost nothing there.
"""

import ast

from tools.small.short_names import imported_modules, parse

ENTRY = "entry"  # what main.py imports
APPLICATION = "app"
COMMON = "common"  # what runs before the application, and what both need; no module's name

# -- what a device without PSRAM must not carry ---------------------------------------------------

# Runs before the application is imported, while Python's heap is small and the radio takes its
# share. What the application needs as well, is a group by itself, and stays.
EARLY = frozenset({"showing.first_picture", "starting.startup", "starting.config", "links.ble"})
# Reads the settings and builds the device: dropped then (firmware/unload.py), with all that is in
# the group. What these import beside each other, is the application's, and stays.
ONCE = frozenset(
    {
        "starting.startup",
        "starting.set_up_asked",
        "starting.roominess",
        "starting.config",
        "settings.table",
        "settings.settings_heater",
        "settings.settings_memory",
        "settings.settings_packs",
        "settings.settings_charge",
        "showing.first_picture",
        "showing.panels",
        "screen.start",
        "hardware.screen_files",
        "build",
        "building.units",
        "building.heater",
        "building.screen",
        "building.touch_panel",
        "building.relay",
        "mqtt.open_codes",
        "relay.making",
        "building.built",
        "hardware.reset_cause",
        "starting.memory_told",
        "bms.catalog",
        "heat.restore",
    }
)
# What only boards with PSRAM do: not in an image for one without, nor is what only these need.
ROOMY = frozenset(
    {"settings.settings_temps"}
    | {"building.remote", "mqtt.remote", "mqtt.roomy", "power_saver", "heat.options.low_power"}
    | {"building.history", "mqtt.history_report", "mqtt.sure_session", "mqtt.influx_report"}
    | {"mqtt.secure", "mqtt.event_report", "mqtt.victron_report", "mqtt.limits_report"}
    | {
        "building.relay_roomy",
        "mqtt.bms_announcer",
        "building.website",
        "mqtt.clocked_report",
        "hardware.net.networks",
    }
    | {"screen.mono_wide", "hardware.inputs.two_buttons", "showing.device_facts", "hardware.light"}
)
# What only boards with a touch panel do: not in an image for another one.
TOUCH = frozenset({"building.touch_panel"})
# What an image for a board without PSRAM has in the place of a module: without most of the pages.
# Updates restart it, and come instead of the application.
SMALL = {
    "update.wish": "update.wish_small",
    "building.screen": "building.screen_small",
    "screen.draw.fonts.barlow": "screen.draw.fonts.barlow_small",
}
# What builds a part of the device, in the order of firmware/build.py, and the group that the part
# itself becomes: loaded with its builder, when there is no garbage of the others any more. Loaded
# all at once the application would leave a hole behind each function.
PARTS = {
    "building.units": "bms_part",
    "building.heater": "heater_part",
    "building.relay": "relay_part",
}
# Needed by several roots, yet always with one of them: {root: the group that it and all that it
# needs goes into}.
ALWAYS = {
    "bms.framer": "bms_part",  # by whichever dialect was chosen
    "links.uart_link": "bms_part",
    "bms.jk.jk_gps": "bms.jk.jk_gps",  # some of it by its writer, too
    "mqtt.broker_relay": "relay_part",  # as it is, or widened (mqtt.roomy)
    "mqtt.announcer": "relay_part",  # likewise (mqtt.device_announcer)
    "screen.show": "pages_part",
    "screen.model": "pages_part",
    "showing.telemetry": "pages_part",
}


def outermost(tree):
    """Returns the tree without the insides of functions and methods: what runs at import."""
    body = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            inside = [n for n in node.body if not isinstance(n, ast.FunctionDef)]
            body += [n for n in inside if not isinstance(n, ast.AsyncFunctionDef)]
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body.append(node)
    return ast.Module(body=body, type_ignores=[])


def needed_at_import(texts):
    """Returns {module: [modules of `texts` that it imports when it is imported]}."""
    return {
        name: sorted(imported_modules(outermost(parse(text))) & texts.keys())
        for name, text in texts.items()
    }


def find_roots(texts, needs, chosen):
    """Returns the modules that something else than an import of a module brings in."""
    late = set(needs[ENTRY]) | chosen
    for name, text in texts.items():
        late |= (imported_modules(parse(text)) & texts.keys()) - set(needs[name])
    return late


def in_order(names, needs):
    """Returns `names`, each after those of them that it needs."""
    done = []

    def visit(name):
        if name not in done:
            for other in needs[name]:
                if other in names:
                    visit(other)
            done.append(name)

    for name in sorted(names):
        visit(name)
    return done


def reached(root, needs):
    """Returns the modules that importing `root` brings in, itself included."""
    found = set()
    waiting = [root]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needs[name]
    return found


def group(texts, chosen):
    """Returns {name of the group: its modules in the order of their execution}.

    `chosen`: modules that are imported by a name in data. Beside APPLICATION and COMMON a group
    has the name of its root, or of its last module, so that whatever imports a root by its name
    finds it. ENTRY is in none.
    """
    needs = needed_at_import(texts)
    roots = find_roots(texts, needs, chosen & texts.keys())
    early = EARLY | set(needs[ENTRY])
    homes = (APPLICATION, *PARTS.values(), *ALWAYS.values())
    by = {name: set() for name in texts if name != ENTRY}
    for root in roots | (ALWAYS.keys() & texts.keys()):
        home = ALWAYS.get(root) or PARTS.get(root, APPLICATION)
        for name in reached(root, needs):
            stays = (root in ONCE and name not in ONCE) or root in ALWAYS
            by[name] |= {root, home} if stays else {root}
    found = {}
    for name, key in by.items():
        first = next((home for home in homes if home in key), None)
        if first is not None:
            key = COMMON if key & early else first
        found.setdefault(key if isinstance(key, str) else frozenset(key), set()).add(name)
    groups = {}
    for key, members in found.items():
        order = in_order(members, needs)
        root = next((m for m in reversed(order) if m in roots), order[-1])
        groups[key if isinstance(key, str) else root] = order
    return groups

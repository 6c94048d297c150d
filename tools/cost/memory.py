"""What the application takes of the heap: the image's files on the 32-bit MicroPython.

Everything that comes from a file lies in the heap: bytecode, names, constants. Modules that the
ESP32's firmware has built in cost nothing there, and are stand-ins here. The build runs garbage
collection only between two chunks of source (tools/mp/run32.mjs), so that what is counted
after one is what stays.
"""

import ast
import dataclasses
import json
import pathlib
import tempfile

from bms import catalog
from tools import ROOT, image
from tools.cost import boot_play, chip_heaps
from tools.mp import runner
from tools.small import short_names

# The most that may live, and that may be in use at any moment, garbage that cannot be collected
# yet included: what is reached today, and a little. With 92,000 and 104,000 Python's heap stays at
# two areas for ever (chip_heaps.py).
MOST_LIVE = 90_600
MOST_AT_ONCE = 98_000
LARGEST = 20  # modules listed

_BUILT_IN = "machine network esp32 socket select"

PRELUDE = f"""
import gc, sys

class Hardware:
    def __getattr__(self, name):
        if name == "unique_id":
            return lambda: b"packma"
        if name in ("status", "reset_cause"):
            return lambda *a: 0
        return self
    def __call__(self, *args, **keywords):
        return self
    def __int__(self):
        return 0
    def __index__(self):
        return 0
    def __getitem__(self, key):
        return 0
    def idf_heap_info(self, kind):
        return ()

class Gc:  # no PSRAM
    collect = gc.collect
    mem_alloc = gc.mem_alloc
    def mem_free(self):
        return 20000

for name in {_BUILT_IN!r}.split():
    sys.modules[name] = Hardware()
sys.modules["gc"] = Gc()
del name

def report(name):
    print(name, gc.mem_alloc())

gc.collect()
"""

# On a device the open file of glyphs has LittleFS's cache of 128 bytes and its books.
_BUILD = """
littlefs = bytearray(240)
from showing import first_picture
from starting import startup
found = [startup.prepare(first_picture.Picture())]
del first_picture, startup
import app, build
device = build.build(found.pop())
app.forget(device.memory)
sys.modules.pop("starting.startup")
del build
gc.collect()
"""
_STAYS = "stays"


def in_order(modules, roots):
    """Returns the names of `modules` that `roots` load, each after those it imports.

    What is imported inside a function is not among them: such a module is needed rarely, or goes
    again.
    """
    order = []
    seen = set()

    def visit(name):
        if name in seen or name not in modules:
            return
        seen.add(name)
        tree = ast.parse(modules[name].read_text())
        tree.body = [n for n in tree.body if not isinstance(n, (ast.FunctionDef, ast.ClassDef))]
        for wanted in sorted(short_names.imported_modules(tree)):
            visit(wanted)
        order.append(name)

    for name in roots:
        visit(name)
    return order


def measure(board_name="lilygo_t_display", dialect="bms.jk.jk_gps", squeezed=True):
    """Returns [(what, bytes)]: each module, then the objects; in the order of loading."""
    board = image.load_board(board_name)
    roots = ("app", "build", dialect, board.PANEL)
    modules = image.reachable(set(roots), image.in_place(board), image.left_out(board))
    with tempfile.TemporaryDirectory() as folder:
        if squeezed:
            out = image.kept(board_name, joined=False)
        else:
            out = pathlib.Path(folder) / "image"
            image.lay_out(board_name, out, squeezed, joined=False)
        settings = pathlib.Path(folder) / "settings.json"
        settings.write_text(json.dumps(boot_play.SETTINGS))
        # Which modules are there in the end, is seen in a first run.
        first = _run(out, settings, in_order(modules, roots))
        stay = {name.split()[1] for name, _ in first if name.startswith(_STAYS)} & modules.keys()
        order = [name for name in in_order(modules, [*roots, *sorted(stay)]) if name in stay]
        steps = _run(out, settings, order)
        return [step for step in steps if not step[0].startswith(_STAYS)]


def _run(out, settings, modules):
    """Returns what _differences() does; its last ones name the modules that stay."""
    chunks = [PRELUDE, "report('interpreter')"]
    for name in ["binascii", "board", *modules]:
        chunks += [f"import {name}\ngc.collect()", f"report({name!r})"]
    chunks += [_BUILD, "gc.collect()", "report('objects')"]
    chunks += [f"for name in sys.modules: report({_STAYS!r} + ' ' + name)"]
    # Where they are on a device: the path of each module is one of the names in the heap.
    files = {f"/{f.relative_to(out).as_posix()}": str(f) for f in out.rglob("*") if f.is_file()}
    plan = {
        "heap": 64 * 1024,
        "files": files | {"/settings.json": str(settings)},
        "path": ["", ".frozen", "/lib"],
        "argv": ["memory"],
        "chunks": chunks,
    }
    result = runner.run_plan(plan)
    problem = runner.failure(result)
    if problem:
        raise RuntimeError(problem)
    return _differences(result.stdout)


def _differences(text):
    steps = []
    last = 0
    for line in text.splitlines():
        name, value = line.rsplit(" ", 1)
        if not value.isdigit():
            continue  # what the device says on its console
        steps.append((name, int(value) - last))
        last = int(value)
    return steps


def group_of(name):
    """Returns the row of the summary that a step belongs to."""
    if name in ("interpreter", "binascii"):
        return "MicroPython's own"
    if name == "objects":
        return name
    source = image.find_source(name)
    if source is None:  # the board's
        return "firmware"
    room, _, inside = name.partition(".")
    if source.is_relative_to(ROOT / "lib"):
        return f"lib/{room}"
    return f"firmware/{room}" if inside else "firmware"


def summary(steps):
    """Returns [(row, bytes)] by package, in the order of first loading."""
    rows = {}
    for name, size in steps:
        rows[group_of(name)] = rows.get(group_of(name), 0) + size
    return list(rows.items())


def total(steps):
    """Returns the bytes of all steps together."""
    return sum(size for _, size in steps)


def traffic(stages):
    """Returns the stages and what follows them: a session with the broker, and its messages."""
    live = stages[-1].live
    return [
        *stages,
        boot_play.Stage("session with the broker", live, live, [("socket", 0)]),
        boot_play.Stage("messages on their way", live, live, [("sent", 0)]),
    ]


# What can be wanted of a board without PSRAM, with a BMS on a cable: settings beside
# boot_play.SETTINGS, in which everything is switched on.
COMBINATIONS = {
    "Wi-Fi, MQTT, heater, pages on the screen": {},
    'the same with `"screen_pages": false`': {"screen_pages": False},
    "heater and pages, no network": {"wifi_ssid": "", "mqtt_host": ""},
}


def granted():
    """Returns {dialect: [whether the model grants it, of each of COMBINATIONS]}."""
    with boot_play.images() as play:
        return {
            name: [
                not chip_heaps.follow(traffic(play(settings, name)))[1]
                for settings in COMBINATIONS.values()
            ]
            for name in catalog.WIRED
        }


def granted_table(found):
    """Returns the lines of README's table of what a board without PSRAM can do."""
    lines = ["| `bms_dialect` | " + " | ".join(COMBINATIONS) + " |"]
    lines.append("|---|" + "---|" * len(COMBINATIONS))
    for name, verdicts in found.items():
        words = ["yes" if verdict else "no" for verdict in verdicts]
        lines.append(f"| `{name}` | " + " | ".join(words) + " |")
    return lines


def moments_table(moments):
    """Returns the lines of a Markdown table: both heaps after each stage of a start."""
    lines = ["| after | live | at most | Python's areas | IDF free | in one piece |"]
    lines += ["|---|---:|---:|---:|---:|---:|"]
    for m in moments:
        figures = (m.live, m.peak, m.areas, m.idf_free, m.idf_piece)
        lines.append(f"| {m.step} | " + " | ".join(f"{f:,}" for f in figures) + " |")
    return lines


def short_moments(moments):
    """Returns `moments` with the steady ones, from which on nothing changes, as one."""
    running = [m for m in moments if m.step.startswith("running")]
    others = [m for m in moments if not m.step.startswith("running")]
    if running:
        most = max(running, key=lambda m: m.peak)
        at = next(i for i, m in enumerate(others) if m.step == "tasks") + 1
        others.insert(at, dataclasses.replace(most, step="running, every page shown"))
    return others


def table(steps, stages):
    """Returns the lines of the Markdown tables of docs/memory.md.

    steps: see measure(), of modules that are not joined; stages: boot_play.play().
    """
    live = stages[-1].live
    moments, problems = chip_heaps.follow(traffic(stages))
    lines = ["| part | bytes |", "|---|---:|"]
    lines += [f"| {row} | {size:,} |" for row, size in summary(steps)]
    lines += [
        f"| modules joined, and what the host's stand-ins take | {live - total(steps):,} |",
        f"| **all that lives, an hour later** | **{live:,}** |",
        "",
        *moments_table(short_moments(moments)),
        "",
        *(f"**Not enough:** {problem}." for problem in problems),
        *([""] if problems else []),
        "| largest modules | bytes |",
        "|---|---:|",
    ]
    modules = [step for step in steps if group_of(step[0]) != step[0]]
    largest = sorted(modules, key=lambda step: -step[1])[:LARGEST]
    return lines + [f"| {name} | {size:,} |" for name, size in largest]

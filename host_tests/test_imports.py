"""Dependencies point one way (lib <- firmware <- tools <- host_tests), and lib stays portable.

The sources are parsed, not run. The rules are data, below; a new folder of lib without a rule
fails.
"""

import ast

import pytest

from bms import catalog
from tools import ROOT

# Modules of MicroPython's and CPython's own that portable code may use: no clock, file or device.
PORTABLE = {"array", "struct"}
PORTABLE_TOP = {"compat", "settings", "words"}

# What a part of lib may import besides PORTABLE and itself. A name allows its submodules too.
LIB = {
    "compat": {
        "array",
        "micropython",
        "time",
        "uctypes",
    },  # the one place that looks at the platform
    "words": {"compat"},
    "settings": {"compat", "bms.catalog", "words"},  # where names and bounds have their place
    "bms": PORTABLE_TOP,
    "heat": PORTABLE_TOP | {"bms.pack", "bms.alarms", "bms.wire", "bms.watts"},
    "relay": PORTABLE_TOP | {"bms.pack", "bms.alarms", "bms.check", "bms.wire"},
    "web": {"compat"},
    "setup": PORTABLE_TOP,
    "history": PORTABLE_TOP | {"bms.pack", "bms.wire", "bms.crc16"},
    "screen": PORTABLE_TOP | {"bms.pack", "bms.alarms", "bms.check", "bms.wire", "history.curve"},
    "languages": {
        "words",
        "bms",
        "heat.charger",
        "relay.commands",
        "relay.message_names",
        "screen.draw.letters",
    },  # each where it is numbered
}

# The device's own modules, for firmware.
DEVICE = set(
    "aioble array asyncio binascii builtins bluetooth board errno esp32 framebuf gc hashlib io "
    "json machine micropython network onewire os random select socket struct sys tls "
    "time".split()
)
# The files that import by computed name: the dialect that the settings ask for, the board's panel.
CATALOG = "lib/bms/catalog.py"
PANELS = "firmware/showing/panels.py"
TOUCH = "firmware/building/touch_panel.py"
TEXTS = "firmware/hardware/screen_files.py"  # likewise, the language
TESTS = "host_tests"
CLOCKS = {"sleep", "sleep_ms", "ticks_ms", "ticks_us", "time"}


def imported(source):
    """Yields (line, dotted name) for each import; `from a import b` gives a.b."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, "." * node.level + (node.module or "") + "." + alias.name
        elif is_dynamic(node):
            yield node.lineno, "__import__"


def is_dynamic(node):
    """True for a call of __import__, which would pass under the rule unseen."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "__import__"
    )


def allowed(name, names):
    """True if `name` or one of its parents is in `names`."""
    parts = name.split(".")
    return any(".".join(parts[: n + 1]) in names for n in range(len(parts)))


def allow_list(path, firmware_modules):
    """Returns what a file may import, None: all but tests. `path` is from the root."""
    parts = path.split("/")
    if parts[0] == "lib":
        part = parts[1].removesuffix(".py")
        return LIB[part] | PORTABLE | {part} | ({"__import__"} if path == CATALOG else set())
    if parts[0] == "firmware":
        return (
            DEVICE
            | set(LIB)
            | firmware_modules
            | ({"__import__"} if path in (PANELS, TOUCH, TEXTS) else set())
        )
    if parts[0] == "boards":
        return set()  # data only
    return None


def violations(path, source, firmware_modules=frozenset()):
    """Returns "path:line: name" for each import that the rules do not allow."""
    names = allow_list(path, firmware_modules)
    if names is None:
        return [f"{path}:{line}: {n}" for line, n in imported(source) if allowed(n, {TESTS})]
    return [f"{path}:{line}: {n}" for line, n in imported(source) if not allowed(n, names)]


def sources():
    """Returns the files that the rules are about, as paths from the root."""
    folders = ("lib", "firmware", "boards", "tools")
    files = [f for folder in folders for f in sorted((ROOT / folder).rglob("*.py"))]
    return [f.relative_to(ROOT).as_posix() for f in files if f.name != "manifest.py"]


def firmware_names():
    return {f.stem for f in (ROOT / "firmware").iterdir()}


@pytest.mark.parametrize("path", sources())
def test_imports_point_one_way(path):
    found = violations(path, (ROOT / path).read_text(), firmware_names())
    assert not found, "\n".join(["not allowed by host_tests/test_imports.py:"] + found)


def rooms_of_tests():
    """Returns the folders of tests, by name; scripts of MicroPython import by other rules."""
    return sorted(f.parent.name for f in (ROOT / TESTS).glob("*/__init__.py"))


@pytest.mark.parametrize("room", rooms_of_tests())
def test_a_room_of_tests_borrows_from_no_other(room):
    others = {f"{TESTS}.{other}" for other in rooms_of_tests() if other != room}
    found = [
        f"{file.name}:{line}: {name}"
        for file in sorted((ROOT / TESTS / room).glob("*.py"))
        for line, name in imported(file.read_text())
        if allowed(name, others)
    ]
    assert not found, "\n".join(["what several rooms use lies beside them:"] + found)


def test_every_test_is_in_a_room():
    of_the_house = {"test_docs", "test_imports", "test_mp_scripts", "test_plan"}
    homeless = {f.stem for f in (ROOT / TESTS).glob("test_*.py")} - of_the_house
    assert not homeless, f"in which of {rooms_of_tests()}? See docs/architecture.md"


def test_compat_reads_no_clock():
    names = {n for _, n in imported((ROOT / "lib/compat.py").read_text())}
    assert not {n for n in names if n.rpartition(".")[2] in CLOCKS}


def test_the_catalog_names_only_modules_of_its_own_folder():
    for module in catalog.modules():
        assert module.startswith("bms."), module
        assert (ROOT / "lib" / (module.replace(".", "/") + ".py")).is_file(), module


# -- the rule itself bites ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path, source, name",
    [
        ("lib/bms/x.py", "import machine", "machine"),
        ("lib/bms/x.py", "def f():\n    from time import ticks_ms", "time.ticks_ms"),
        ("lib/bms/x.py", "import asyncio as a", "asyncio"),
        ("lib/bms/x.py", "from heat import guard", "heat.guard"),
        ("lib/heat/x.py", "from relay.state import StateMessage", "relay.state.StateMessage"),
        ("lib/heat/x.py", "from bms import check", "bms.check"),
        ("lib/relay/x.py", "from heat import heater", "heat.heater"),
        ("lib/screen/x.py", "import bms.jk.jk_gps", "bms.jk.jk_gps"),
        ("lib/screen/x.py", "import framebuf", "framebuf"),
        ("lib/bms/x.py", "__import__('machine')", "__import__"),
        ("lib/bms/x.py", "from ..firmware import app", "..firmware.app"),
        ("lib/settings/table.py", "import json", "json"),
        ("firmware/app.py", "from tools import decode", "tools.decode"),
        ("firmware/app.py", "import host_tests.conftest", "host_tests.conftest"),
        ("firmware/app.py", "import dataclasses", "dataclasses"),
        ("boards/x/board.py", "import machine", "machine"),
        ("tools/x.py", "from host_tests.heat import heat_rig", "host_tests.heat.heat_rig"),
    ],
)
def test_a_wrong_arrow_is_found(path, source, name):
    (found,) = violations(path, source)
    assert found.endswith(": " + name)


@pytest.mark.parametrize(
    "path, source",
    [
        ("lib/bms/x.py", "from array import array\nfrom bms.pack import PackState"),
        ("lib/heat/x.py", "from bms import pack, alarms\nfrom heat.guard.vetoes import Guard"),
        ("firmware/app.py", "import machine, board\nfrom heat.heater import Heater"),
        ("tools/x.py", "import firmware, bms, json"),
    ],
)
def test_a_right_arrow_passes(path, source):
    assert violations(path, source) == []


def test_a_part_of_lib_without_a_rule_fails():
    with pytest.raises(KeyError):
        violations("lib/radio/x.py", "import array")

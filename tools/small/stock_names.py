"""The names that MicroPython's own objects have: `python -m tools.small.stock_names [--check]`.

squeeze.py gives our own names shorter ones, but for those that might be asked of an object
that is not ours, or by which something might be given to its functions. This collects them from
the stubs of `make check` into stock_names.txt, so that an image does not depend on what is
installed: what objects have, an empty line, and names that only arguments have.
"""

import argparse
import ast
import functools
import itertools
import pathlib
import re
import sys
import tempfile
import textwrap

from tools import ROOT
from tools.mp import runner

STUBS = ROOT / ".venv" / "stubs"
FILE = pathlib.Path(__file__).with_suffix(".txt")
WIDTH = 99

# Modules that stock MicroPython 1.26 for the ESP32 has, built in or frozen.
STOCK = frozenset(
    """
    _thread array asyncio binascii bluetooth builtins collections cryptolib dht ds18x20 errno esp
    esp32 framebuf gc hashlib heapq io json machine math micropython network ntptime onewire os
    platform random re requests select socket ssl struct sys time tls uctypes umqtt vfs
    """.split()
)
# Of these nothing of ours ever has an object.
_UNUSED = frozenset({"requests"})
# What the owner adds with mpremote mip, where the settings ask for it (docs/ble.md).
ADDED = frozenset({"aioble"})

_STREAMS = "streams.pyi"  # of asyncio: the MicroPython of the host is without

# What aioble has: no stubs tell it.
UNTYPED = """
    ScanResult active addr addr_hex addr_type adv_data adv_type advertise appearance authenticated
    available ble ble_irq bond bonded cancel capture characteristic characteristics client config
    conn_handle connect connectable connection consumed core descriptor descriptors device
    device_task disc_type disconnect disconnected discover encrypted ensure_active event
    exchange_mtu handles indicate indicated initial is_connected key_size le_secure log_error
    log_info log_level log_warn manufacturer mitm mtu name notified notify pair parent peer_mtu
    properties queue read register_irq_handler resp_data response result rssi scan security send
    service service_handles services shutdown status stop subscribe uuid value_handle write written
"""


def names_in(tree):
    """Returns the public names that a stub defines: of classes, functions, values."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
    return {name for name in found if not name.startswith("_")}


def arguments_in(tree):
    """Returns the names of the arguments that functions of a stub take."""
    return {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


_COUNT = re.compile(r"n_qstr=(\d+)")


def known(names, run=runner.run32):
    """Returns the list of those `names` that a MicroPython of the host has by itself.

    run: runner.run32 or run64.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "names.txt"
        file.write_text(" ".join(["_", *names]), "utf-8")
        more = {"files": {str(file): str(file)}} if run is runner.run32 else {}
        result = run("tools/mp/known_names.py", [file], places=[], **more)
    problem = runner.failure(result)
    if problem:
        raise RuntimeError(problem)
    counts = [int(count) for count in _COUNT.findall(result.stdout)]
    pairs = zip(names, itertools.pairwise(counts), strict=True)
    return [name for name, (before, after) in pairs if before == after]


def collect(stubs=STUBS):
    """Returns the names of the modules that the device has, and of MicroPython's own types; and
    those that only arguments of theirs have.

    The stubs of Python's own modules have more than MicroPython: what it does not know is not in.
    """
    found = set(UNTYPED.split()) | STOCK | ADDED
    pythons = set()
    arguments = set()
    for file in stubs.rglob("*.pyi"):
        path = file.relative_to(stubs)
        of_python = path.parts[0] == "stdlib"
        top = path.parts[1] if of_python else path.parts[0]
        if top.removesuffix(".pyi") in STOCK - _UNUSED | {"builtins"}:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            (pythons if of_python and path.name != _STREAMS else found).update(names_in(tree))
            arguments |= arguments_in(tree)
    found |= set(known(sorted(pythons)))
    return found, arguments - found


@functools.cache
def _read():
    return [frozenset(part.split()) for part in FILE.read_text("utf-8").split("\n\n")]


def load():
    """Returns the names that objects have, as a frozenset."""
    return _read()[0]


def arguments():
    """Returns the names that only arguments have, as a frozenset."""
    return _read()[1]


def main(argv=None):
    """Command line."""
    parser = argparse.ArgumentParser(
        prog="tools.small.stock_names", description=__doc__.split(":")[0]
    )
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args(argv)
    if not STUBS.is_dir():
        print(f"no stubs in {STUBS}: `make check` installs them", file=sys.stderr)
        return 1
    found = collect()
    if options.check:
        return 0 if found == (load(), arguments()) else 1
    parts = [textwrap.fill(" ".join(sorted(names)), WIDTH) for names in found]
    FILE.write_text("\n\n".join(parts) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

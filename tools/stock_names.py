"""The names that MicroPython's own objects have: `python -m tools.stock_names [--check]`.

tools/squeeze.py gives our own names shorter ones, but for those that might be asked of an object
that is not ours. This collects them from the stubs of `make check` into stock_names.txt, so that
an image does not depend on what is installed.
"""

import argparse
import ast
import pathlib
import sys
import textwrap

from tools import ROOT

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
# What the owner adds with mpremote mip, where the settings ask for it (docs/ble.md).
ADDED = frozenset({"aioble"})

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
    """Returns the public names that a stub defines: of classes, functions, arguments, values."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
    return {name for name in found if not name.startswith("_")}


def collect(stubs=STUBS):
    """Returns the names of the modules that the device has, and of MicroPython's own types."""
    found = set(UNTYPED.split()) | STOCK | ADDED
    for file in stubs.rglob("*.pyi"):
        path = file.relative_to(stubs)
        top = path.parts[1] if path.parts[0] == "stdlib" else path.parts[0]
        if top.removesuffix(".pyi") in STOCK | {"builtins"}:
            found |= names_in(ast.parse(file.read_text(encoding="utf-8")))
    return found


def load():
    """Returns the names, as a frozenset."""
    return frozenset(FILE.read_text().split())


def main(argv=None):
    """Command line."""
    parser = argparse.ArgumentParser(prog="tools.stock_names", description=__doc__.split(":")[0])
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args(argv)
    if not STUBS.is_dir():
        print(f"no stubs in {STUBS}: `make check` installs them", file=sys.stderr)
        return 1
    names = collect()
    if options.check:
        return 0 if names == load() else 1
    text = textwrap.fill(" ".join(sorted(names)), WIDTH, break_on_hyphens=False)
    FILE.write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What an update beside the application takes of both heaps: `python -m tools.benchmark updates`.

Python's part is measured on the 32-bit MicroPython, with a bundle of the image for boards with
PSRAM, whose header is as long as it gets; the system's is that of chip_heaps.py.
"""

import pathlib
import tempfile

from cryptography.hazmat.primitives.asymmetric import rsa

from tools import ROOT, image
from tools.cost import chip_heaps, web_figures
from tools.mp import runner
from tools.packmate import bundles

SCRIPT = ROOT / "tools" / "mp" / "measure_update.py"
BOARD = "lilygo_t_display"
STEPS = 10  # between two looks


def measure():
    """Returns {figure: bytes}: see tools/mp/measure_update.py; and of the system's memory what a
    server's line takes, and what is left beside radio, page and broker at the worst."""
    key = rsa.generate_private_key(65537, 3072)
    files = bundles.files_of(image.kept(BOARD, squeezed=False))
    name = image.load_board(BOARD).NAME
    with tempfile.TemporaryDirectory() as folder:
        bundle, public = pathlib.Path(folder) / "bundle", pathlib.Path(folder) / "key"
        bundle.write_bytes(bundles.build(key, name, files, 100, "9.0.0"))
        public.write_text(bundles.public_text(key))
        there = {"/bundle": str(bundle), "/update.key": str(public)}
        result = runner.run_plan(_plan(name, there, bundle.stat().st_size))
    problem = runner.failure(result)
    if problem:
        raise RuntimeError(problem)
    found = dict(line.split("|") for line in result.stdout.splitlines())
    found = {figure: int(size) for figure, size in found.items()}
    line = chip_heaps.SOCKET + chip_heaps.UNREAD * web_figures.WINDOW // 10_000
    left = chip_heaps.IDF_FREE - chip_heaps.WIFI - chip_heaps.WIFI_ACTIVE
    left -= chip_heaps.WIFI_CONNECTED + chip_heaps.MARGIN + 2 * line
    left -= web_figures.measure()["system_all"]
    return {**found, "line": line, "left": left}


def _plan(board_name, there, size):
    """Returns what tools/mp/run32.mjs is to play."""
    inside = f"/run/{SCRIPT.name}"
    chunks = [f"import sys\nsys.modules['board'] = type('board', (), {{'NAME': {board_name!r}}})"]
    chunks += [f"exec(open({inside!r}).read())", "gc.collect()", "begin()", "load()"]
    chunks += ["gc.collect()", "look()\ntell('code', live)\nlive = 0", "begin()", "take()"]
    for _ in range(3 * size // 1024 // STEPS + 2):  # each piece comes, and is read again
        chunks += [f"go({STEPS})", "gc.collect()", "look()"]
    chunks.append("assert next(work, None) is None\ntell('live', live)\ntell('step', step)")
    return {
        "heap": 8_000_000,
        "files": runner.copies(runner.PLACES) | {inside: str(SCRIPT)} | there,
        "path": [f"/{runner.name_inside(place)}" for place in runner.PLACES] + [".frozen"],
        "argv": [SCRIPT.name],
        "chunks": chunks,
    }


def table():
    """Returns the lines of a Markdown table."""
    found = measure()
    rows = [
        ("Python's heap: the code of updater, bundle and download", found["code"]),
        ("what lives at most while it comes, its header and signature included", found["live"]),
        ("garbage of its busiest step", found["step"]),
        ("the system's: the line to the server, at the most", found["line"]),
        ("what the system has left, beside Wi-Fi, broker, and hostile browsers", found["left"]),
    ]
    return ["| memory | bytes |", "|---|---:|", *(f"| {what} | {size:,} |" for what, size in rows)]

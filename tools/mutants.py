"""Mutants: small faults put into the heater's code, to see whether a test notices each of them.

    python -m tools.mutants                     the heater, the check, the writes to a BMS: hours
    python -m tools.mutants --each 10 --write   ten of each file; the score into docs/mutants.md
    python -m tools.mutants --under 0.5         by tests of up to half a second only: an hour
    python -m tools.mutants lib/heat/inputs.py  one file

A mutant is one change: a comparison moved by its edge, `and` for `or`, a condition that never
holds, a constant changed, a statement left out; but no time that begins with a millisecond. The
tests of its part are collected once; then each mutant has a process of its own, forked off there,
which changes the code in memory and runs the tests, quickest first, until one fails. What survives
is printed: each is a missing test, or a change that changes nothing. Of the latter docs/mutants.md
keeps a list, which is not tried again.
"""

import argparse
import ast
import json
import os
import pathlib
import random
import re
import signal
import sys
import tempfile
import time
import types

import pytest

from tools import ROOT

PAGE = ROOT / "docs" / "mutants.md"
_BEGIN = "<!-- table: python -m tools.mutants --write -->\n"
_KEPT = "<!-- kept -->\n"
FILES = ("lib/heat/**/*.py", "lib/bms/check.py", "lib/bms/command.py", "lib/bms/reread.py")
FILES += ("lib/bms/writer.py", "lib/bms/*/*_write.py")
# What every mutant of the heater meets, and of the writes, and what those of one file meet beside.
_TESTS = "guard_alone guard_rules heat_guard heat_law heat_alarms heat_report heat_packs"
_TESTS += " heat_boost zeros"
_WRITES = "command command_faults command_properties writers"
ALSO = {
    "check": "check frozen",
    "charger": "heat_charger",
    "control": "heat_charger",
    "current_proof": "heat_current",
    "proof": "heat_faults heat_mat_faults",
    "stuck": "heat_stuck heat_mat_faults",
    "balance": "heat_balance heat_faults heat_mat_faults",
    "vetoes": "heat_balance heat_current heat_faults heat_memory heat_mat_faults",
    "heater": "heat_memory heat_faults heat_thermal heat_charger heat_current",
    "inputs": "heat_current heat_balance heat_faults",
    "restore": "heat_memory heat_settings",
    "reread": "reread",
    "report": "heat_memory",
    "uptime": "heat_memory heat_faults",
    "sensors": "heat_probe",
    "thermal": "heat_thermal heat_balance heat_learning heat_mat_faults",
    "bms_output": "heat_bms_output",
    "inhibit": "heat_inhibit holds",
    "preheat": "heat_preheat",
    "probe": "heat_probe",
    "pwm": "heat_pwm",
}
_TRIFLE = re.compile("_m[js] = 0` becomes")  # a millisecond or a millijoule more
_PATIENCE = 10  # who takes so many times what the sound code takes hangs
# What stands between two operands, and what comes instead.
_BETWEEN = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "//"),
    ast.FloorDiv: ("//", "*"),
}


class Mutant:
    """One change of a file: `text[start:end]` becomes `new`."""

    def __init__(self, path, where, text, start, end, new):
        self.path = path
        self.line = text.count("\n", 0, start) + 1
        self.changed = text[:start] + new + text[end:]
        first = text.rfind("\n", 0, start) + 1
        last = text.find("\n", end)
        before, after = text[first:start], text[end:last].partition("  #")[0]
        old = " ".join((before + text[start:end] + after).split())
        new = " ".join((before + new + after).split())
        self.key = f"{path}{where}: `{old}` becomes `{new}`"

    def code(self):
        """Returns the changed code."""
        return compile(self.changed, self.path, "exec")

    def __str__(self):
        return self.key.replace(self.path, f"{self.path}:{self.line}", 1)


class _Finder(ast.NodeVisitor):
    def __init__(self, path, text):
        self.found = []
        self._path = path
        self._where = ""
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

    def _add(self, start, end, new):
        self.found.append(Mutant(self._path, self._where, self._text, start, end, new))

    def _exchange(self, left, kind, right):
        """Exchanges what stands between two operands."""
        start, end = self._span(left)[1], self._span(right)[0]
        old, new = _BETWEEN.get(type(kind), ("", ""))
        between = self._text[start:end]
        if new:
            self._add(start, end, between.replace(old, new, 1))

    def visit_Compare(self, node):
        for left, kind, right in zip(
            [node.left, *node.comparators], node.ops, node.comparators, strict=False
        ):
            self._exchange(left, kind, right)
        self.generic_visit(node)

    def visit_BoolOp(self, node):
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._exchange(left, node.op, right)
        self.generic_visit(node)

    def visit_BinOp(self, node):
        self._exchange(node.left, node.op, node.right)
        self.generic_visit(node)

    def visit_If(self, node):
        self._add(*self._span(node.test), "False")
        self.generic_visit(node)

    def visit_Constant(self, node):
        if type(node.value) is int:
            new = node.value + 1 if node.value < 10 else 2 * node.value
            self._add(*self._span(node), str(new))
        elif type(node.value) is bool:
            self._add(*self._span(node), str(not node.value))

    def visit_FunctionDef(self, node):
        self._where = f" {node.name}"
        for statement in ast.walk(node):
            plain = isinstance(statement, (ast.Assign, ast.AugAssign))
            call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
            if node.name != "__init__" and (plain or call):
                self._add(*self._span(statement), "pass")
        self.generic_visit(node)
        self._where = ""


def mutants_of(path):
    """Returns the mutants of a file, by its path from the root."""
    text = (ROOT / path).read_text(encoding="utf-8")
    finder = _Finder(path, text)
    finder.visit(ast.parse(text))
    return [mutant for mutant in finder.found if not _TRIFLE.search(mutant.key)]


def known():
    """Returns the lines of docs/mutants.md that say which mutants change nothing, and why."""
    _, _, kept = PAGE.read_text(encoding="utf-8").partition(_KEPT)
    lines = kept.replace("\n  ", " ").splitlines()
    return [line for line in lines if line.startswith("- lib/")]


def is_known(mutant, lines):
    """True if one of these lines tells of a mutant."""
    return any(line.startswith(f"- {mutant.key}: ") for line in lines)


def names_of(path):
    """Returns the names of the tests of a file."""
    name = pathlib.Path(path).stem
    base = _TESTS if name == "check" or "/heat/" in path else _WRITES
    return ALSO[name].split() if name == "reread" else f"{base} {ALSO.get(name, '')}".split()


def tests_of(path):
    """Returns the files that test a file, from whatever rooms they are."""
    rooms = ROOT / "host_tests"
    return [file for name in names_of(path) for file in rooms.rglob(f"test_{name}.py")]


# -- in the process of a mutant -------------------------------------------------------------------


def graft(path, code):
    """Changes a module that has been imported: whoever holds its functions has the changed ones.

    Only what is imported from then on misses a changed constant of another module's.
    """
    name = path[len("lib/") : -len(".py")].replace("/", ".")
    new = types.ModuleType(name)
    exec(code, vars(new))  # a changed file of our own
    _graft(sys.modules[name], new, name)


def _graft(old, new, module):
    for name, value in vars(new).items():
        have = vars(old).get(name)
        if isinstance(value, property):
            value, have = value.fget, have.fget
        if isinstance(value, types.FunctionType):
            if value.__module__ == module:
                _swap(old, have, value)
        elif isinstance(value, type):
            if value.__module__ == module:
                _graft(have, value, module)
        elif isinstance(value, (int, bytes, tuple)) and value != have:
            setattr(old, name, value)


def _swap(owner, have, value):
    try:
        have.__code__ = value.__code__
        have.__defaults__ = value.__defaults__
    except ValueError:  # it has lost its super()
        setattr(owner, value.__name__, value)


def _break_off(_number, _frame):
    pytest.skip("takes too long")


class _Listener:
    def __init__(self, timer, limit_s):
        self.failed = False
        self._timer = timer
        self._limit_s = limit_s
        signal.signal(signal.SIGPROF, _break_off)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        signal.setitimer(self._timer, self._limit_s(item))  # 0: never
        try:
            return (yield)
        finally:
            signal.setitimer(self._timer, 0)

    def pytest_runtest_logreport(self, report):
        self.failed = self.failed or report.failed


def _run(session, items, timer, limit_s):
    """Runs tests until one fails; returns (whether all passed, seconds of processor time each).

    `limit_s` tells of a test after how long, 0 for never, it is broken off, which is no failure,
    if the timer is ITIMER_PROF; after ITIMER_VIRTUAL the process is dead.
    """
    listener = _Listener(timer, limit_s)
    session.config.pluginmanager.register(listener)
    took_s = {}
    for item in items:
        start = time.process_time()
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        took = took_s[item.nodeid] = time.process_time() - start
        if listener.failed and not 0 < limit_s(item) <= took:
            return False, took_s
        listener.failed = False
    return True, took_s


# -- around it ------------------------------------------------------------------------------------


class _Judge:
    """A plugin of pytest: when all tests have been collected, it runs them for each mutant."""

    def __init__(self, mutants, jobs, under_s):
        self.results = []  # (mutant, it survived)
        self._mutants = mutants
        self._jobs = jobs
        self._under_s = under_s
        self._under_way = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        took_s = _measure(session, self._under_s)
        items = sorted(session.items, key=lambda item: took_s[item.nodeid])
        if self._under_s:
            items = [item for item in items if took_s[item.nodeid] < self._under_s]
        for mutant in self._mutants:
            tests = set(tests_of(mutant.path))
            chosen = [item for item in items if item.path in tests]
            if len(self._under_way) == self._jobs:
                self._collect()
            arguments = session, chosen, mutant.path, mutant.code(), took_s
            self._under_way[_fork(_try, *arguments)] = mutant
        while self._under_way:
            self._collect()
        return True

    def _collect(self):
        pid, status = os.wait()
        mutant = self._under_way.pop(pid)
        self.results.append((mutant, status == 0))
        print("SURVIVES" if status == 0 else "killed  ", mutant, file=sys.__stdout__, flush=True)


def _fork(function, *arguments):
    """Returns the process in which a function is run, silently; 0 is its status for True."""
    pid = os.fork()
    if pid:
        return pid
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    good = False
    try:
        good = function(*arguments)
    finally:
        os._exit(0 if good else 1)


def _measure(session, under_s):
    """Returns what each test takes on sound code; they must all pass."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "took_s"
        _, status = os.waitpid(_fork(_note, session, file, under_s), 0)
        took_s = json.loads(file.read_text(encoding="utf-8"))
        if status:
            raise SystemExit(f"without any mutant fails {list(took_s)[-1]}")
        return took_s


def _note(session, file, under_s):
    good, took_s = _run(session, session.items, signal.ITIMER_PROF, lambda item: under_s)
    file.write_text(json.dumps(took_s), encoding="utf-8")
    return good


def _try(session, items, path, code, took_s):
    graft(path, code)
    limits_s = {name: 2 + _PATIENCE * seconds for name, seconds in took_s.items()}
    return _run(session, items, signal.ITIMER_VIRTUAL, lambda item: limits_s[item.nodeid])[0]


def run(paths, each, seed, jobs, under_s=0):
    """Returns [(mutant, it survived)] of `each` mutants a file (0: all), `jobs` at a time.

    `under_s`: tests that take longer are left out; 0: none.
    """
    chosen = []
    lines = known()
    for path in paths:
        found = [mutant for mutant in mutants_of(path) if not is_known(mutant, lines)]
        if 0 < each < len(found):
            found = random.Random(f"{seed} {path}").sample(found, each)
        chosen += found
    judge = _Judge(chosen, jobs, under_s)
    files = sorted({str(file) for path in paths for file in tests_of(path)})
    options = ["-q", "-s", "-n0", "-p", "no:cacheprovider", "-p", "no:timeout", "-W", "ignore"]
    pytest.main([*options, *files], plugins=[judge])
    return judge.results


def table(results, each, under_s=0):
    """Returns the score as Markdown."""
    files = {}
    for mutant, survived in results:
        score = files.setdefault(mutant.path, [0, []])
        score[0] += 1
        if survived:
            score[1].append(mutant)
    how = f"{each} of each file" if each else "all"
    by = f", by the tests that take less than {under_s:g} s" if under_s else ""
    lost = sum(len(alive) for _, alive in files.values())
    total = sum(count for count, _ in files.values())
    lines = [
        f"{total - lost} of {total} mutants ({how}) are killed{by}.",
        "",
        "| file | mutants | killed |",
    ]
    lines += ["|---|---|---|"]
    lines += [f"| {path} | {n} | {n - len(alive)} |" for path, (n, alive) in sorted(files.items())]
    if lost:
        lines += ["", "What survives:", ""]
        lines += [f"- {mutant}" for _, (_, alive) in sorted(files.items()) for mutant in alive]
    return "\n".join(lines) + "\n"


def main(argv=None):
    """Runs it; returns the exit status: 1 if nothing was tried."""
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", help="default: all, see above")
    parser.add_argument("--each", type=int, default=0, help="mutants of each file; 0: all")
    parser.add_argument("--under", type=float, default=0, help="leave out tests of more seconds")
    parser.add_argument("--seed", type=int, default=1, help="which of them")
    parser.add_argument("--jobs", type=int, default=2, help="at a time")
    parser.add_argument("--write", action="store_true", help="put the score into docs/mutants.md")
    options = parser.parse_args(argv)
    paths = options.files or sorted(
        str(path.relative_to(ROOT)) for pattern in FILES for path in ROOT.glob(pattern)
    )
    results = run(paths, options.each, options.seed, options.jobs, options.under)
    text = table(results, options.each, options.under)
    print("\n" + text)
    if options.write and results:
        page = PAGE.read_text(encoding="utf-8")
        before, begin, rest = page.partition(_BEGIN)
        kept = rest[rest.index(_KEPT) :]
        PAGE.write_text(f"{before}{begin}\n{text}\n{kept}", encoding="utf-8")
    return 0 if results else 1


if __name__ == "__main__":
    sys.exit(main())

"""Runs every script `host_tests/mp/{alloc,test}_*.py` on both MicroPythons.

A script passes unless it raises. In its first five lines `# only: 64` or `# only: 32` restricts it
to one, and `# heap: 2000000` gives it that many bytes.
"""

import pathlib

import pytest

from tools.mp import runner

HERE = pathlib.Path(__file__).parent / "mp"
SCRIPTS = sorted(HERE.glob("alloc_*.py")) + sorted(HERE.glob("test_*.py"))


def told(script, word):
    """Returns the number that a script's head has behind `# word:`, or None."""
    for line in script.read_text().splitlines()[:5]:
        if line.startswith(f"# {word}:"):
            return int(line.partition(":")[2])
    return None


def widths(script):
    """Returns the widths, in bits, that a script is for."""
    only = told(script, "only")
    return (only,) if only else (64, 32)


CASES = [pytest.param(s, w, id=f"{s.stem}-{w}") for s in SCRIPTS for w in widths(s)]


@pytest.mark.parametrize("script, width", CASES)
def test_script(script, width, request):
    run = request.getfixturevalue(f"micropython{width}")
    run(script, heap=told(script, "heap") or runner.HEAP_BYTES)


# -- the harness itself: it must let pass what is free, and catch what is not ---------------------

FREE = """
import harness
buf = bytearray(8)
def work():
    buf[0] = buf[1] | buf[2] << 8
harness.check_no_alloc("free", work)
"""

SLICE = """
import harness
buf = bytearray(8)
def work():
    buf[0:4]
harness.check_no_alloc("slice", work)
"""

CAUGHT_EXCEPTION = """
import harness
def work():
    try:
        raise ValueError
    except ValueError:
        pass
harness.check_no_alloc("exception", work)
"""

BIG_INTEGER = """
import harness
buf = b"\\x40\\x00\\x00\\x00"
def work():
    return buf[0] << 24 | buf[1] << 16
harness.check_no_alloc("2**30", work)
"""

FREED_AT_ONCE = """
import harness
old = []
def work():  # the list's storage moves as it grows; shrunk, the counter is where it was
    old.append(0)
    old.append(0)
    old.append(0)
    old.append(0)
    old.append(0)
    old.clear()
harness.check_no_alloc("list", work)
"""


ALLOCATING = {"slice": SLICE, "exception": CAUGHT_EXCEPTION, "list": FREED_AT_ONCE}


@pytest.fixture(params=(64, 32))
def run(request, tmp_path):
    """Runs source text on one of the builds; returns (width, exit status, all output)."""
    micropython = request.getfixturevalue(f"micropython{request.param}")

    def call(source):
        script = tmp_path / "script.py"
        script.write_text(source)
        result = micropython(script, must_pass=False)
        return request.param, result.returncode, result.stdout + result.stderr

    return call


def test_harness_passes_what_allocates_nothing(run):
    assert run(FREE)[1:] == (0, "free: 0 B\n")


@pytest.mark.parametrize("source", ALLOCATING.values(), ids=list(ALLOCATING))
def test_harness_catches_allocation(run, source):
    _, status, output = run(source)
    assert status == 1
    assert "AllocationError" in output


def test_harness_catches_a_big_integer_on_32_bits_only(run):
    width, status, output = run(BIG_INTEGER)
    assert status == (1 if width == 32 else 0), output
    assert ("AllocationError: 2**30: " in output) == (width == 32)


def test_an_unfinished_task_is_a_failure(micropython64, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import asyncio\n"
        "async def dies():\n    raise ValueError\n"
        "async def main():\n    asyncio.create_task(dies())\n    await asyncio.sleep_ms(5)\n"
        "asyncio.run(main())\n"
    )
    with pytest.raises(pytest.fail.Exception, match="ValueError"):
        micropython64(script)

"""Fixtures for all tests: the reference captures and the two real MicroPythons of the host.

    def test_x(micropython64, micropython32):
        result = micropython32("host_tests/mp/x.py", "an argument")
        assert result.stdout == "…"

Both run a script (a path from the project's root, or absolute) and return its CompletedProcess,
with text `stdout` and `stderr`; a traceback or a bad exit status fails the test. Keywords:
`places`, folders to import from (PLACES by default); `heap` in bytes;
`timeout` in seconds; `must_pass=False` to get a failed run back. `micropython64` also takes `cwd`;
`micropython32` takes `files={"/inside": "/here"}`, because its file system is its own.
"""

import gc
import pathlib

import hypothesis
import pytest

from host_tests import SHARED
from tools.mp import runner

# The same examples in every run, so that no verdict depends on luck. `make fuzz` looks for others
# with fresh seeds; what it finds stays as an explicit example of its test.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("fuzz", derandomize=False, deadline=None, print_blob=True)
hypothesis.settings.load_profile("same")

_HERE = pathlib.Path(__file__).parent
PLACES = (*runner.PLACES, "host_tests/mp")

collect_ignore = ["mp"]  # scripts for MicroPython: test_mp_scripts.py runs them


@pytest.fixture(scope="session")
def shared():
    """Folder of the reference captures, beside the checkout."""
    if not (SHARED / "captures").is_dir():
        pytest.skip(f"reference captures not found at {SHARED}")
    return SHARED


def _fixture(run):
    def call(script, *args, must_pass=True, **keywords):
        result = run(script, args, **{"places": PLACES, **keywords})
        if must_pass and (problem := runner.failure(result)):
            pytest.fail(f"{script}: {problem}", pytrace=False)
        return result

    return call


@pytest.fixture(scope="session")
def micropython64():
    """Runs a script under the 64-bit unix port."""
    return _fixture(runner.run64)


@pytest.fixture(scope="session")
def micropython32():
    """Runs a script under the 32-bit WebAssembly build."""
    return _fixture(runner.run32)


# Files whose tests run other programs in real time, beside those marked `bench`.
_REAL_TIME = (
    "test_mqtt_broker.py",
    "test_mqtt_broker_commands.py",
    "test_broker.py",
    "test_fleet_compose.py",
    "test_packmate.py",
    "test_packmate_deploy.py",
    "test_page.py",
    "test_web_server.py",
)


# Their tests wait for minutes, together.
_LONGEST = ("test_web_demo.py", "test_mqtt_broker.py")

# What takes the processor for ten seconds and more, the longest first: the tests of a file stay
# together, and one of these begun last would be what the other processes wait for.
_LONG = (
    "test_mp_scripts.py",
    "test_heater_lab.py",
    "test_image.py",
    "test_heat_properties.py",
    "test_heat_states.py",
    "test_squeeze.py",
    "test_memory.py",
    "test_settings_memory.py",
    "test_soak.py",
)
_NAMED = (*_LONGEST, *_REAL_TIME, *_LONG)


def pytest_collection_modifyitems(items):
    """What runs real programs against real clocks may try again on a machine that was too busy.

    A test that only passes now and then still shows: pytest counts its reruns. These files take
    turns with those that only compute, so that a processor has something to do while others wait;
    of both the long ones come first, so that none is left over when all others are through.
    """
    missing = [name for name in _NAMED if not any(_HERE.rglob(name))]
    if missing:  # renamed: it would neither be tried again nor begun early
        raise pytest.UsageError(f"conftest.py names what is not there: {', '.join(missing)}")
    real_time = {*_LONGEST, *_REAL_TIME}
    real_time |= {item.path.name for item in items if item.get_closest_marker("bench")}
    for item in items:
        if item.get_closest_marker("bench") or item.path.name in _REAL_TIME:
            item.add_marker(pytest.mark.flaky(reruns=2, reruns_delay=1))
    files = list(dict.fromkeys(item.path for item in items))
    waiting = _first(_LONGEST, [file for file in files if file.name in real_time])
    working = _first(_LONG, [file for file in files if file.name not in real_time])
    turns = {file: 2 * at for at, file in enumerate(waiting)}
    turns |= {file: 2 * at + 1 for at, file in enumerate(working)}
    items.sort(key=lambda item: turns[item.path])


def _first(names, files):
    """Returns the files in their order, but those of some names first, in theirs."""
    return sorted(files, key=lambda f: names.index(f.name) if f.name in names else len(names))


def pytest_collection_finish():
    """What lives as long as the run is no garbage: the firmware calls gc.collect often, and each
    call would look through ten thousand tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def _settled():
    """The same for what a file of tests has left: modules, the trees of sources, pictures."""
    yield
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter):
    """Says how many tests were tried again, also when none was."""
    reruns = len(terminalreporter.stats.get("rerun", ()))
    terminalreporter.write_line(f"tried again on a busy machine: {reruns}")

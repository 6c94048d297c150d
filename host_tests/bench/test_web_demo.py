"""The bench as it is started: by its command line, with the real firmware."""

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest

from tools import ROOT

SCENARIOS = ROOT / "tools" / "bench" / "scenarios"
ON_AIR = pytest.mark.skipif(
    importlib.util.find_spec("bumble") is None, reason="bumble is for Python 3.11 and newer"
)
PLAYED = [
    pytest.param(name, marks=ON_AIR if name.startswith("ble_") else ())
    for name in sorted(path.stem for path in SCENARIOS.glob("*.json"))
]
LONGEST = "cooling"
HUNG_S = 3600  # what takes longer hangs; a busy machine may well take minutes
ON_AIRS = SCENARIOS / "ble_pin_missing.json"


def bench(*arguments, **options):
    command = [sys.executable, "-m", "tools.bench", *map(str, arguments)]
    # pytest changes the process's own environment while our threads begin programs with it.
    options.setdefault("env", dict(os.environ))
    return subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def run(*arguments):
    process = bench(*arguments)
    try:
        out, err = process.communicate(timeout=HUNG_S)
    finally:
        process.kill()
    return process.returncode, out, err


def get(address, path):
    with urllib.request.urlopen(address + path, timeout=5) as answer:
        return json.load(answer)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--headless"], "--headless and --scenario go together"),
        (["--scenario", "x.json"], "--headless and --scenario go together"),
        (["--lapse", "601"], "lapse: must be within 1 and 600"),
        (["--headless", "--scenario", "no/such.json"], "cannot read no/such.json"),
        (["--headless", "--scenario", ON_AIRS, "--bms", "jk_gps"], "this BMS is on a wire"),
    ],
)
def test_unusable_arguments_end_with_2(arguments, text):
    status, _, err = run(*arguments)
    assert status == 2
    assert text in err


def test_a_bad_scenario_ends_with_2_and_one_line(tmp_path):
    path = tmp_path / "bad.json"
    path.write_text('{"name": "x", "end_s": 5, "steps": [{"at_s": 1, "sett": {}}]}')
    status, out, err = run("--headless", "--scenario", path)
    assert (status, out) == (2, "")
    assert err.startswith('steps[0]: unknown key "sett"') and err.count("\n") == 1


@pytest.mark.bench
def test_one_address_a_live_firmware_and_a_clean_end(tmp_path):
    process = bench("--lapse", 10, "--run-dir", tmp_path)
    try:
        address = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)
        deadline = time.monotonic() + 30
        state = get(address, "api/state")
        while time.monotonic() < deadline and not (state["believed"] or {}).get("fresh"):
            time.sleep(0.3)
            state = get(address, "api/state")
        assert state["believed"]["fresh"] is True
        assert state["believed"]["cell_count"] == 16
        assert state["panel"]["seq"] > 1
        firmware = state["chip"]["pid"]
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=15)
    finally:
        process.kill()
    assert (process.returncode, out, err) == (0, "", "")
    assert not is_alive(firmware)


@pytest.mark.bench
def test_a_bench_that_is_killed_leaves_no_firmware_behind(tmp_path):
    process = bench("--lapse", 100, "--run-dir", tmp_path)
    try:
        address = process.stdout.readline().strip()
        firmware = get(address, "api/state")["chip"]["pid"]
        time.sleep(3)  # bytes come
        assert is_alive(firmware)
    finally:
        process.kill()
        process.communicate()
    deadline = time.monotonic() + 10
    while is_alive(firmware) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_alive(firmware)


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(scope="module")
def plays(request):
    """All chosen scenarios, two at a time: each waits for its broker a good part of the time."""
    chosen = [item.callspec.params["name"] for item in request.session.items if is_play(item)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield {
            name: pool.submit(run, "--headless", "--scenario", SCENARIOS / f"{name}.json")
            for name in sorted(chosen, key=lambda name: name != LONGEST)
        }


def is_play(item):
    return item.originalname == "test_the_scenarios_that_are_shipped_hold"


@pytest.mark.slow
@pytest.mark.timeout(3 * HUNG_S)  # the last one waits for all others
@pytest.mark.parametrize("name", PLAYED)
def test_the_scenarios_that_are_shipped_hold(plays, name):
    status, out, err = plays[name].result()
    if status:  # once more, alone: two at a time may have been too much for the machine
        print(out + err)
        status, out, err = run("--headless", "--scenario", SCENARIOS / f"{name}.json")
    assert status == 0, out + err

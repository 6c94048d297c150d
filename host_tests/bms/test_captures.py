"""Real frames of ../shared decode to the values that others confirmed, here and on MicroPython.

What a capture's `expected` means is said in captures/README.md of that folder.
"""

import json
import subprocess
import sys

import pytest

from host_tests import SHARED, dialects
from tools import ROOT, decode, vocabulary

KINDS = ("status", "settings", "device")
# Statistics that the BMS takes from its cells a scan earlier; ours are of the cells shown.
OLDER_THAN_THE_CELLS = {
    "cell_avg_mv",
    "cell_delta_mv",
    "cell_min_mv",
    "cell_max_mv",
    "cell_min_index",
    "cell_max_index",
    "power_mw",
}


def load(path):
    return json.loads(path.read_text())


def captures():
    """Returns the capture files of the protocols that the catalogue can decode by now."""
    files = sorted((SHARED / "captures").glob("*/*.json"))
    return [path for path in files if load(path)["protocol"] in decode.supported()]


PATHS = captures()
GPS = [path for path in PATHS if load(path)["protocol"] == "jk_gps"]
GPS_STATUS = [path for path in GPS if load(path)["kind"] == "status" and load(path)["checksum_ok"]]


def ids(path):
    return path.stem


def run(*args):
    """Runs the tool as a user would, from another folder."""
    command = [sys.executable, str(ROOT / "tools" / "decode.py"), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd="/")


def test_there_are_captures(shared):
    assert len(GPS) >= 15


@pytest.mark.parametrize("path", GPS, ids=ids)
def test_the_tool_as_a_user_runs_it(path):
    capture = load(path)
    result = run("--protocol", capture["protocol"], path)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert "Traceback" not in result.stderr
    if capture["checksum_ok"] is False or capture["kind"] not in KINDS:
        assert result.returncode == 1 and lines == []
        reason = "bad checksum" if capture["checksum_ok"] is False else "a request"
        assert f"offset 0: {reason}" in result.stderr
        return
    assert result.returncode == 0 and result.stderr == ""
    (line,) = lines
    assert (line["protocol"], line["kind"]) == (capture["protocol"], capture["kind"])
    compare(line["values"], capture)
    assert run(path).stdout == result.stdout  # --protocol auto finds the same


def compare(values, capture):
    """Compares with everything that an independent decoder read, confirmed by others or not."""
    expected = capture.get("expected_unchecked", {}) | capture["expected"]
    temps = values.get("temps_dc", [])
    for name, value in expected.items():
        if name.startswith("frame_") or name in OLDER_THAN_THE_CELLS:
            continue
        if name == "password":
            assert name not in values and (not value or value not in json.dumps(values))
        elif name[:4] == "temp" and name[4:].partition("_")[0].isdigit():
            assert temps[int(name[4:].partition("_")[0]) - 1] == value, name
        elif name.endswith("_mah"):
            assert abs(values[name] - value) <= 1, name
        elif value in (None, ""):
            assert values.get(name) is None, name
        else:
            assert values.get(name) == value, name


@pytest.mark.parametrize("path", GPS_STATUS, ids=ids)
def test_the_statistics_are_those_of_the_cells(path):
    result = decode.decode(decode.capture.load(path), "jk_gps")
    assert result.proven, "a healthy pack must be plausible"
    ((_, values),) = result.frames
    cells = values["cell_mv"]
    assert values["cell_min_mv"] == min(cells) and values["cell_max_mv"] == max(cells)
    assert cells[values["cell_min_index"] - 1] == min(cells)
    assert values["cell_delta_mv"] == max(cells) - min(cells)


def test_micropython_decodes_every_capture_to_the_same_values(shared, micropython64, tmp_path):
    plan = tmp_path / "captures.json"
    loaded = [decode.capture.load(path) for path in GPS]
    chunks = [[chunk.hex() for chunk in one.chunks] for one in loaded]
    plan.write_text(json.dumps([["jk_gps", None, pieces] for pieces in chunks]))
    output = micropython64("host_tests/mp/decode_captures.py", plan).stdout
    decoded = 0
    for path, one, line in zip(GPS, loaded, output.splitlines(), strict=True):
        here = [values for _, values in decode.decode(one, "jk_gps").frames]
        there = [vocabulary.values(dialects.rebuilt(dump)) for dump in json.loads(line)]
        assert there == here, path.stem
        decoded += len(there)
        if load(path)["kind"] in KINDS and load(path)["checksum_ok"]:
            compare(there[0], load(path))
    assert decoded >= 7

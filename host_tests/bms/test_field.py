"""Frames from people's bug reports decode to what was true there (../shared/field/README.md)."""

import json
from collections import Counter

import pytest

from host_tests import SHARED
from host_tests.bms.test_captures import compare, ids, load, run

FIELD = sorted((SHARED / "field").glob("*.json"))
FRAMES = [path for path in FIELD if load(path).get("expected")]
CORRUPT = [path for path in FIELD if load(path)["kind"] == "corrupt"]
STREAMS = [path for path in FIELD if "valid_status_frames" in load(path)]

# Of the two recordings of a bus: status frames by unit, and figures that tell the packs apart.
BUSES = {
    "bus_master_alone_addr0": {
        0: (2, {"soc_pct": 99, "cycle_capacity_mah": 6448}),
        1: (1, {"soc_pct": 99, "cycle_capacity_mah": 4443}),
    },
    "bus_master_and_slave": {
        0: (3, {"soc_pct": 98, "cycle_capacity_mah": 6978}),
        7: (3, {"soc_pct": 98, "cycle_capacity_mah": 4973}),
    },
}


def decoded(path, *options):
    """Returns (status, the objects printed, what was complained about)."""
    result = run(*options, path)
    assert "Traceback" not in result.stderr
    return (
        result.returncode,
        [json.loads(line) for line in result.stdout.splitlines()],
        result.stderr,
    )


@pytest.mark.parametrize("path", FRAMES, ids=ids)
def test_a_frame_has_the_values_of_its_report(path):
    capture = load(path)
    status, lines, _ = decoded(path, "--protocol", capture["protocol"])
    kind = "status" if capture["kind"] == "burst" else capture["kind"]
    values = [line["values"] for line in lines if line["kind"] == kind]
    assert status == 0 and len(values) == 1
    compare(values[0], capture)


@pytest.mark.parametrize("path", FRAMES, ids=ids)
def test_auto_finds_the_same_wherever_the_layout_tells(path):
    capture = load(path)
    _, named, _ = decoded(path, "--protocol", capture["protocol"])
    status, lines, _ = decoded(path)
    assert (status, lines) == (0, named)


@pytest.mark.parametrize("path", STREAMS, ids=ids)
def test_every_whole_frame_of_a_stream_is_found(path):
    capture = load(path)
    for options in ((), ("--protocol", capture["protocol"])):
        status, lines, _ = decoded(path, *options)
        assert status == 0
        assert [line["kind"] for line in lines] == ["status"] * capture["valid_status_frames"]


@pytest.mark.parametrize("path", CORRUPT, ids=ids)
def test_nothing_comes_of_noise_and_one_line_says_so(path):
    capture = load(path)
    status, lines, errors = decoded(path)
    assert (status, lines) == (1, []) and errors.count("\n") == 1
    status, lines, errors = decoded(path, "--protocol", capture["protocol"])
    assert (status, lines) == (1, []) and errors.count("\n") <= 4


@pytest.mark.parametrize("options", [(), ("--protocol", "jk_modbus")])
@pytest.mark.parametrize("name", BUSES)
def test_units_of_a_bus_are_told_apart_and_none_is_merged_into_another(shared, name, options):
    status, lines, _ = decoded(shared / "field" / f"{name}.json", *options)
    assert status == 0 and {line["protocol"] for line in lines} == {"jk_modbus"}
    found = [line for line in lines if line["kind"] == "status"]
    assert Counter(line["unit"] for line in found) == {u: n for u, (n, _) in BUSES[name].items()}
    for line in found:
        assert line["values"]["ack_address"] == line["unit"]
        for figure, value in BUSES[name][line["unit"]][1].items():
            assert line["values"][figure] == value
    for line in lines:
        if line["kind"] == "settings":
            assert line["values"]["device_addr"] == line["unit"]


def test_a_bus_needs_no_software_version_to_be_understood(shared, tmp_path):
    capture = load(shared / "field" / "bus_master_and_slave.json")
    path = tmp_path / "no_context.json"
    path.write_text(json.dumps({"chunks": capture["chunks"]}))
    _, with_it, _ = decoded(shared / "field" / "bus_master_and_slave.json")
    status, lines, _ = decoded(path)
    assert status == 0 and lines == with_it


def test_a_line_with_a_and_b_swapped_is_named(shared):
    status, _, errors = decoded(shared / "field" / "jk_display_corrupt_ab_swapped_v19.json")
    assert status == 1 and "RS485 with A and B swapped" in errors

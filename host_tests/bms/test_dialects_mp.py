"""Every capture of every dialect decodes to the same values on both real MicroPythons as here."""

import json

import pytest

from bms import catalog
from bms.pack import PackState
from host_tests import dialects
from host_tests.dialects import differences, feed, load, rebuilt
from tools import vocabulary

KINDS = ("status", "settings", "device")
GENERATIONS = {"jk02_24s": 10, "jk02_32s": 11, "jk04": 3, "jk_modbus": 15}
PROTOCOLS = ("jk_display", "ant_old", "ant_new", *GENERATIONS)
SCRIPT = "host_tests/mp/decode_captures.py"


def plan():
    """Returns [(capture, [protocol, generation, chunks])] of all good captures with values."""
    found = []
    for path in dialects.captures(*PROTOCOLS, kinds=KINDS):
        capture = load(path)
        if capture["checksum_ok"] is False:
            continue
        protocol = capture["protocol"]
        version = (capture.get("sw") or "").partition(".")[0]
        generation = int(version) if version.isdecimal() else GENERATIONS.get(protocol)
        looks = 2 if protocol == "jk_display" else 1  # it is believed at the second look
        found.append((capture, [protocol, generation, capture["chunks"] * looks]))
    return found


def decoded_here(protocol, generation, chunks):
    """Returns what CPython's pack shows after the chunks, as the script prints it."""
    dialect = catalog.create(protocol, PackState(), 512, 1000)
    if protocol in GENERATIONS:
        dialect.frames.assume(generation)
    dialect.doubt_zeros = False  # of AntOld: a capture holds a single frame
    decoded = feed(dialect, *[bytes.fromhex(chunk) for chunk in chunks])
    decoded += dialect.feed(b"", 0, dialect.framer.gap_ms + 1)
    return vocabulary.values(dialect.pack) if decoded else None


def shown(dump):
    """Returns a dump of the script in the vocabulary."""
    return vocabulary.values(rebuilt(dump))


@pytest.mark.parametrize("bits", [64, 32])
def test_captures(shared, micropython64, micropython32, tmp_path, bits):
    captures = plan()
    path = tmp_path / "captures.json"
    path.write_text(json.dumps([entry for _, entry in captures]))
    if bits == 64:
        output = micropython64(SCRIPT, path).stdout
    else:
        output = micropython32(
            SCRIPT, "/captures.json", files={"/captures.json": str(path)}
        ).stdout
    same = 0
    for (capture, entry), line in zip(captures, output.splitlines(), strict=True):
        here = decoded_here(*entry)
        there = [shown(dump) for dump in json.loads(line)]
        assert there == ([here] if here else []), capture.get("source")
        if there and capture["protocol"] != "ant_new":  # whose words differences() puts together
            assert differences(there[0], capture) == {}
        same += len(there)
    assert same >= 200

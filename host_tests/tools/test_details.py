"""The decode tool shows all that a capture expects, also what no device has a use for."""

import collections
import json

import pytest

from host_tests import dialects
from host_tests.dialects import OLDER_THAN_THE_CELLS, load, name_of
from tools import decode
from tools.decoding import capture

PROTOCOLS = (
    "jk_display",
    "jk02_24s",
    "jk02_32s",
    "jk04",
    "jk_modbus",
    "ant_old",
    "ant_new",
)
# Kinds that are decoded for their own sake; others are requests and acknowledgements.
KINDS = "status settings device logbook id control auth write burst burst_corrupt counters".split()
SECRETS = {"passcode", "setup_passcode"}
RENAMED = {"sw": "sw_version", "hw": "hw_version"}
PATHS = dialects.captures(*PROTOCOLS)


def is_good(content):
    return content["kind"] in KINDS and content["checksum_ok"] is not False


@pytest.mark.parametrize("path", PATHS, ids=name_of)
def test_every_capture(path):
    content = load(path)
    captured = capture.load(path)
    result = decode.decode(captured, content["protocol"])
    frames = result.frames
    if content["kind"].startswith("burst"):
        assert len(frames) == len(content["expected"]["frames"])
        return
    if not is_good(content):
        assert frames == []
        return
    assert [kind for kind, _ in frames] == [content["kind"]]
    compare(frames[0][1], content)
    results = [decode.decode(captured, name) for name in decode.supported()]
    assert decode.choose(results).protocol == content["protocol"]


def compare(values, content):
    """Compares with everything that others confirmed."""
    for name, expected in content["expected"].items():
        got = values.get(RENAMED.get(name, name))
        if name in SECRETS:
            assert name not in values and str(expected) not in map(str, values.values())
        elif name in OLDER_THAN_THE_CELLS:
            continue
        elif name in ("temp1_dc", "temp2_dc"):
            assert values["temps_dc"][int(name[4]) - 1] == expected
        elif name.endswith("_mah") or (name == "pack_mv" and content["protocol"] == "jk04"):
            assert got == expected or abs(got - expected) <= 1, name
        elif name.startswith("temp") and expected is None:
            assert got is None, name
        else:
            assert got == (None if expected is None else expected), name


def test_the_captures_are_many(shared):
    counted = collections.Counter(load(path)["protocol"] for path in PATHS if is_good(load(path)))
    assert counted == {
        "jk_display": 12,
        "jk02_24s": 36,
        "jk02_32s": 73,
        "jk04": 48,
        "jk_modbus": 3,
        "ant_old": 15,
        "ant_new": 71,
    }


def test_no_password_is_ever_printed(shared):
    for path in PATHS:
        content = load(path)
        secrets = {content["expected"].get(name) for name in SECRETS} - {
            None,
            "",
            "123456",
            "1234",
        }
        for _, values in decode.decode(capture.load(path), content["protocol"]).frames:
            printed = json.dumps(values)
            assert not any(f'"{secret}"' in printed for secret in secrets), path

"""Fetches umqtt.simple 1.3.4 from the Python index, for MicroPython on the host.

The stock ESP32 firmware has umqtt.simple frozen in; the unix port has not. On the Python index it
is a source archive without a build file, which pip refuses to install or even to download, so that
`unearth` fetches it and this tool unpacks its one module. It is named `umqtt_pypi` there, because
`umqtt.simple` itself is the stand-in that gives it the frozen version's signature
(tools/bench/standins/umqtt/simple.py).

    python tools/fetch_umqtt.py DIRECTORY     writes DIRECTORY/umqtt_pypi/simple.py
"""

import os
import sys
import tempfile
from pathlib import Path

# The MicroPython stubs install a `requests` folder without code. unearth takes its presence for
# the real thing and fails; None makes the import fail in the way that it expects.
sys.modules["requests"] = None

from unearth import PackageFinder  # noqa: E402

REQUIREMENT = "micropython-umqtt.simple==1.3.4"
SHA256 = "b6a2520239e3992c63a7de9370ee9b3d9d27819a90359c521f1c0f7ccab8d12f"


def fetch(folder):
    """Downloads and unpacks the pinned archive in `folder`; returns the module's source."""
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple")
    finder = PackageFinder(index_urls=[index], no_binary=["micropython-umqtt.simple"])
    best = finder.find_best_match(REQUIREMENT).best
    if best is None:
        raise SystemExit(f"{REQUIREMENT} is not on {index}")
    unpacked = finder.download_and_unpack(best.link, folder, hashes={"sha256": [SHA256]})
    return (Path(unpacked) / "umqtt" / "simple.py").read_bytes()


def main(argv):
    """Unpacks the module under argv[1], unless it is there already."""
    if len(argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    target = Path(argv[1]) / "umqtt_pypi" / "simple.py"
    if target.exists():
        return 0
    with tempfile.TemporaryDirectory() as folder:
        source = fetch(folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))

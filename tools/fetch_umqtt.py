"""Fetches umqtt.simple 1.3.4 from the Python index, for MicroPython on the host.

The stock ESP32 firmware has umqtt.simple frozen in; the unix port has not. On the Python index it
is a source archive without a build file, which pip refuses to install or even to download, so that
`unearth` fetches it and this tool unpacks its one module. It is named `umqtt_pypi` there, because
`umqtt.simple` itself is the stand-in that gives it the frozen version's signature
(tools/bench/standins/umqtt/simple.py).

    python tools/fetch_umqtt.py DIRECTORY     writes DIRECTORY/umqtt_pypi/simple.py
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

REQUIREMENT = "micropython-umqtt.simple==1.3.4"
SHA256 = "b6a2520239e3992c63a7de9370ee9b3d9d27819a90359c521f1c0f7ccab8d12f"

# Type stubs of MicroPython, where somebody installed them beside real packages, leave a `requests`
# folder without code. unearth takes its presence for the real thing and fails; None makes the
# import fail in the way that it expects.
_UNEARTH = "import sys; sys.modules['requests'] = None; from unearth.__main__ import cli; cli()"


def _configured_index():
    """Returns the index that pip is configured to use, or None for the default one."""
    command = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    asked = subprocess.run(command, capture_output=True, text=True)
    return os.environ.get("PIP_INDEX_URL") or asked.stdout.strip() or None


def fetch(folder):
    """Downloads the pinned archive into `folder`; returns the module's source."""
    command = [sys.executable, "-c", _UNEARTH, "--no-binary", REQUIREMENT, "--download", folder]
    index = _configured_index()
    if index:
        command += ["--index-url", index]
    done = subprocess.run(command, capture_output=True, text=True)
    archives = list(Path(folder).glob("*.tar.gz"))
    if done.returncode or len(archives) != 1:
        raise SystemExit(
            f"{REQUIREMENT} could not be fetched from the Python index\n{done.stderr}"
        )
    digest = hashlib.sha256(archives[0].read_bytes()).hexdigest()
    if digest != SHA256:
        raise SystemExit(
            f"{archives[0].name} is not the archive we tested: its digest is {digest}"
        )
    with tarfile.open(archives[0]) as tar:
        (member,) = [m for m in tar.getmembers() if m.name.endswith("/umqtt/simple.py")]
        return tar.extractfile(member).read()


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
